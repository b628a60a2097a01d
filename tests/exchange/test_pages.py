"""The admin's buttons: a list goes out as a file; a file is tried, looked at, and only then taken."""

import base64
import json
import re
import zlib

import pytest
from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import Category
from kloppocar.exchange.registry import ALL, RESOURCES
from tests.make import make_category
from users.models import User

from .conftest import as_csv, exported, lines_of


@pytest.fixture
def boss(client, db):
    client.force_login(User.objects.create_superuser("root"))
    return client


def page_of(resource, action):
    resource = RESOURCES.get(resource, resource) if isinstance(resource, str) else resource
    return reverse(f"admin:{resource.model._meta.app_label}_{resource.model._meta.model_name}_{action}")


def send(client, content, name="categories.csv", resource="categories", **more):
    return client.post(page_of(resource, "import"), {"file": SimpleUploadedFile(name, content), **more})


def confirm(client, tried, resource="categories"):
    """What pressing the button sends."""
    form = tried.context["confirm"]
    return client.post(page_of(resource, "import"), {field.name: field.value() or "" for field in form})


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_every_list_has_its_buttons_and_its_pages(story, boss):
    for resource in ALL:
        shown = boss.get(page_of(resource, "changelist")).content.decode()
        form = boss.get(page_of(resource, "import"))
        export = boss.get(page_of(resource, "export"))

        for action in ("export", "import"):
            assert page_of(resource, action) in shown
        assert shown.count("Import</a>") == 1
        assert form.status_code == 200
        assert "1 MiB large and have 2000 rows" in form.content.decode()
        assert b"".join(export.streaming_content) == exported(resource)
        assert export["Content-Disposition"] == f'attachment; filename="{resource.name}.csv"'


def test_what_staff_do_not_write_has_no_buttons(boss):
    for model in admin.site._registry:
        if model not in {resource.model for resource in ALL}:
            shown = boss.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
            assert "Export CSV" not in shown.content.decode(), model


def test_an_export_holds_what_the_list_shows(boss):
    make_category(name={"en": "Door"})
    make_category(name={"en": "Wheel"})

    found = boss.get(page_of("categories", "export"), {"q": "whe", "format": "csv"})
    as_json = boss.get(page_of("categories", "export"), {"q": "whe", "format": "json"})

    assert [row["name:en"] for row in lines_of(b"".join(found.streaming_content))] == ["Wheel"]
    assert as_json["Content-Type"] == "application/json"
    assert boss.get(page_of("categories", "export"), {"colour": "red"}).status_code == 302


def test_a_file_is_tried_then_taken(boss):
    category = make_category(name={"en": "Part"})
    rows = [{"id": category.id, "version": 1, "name:en": "Door"}, {"id": "", "version": "", "name:en": "New"}]

    tried = send(boss, as_csv(rows))

    assert "2 rows: 1 created, 1 changed" in tried.content.decode()
    assert "Nothing has been written yet." in tried.content.decode()
    assert Category.objects.count() == 1

    taken = confirm(boss, tried)

    assert said(taken) == ["2 rows: 1 created, 1 changed."]
    assert [row.name["en"] for row in Category.objects.order_by("id")] == ["Door", "New"]


def test_what_was_imported_stands_in_the_history_in_the_name_of_who_did_it(boss):
    category = make_category(name={"en": "Part"})
    rows = [{"id": category.id, "version": 1, "name:en": "Door"}, {"id": "", "version": "", "name:en": "New"}]
    tried = send(boss, as_csv(rows))
    assert not LogEntry.objects.exists()

    confirm(boss, tried)

    entries = LogEntry.objects.order_by("id")
    assert [(str(entry.user), entry.object_repr, entry.action_flag) for entry in entries] == [
        ("root", "Door", CHANGE),
        ("root", "New", ADDITION),
    ]
    assert json.loads(entries[0].change_message)[0]["changed"]["values"] == {"name": [{"en": "Part"}, {"en": "Door"}]}
    assert boss.get(reverse("admin:catalog_category_history", args=[category.id])).status_code == 200


def test_who_confirms_twice_makes_no_row_twice(boss):
    tried = send(boss, as_csv([{"name:en": "New"}]))
    confirm(boss, tried)

    again = confirm(boss, tried)

    assert said(again) == ["1 row: 1 made before."]
    assert Category.objects.count() == 1


