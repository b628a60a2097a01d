"""`manage.py shell`: everything is there, and what is at hand does what it says."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command

from catalog.models import Category
from kloppocar.management.commands.shell import MORE, Command
from kloppocar.playground import api, counted, explain, person, sql
from tests.make import make_category

OURS = ["users", "communities", "catalog", "collectibles", "kloppocar"]


def test_every_model_service_and_helper_is_imported_under_its_name():
    namespace = Command(stdout=io.StringIO()).get_namespace(verbosity=0)

    assert all(namespace[model.__name__] is model for app in OURS for model in apps.get_app_config(app).get_models())
    assert {path.rpartition(".")[2] for path in MORE} <= set(namespace)
    assert {"settings", "redeem", "invariants", "person"} <= set(namespace)


def test_nothing_fails_to_be_imported_and_code_can_be_run(db, capsys):
    make_category()

    call_command("shell", "-c", "print(Category.objects.count(), timezone.now().year > 2000, codes.new_code() != '')")

    said = capsys.readouterr().out
    assert "could not be" not in said
    assert said.splitlines()[-1] == "1 True True"


def test_helpers_find_people_ask_the_api_and_show_statements(cast, capsys):
    assert person("ALICE") == cast["alice"]
    assert api("alice").get("/api/v1/users/me/").json()["username"] == "alice"
    assert api("staff", staff=True).get("/api/v1/codes/").status_code == 200
    assert api().get("/api/v1/codes/").status_code == 401

    with counted() as counter:
        list(Category.objects.all())
    sql(Category.objects.filter(pk=1))
    said = capsys.readouterr().out
    assert (counter.count, said.startswith("1 statement, ")) == (1, True)
    assert "\nFROM " in said
    assert "\nWHERE " in said
    explain(Category.objects.all())
    assert "catalog_category" in capsys.readouterr().out


def test_no_token_is_signed_where_cognito_signs_them(cast, settings):
    settings.LOCAL_ISSUER = False

    with pytest.raises(RuntimeError, match="Cognito"):
        api("alice")
