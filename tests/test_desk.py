"""The desk of campaign people: a dashboard that tells how it goes, and a wizard that makes a campaign as a whole."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import trans_real

from collectibles.admin.wizard.page import NEEDED
from collectibles.codes import new_code
from collectibles.models import Collectible, Distribution, DistributionCode, Grant
from collectibles.services import redeem
from kloppocar.models import TakenBatch
from tests import make
from tests.test_admin import staff_client  # noqa: F401 - a fixture
from tests.test_roles import in_admin, somebody  # noqa: F401 - a fixture
from users.models import User

INDEX, PLAN = "/admin/", "/admin/collectibles/distribution/plan/"
NONCE = "0123456789abcdef" * 2


def filled(*pool, **changes):
    """The page as somebody fills it in."""
    data = {
        "name_en": "Summer", "name_de": "Sommer", "description_en": "", "description_de": "",
        "project": make.make_project().pk,
        "kind": "scan", "starts_at": "2026-12-01T09:00", "ends_at": "2127-01-01T09:00", "draw": "from-pool",
        "limit": "50", "code_count": "3", "code_uses": "1", "nonce": NONCE,
        "pool-TOTAL_FORMS": "5", "pool-INITIAL_FORMS": "0",
    }  # fmt: skip
    for number, (collectible, weight) in enumerate(pool):
        data |= {f"pool-{number}-collectible": collectible, f"pool-{number}-weight": weight}
    return data | changes


def typed(collectible):
    return f"{collectible.pk} · Door"


# --- Dashboard ---------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_was_won_refused_and_left(staff_client, alice, bob):  # noqa: F811
    door = make.make_collectible(circulation=10)
    campaign = make.make_distribution(door, name={"en": "Roadshow"}, limit=4)
    code = make.make_code(campaign, max_uses=None)
    redeem(user=alice, code=code.code)
    redeem(user=bob, code=code.code)

    page = staff_client.get(INDEX)

    (line,) = page.context["dashboard"]["lines"]
    assert (line.name, line.state, line.redemptions, line.left, line.share) == ("Roadshow", "open", 2, 2, 50)
    assert page.context["dashboard"]["per_hour"].total == 2
    assert [(row.label, row.count) for row in page.context["dashboard"]["top"]] == [("Door", 2)]
    assert page.context["dashboard"]["sign_ups"].total == 5
    assert "<script>" not in page.content.decode()
    assert page.content.decode().count('id="dashboard"') == 1


@pytest.mark.parametrize(
    ("fields", "left"),
    [({"limit": 3}, 3), ({"limit": None}, 10), ({"limit": 30}, 10)],
)
def test_what_is_left_is_the_less_of_limit_and_stock(staff_client, fields, left):  # noqa: F811
    make.make_distribution(make.make_collectible(circulation=10), **fields)

    assert [line.left for line in staff_client.get(INDEX).context["dashboard"]["lines"]] == [left]


def test_what_is_left_of_a_whole_collection_is_what_it_draws_from(staff_client):  # noqa: F811
    door = make.make_collectible(circulation=10)
    for mate in (make.make_collectible(circulation=4, collection=door.collection), make.make_collectible()):
        make.make_distribution(mate, draw="random-from-collection", collection=door.collection)

    assert [line.left for line in staff_client.get(INDEX).context["dashboard"]["lines"]] == [14, 14]


def test_a_stock_without_limit_has_no_end(staff_client):  # noqa: F811
    make.make_distribution(make.make_collectible(circulation=10), make.make_collectible())

    assert [line.left for line in staff_client.get(INDEX).context["dashboard"]["lines"]] == [None]


def test_refusals_are_told_by_their_reason(staff_client, api, alice):  # noqa: F811
    code = make.make_code(make.make_distribution(make.make_collectible()), revoked_at=timezone.now())
    for _ in range(2):
        assert api("alice").post("/api/v1/redemptions/", {"code": code.code}).status_code == 410

    rows = staff_client.get(INDEX).context["dashboard"]["refusals"]

    assert [(row.note, row.count) for row in rows] == [("revoked", 2)]


def test_the_first_page_costs_the_same_for_one_campaign_as_for_many(staff_client, alice, bob):  # noqa: F811
    def statements():
        with CaptureQueriesContext(connection) as queries:
            staff_client.get(INDEX)
        return len(queries)

    redeem(user=alice, code=make.make_code(make.make_distribution(make.make_collectible())).code)
    statements()
    one = statements()
    for _ in range(6):
        campaign = make.make_distribution(make.make_collectible())
        for person in (alice, bob):
            redeem(user=person, code=make.make_code(campaign).code)

    assert statements() == one <= 20


@pytest.mark.parametrize(
    ("role", "sees"), [("Editor", False), ("Campaign manager", True), ("Support", True), ("Administrator", True)]
)
def test_numbers_are_for_who_may_see_campaigns(somebody, role, sees):  # noqa: F811
    page = in_admin(somebody(role)).get(INDEX)

    assert page.status_code == 200
    assert ("dashboard" in page.context) is sees


@pytest.mark.parametrize(
    ("language", "header", "says"),
    [("de", "en", "So laufen die Kampagnen"), ("", "de-DE,en", "So laufen die Kampagnen"), ("", "fr", "How campaigns")],
)
def test_the_desk_speaks_the_persons_language(somebody, language, header, says):  # noqa: F811
    client = in_admin(somebody("Administrator", language=language))

    assert says in client.get(INDEX, HTTP_ACCEPT_LANGUAGE=header).content.decode()


# --- Wizard ------------------------------------------------------------------------------------------------------


def test_one_page_makes_the_campaign_with_pool_and_codes(staff_client):  # noqa: F811
    door, gate = make.make_collectible(), make.make_collectible()

    answer = staff_client.post(PLAN, filled((typed(door), "3"), (str(gate.pk), ""), make=""))

    campaign = Distribution.objects.get()
    assert answer.url == reverse("admin:collectibles_distribution_change", args=[campaign.pk])
    assert (campaign.name, campaign.limit) == ({"en": "Summer", "de": "Sommer"}, 50)
    assert campaign.starts_at == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert list(campaign.pool.values_list("collectible", "weight")) == [(door.pk, 3), (gate.pk, 1)]
    assert [*campaign.codes.values_list("max_uses", flat=True)] == [1, 1, 1]
    assert '"pool":[null,[' in LogEntry.objects.earliest("id").change_message


def test_looking_says_what_a_scan_will_do_and_makes_nothing(staff_client):  # noqa: F811
    door = make.make_collectible(circulation=10)
    gate, draft = make.make_collectible(name={"en": "Gate"}), make.make_collectible(status="draft", name={"en": "Lid"})
    opens = timezone.now() + timedelta(days=3)
    pool = [(typed(door), "3"), (typed(gate), "1"), (typed(draft), "9")]

    page = staff_client.post(PLAN, filled(*pool, starts_at=f"{opens:%Y-%m-%dT%H:%M}", look=""))

    outlook = page.context["outlook"]
    assert [scan.says.code for scan in outlook.scans] == ["not_open_yet", None, "closed"]
    assert [(chance.name, chance.percent, chance.left) for chance in outlook.chances] == [
        ("Door", 75.0, 10),
        ("Gate", 25.0, None),
    ]
    assert outlook.silent == ["Lid"]
    assert not (Distribution.objects.exists())
    assert not (DistributionCode.objects.exists())
    assert not (LogEntry.objects.exists())


def test_looking_at_what_nobody_can_win_says_so(staff_client):  # noqa: F811
    draft = make.make_collectible(status="draft")

    page = staff_client.post(PLAN, filled((typed(draft), "1"), look="")).content.decode()

    assert "publish a collectible first" in page


def test_what_is_ticked_and_the_collection_are_written_as_well(staff_client):  # noqa: F811
    collection = make.make_collectible().collection
    ticked = {"new_users_only": "on", "once_per_collectible": "on"}

    staff_client.post(
        PLAN, filled(draw="random-from-collection", collection=collection.pk, **ticked, code_uses="", make="")
    )

    campaign = Distribution.objects.get()
    assert (campaign.draw, campaign.collection) == ("random-from-collection", collection)
    assert (campaign.new_users_only, campaign.once_per_collectible) == (True, True)
    assert set(campaign.codes.values_list("max_uses", flat=True)) == {None}


def test_where_codes_cannot_be_made_no_campaign_stays(staff_client, monkeypatch):  # noqa: F811
    """The dice fall the same way each time, and that code is taken."""
    monkeypatch.setattr("secrets.randbits", lambda bits: 0)
    make.make_code(code=new_code())

    with pytest.raises(IntegrityError):
        staff_client.post(PLAN, filled((typed(make.make_collectible()), "1"), code_count="1", make=""))

    assert Distribution.objects.count() == 1
    assert not TakenBatch.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_campaign_without_codes_is_planned_without_them(staff_client):  # noqa: F811
    data = filled((typed(make.make_collectible()), "1"), kind="reward", code_count="")

    page = staff_client.post(PLAN, data | {"look": ""})
    made = staff_client.post(PLAN, data | {"make": ""})

    assert page.context["outlook"].scans == []
    assert made.status_code == 302
    assert not DistributionCode.objects.exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "reward"}, "works without codes"),
        ({"kind": "starter"}, "works without codes"),
        ({"code_uses": "1000001"}, "less than or equal to 1000000"),
        ({"starts_at": "2020-01-01T09:00", "ends_at": "2020-02-01T09:00"}, "nobody could redeem its codes"),
        ({"ends_at": "9999-12-31T23:59"}, "years 2 to 9998"),
        ({"name_en": ""}, "English is needed"),
        ({"ends_at": "2026-11-01T09:00"}, "Must lie after"),
        ({"draw": "random-from-collection"}, "Name the collection to draw from"),
        ({"code_count": "100001"}, "less than or equal to 100000"),
        ({"limit": "0"}, "greater than or equal to 1"),
        ({"pool-0-collectible": "Door"}, "Choose one from the list"),
        ({"pool-0-collectible": "4711"}, "does not exist"),
        ({"pool-0-collectible": ""}, "Name at least one collectible"),
        ({"pool-0-weight": "0"}, "greater than or equal to 1"),
        ({"nonce": "x"}, "Enter a valid value"),
        ({"pool-TOTAL_FORMS": ""}, "ManagementForm data is missing"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(staff_client, changes, says):  # noqa: F811
    data = filled((typed(make.make_collectible()), "1"), description_en="Only here.", make="")

    page = staff_client.post(PLAN, data | changes)

    assert page.status_code == 200
    assert says in page.content.decode()
    assert "Only here." in page.content.decode()
    assert not Distribution.objects.exists()


def test_a_collectible_that_stands_twice_is_refused(staff_client):  # noqa: F811
    door = typed(make.make_collectible())

    page = staff_client.post(PLAN, filled((door, "1"), (door, "2"), make=""))

    assert "may stand here once" in page.content.decode()
    assert not Distribution.objects.exists()


def test_a_page_sent_again_finds_what_the_first_made(staff_client):  # noqa: F811
    data = filled((typed(make.make_collectible()), "1"), make="")

    first, second = staff_client.post(PLAN, data), staff_client.post(PLAN, data)

    assert first.url == second.url
    assert Distribution.objects.count() == 1
    assert DistributionCode.objects.count() == 3


def test_of_a_double_click_at_once_one_campaign_comes(real_db):
    root = User.objects.create_superuser("root")
    data, barrier = filled((typed(make.make_collectible()), "1"), make=""), threading.Barrier(4)

    def click(_):
        client = Client()
        client.force_login(root)
        barrier.wait()
        try:
            return client.post(PLAN, data).url
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        places = set(threads.map(click, range(4)))

    assert len(places) == 1
    assert (Distribution.objects.count(), DistributionCode.objects.count(), TakenBatch.objects.count()) == (1, 3, 1)


def lacking(somebody, permission):  # noqa: F811
    """Staff who may do all that the wizard needs, but one thing."""
    person = somebody(None, permission)
    needed = Permission.objects.filter(content_type__app_label="collectibles", codename__in={*NEEDED} - {permission})
    person.user_permissions.set(needed)
    return person


@pytest.mark.parametrize(
    ("role", "status"), [("Editor", 403), ("Campaign manager", 200), ("Support", 403), ("Administrator", 200)]
)
def test_campaigns_are_planned_by_who_may_make_them(somebody, role, status):  # noqa: F811
    client = in_admin(somebody(role))

    if role == "Campaign manager":
        for needed in NEEDED:
            assert in_admin(lacking(somebody, needed)).get(PLAN).status_code == 403, needed
    assert client.get(PLAN).status_code == status
    assert client.post(PLAN, filled((typed(make.make_collectible()), "1"), make="")).status_code in {302, 403}
    assert Distribution.objects.exists() is (status == 200)


def test_a_campaign_from_the_wizard_is_played(staff_client, api):  # noqa: F811
    door = make.make_collectible()
    staff_client.post(PLAN, filled((typed(door), "1"), starts_at="2025-01-01T09:00", make=""))
    code = DistributionCode.objects.first().code

    assert api("alice").post("/api/v1/redemptions/", {"code": code}).status_code == 201
    assert Grant.objects.get().copy.collectible == Collectible.objects.get() == door
    added, made = LogEntry.objects.order_by("id")
    assert json.loads(added.change_message)[0]["added"]["values"]["limit"] == [None, 50]
    assert json.loads(made.change_message)[0]["changed"]["values"]["codes"] == [None, 3]


def test_a_language_that_we_have_not_is_english_and_is_not_kept(client, db):
    before = set(trans_real._translations)

    pages = [client.get("/admin/login/", {"lang": f"y{number}"}) for number in range(5)]

    assert {page.status_code for page in pages} == {200}
    assert set(trans_real._translations) - before <= {"en"}
