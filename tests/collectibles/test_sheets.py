"""GET distributions/{id}/sheet/: what is printed is what phones read."""

import pypdfium2
import pytest
import zxingcpp
from django.utils import timezone

from collectibles.codes import format_code
from collectibles.models import DistributionCode
from collectibles.printing import sheet
from collectibles.printing.layouts import LAYOUTS
from collectibles.services import make_codes, redeem
from tests.make import make_code, make_collectible, make_distribution

ADDRESS = "https://play.example.org"
LONG = {"en": "The longest campaign name that anybody will ever print on a label as small as these " + "x" * 36}


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = ADDRESS


@pytest.fixture
def campaign(db):
    return make_distribution(make_collectible())


def get(client, campaign, **query):
    return client.get(f"/api/v1/distributions/{campaign.pk}/sheet/", query)


def refusal(response):
    return response.status_code, response.json()["errors"][0]["code"]


def pages(response):
    """Of each page: what a phone reads, and the words."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf"), response.content[:300]
    with pypdfium2.PdfDocument(response.content) as document:
        for page in document:
            text = page.get_textpage()
            image = page.render(scale=150 / 72).to_pil()  # a poor printer
            yield [found.text for found in zxingcpp.read_barcodes(image)], text.get_text_bounded()
            text.close()
            page.close()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_phone_reads_the_address_of_every_code(api, layout):
    campaign = make_distribution(make_collectible(), name=LONG)
    count = LAYOUTS[layout].cells + 1
    make_codes(campaign=campaign, count=count)

    read = list(pages(get(api("staff"), campaign, layout=layout)))

    assert len(read) == 2
    stored = set(DistributionCode.objects.values_list("code", flat=True))
    assert {link for links, _ in read for link in links} == {f"{ADDRESS}/c/{code}" for code in stored}
    assert len(read[1][0]) == 1


def test_a_person_reads_the_code_and_the_campaigns_name(api, campaign):
    code = make_code(campaign)

    ((_, words),) = pages(get(api("staff"), campaign))

    assert format_code(code.code) in words
    assert "Campaign" in words


@pytest.mark.parametrize(
    ("name", "query", "printed"),
    [
        ({"en": "Roadshow", "de": "Straßenfest"}, {}, "Roadshow"),
        ({"en": "Roadshow", "de": "Straßenfest"}, {"lang": "de"}, "Straßenfest"),
        ({"en": "Летний праздник"}, {}, "Летний праздник"),
        ({"en": "Καλοκαίρι"}, {}, "Καλοκαίρι"),
        ({"en": "夏祭り 2026"}, {}, "2026"),
        ({"en": "夏祭り", "de": "Sommerfest"}, {}, "Sommerfest"),
        ({"en": "مهرجان"}, {}, "# "),
        ({"en": "🚗🚗"}, {}, "# "),
        ({"en": "A\tB\u200bC (x) \\ D"}, {}, "A BC (x) \\ D"),
    ],
)
def test_a_name_is_printed_as_far_as_there_are_letters_for_it(api, db, name, query, printed):
    campaign = make_distribution(name=name)
    make_code(campaign)

    ((links, words),) = pages(get(api("staff"), campaign, **query))

    assert printed in words.replace("\r\n", " ")
    assert len(links) == 1


def test_codes_that_lead_nowhere_any_more_are_not_printed(api, campaign, alice):
    good, shared = make_code(campaign), make_code(campaign, max_uses=None)
    make_code(campaign, revoked_at=timezone.now())
    redeem(user=alice, code=make_code(campaign).code)

    ((links, _),) = pages(get(api("staff"), campaign))

    assert sorted(links) == sorted(f"{ADDRESS}/c/{code.code}" for code in (good, shared))


def test_a_batch_is_printed_alone(api, campaign):
    make_code(campaign)
    batch = make_codes(campaign=campaign, count=2).batch

    ((links, _),) = pages(get(api("staff"), campaign, batch=batch.pk))

    assert len(links) == 2


def test_many_codes_are_printed_part_by_part(api, campaign, monkeypatch):
    monkeypatch.setattr(sheet, "CODES", 4)
    make_codes(campaign=campaign, count=10)
    client = api("staff")

    whole = get(client, campaign)

    assert refusal(whole) == (400, "too_many_codes")
    assert "10 codes, and 4 fit into one file" in whole.json()["errors"][0]["detail"]
    parts = [next(pages(get(client, campaign, part=part)))[0] for part in (1, 2, 3)]
    assert [len(part) for part in parts] == [4, 4, 2]
    assert len({link for part in parts for link in part}) == 10


def test_nothing_to_print_is_said_in_words(api, campaign):
    empty = get(api("staff"), campaign)
    make_code(campaign, revoked_at=timezone.now())
    withdrawn = get(api("staff"), campaign)

    assert refusal(empty) == (409, "no_codes")
    assert refusal(withdrawn) == (409, "nothing_to_print")


@pytest.mark.parametrize(
    ("query", "code"),
    [({"layout": "a3"}, "invalid_choice"), ({"batch": 999}, "no_such_batch"), ({"part": -1}, "min_value")],
)
def test_what_there_is_not_is_refused(api, campaign, query, code):
    make_code(campaign)

    response = get(api("staff"), campaign, **query)

    assert refusal(response) == (400, code)
    if "layout" in query:
        assert "known are a4, a4-large, cards, l7160" in response.json()["errors"][0]["detail"]


def test_squares_that_no_phone_could_read_are_not_printed(api, campaign, settings):
    settings.PUBLIC_URL = "https://" + "x" * 92
    make_code(campaign, code="A" * 64)

    assert refusal(get(api("staff"), campaign, layout="l7651")) == (400, "layout_too_small")
    assert len(list(pages(get(api("staff"), campaign, layout="a4-large")))) == 1


def test_without_an_address_of_phones_that_of_the_request_is_printed(api, campaign, settings):
    settings.PUBLIC_URL = ""
    code = make_code(campaign)

    ((links, _),) = pages(get(api("staff"), campaign))

    assert links == [f"http://testserver/c/{code.code}"]


def test_the_answer_to_made_codes_links_their_sheet(api, campaign):
    client = api("staff")
    link = client.post(f"/api/v1/distributions/{campaign.pk}/codes/", {"count": 2}).json()["sheet"]

    ((links, _),) = pages(client.get(link))

    assert len(links) == 2


def test_no_cell_lies_outside_its_page_or_in_another():
    for name, layout in LAYOUTS.items():
        places = [layout.place(number) for number in range(layout.cells)]
        assert min(x for x, _ in places) >= 0, name
        assert min(y for _, y in places) >= -0.01, name
        assert max(x for x, _ in places) + layout.width <= layout.page[0] + 0.01, name
        assert max(y for _, y in places) + layout.height <= layout.page[1] + 0.01, name
        assert (layout.across, layout.down) >= (layout.width, layout.height), name
