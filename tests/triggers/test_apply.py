"""manage.py apply_triggers: plans, applies, verifies, and mends what somebody edited by hand."""

import json
import re
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from kloppocar import triggers
from kloppocar.models import AppliedObject
from kloppocar.triggers import apply, aside, parse
from tests.make import make_user
from tests.triggers.plain_sql import mysql_only


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
    (item,) = [item for item in parse.read(parse.folder_of(connection)) if item.name == name]
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


def test_a_file_that_fails_names_itself_keeps_the_old_trigger_and_stops_no_other(own_folder, way):
    broken = own_folder / "user_on_create.sql"
    good = broken.read_text()
    broken.write_text(good.replace("SELECT NEW.id", "SELEKT NEW.id"))
    line = broken.read_text()[: broken.read_text().index("SELEKT")].count("\n") + 1
    before = triggers.seen(connection)["user_on_create"]
    drop("project_update_logic")

    with pytest.raises(CommandError) as caught:
        run()

    assert f"user_on_create.sql:{line}: " in str(caught.value)
    assert "SELEKT" in str(caught.value)
    assert triggers.seen(connection)["user_on_create"] == before
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
    with pytest.raises(CommandError, match="apply_triggers --prune user_on_create` mends it"):
        run("--check")
    run("--prune", "user_on_create")

    assert "user_on_create" not in triggers.seen(connection)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SELECT 1;", "mine.sql: holds no CREATE"),
        ("-- CREATE TRIGGER mine\nSELECT 'CREATE VIEW mine';", "mine.sql: holds no CREATE"),
        ("\nCREATE TRIGGER other BEFORE DELETE ON t FOR EACH ROW SET @a = 1;", "mine.sql:2: .*the file's name must be"),
        ("DROP TRIGGER mine;\nCREATE VIEW mine AS SELECT 1;", "mine.sql:2: something stands before"),
        ("CREATE VIEW mine AS SELECT 1;\n\nCREATE VIEW yours AS SELECT 1;", "mine.sql:3: a second object"),
        ("CREATE TRIGGER mine\nSET @a = 1;", "mine.sql:1: BEFORE or AFTER what"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_by_name(tmp_path, text, sentence):
    path = tmp_path / "mine.sql"
    path.write_text(text)

    with pytest.raises(triggers.TriggerError, match=sentence):
        parse.parse(path)


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("-- a rule\nDELIMITER $$\nCREATE TRIGGER mine{}$$\nDELIMITER ;\n", "CREATE TRIGGER mine{}"),
        ("/* it's; -- one\n*/ create or replace trigger `mine`{};", "CREATE TRIGGER mine{};"),
        ("CREATE DEFINER = `a`@`b` TRIGGER IF NOT EXISTS mine{};\n", "CREATE DEFINER = `a`@`b` TRIGGER mine{};"),
    ],
)
def test_a_file_is_read_as_a_dba_writes_it(tmp_path, text, statement):
    path, body = (
        tmp_path / "mine.sql",
        " AFTER INSERT ON t FOR EACH ROW BEGIN SET @a = 'x;\nDELIMITER y'; -- it's\n END",
    )
    path.write_text(text.format(body))

    found = parse.parse(path)

    assert (found.sql, found.table) == (statement.format(body), "t")


def test_files_come_in_the_order_of_what_they_require_and_a_circle_is_refused(tmp_path):
    for name, needs in [("a", "c"), ("b", "a, c"), ("c", "d"), ("d", "")]:
        (tmp_path / f"{name}.sql").write_text(
            f"-- requires: {needs}\nCREATE VIEW {name} AS SELECT 1;" if needs else "CREATE VIEW d AS SELECT 1;"
        )

    assert [item.name for item in parse.read(tmp_path)] == ["d", "c", "a", "b"]
    (tmp_path / "d.sql").write_text("-- requires: a\nCREATE VIEW d AS SELECT 1;")
    with pytest.raises(triggers.TriggerError, match=r"d.sql: requires a, which is missing or a circle"):
        parse.read(tmp_path)