def test_a_refused_row_is_shown_with_its_reason_and_cannot_be_confirmed(boss):
    tried = send(boss, as_csv([{"name:en": "x" * 121}, {"name:en": "good"}]))

    assert tried.context["confirm"] is None
    assert "name: The text for en is longer than 120." in tried.content.decode()
    assert "mend these, and try the file again" in tried.content.decode()


def test_of_many_refused_rows_the_page_shows_the_first(boss):
    tried = send(boss, as_csv([{"name:en": "x" * 121}] * 300))

    assert "the first 100 of 300" in tried.content.decode()
    assert len(re.findall("is longer than 120", tried.content.decode())) == 100


def test_a_row_that_moved_on_between_trying_and_confirming_stays(boss):
    category = make_category(name={"en": "Part"})
    tried = send(boss, as_csv([{"id": category.id, "version": 1, "name:en": "Door"}]))
    Category.objects.update(version=2)

    taken = confirm(boss, tried)

    assert said(taken) == ["1 row: 1 moved on."]
    category.refresh_from_db()
    assert category.name == {"en": "Part"}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", b"x" * ((1 << 20) + 1), "At most 1 MiB at once"),
        ("x.csv", b"name:en\n" + b"x\n" * 2_001, "At most 2000 rows at once"),
        ("x.csv", b"colour\nred\n", "Unknown columns: colour"),
        ("x.csv", "name:en\nTür\n".encode("latin-1"), "not UTF-8"),
        ("x.csv", b"", "empty"),
        ("x.json", b"[", "not JSON"),
        ("x.json", b'[{"\\ud800": 1}]', "half a character"),
        ("x.json", b'[{"name": {"en": "x"}, "parent": 1e999}]', "is no number"),
    ],
)
def test_a_file_that_cannot_be_taken_is_said_on_the_page(boss, name, content, says):
    tried = send(boss, content, name)

    assert tried.status_code == 200
    assert says in tried.content.decode()
    assert not Category.objects.exists()


BOMB = base64.b64encode(zlib.compress(b"0" * (9 << 20))).decode()


@pytest.mark.parametrize("packed", ["", "no base64 ÿ", base64.b64encode(b"no zlib").decode(), BOMB])
def test_what_comes_back_tampered_is_refused(boss, packed):
    answer = boss.post(page_of("categories", "import"), {"packed": packed, "name": "x.csv", "force": ""})

    assert answer.status_code == 200
    assert len(said(answer)) == 1
    assert not Category.objects.exists()


def test_texts_of_a_file_are_shown_as_texts(boss):
    tried = send(boss, as_csv([{"name:en": "x", "parent": "<script>alert(1)</script>"}]), "<b>.csv")

    assert "<script>alert" not in tried.content.decode()
    assert "&lt;script&gt;" in tried.content.decode()
    assert "<b>.csv" not in tried.content.decode()


@pytest.mark.parametrize(("person", "status"), [(None, 302), ("alice", 302)])
def test_strangers_see_neither_page(client, cast, person, status):
    if person:
        client.force_login(cast[person])

    assert client.get(page_of("categories", "export")).status_code == status
    assert client.get(page_of("categories", "import")).status_code == status


def test_staff_without_the_right_to_a_table_are_refused(client, db):
    client.force_login(User.objects.create_user(username="clerk", is_staff=True))

    assert client.get(page_of("codes", "export")).status_code == 403
    assert client.get(page_of("codes", "import")).status_code == 403
    assert send(client, as_csv([{"name:en": "x"}])).status_code == 403


@pytest.mark.parametrize("action", ["view", "add", "change"])
def test_who_imports_may_both_make_rows_and_change_them(client, db, action):
    clerk = User.objects.create_user(username="clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename=f"{action}_category"))
    client.force_login(clerk)

    assert client.get(page_of("categories", "import")).status_code == 403
    assert send(client, as_csv([{"name:en": "x"}])).status_code == 403


def test_who_may_make_rows_and_change_them_imports(client, db):
    clerk = User.objects.create_user(username="clerk", is_staff=True)
    names = ["view_category", "add_category", "change_category"]
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client.force_login(clerk)

    confirm(client, send(client, as_csv([{"name:en": "x"}])))

    assert Category.objects.count() == 1
