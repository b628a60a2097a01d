"""A server that keeps binary logs lets only SUPER make triggers, as managed MySQL does: error 1419."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from kloppocar import triggers
from kloppocar.models import AppliedObject
from kloppocar.triggers import parse
from scripts.mariadb import MariaDB
from tests.triggers.plain_sql import mysql_only

TRIGGER = "-- A rule.\nCREATE TRIGGER mine AFTER INSERT ON t FOR EACH ROW\nSET @inserted = NEW.id;\n"


@pytest.fixture
def refusing(monkeypatch, tmp_path, django_db_blocker):
    """The alias of a database whose user may do everything in it, and nothing with the server."""
    with MariaDB("--log-bin", "--log-bin-trust-function-creators=0") as server:
        us = {"HOST": "127.0.0.1", "PORT": server.port, "NAME": "kloppocar"}
        them = {
            "root": {"USER": server.user, "PASSWORD": server.password},
            "refusing": {"USER": "app", "PASSWORD": "app"},
        }
        for name, who in them.items():
            monkeypatch.setitem(connections.settings, name, connection.settings_dict | us | who)
        (tmp_path / "mine.sql").write_text(TRIGGER)
        monkeypatch.setattr(parse, "folder_of", lambda connection: tmp_path)
        with django_db_blocker.unblock():
            with connections["root"].schema_editor() as editor:
                editor.create_model(AppliedObject)
            with connections["root"].cursor() as cursor:
                cursor.execute("CREATE TABLE t (id INT)")
                cursor.execute("CREATE USER app IDENTIFIED BY 'app'")
                cursor.execute("GRANT ALL ON kloppocar.* TO app")
            yield connections["root"]
            for name in them:
                connections[name].close()


@mysql_only("SQLite keeps no binary log")
def test_error_1419_names_the_parameter_to_set_and_then_a_run_does_it(refusing):
    with pytest.raises(CommandError) as caught:
        call_command("apply_triggers", database="refusing")

    assert str(caught.value).startswith("mine.sql:2: You do not have the SUPER privilege and binary logging is enabled")
    assert "log_bin_trust_function_creators = 1" in str(caught.value)
    with refusing.cursor() as cursor:
        cursor.execute("SET GLOBAL log_bin_trust_function_creators = 1")
    call_command("apply_triggers", database="refusing")
    assert set(triggers.seen(connections["refusing"])) == {"mine"}
