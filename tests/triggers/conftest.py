"""A copy of sql/ that a test may break, and the command's answers."""

import shutil

import pytest
from django.conf import settings
from django.db import connection

from kloppocar import triggers
from kloppocar.triggers import apply, parse


@pytest.fixture
def own_folder(real_db, tmp_path, monkeypatch):
    """A copy of sql/ to break, for a database with real commits; put right again at the end."""
    folder = tmp_path / connection.vendor
    shutil.copytree(settings.BASE_DIR / "sql" / connection.vendor, folder)
    monkeypatch.setattr(parse, "folder_of", lambda connection: folder)
    yield folder
    monkeypatch.undo()
    triggers.apply_all(connection)


@pytest.fixture(params=["or replace", "locked"])
def way(request, monkeypatch):
    """MariaDB's way to replace, and MySQL's, which has no CREATE OR REPLACE TRIGGER. SQLite has one way."""
    if request.param == "locked":
        if connection.vendor == "sqlite":
            pytest.skip("SQLite has one way")
        monkeypatch.setattr(apply, "has_or_replace", lambda connection: False)
    return request.param
