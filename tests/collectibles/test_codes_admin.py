"""Codes in the admin: a look first, then codes, then files; and manage.py codes, which does the same in a terminal."""

import csv
import io
import json
import re
from pathlib import Path

import pypdfium2
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from collectibles.models import CodeBatch, DistributionCode
from collectibles.services import make_codes
from tests.make import DAY, make_code, make_collectible, make_distribution, make_mission
from users.models import User


@pytest.fixture
def campaign(db):
    return make_distribution(make_collectible(circulation=5))


@pytest.fixture
def staff_client(client, db):
    client.force_login(User.objects.create_superuser("root"))
    return client


def page_of(campaign):
    return reverse("admin:collectibles_distribution_codes", args=[campaign.pk])


def form_of(response):
    key = re.search(r'name="key" value="([^"]+)"', response.content.decode())
    seen = re.search(r'name="seen" value="([^"]*)"', response.content.decode())
    return {"key": key and key[1], "seen": seen[1] if seen else ""}


def look(client, campaign, **wish):
    form = form_of(client.get(page_of(campaign)))
    return client.post(page_of(campaign), form | {"count": 3, "max_uses": 1} | wish)


def test_the_campaigns_page_leads_to_its_codes(staff_client, campaign):
    page = staff_client.get(reverse("admin:collectibles_distribution_change", args=[campaign.pk]))

    assert page_of(campaign) in page.content.decode()


def test_a_look_makes_nothing_and_says_what_would_be_made(staff_client, campaign):
    page = look(staff_client, campaign, count=100, max_uses=1).content.decode()

    assert "100 codes, each for" in page
    assert "5 of A4, 24 to cut" in page
    assert "Copies left: 5." in page
    assert not CodeBatch.objects.exists()


def test_codes_are_made_after_the_look_once_and_logged(staff_client, campaign):
    form = form_of(look(staff_client, campaign)) | {"count": 3, "max_uses": "", "note": "fair"}
    form["seen"] = "3 None"

    for _ in range(2):  # a double click
        response = staff_client.post(page_of(campaign), form)
        assert response.status_code == 302

    batch = CodeBatch.objects.get()
    assert (batch.codes.count(), batch.max_uses, batch.note) == (3, None, "fair")
    made = {"codes": [None, 3], "batch": [None, batch.pk]}
    assert json.loads(LogEntry.objects.get().change_message)[0]["changed"]["values"] == made
    page = staff_client.get(page_of(campaign)).content.decode()
    assert f"/codes/?batch={batch.pk}" in page
    assert f"/sheet/?batch={batch.pk}&amp;layout=l7160" in page
    assert "were made before" in page


def test_whoever_changes_the_number_after_the_look_looks_again(staff_client, campaign):
    form = form_of(look(staff_client, campaign, count=3))

    response = staff_client.post(page_of(campaign), form | {"count": 3000, "max_uses": 1})

    assert "3000 codes, each for" in response.content.decode()
    assert not CodeBatch.objects.exists()


@pytest.mark.parametrize("count", ["0", "100001", "many", ""])
def test_a_count_that_cannot_be_is_said_beside_the_field(staff_client, campaign, count):
    response = look(staff_client, campaign, count=count, seen=f"{count} 1")

    assert response.context["form"].errors.keys() == {"count"}
    assert not CodeBatch.objects.exists()


