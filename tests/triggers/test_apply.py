"""manage.py apply_triggers: plans, applies, verifies, and mends what somebody edited by hand."""

import json
import shutil
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from kloppocar import triggers


@pytest.fixture
def own_folder(real_db, tmp_path, monkeypatch):
    """A copy of sql/ to break, for a database with real commits; put right again at the end."""
    folder = tmp_path / connection.vendor
    shutil.copytree(settings.BASE_DIR / "sql" / connection.vendor, folder)
    monkeypatch.setattr(triggers, "folder_of", lambda connection: folder)
    yield folder
    monkeypatch.undo()
    triggers.apply_all(connection)


def run(*arguments):
    out = StringIO()
    call_command("apply_triggers", *arguments, stdout=out)
    return out.getvalue()


def states():
    return {step["name"]: step["state"] for step in json.loads(run("--plan", "--json")) if step["state"] != "unchanged"}


def drop(name):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}")


def edit_by_hand(name):
    (item,) = [item for item in triggers.read(triggers.folder_of(connection)) if item.name == name]
    drop(name)
    with connection.cursor() as cursor:
        cursor.execute(item.sql.replace("append-only", "sacred"))


def test_a_second_run_does_nothing_and_says_so(own_folder):
    run()

    assert run() == "Triggers: all in step\n"
    assert run("--check") == "All in step\n"


def test_a_dropped_and_an_edited_object_are_seen_named_and_mended(own_folder):
    drop("user_on_create")
    edit_by_hand("ledger_is_append_only__update")

    with pytest.raises(CommandError):
        run("--check")
    assert states() == {"user_on_create": "create", "ledger_is_append_only__update": "drifted"}
    assert triggers.out_of_step(connection) == ["ledger_is_append_only__update", "user_on_create"]
    run()
    assert states() == {}


def test_readiness_names_what_is_out_of_step(own_folder, client):
    assert client.get("/health/ready/").status_code == 200
    drop("user_on_create")

    response = client.get("/health/ready/")

    assert (response.status_code, response.json()["out_of_step"]) == (503, {"triggers": ["user_on_create"]})


def test_a_file_that_fails_names_itself_keeps_the_old_trigger_and_stops_no_other(own_folder):
    broken = own_folder / "user_on_create.sql"
    good = broken.read_text()
    broken.write_text(good.replace("users_user", "users_user\n").replace("SELECT NEW.id", "SELEKT NEW.id"))
    drop("project_update_logic")

    with pytest.raises(CommandError) as caught:
        run()

    assert "user_on_create.sql" in str(caught.value)
    assert "user_on_create" in triggers.seen(connection)
    assert states() == {"user_on_create": "replace"}
    broken.write_text(good)
    run()
    assert states() == {}


def test_only_one_object_is_touched_when_it_is_named(own_folder):
    drop("user_on_create")
    drop("project_update_logic")

    run("--only", "user_on_create")

    assert states() == {"project_update_logic": "create"}


def test_what_is_not_ours_is_never_touched_and_ours_only_when_named(own_folder):
    (own_folder / "user_on_create.sql").unlink()

    run()
    assert states() == {"user_on_create": "orphaned"}
    run("--prune", "user_on_create")

    assert "user_on_create" not in triggers.seen(connection)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SELECT 1;", "holds no CREATE"),
        ("CREATE TRIGGER other BEFORE DELETE ON users_user FOR EACH ROW SET @a = 1;", "the file's name must be"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_by_name(tmp_path, text, sentence):
    path = tmp_path / "mine.sql"
    path.write_text(text)

    with pytest.raises(triggers.TriggerError, match=f"mine.sql: .*{sentence}"):
        triggers.parse(path)


def test_a_delimiter_line_is_taken_and_not_needed(tmp_path):
    path = tmp_path / "mine.sql"
    path.write_text(
        "-- a rule\nDELIMITER $$\nCREATE TRIGGER mine AFTER INSERT ON t FOR EACH ROW SET @a = 'x;y'$$\nDELIMITER ;\n"
    )

    assert triggers.parse(path).sql == "CREATE TRIGGER mine AFTER INSERT ON t FOR EACH ROW SET @a = 'x;y'"


def test_migrating_back_and_forth_keeps_the_triggers(own_folder):
    call_command("migrate", "communities", "0002", verbosity=0)
    call_command("migrate", verbosity=0)

    assert states() == {}


@pytest.mark.skipif("connection.vendor != 'mysql'", reason="SQLite has no such server")
def test_mysqls_way_replaces_without_create_or_replace(own_folder, monkeypatch):
    monkeypatch.setattr(triggers, "replace", triggers.replace_locked)
    path = own_folder / "user_on_create.sql"
    good = path.read_text()
    path.write_text(good.replace("SELECT NEW.id", "SELEKT NEW.id"))

    with pytest.raises(CommandError, match="SELEKT"):
        run()
    assert "user_on_create" in triggers.seen(connection)
    path.write_text(good.replace("NEW.id, id, 1", "NEW.id, id, 0 + 1"))
    run()

    assert states() == {}
