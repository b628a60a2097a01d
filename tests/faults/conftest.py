"""Servers that a test may hurt."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from scripts.mariadb import MariaDB


class OwnServer(MariaDB):
    """A MariaDB of our own with the game's tables, and the address of a user who may do everything in the database and
    nothing with the server: one that is full keeps a place for administrators."""

    def prepare(self):
        self.sql("CREATE USER app IDENTIFIED BY 'app'", "GRANT ALL ON kloppocar.* TO app")
        self.manage("migrate", "-v0")
        self.manage("apply_triggers")
        return self

    @property
    def app_url(self):
        return self.through(self.port)

    def through(self, port):
        return f"mysql://app:app@127.0.0.1:{port}/kloppocar"

    def connect(self, **options):
        """As an administrator, past Django."""
        import MySQLdb

        who = {"user": self.user, "passwd": self.password, "db": "kloppocar"}
        return MySQLdb.connect(host="127.0.0.1", port=self.port, autocommit=True, **who | options)

    def sql(self, *statements):
        """The rows of the last statement."""
        with self.connect() as administrator:
            cursor = administrator.cursor()
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall()

    def manage(self, *arguments):
        return self.run("manage.py", *arguments)

    def run(self, *arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            env=os.environ | {"DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "kloppocar.settings"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def people(self, number, codes):
        """Subjects of new people, and for each of them so many codes of one campaign."""
        return json.loads(self.run("-m", "tests.faults.people", str(number), str(codes)))

    def state(self):
        """What the invariants find wrong, and every grant as (subject, code, copy)."""
        return json.loads(self.run("-m", "tests.faults.people", "state"))


@pytest.fixture(scope="session")
def server():
    """For faults that leave it as it was; a test that hurts it for good makes its own."""
    with OwnServer() as server:
        yield server.prepare()
