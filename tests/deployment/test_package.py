"""The zip for Lambda: what goes in, the same bytes again, a wrong one refused. `make rehearse` runs a real one."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

from scripts import zappa_callbacks
from scripts.package import PackageError, archive, check, contents, driver, python
from scripts.package.greeting import GreetingServer

SITE = Path(sysconfig.get_path("purelib"))
REQUIREMENTS = settings.BASE_DIR / "requirements.txt"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
TAG = f"cpython-{sys.version_info.major}{sys.version_info.minor}-x86_64-linux-gnu"
DRIVER = f"MySQLdb/_mysql.{TAG}.so"
MAP = b"COGNITO_TRIGGER_MAPPING={'PostConfirmation_ConfirmSignUp': 'kloppocar.events.post_confirmation'}\n"


SOURCES = {
    "kloppocar/handler.py": b'"""Ours."""\n',
    "zappa_settings.py": MAP,
    "django/apps.py": b'"""Theirs."""\nfrom __future__ import annotations\ndef f():\n    """F."""\n    return 1\n',
}


@pytest.fixture(scope="module")
def whole():
    """The least that is a package."""
    files = {
        **SOURCES,
        DRIVER: b"... libmariadb-1234abcd.so.3 ...",
        "mysqlclient.libs/libmariadb-1234abcd.so.3": b"",
        f"PIL/_imaging.{TAG}.so": b"",
        "pillow.libs/libjpeg-1234abcd.so.62": b"",
        check.PLUGIN: b"",
        "static/admin/css/base.css": b"",
        "static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js": b"",
        "sql/mysql/user_on_create.sql": b"",
    }
    return archive.compile_all(files, {})


@pytest.fixture
def problems(tmp_path):
    def of(files):
        archive.write(tmp_path / "package.zip", files)
        return check.problems(tmp_path / "package.zip", version=VERSION)

    return of


def test_a_whole_package_is_taken(whole, problems):
    assert problems(whole) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kloppocar/handler.pyc": None}, "it lacks the function's handler"),
        ({DRIVER: None}, "it lacks the MySQL driver"),
        ({"mysqlclient.libs/libmariadb-1234abcd.so.3": None}, "it was not repaired"),
        ({DRIVER: b"... libmariadb.so.3 ..."}, "needs a library that Lambda does not have (it was not repaired)"),
        ({check.PLUGIN: None}, "cannot sign in to MySQL 8"),
        ({"static/admin/css/base.css": None}, "it lacks the admin's static files"),
        ({"sql/mysql/user_on_create.sql": None}, "it lacks the database's triggers"),
        ({"pytest/__init__.pyc": archive.MAGIC}, "it holds what Lambda never needs: pytest"),
        ({"kloppocar/.env": b"SECRET_KEY=x"}, "it holds what must not leave this machine: kloppocar/.env"),
        ({"certs/rds.pem": b"-----BEGIN EC PRIVATE KEY-----"}, "it holds a private key: certs/rds.pem"),
        ({"tests/make.txt": b""}, "it holds what must not leave this machine: tests/make.txt"),
        ({"orjson/orjson.cpython-39-x86_64-linux-gnu.so": b""}, f"compiled for another Python than {VERSION}"),
        ({"django/apps.pyc": b"\xcb\r\r\n"}, "byte code of 1 modules is missing or stale, django/apps.pyc"),
        ({"zappa_settings.py": MAP + b"CHANGED=1\n"}, "byte code of 1 modules is missing or stale, zappa_settings.py"),
        ({"users/__init__.py": b""}, "modules is missing or stale, users/__init__.py"),
        ({"zappa_settings.py": b"COGNITO_TRIGGER_MAPPING={}\n"}, "Cognito's triggers lead nowhere"),
    ],
)
def test_a_wrong_package_is_refused_with_a_sentence(whole, problems, changes, sentence):
    files = {name: content for name, content in (whole | changes).items() if content is not None}

    assert any(sentence in found for found in problems(files))


def test_a_package_over_the_budget_is_refused(whole, problems, monkeypatch):
    monkeypatch.setattr(check, "BUDGET", 100)

    assert any("the budget is" in found for found in problems(whole))


def test_the_same_files_give_the_same_bytes(whole, tmp_path):
    archive.write(tmp_path / "one.zip", whole)
    archive.write(tmp_path / "two.zip", dict(reversed(whole.items())))

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert archive.compile_all(SOURCES, {}).items() <= whole.items()


def test_modules_are_byte_code_and_only_ours_keep_their_docstrings(whole, tmp_path):
    (tmp_path / "django").mkdir()
    (tmp_path / "django" / "apps.pyc").write_bytes(whole["django/apps.pyc"])
    (tmp_path / "handler.pyc").write_bytes(whole["kloppocar/handler.pyc"])
    script = (
        "import handler, django.apps as apps\n"
        "print(handler.__doc__, apps.__doc__, apps.f.__doc__, apps.f(), apps.__file__)"
    )

    done = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert not {"django/apps.py", "kloppocar/handler.py"} & whole.keys()
    assert done.stdout.split() == ["Ours.", "None", "None", "1", str(tmp_path / "django" / "apps.pyc")]


def test_byte_code_of_the_environment_is_used_where_it_fits(whole):
    fitting = archive.compile_now(SOURCES, "--without-docstrings")["django/apps.py"]
    marked = fitting + b"marked"
    cached = archive.cache_name("django/apps.py")

    assert archive.compile_all(SOURCES, {cached: marked})["django/apps.pyc"] == marked
    assert archive.compile_all(SOURCES, {cached: b"stale"})["django/apps.pyc"] == fitting


def test_only_what_is_asked_for_goes_in(tmp_path):
    lying_about = [
        "notes.txt",
        ".env",
        "dump.sql",
        "kloppocar/.env",
        "kloppocar/api/x.py~",
        "tests/make.py",
        "pip/x.py",
    ]
    ours = ["kloppocar/api/x.py", "sql/mysql/x.sql", "handler.py", "zappa_settings.py", "django/apps.py"]
    with zipfile.ZipFile(tmp_path / "zappa.zip", "w") as zipped:
        for name in [*lying_about, *ours, "django/locale/fr/x.mo", "django/static/x.css", "django/tests/x.py"]:
            zipped.writestr(name, "")
    owned = {"django/apps.py", "django/locale/fr/x.mo", "django/static/x.css", "django/tests/x.py"}

    files, _ = archive.select(tmp_path / "zappa.zip", owned)

    assert sorted(files) == sorted(ours)


def test_of_the_packages_only_what_the_function_imports():
    files = contents.package_files(SITE, REQUIREMENTS, {})
    tops = {name.partition("/")[0] for name in files}

    assert {"django", "rest_framework", "cryptography", "zappa", "werkzeug", "yaml", "sqlparse"} <= tops
    assert not tops & {"boto3", "botocore", "pip", "setuptools", "troposphere", "requests", "pytest", "moto", "tqdm"}


@pytest.mark.parametrize(
    ("url", "packed"), [("redis://h:6379/0", True), ("rediss://h/0", True), ("dbcache://t", False)]
)
def test_redis_is_packed_for_a_stage_that_names_it(url, packed):
    files = contents.package_files(SITE, REQUIREMENTS, {"CACHE_URL": url})

    assert ("redis/__init__.py" in files) is packed


def test_a_developers_environment_is_no_place_to_package_from(monkeypatch):
    assert {"pytest", "mypy", "moto"} <= set(contents.strangers(SITE, REQUIREMENTS))
    (sentence,) = zappa_callbacks.wrong_environment(Path(sys.prefix), "3.99")
    assert sentence == f"its Python is {VERSION}, and the stage's runtime is python3.99"
    (sentence,) = zappa_callbacks.wrong_environment(settings.BASE_DIR / ".venv-other", VERSION)
    assert "but would pack" in sentence


def test_pins_that_are_not_followed_are_named(tmp_path):
    (tmp_path / "requirements.txt").write_text("Django==1.0  # old\nPyJWT[crypto]==2.0\nnowhere==1\n")

    found = contents.out_of_step(SITE, tmp_path / "requirements.txt")

    assert [line.split()[0] for line in found] == ["django", "pyjwt", "nowhere"]
    assert found[2] == "nowhere nothing instead of 1"


def test_a_shim_that_leads_nowhere_is_passed_over(tmp_path, monkeypatch):
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("LAMBDA_PYTHON", str(shim))

    with pytest.raises(PackageError, match=r"No working Python 3\.12 .* LAMBDA_PYTHON"):
        python.find("3.12")


def test_a_python_of_another_version_is_not_taken(monkeypatch):
    monkeypatch.setenv("LAMBDA_PYTHON", sys.executable)

    assert python.works(Path(sys.executable), VERSION)
    with pytest.raises(PackageError):
        python.find("3.99")


@pytest.mark.parametrize("with_plugin", [True, False])
def test_the_greeting_of_mysql8_shows_whether_the_plugin_is_there(tmp_path, with_plugin):
    pytest.importorskip("MySQLdb", reason="no MySQL driver here, and then the MySQL half of the suite says so")
    plugin = driver.plugin_of_the_system()
    folder = plugin.parent if with_plugin and plugin else tmp_path
    script = (
        "import MySQLdb, sys\n"
        "try: MySQLdb.connect(host='127.0.0.1', port=int(sys.argv[1]), user='a', password='b')\n"
        "except MySQLdb.OperationalError: pass\n"
    )

    with GreetingServer() as server:
        command = [sys.executable, "-c", script, str(server.port)]
        subprocess.run(command, env={"MARIADB_PLUGIN_DIR": str(folder)}, check=True, capture_output=True)

    assert server.offers == [with_plugin]


SHEET = """
import importlib.abc, sys
from scripts.package import contents

class Packed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        file = name.replace(".", "/")
        is_theirs = name.startswith(("reportlab", "segno", "PIL", "charset_normalizer"))
        if is_theirs and name.partition(".")[0] in contents.NOT_CALLED | {"charset_normalizer"}:
            raise ImportError(name)
        if is_theirs and not (contents.wanted(f"{file}.py") or contents.wanted(f"{file}/__init__.py")):
            raise ImportError(name)

sys.meta_path.insert(0, Packed())
from collectibles.printing import drawing, layouts, sheet
made = sheet.Sheet("Straßenfest", ["7Q2M4K9XABG"], "https://play.example.org", layouts.LAYOUTS["a4"], "x")
print(drawing.drawn(made)[:5].decode())
"""


def test_sheets_are_drawn_with_what_is_packed():
    program = "import django; django.setup()" + SHEET
    environment = {"PATH": os.environ["PATH"], "ENV": "local", "DJANGO_SETTINGS_MODULE": "kloppocar.settings"}

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )

    assert done.stdout.strip() == "%PDF-", done.stderr
