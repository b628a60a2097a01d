"""Run the suite on SQLite and on MariaDB: what `make test` does.

    python -m scripts.run_tests [--only sqlite|mariadb] [pytest's own arguments]

TEST_DATABASE_URL names a server to use instead of a MariaDB of our own; the suite makes and drops databases there whose
names begin with test_. With CI=true a half that cannot run is a failure.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from scripts.mariadb import MariaDB, MariaDBError, die_with_us, heed_signals

CI = os.environ.get("CI", "").lower() in {"1", "true"}
SECONDS_TO_TIDY_UP = 15
# What a developer's own environment may say about databases; the suite is told by DATABASE_URL alone.
NOT_FOR_TESTS = {"DATABASE_REPLICA_URL", "DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME", "DB_SSL_CA"}


@dataclass
class Half:
    name: str
    exit_code: int = 1
    counts: str = "did not run"

    def __str__(self) -> str:
        return f"{self.name}: {self.counts}"


def run_sqlite(folder: Path, arguments: list[str]) -> Half:
    return run_half("sqlite", f"sqlite:///{folder}/db.sqlite3", folder, arguments)


def run_mariadb(folder: Path, arguments: list[str]) -> Half:
    try:
        with mariadb_url() as url:
            return run_half("mariadb", url, folder, arguments)
    except MariaDBError as error:
        return Half("mariadb", exit_code=int(CI), counts=f"did not run: {error}".upper())


@contextlib.contextmanager
def mariadb_url() -> Iterator[str]:
    try:
        import MySQLdb  # noqa: F401
    except ImportError as error:
        raise MariaDBError(f"mysqlclient is not installed ({error})") from error
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    print("== starting a MariaDB server", flush=True)
    with MariaDB() as server:
        yield server.url


def run_half(name: str, url: str, folder: Path, arguments: list[str]) -> Half:
    print(f"== the suite on {name}", flush=True)
    report = folder / f"{name}.xml"
    environment = {key: value for key, value in os.environ.items() if key not in NOT_FOR_TESTS}
    environment |= {"ENV": "local", "DATABASE_URL": url}
    workers = str(min(8, 2 * (os.cpu_count() or 1)))  # many tests wait: for a lock, a time-out, a disk
    exit_code = run_pytest(["-n", workers, f"--junitxml={report}", *arguments], environment)
    return Half(name, exit_code, counts(report) if report.exists() else "did not begin")


def run_pytest(arguments: list[str], environment: dict[str, str]) -> int:
    """In a process group of its own: on Ctrl-C pytest is told once, may tidy up, and leaves no worker or browser."""
    command = [*die_with_us(), sys.executable, "-m", "pytest", *arguments]
    process = subprocess.Popen(command, env=environment, process_group=0)
    try:
        return process.wait()
    except BaseException:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_TIDY_UP)
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def counts(report: Path) -> str:
    """`310 passed, 2 failed, 4 skipped`, from pytest's JUnit report."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314 - pytest's own report
    found = {key: sum(int(suite.get(key, 0)) for suite in suites) for key in ("tests", "failures", "errors", "skipped")}
    numbers = {
        "passed": found["tests"] - found["failures"] - found["errors"] - found["skipped"],
        "failed": found["failures"],
        "errors": found["errors"],
        "skipped": found["skipped"],
    }
    return ", ".join(f"{number} {what}" for what, number in numbers.items() if number) or "no tests"


def main() -> int:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw, allow_abbrev=False)
    parser.add_argument("--only", choices=["sqlite", "mariadb"])
    options, arguments = parser.parse_known_args()
    heed_signals()
    try:
        with tempfile.TemporaryDirectory(prefix="kloppocar-tests-") as folder:
            runs = {"sqlite": run_sqlite, "mariadb": run_mariadb}
            halves = [run(Path(folder), arguments) for name, run in runs.items() if options.only in (None, name)]
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    print("  ".join(map(str, halves)))
    return max(half.exit_code for half in halves)


if __name__ == "__main__":
    sys.exit(main())