def test_the_links_of_the_page_lead_to_the_files(staff_client, campaign):
    make_code(campaign)
    page = staff_client.get(page_of(campaign)).content.decode()

    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/api/v1/distributions/[^"]+)"', page)}

    assert len(links) == 9
    assert {staff_client.get(link).status_code for link in links} == {200}


def test_a_campaign_that_is_over_says_why_not(staff_client, db):
    over = make_distribution(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)

    response = look(staff_client, over, seen="3 1")

    assert "This campaign is over" in response.content.decode()
    assert not CodeBatch.objects.exists()


def test_what_would_keep_codes_from_working_is_said_before(staff_client, db):
    campaign = make_distribution(active=False, kind="reward")
    make_mission(reward=campaign)

    page = look(staff_client, campaign).content.decode()

    for words in ("switched off", "reward of a mission", "nothing that it could draw"):
        assert words in page


def test_nobody_else_sees_the_page(client, campaign):
    assert client.get(page_of(campaign)).status_code == 302
    client.force_login(User.objects.create_user(username="clerk", is_staff=True))
    assert client.get(page_of(campaign)).status_code == 403


@pytest.mark.parametrize(
    ("permissions", "sees", "makes"),
    [
        ("view_distribution change_distribution", 403, 403),
        ("view_distribution view_distributioncode", 200, 403),
        ("view_distribution change_distribution view_distributioncode", 200, 403),
        ("view_distribution change_distribution view_distributioncode add_distributioncode", 200, 302),
    ],
)
def test_codes_are_for_whom_codes_concern(client, campaign, permissions, sees, makes):
    clerk = User.objects.create_user(username="clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions.split()))
    client.force_login(clerk)
    path = f"/api/v1/distributions/{campaign.pk}/codes/"
    form = {"key": "k" * 24, "seen": "3 1", "count": 3, "max_uses": 1}

    assert client.get(page_of(campaign)).status_code == sees
    assert client.post(page_of(campaign), form).status_code == makes
    assert CodeBatch.objects.exists() is (makes == 302)
    make_code(campaign)
    assert client.get(path).status_code == sees
    assert client.post(path, {"count": 1}, content_type="application/json").status_code == {302: 201}.get(makes, 403)
    assert LogEntry.objects.count() == 2 * (makes == 302)


def test_many_codes_come_in_parts_each_with_its_own_link(staff_client, campaign):
    make_codes(campaign=campaign, count=5_001)

    page = staff_client.get(page_of(campaign)).content.decode()

    assert all(f"/sheet/?layout=a4&amp;part={part}" in page for part in (1, 2, 3))
    assert "part=4" not in page


# --- manage.py codes ---------------------------------------------------------------------------------------------


def run(capsys, *arguments):
    call_command("codes", *map(str, arguments))
    return capsys.readouterr().out


def test_the_command_makes_codes_once_a_key(campaign, capsys):
    first = json.loads(run(capsys, "make", campaign.pk, 30, "--max-uses", 0, "--key", "fair-1", "--json"))
    again = json.loads(run(capsys, "make", campaign.pk, 30, "--max-uses", 0, "--key", "fair-1", "--json"))

    assert (first["created"], first["replay"], again["replay"]) == (30, False, True)
    assert first["batch"] == again["batch"]
    assert DistributionCode.objects.filter(max_uses=None).count() == 30


def test_the_command_writes_the_table_and_the_sheet(campaign, capsys, tmp_path):
    batch = json.loads(run(capsys, "make", campaign.pk, 30, "--json"))["batch"]
    table, sheet = tmp_path / "codes.csv", tmp_path / "codes.pdf"

    run(capsys, "csv", campaign.pk, table, "--batch", batch)
    said = json.loads(run(capsys, "sheet", campaign.pk, sheet, "--layout", "l7160", "--json"))

    assert len(list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))) == 30
    assert (said["codes"], said["pages"], said["bytes"]) == (30, 2, sheet.stat().st_size)
    with pypdfium2.PdfDocument(sheet) as document:
        assert len(document) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["make", "CAMPAIGN", 0], 1, "from 1 to 100,000"),
        (["make", "CAMPAIGN", 1, "--max-uses", -1], 2, "--max-uses"),
        (["make", 999_999, 1], 2, "no campaign 999999"),
        (["csv", "CAMPAIGN", "x.csv"], 1, "no codes yet"),
        (["sheet", "CAMPAIGN", "x.pdf", "--batch", 7], 1, "no such batch"),
    ],
)
def test_the_command_says_what_it_cannot_do(campaign, arguments, code, says):
    with pytest.raises(CommandError, match=says) as error:
        call_command("codes", *(campaign.pk if part == "CAMPAIGN" else part for part in arguments))

    assert error.value.returncode == code
    assert not Path(str(arguments[-1])).exists()


def test_the_command_names_the_variable_that_is_missing(campaign, settings, tmp_path):
    settings.PUBLIC_URL = ""
    make_code(campaign)

    with pytest.raises(CommandError, match="PUBLIC_URL is not set"):
        call_command("codes", "sheet", campaign.pk, tmp_path / "x.pdf")


def test_what_cannot_be_written_leaves_what_was_there(campaign, tmp_path):
    make_code(campaign)

    with pytest.raises(CommandError, match="cannot be written") as error:
        call_command("codes", "sheet", campaign.pk, tmp_path / "nowhere" / "x.pdf")

    assert error.value.returncode == 2
