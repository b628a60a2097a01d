"""The desk in a real browser, by keyboard alone: log in, read how campaigns are doing, plan one."""

from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from collectibles.models import Distribution
from collectibles.services import redeem
from tests.make import make_code, make_collectible, make_distribution, make_user
from tests.test_browser import browser  # noqa: F401 - a fixture
from users.models import User

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
CROWDED = """
return [...document.querySelectorAll("fieldset.aligned .texts label")].filter(label => {
  const field = label.querySelector("input, textarea").getBoundingClientRect(), room = label.getBoundingClientRect();
  return field.right > room.right + 1 || field.width < room.width - 1 || room.width < 200;
}).length;
"""


def test_a_campaign_is_planned_by_keyboard_from_the_dashboard(browser, live_server, real_db):  # noqa: F811
    User.objects.create_superuser("root", "a-long-password-1")
    door = make_collectible(circulation=50)
    redeem(user=make_user("alice"), code=make_code(make_distribution(door, name={"en": "Roadshow"})).code)

    browser.get(f"{live_server.url}/admin/")
    browser.find_element("name", "username").send_keys("root", Keys.TAB, "a-long-password-1", Keys.ENTER)
    assert "Roadshow" in browser.find_element("css selector", ".campaigns").text
    browser.find_element("css selector", ".chart summary").send_keys(Keys.ENTER)
    assert browser.find_element("css selector", ".chart details[open] td").text == "1"
    browser.find_element("link text", "Plan a campaign").send_keys(Keys.ENTER)

    browser.find_element("name", "name_en").send_keys("Summer", Keys.TAB, "Sommer")
    browser.find_element("name", "project").send_keys(Keys.ARROW_DOWN)
    browser.find_element("name", "pool-0-collectible").send_keys(str(door.pk), Keys.ESCAPE, Keys.TAB)
    browser.find_element("name", "look").send_keys(Keys.ENTER)
    assert "This campaign has not begun yet." in browser.find_element("css selector", ".outlook").text
    assert browser.switch_to.active_element.get_attribute("id") == "outlook"
    assert not Distribution.objects.filter(name__en="Summer").exists()
    browser.find_element("name", "make").send_keys(Keys.ENTER)

    browser.find_element("css selector", ".messagelist .success")
    campaign = Distribution.objects.get(name__en="Summer")
    assert (campaign.pool.get().collectible, campaign.codes.count()) == (door, 100)
    said = [entry["message"] for entry in browser.get_log("browser")]
    assert [message for message in said if "Content Security Policy" in message] == []


def fits(browser):  # noqa: F811
    """The browser may lay the page out a moment after it was loaded."""
    return browser.execute_script("return document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_desk_fits_the_screen_that_it_is_on(browser, live_server, real_db):  # noqa: F811
    User.objects.create_superuser("root", "a-long-password-1")
    door = make_collectible(circulation=50)
    redeem(user=make_user("alice"), code=make_code(make_distribution(door)).code)
    browser.get(f"{live_server.url}/admin/login/?next=/admin/collectibles/collectible/{door.pk}/change/")
    browser.find_element("name", "username").send_keys("root", Keys.TAB, "a-long-password-1", Keys.ENTER)

    assert browser.find_elements("css selector", ".texts label")
    assert browser.execute_script(CROWDED) == 0  # texts stand side by side, each as wide as its column
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    try:
        for path in ("/admin/", "/api/v1/collectibles/"):
            browser.get(f"{live_server.url}{path}")
            WebDriverWait(browser, 10).until(fits, path)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
