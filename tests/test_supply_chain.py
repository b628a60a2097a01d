"""What we are made of: everything that runs is installed by hash, and no secret stands in the history."""

import os
import re
import subprocess
import sys
import sysconfig
from importlib.metadata import distributions

import pytest
from django.conf import settings

from scripts import audit, secrets_scan
from scripts.package import contents, locked

ROOT = settings.BASE_DIR
LOCK = locked.entries()
VERSIONS = {name: re.match(r"\S+==([^\s;\\]+)", entry)[1] for name, entry in LOCK.items()}


# --- requirements.lock -------------------------------------------------------------------------------------------


def test_every_pin_is_locked():
    pins = contents.pins(ROOT / "requirements.txt")

    assert {name: VERSIONS.get(name) for name in pins} == pins, "run `make lock`"


def test_whatever_the_pins_need_in_turn_is_locked_and_what_the_tests_ran_with():
    ours = [sysconfig.get_path("purelib")]  # not what setuptools brings along and puts on the path once it is imported
    installed = {contents.normalised(each.metadata["Name"]): each for each in distributions(path=ours)}
    needed = contents.closure(contents.roots(ROOT / "requirements.txt"), installed, zappa_whole=True) - contents.TOOLS

    assert len(needed) > 40
    assert {name: VERSIONS.get(name) for name in needed} == {name: installed[name].version for name in needed}


def test_every_file_has_its_hash_and_no_host_is_named():
    assert [name for name, entry in LOCK.items() if "--hash=sha256:" not in entry] == []
    assert "://" not in locked.LOCK.read_text()
    assert "index-url" not in locked.LOCK.read_text()


def test_packages_in_machine_code_are_locked_for_every_python_and_machine():
    """One hash for each wheel, of which there are many: 3.11 to 3.13, x86_64 and arm64 among them."""
    for name in ("cryptography", "orjson", "pillow", "pyyaml"):
        assert LOCK[name].count("--hash=") > 6, name


def test_what_lambda_and_the_container_run_is_installed_by_hash():
    package = "".join((ROOT / "scripts" / "package" / f"{name}.py").read_text() for name in ("environment", "driver"))
    package += (ROOT / "scripts" / "package" / "pillow.py").read_text()
    image = (ROOT / "Dockerfile").read_text()

    assert package.count('"--require-hashes"') == 3
    assert "--require-hashes --no-deps -r requirements.lock" in image


def test_a_part_of_the_lock_is_a_file_that_pip_reads(tmp_path):
    one = locked.write(tmp_path / "one", only="mysqlclient").read_text()
    rest = locked.write(tmp_path / "rest", without=["mysqlclient", "pillow"]).read_text()

    assert one.startswith("mysqlclient==")
    assert one.count("==") == 1
    assert "mysqlclient" not in rest
    assert rest.count("==") >= len(LOCK) - 2


def test_another_file_than_the_locked_one_is_refused(tmp_path):
    wheel = tmp_path / "inflection-0.5.1-py2.py3-none-any.whl"
    wheel.write_bytes(b"not what was looked at")
    wanted = locked.write(tmp_path / "requirements.txt", only="inflection")

    offered = ["--no-index", "--find-links", tmp_path, "--no-deps", "--target", tmp_path / "there"]
    command = [sys.executable, "-m", "pip", "install", *offered, "--require-hashes", "-r", wanted]
    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "there").exists()


# --- Known holes -------------------------------------------------------------------------------------------------


def test_an_audit_that_reaches_nobody_says_so_loudly(monkeypatch, capsys):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert audit.main() == 0
    assert "KNOWN HOLES WERE NOT LOOKED FOR" in capsys.readouterr().out


def test_a_hole_is_named_with_what_mends_it():
    hole = {"id": "GHSA-example", "fix_versions": ["5.2.20"]}
    report = {"dependencies": [{"name": "django", "version": "5.2.19", "vulns": [hole]}, {"name": "six", "vulns": []}]}

    assert list(audit.holes(report)) == ["audit: django 5.2.19: GHSA-example, mended in 5.2.20"]


# --- Secrets in the history --------------------------------------------------------------------------------------

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SECRETS = {  # put together here, so that this file holds none
    "an AWS access key": "AK" + "IA" + "Q7Z2" * 4,
    "an AWS secret key": "AWS_SECRET" + "_ACCESS_KEY=" + LETTERS[:40],
    "an AWS account": "arn:aws:" + "iam::" + "987654321098" + ":role/x",
    "a user pool": "eu-central-1" + "_" + "aB3dE5gH7",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a private key in JSON": '{"kty": "RSA", "' + 'd": "' + LETTERS + '"}',
    "a token": "ey" + "J" + LETTERS[:20] + ".ey" + "J" + LETTERS[:30] + "." + LETTERS[:40],
    "a password in an address": "mysql://" + "app:" + "Gx7-tall-secret" + "@db.internal/game",
    "a key of GitHub or Google": "gh" + "p_" + LETTERS[:36],
    "a key of Slack or Stripe": "sk_" + "live_" + LETTERS[:24],
}


@pytest.fixture
def repository(tmp_path):
    def git(*arguments, folder=tmp_path / "repository"):
        who = {
            f"GIT_{role}_{what}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, env=os.environ | who)

    (tmp_path / "repository").mkdir()
    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "Begin")
    return git


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_that_was_removed_again_is_found_and_not_repeated(repository, tmp_path, capsys, what):
    file = tmp_path / "repository" / "notes.txt"
    file.write_text(f"x = {SECRETS[what]}\n")
    repository("add", ".")
    repository("commit", "-q", "-m", "Add")
    repository("rm", "-q", "notes.txt")
    repository("commit", "-q", "-m", "Remove")

    assert secrets_scan.main(tmp_path / "repository") == 1
    said = capsys.readouterr().out
    assert f"{what} in notes.txt" in said
    assert SECRETS[what] not in said


def test_every_pattern_is_tried():
    assert set(SECRETS) == set(secrets_scan.PATTERNS)


def test_a_secret_on_another_branch_or_in_a_message_is_found(repository, tmp_path):
    repository("checkout", "-q", "-b", "aside")
    repository("commit", "-q", "--allow-empty", "-m", f"Use {SECRETS['a token']}")
    repository("checkout", "-q", "main")

    assert secrets_scan.main(tmp_path / "repository") == 1


def test_a_clean_history_passes_and_a_shallow_one_does_not(repository, tmp_path, capsys):
    repository("commit", "-q", "--allow-empty", "-m", "mysql://user:password@host/name")
    repository("clone", "-q", "--depth", "1", f"file://{tmp_path}/repository", f"{tmp_path}/shallow")

    assert secrets_scan.main(tmp_path / "repository") == 0
    assert secrets_scan.main(tmp_path / "shallow") == 1
    assert "not all here" in capsys.readouterr().out


# --- Exceptions from the security rules of the linter ------------------------------------------------------------


def test_every_exception_from_a_security_rule_says_why():
    rooms = ["kloppocar", "users", "communities", "catalog", "collectibles", "scripts", "benchmarks"]
    lines = [line for room in rooms for path in (ROOT / room).rglob("*.py") for line in path.read_text().splitlines()]
    exceptions = [line.strip() for line in lines if re.search(r"# noqa:.*\bS\d{3}", line)]

    assert [line for line in exceptions if not re.search(r"S\d{3} - \w", line)] == []
    assert len(exceptions) > 10
