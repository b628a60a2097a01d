"""Every page for anybody in a real browser: nothing that axe-core objects to, in both languages, light and dark;
nothing that sticks out of a phone; nothing that needs a script."""

from importlib.resources import files

import pytest
from django.utils import timezone

from collectibles.services import redeem
from tests.browser import started
from tests.make import DAY, make_code, make_collectible, make_collection, make_distribution, make_rank, make_user

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
RUN = """
const done = arguments[arguments.length - 1];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, {runOnly: tags, resultTypes: ["violations"]}).then(
  found => done(found.violations.map(each => each.id + ": " + each.nodes.map(node => node.html).slice(0, 3))),
  error => done([String(error)]));
"""
HEIGHTS = """
return [...document.querySelectorAll(".button, nav a, input:not([type=hidden])")]
  .map(each => each.getBoundingClientRect().height).filter(height => height);
"""
NOW = timezone.now()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = started(tmp_path_factory.mktemp("profile"))
    driver.implicitly_wait(0)
    yield driver
    driver.quit()


@pytest.fixture
def phone(browser):
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    return browser


@pytest.fixture
def addresses(real_db, settings):
    """One of every kind of page."""
    settings.THROTTLING = False
    make_rank(title={"en": "Novice", "de": "Neuling"})
    alice = make_user("alice")
    collection = make_collection()
    parts = [
        make_collectible(collection=collection, name={"en": f"Part {n}", "de": f"Teil {n}"}, circulation=size, points=2)
        for n, size in enumerate([1, 50, 5_000, None])
    ]
    surprise = make_distribution(collection=collection, draw="random-from-collection")
    later = make_distribution(parts[1], starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    copy = redeem(user=alice, code=make_code(make_distribution(parts[1])).code).grant.copy
    return {
        "a surprise": f"/c/{make_code(surprise).code}",
        "one prize": f"/c/{make_code(make_distribution(parts[2])).code}",
        "later": f"/c/{make_code(later).code}",
        "withdrawn": f"/c/{make_code(surprise, revoked_at=NOW).code}",
        "mistyped": "/c/7Q2M-4K9X-ABH",
        "unknown": "/c/7Q2M-4K9X-ABG",
        "front": "/",
        "typed": "/c/",
        "collectible": f"/i/{parts[1].id}",
        "copy": f"/i/{parts[1].id}/{copy.mint}",
        "person": "/u/alice",
        "nothing": "/u/nobody",
    }


ALL = [(language, scheme) for language in ("en", "de") for scheme in ("light", "dark")]


@pytest.mark.parametrize(
    "combinations",
    [
        pytest.param([("en", "light"), ("de", "dark")], id="both"),  # each word and each colour once
        pytest.param(ALL, id="all", marks=pytest.mark.deep),
    ],
)
def test_axe_finds_nothing_to_object_to(phone, live_server, addresses, combinations):
    found = {}
    for language, scheme in combinations:
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        phone.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        for what, path in addresses.items():
            phone.get(f"{live_server.url}{path}?lang={language}")
            assert phone.find_element("tag name", "html").get_attribute("lang") == language
            phone.execute_script(AXE)
            if objections := phone.execute_async_script(RUN):
                found[what, language, scheme] = objections

    assert found == {}


@pytest.mark.parametrize("budget", ["code_guesses", "anonymous"])
def test_a_refusal_is_as_readable(phone, live_server, real_db, settings, budget):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {budget: (1, 10_000)}
    for _ in range(3):
        phone.get(f"{live_server.url}/c/7Q2M-4K9X-ABG")

    assert "minutes" in phone.find_element("tag name", "main").text
    phone.execute_script(AXE)
    assert phone.execute_async_script(RUN) == []


def test_nothing_sticks_out_of_a_narrow_phone_and_everything_to_press_is_large_enough(phone, live_server, addresses):
    size = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    phone.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for path in addresses.values():
        phone.get(f"{live_server.url}{path}?lang=de")

        assert phone.execute_script("return document.documentElement.scrollWidth") <= 320, path
        assert min(phone.execute_script(HEIGHTS)) >= 40, path


def test_a_mistyped_code_is_put_right_by_keyboard_alone(phone, live_server, addresses):
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.expected_conditions import title_contains
    from selenium.webdriver.support.wait import WebDriverWait

    phone.get(f"{live_server.url}{addresses['mistyped']}?lang=de")
    field = phone.find_element("id", "code")
    assert field.get_attribute("value") == "7Q2M-4K9X-ABH"

    field.clear()
    field.send_keys(addresses["one prize"].removeprefix("/c/").lower(), Keys.ENTER)

    WebDriverWait(phone, 10).until(title_contains("Teil 2"))
    assert phone.find_element("tag name", "html").get_attribute("lang") == "de"


def test_it_reads_the_same_without_scripts_and_keeps_still_for_whoever_wants_it(phone, live_server, addresses):
    phone.get(f"{live_server.url}{addresses['one prize']}")
    text = phone.find_element("tag name", "body").text
    assert phone.find_elements("css selector", "script, [onclick], [onload]") == []

    phone.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    phone.get(f"{live_server.url}{addresses['one prize']}")
    assert phone.find_element("tag name", "body").text == text

    phone.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    still = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", still)
    assert phone.execute_script("return document.getAnimations().length") == 0
