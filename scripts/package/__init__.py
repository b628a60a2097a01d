"""The zip that Lambda runs: from an environment of its own, with a driver that brings its libraries, and lean."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-lambda"
DIST = ROOT / "dist"
TASK_ROOT = "/var/task"  # where Lambda unpacks it
BUDGET = 15 * 1000 * 1000  # bytes, zipped
UNPACKED_LIMIT = 250 * 1024 * 1024  # Lambda's own


class PackageError(Exception):
    """Why there is no package, in a sentence or two."""


def say(line: str) -> None:
    print(f"package: {line}", flush=True)