def test_migrating_back_and_forth_keeps_the_triggers(own_folder):
    call_command("migrate", "communities", "0002", verbosity=0)
    call_command("migrate", verbosity=0)

    assert states() == {}


def test_a_trigger_may_move_to_another_table_or_event(own_folder, way):
    path = own_folder / "copy_is_never_deleted.sql"
    path.write_text(
        path.read_text().replace("BEFORE DELETE ON collectibles_copy", "BEFORE DELETE ON collectibles_grant")
    )

    run()

    assert states() == {}
    assert triggers.seen(connection)["copy_is_never_deleted"].table == "collectibles_grant"


def test_a_line_a_file_says_what_was_done_and_how_long_it_took(own_folder):
    drop("user_on_create")

    lines = run().splitlines()

    assert len(lines) == len(triggers.plan(connection)) + 1
    assert re.fullmatch(r"created    user_on_create \(\d+\.\d ms\)", lines[-2])
    assert lines[-1] == f"Triggers: 1 of {len(lines) - 1} changed"


def test_what_has_a_file_is_not_pruned_and_what_is_unknown_is_said(own_folder):
    with pytest.raises(CommandError, match="Not orphaned"):
        run("--prune", "user_on_create")
    with pytest.raises(CommandError, match="Not known: nothing"):
        run("--only", "nothing")
    with pytest.raises(CommandError, match="No database is called moon"):
        run("--database", "moon")


def test_a_database_without_tables_is_told_apart_from_none(real_db, monkeypatch):
    monkeypatch.setattr(AppliedObject._meta, "db_table", "kloppocar_not_there")

    with pytest.raises(CommandError, match=r"^The tables are not there yet: run `manage.py migrate` first\.$"):
        run("--check")


def test_a_database_that_cannot_be_reached_is_said_in_a_sentence(django_db_blocker, monkeypatch):
    monkeypatch.setitem(connections.settings, "moon", connection.settings_dict | {"NAME": "/not/there", "PORT": 1})

    with django_db_blocker.unblock(), pytest.raises(CommandError, match=r"^The database says: .*(open|connect).*\.$"):
        run("--database", "moon")


def test_a_second_run_waits_and_then_says_who_holds_the_lock(own_folder, monkeypatch):
    monkeypatch.setattr(aside, "LOCK_SECONDS", 1)
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 1)
    held, done = threading.Event(), threading.Event()

    def hold():
        with triggers.alone(connection):
            held.set()
            done.wait(20)
        connection.close()

    connection.close()
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    try:
        with pytest.raises(CommandError, match=r"Another (run holds the lock: connection \d+ of|program is writing)"):
            run()
    finally:
        done.set()
        thread.join()
        connection.close()


@mysql_only("SQLite has no accounts")
def test_a_trigger_of_a_missing_definer_is_seen_and_mended(own_folder):
    (item,) = [item for item in parse.read(parse.folder_of(connection)) if item.name == "user_on_create"]
    drop(item.name)
    apply.execute(connection, item.sql.replace("CREATE", "CREATE DEFINER = `gone`@`nowhere`", 1))

    with pytest.raises(OperationalError, match="1449"):
        make_user()
    assert states() == {"user_on_create": "drifted"}
    run()

    assert make_user().pk
    assert states() == {}


def test_readiness_says_so_when_the_files_are_missing(own_folder, client):
    for path in own_folder.glob("*.sql"):
        path.unlink()

    response = client.get("/health/ready/")

    assert response.status_code == 503
    assert "holds no .sql file" in response.json()["out_of_step"]["triggers"][0]


def test_readiness_names_pending_migrations(real_db, client):
    recorder = MigrationRecorder(connection)
    ((app, last),) = MigrationLoader(connection).graph.leaf_nodes("communities")
    recorder.record_unapplied(app, last)
    try:
        response = client.get("/health/ready/")
    finally:
        recorder.record_applied(app, last)

    answer = {"migrations": [f"{app}.{last}"]}
    assert (response.status_code, response.json()["out_of_step"]) == (503, answer)
