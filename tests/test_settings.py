"""Settings: every variable documented, and a bad one stops the start with one sentence that names it."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

DEPLOYED = {
    "ENV": "production",
    "SECRET_KEY": "x" * 60,
    "DEBUG": "off",
    "DATABASE_URL": "mysql://u:p@localhost/k",
    "DB_SSL": "off",
    "ALLOWED_HOSTS": "api.example.org",
    "COGNITO_USER_POOL_ID": "eu-central-1_example",
    "COGNITO_CLIENT_IDS": "app",
}
RANDOM = "".join(map(chr, range(48, 123)))  # of fifty different characters and more, as the check wants it


def start(*options, **variables):
    """Start Django with these variables alone; the exit code and what it printed."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", *options],
        env=keep | variables,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_variable_is_in_the_example_and_in_the_readme():
    source = (settings.BASE_DIR / "kloppocar" / "settings.py").read_text()
    read = set(re.findall(r'(?:env(?:\.\w+)?|required|flag|day|store)\(\s*"([A-Za-z_]+)"', source)) | set(
        re.findall(r'"(DB_[A-Z]+)"', source)
    )
    example = set(re.findall(r"^#?([A-Za-z_]+)=", (settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    table = set(re.findall(r"`([A-Za-z_]+)`", (settings.BASE_DIR / "README.md").read_text()))

    assert read == example
    assert read <= table


def test_a_deployed_stage_starts():
    assert start(**DEPLOYED)[0] == 0


def test_django_finds_nothing_to_say_against_a_deployed_stage():
    code, output = start("--deploy", "--fail-level", "WARNING", **DEPLOYED | {"SECRET_KEY": RANDOM})

    assert code == 0, output


def test_a_stage_starts_with_the_database_in_parts():
    parts = {"DB_HOST": "db.invalid", "DB_USER": "a@b", "DB_PASSWORD": "p/w:@#1", "DB_NAME": "game"}
    program = "import kloppocar.settings as s; d = s.DATABASES['default']; print(d['USER'], d['PASSWORD'], d['PORT'])"

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"]} | DEPLOYED | {"DATABASE_URL": ""} | parts,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["a@b", "p/w:@#1", "3306"], done.stderr


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (DEPLOYED, ""),
        (DEPLOYED | {"PUBLIC_URL": "https://play.example.org/dev/"}, "https://play.example.org/dev"),
        ({"ENV": "local"}, "http://localhost:8000"),
        ({"ENV": "local", "PORT": "8123"}, "http://localhost:8123"),
        ({"ENV": "local", "PUBLIC_URL": "http://192.168.0.7:8000"}, "http://192.168.0.7:8000"),
    ],
)
def test_the_address_of_phones_is_said_or_local(given, address):
    done = subprocess.run(
        [sys.executable, "-c", "import kloppocar.settings as s; print(repr(s.PUBLIC_URL))"],
        env={"PATH": os.environ["PATH"]} | given,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip() == repr(address), done.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "", "DB_HOST": "h"}, "DB_USER"),
        ({"DATABASE_REPLICA_URL": "replica"}, "DATABASE_REPLICA_URL"),
        ({"DATABASE_REPLICA_URL": "postgres://h/k"}, "DATABASE_REPLICA_URL"),
        ({"DB_SSL": "on"}, "DB_SSL_CA"),
        ({"DB_SSL": "perhaps"}, "DB_SSL"),
        ({"DB_SSL_CA": "nowhere.pem"}, "DB_SSL_CA"),
        ({"DEBUG": "on"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"PUBLIC_URL": "http://play.example.org"}, "PUBLIC_URL"),
        ({"PUBLIC_TIME_ZONE": "Europe/Nowhere"}, "PUBLIC_TIME_ZONE"),
        ({"PUBLIC_TIME_ZONE": "../etc/passwd"}, "PUBLIC_TIME_ZONE"),
        ({"APP_STORE_URL": "apps.example.org"}, "APP_STORE_URL"),
        ({"APPLE_APP_ID": "org.example.app"}, "APPLE_APP_ID"),
        ({"ANDROID_APP": "org.example.app"}, "ANDROID_APP"),
        ({"ANDROID_APP": "org.example.app", "ANDROID_CERTIFICATES": "AB:CD"}, "ANDROID_CERTIFICATES"),
        ({"PLAY_STORE_URL": "http://play.example.org/app"}, "PLAY_STORE_URL"),
        ({"PUBLIC_URL": "play.example.org"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://play.example.org/?a=b"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://" + "x" * 100}, "PUBLIC_URL"),
        ({"COGNITO_USER_POOL_ID": ""}, "COGNITO_USER_POOL_ID"),
        ({"COGNITO_CLIENT_IDS": ""}, "COGNITO_CLIENT_IDS"),
        ({"COGNITO_JWKS": "{}"}, "COGNITO_JWKS"),
        ({"CONTENT_LANGUAGES": "de"}, "CONTENT_LANGUAGES"),
        ({"CONTENT_LANGUAGES": "en,english"}, "CONTENT_LANGUAGES names english"),
        ({"CACHE_URL": "teapot://x"}, "CACHE_URL"),
        ({"THROTTLING": "perhaps"}, "THROTTLING"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"LEGACY_BRIDGE": "perhaps"}, "LEGACY_BRIDGE"),
        ({"OLD_CODES": "perhaps"}, "OLD_CODES"),
        ({"LEGACY_SUNSET": "soon"}, "LEGACY_SUNSET"),
        ({"ENV": "staging"}, "ENV"),
        ({"ENV": "local", "AWS_LAMBDA_FUNCTION_NAME": "f"}, "ENV"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence_that_names_it(changes, named):
    code, output = start(**DEPLOYED | changes)

    assert code != 0
    assert output.strip().splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {named}")
