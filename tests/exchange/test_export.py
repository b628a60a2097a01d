"""Every resource that staff write leaves as CSV and as JSON, whole, with no formula in any cell."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from collectibles.models import DistributionCode
from kloppocar.api.spreadsheet import LIKE_A_FORMULA
from kloppocar.exchange.export import Export
from kloppocar.exchange.registry import ALL, LEFT_OUT, RESOURCES
from tests.conftest import token_of
from tests.make import make_category, make_code, make_collectible, make_distribution, make_user
from tests.test_access import ROWS, api_patterns


def as_csv(resource):
    content = b"".join(Export(resource).written("csv"))
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_json(resource):
    return json.loads(b"".join(Export(resource).written("json")))


def test_whatever_staff_may_write_is_exchanged_or_says_why_not():
    routes = {pattern.name: pattern.callback.cls for pattern in api_patterns() if pattern.name.endswith("-list")}
    staff_alone = {
        routes[name]
        for name, method, *statuses in ROWS
        if method == "POST"
        and name in routes
        and statuses[-1] in {"200", "201", "400"}
        and not {"200", "201", "400"} & set(statuses[:-1])
        and "retrieve" in dir(routes[name])
    }

    left_out = {viewset for viewset in staff_alone if viewset not in {resource.viewset for resource in ALL}}
    assert {viewset.__name__ for viewset in left_out} == {"AccountViewSet"}
    assert {"users", "memberships"} == set(LEFT_OUT)


def test_every_row_leaves_in_both_formats(story):
    for resource in ALL:
        ids = list(resource.model.objects.order_by("pk").values_list("pk", flat=True))
        assert ids, f"the demo has no {resource.name}"

        table, objects = as_csv(resource), as_json(resource)

        assert [int(row["id"]) for row in table] == [row["id"] for row in objects] == ids
        assert [int(row["version"]) for row in table] == [row["version"] for row in objects]


def test_a_json_row_says_what_the_api_says(story):
    """Relations by id, where the API shows a small object."""
    boss = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(make_user('boss').cognito_sub, True)}")
    for resource in ALL:
        row = as_json(resource)[0]

        shown = boss.get(f"/api/v1/{resource.name}/{row['id']}/").json()

        plain = {key: key_of(value) for key, value in shown.items()}
        compared = row.keys() & shown.keys() - {"sponsorships"}
        assert {key: row[key] for key in compared} == {key: plain[key] for key in compared}
        assert shown.keys() - row.keys() <= {"progress", "contribution", "state", "printed"}, resource.name


def key_of(value):
    return value["id"] if isinstance(value, dict) and "id" in value else value


def test_relations_say_what_they_are_called(db):
    make_collectible(category=make_category(name={"en": "Wheel"}))

    (row,) = as_csv(RESOURCES["collectibles"])

    assert row["category.name"] == "Wheel"


def test_a_pool_and_a_withdrawn_code_stand_in_the_table(db):
    code = make_code(make_distribution(make_collectible()))
    DistributionCode.objects.update(revoked_at=code.created_at)

    (campaign,), (row,) = as_csv(RESOURCES["distributions"]), as_csv(RESOURCES["codes"])

    assert json.loads(campaign["pool"]) == [{"collectible": campaign_of(code), "weight": 1}]
    assert row["revoked"] == "true"


def campaign_of(code):
    return code.distribution.pool.get().collectible_id


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5", "@all", "\t=x", "'=quoted"])
def test_no_cell_is_a_formula(db, text):
    make_category(name={"en": text})

    (row,) = as_csv(RESOURCES["categories"])

    assert row["name:en"] == f"'{text}"
    assert not any(LIKE_A_FORMULA.match(cell) and cell[0] != "'" for cell in row.values())


def test_an_export_takes_as_many_statements_for_one_row_as_for_all(story):
    def statements(resource, rows):
        with CaptureQueriesContext(connection) as queries:
            b"".join(Export(resource, rows).written("csv"))
        return len(queries)

    for resource in ALL:
        rows = resource.model.objects.all()
        one = rows.filter(pk=rows.latest("pk").pk)

        assert statements(resource, rows) <= statements(resource, one) + 2, (
            resource.name
        )  # whose relations may be empty


def test_an_empty_table_has_its_header_and_is_an_empty_list(db):
    assert b"".join(Export(RESOURCES["ranks"]).written("csv")).startswith("\ufeffid,title:en,title:de,level".encode())
    assert as_json(RESOURCES["ranks"]) == []


def test_the_command_writes_a_file_and_says_so(story, tmp_path, capsys):
    path = tmp_path / "ranks.json"

    call_command("export_rows", "ranks", str(path), "--json")

    said = json.loads(capsys.readouterr().out)
    assert said == {"resource": "ranks", "file": str(path), "format": "json", "rows": len(json.loads(path.read_text()))}
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_said_in_words(story, tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file or directory") as refused:
        call_command("export_rows", "ranks", str(tmp_path / "nowhere" / "ranks.csv"))

    assert refused.value.returncode == 2


def test_an_export_that_breaks_off_leaves_what_was_there(story, tmp_path, monkeypatch):
    path = tmp_path / "ranks.csv"
    path.write_text("earlier")
    monkeypatch.setattr(Export, "line", lambda self, row: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        call_command("export_rows", "ranks", str(path))

    assert [file.read_text() for file in tmp_path.iterdir()] == ["earlier"]
