"""What was packed: its size, how long it takes to import, and the files that browsers ask for."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

from kloppocar import aws

from .finding import Finding, green, red, yellow

MB = 1_000_000
ZIP_BUDGET = 15 * MB
UNPACKED_LIMIT = 250 * 1024 * 1024  # Lambda's
IMPORT_BUDGET, IMPORT_LIMIT = 1.0, 8.0  # seconds; Lambda allows ten for everything
PROGRAM = "import time, kloppocar.wsgi; print(time.process_time())"
NEEDED_FILES = [
    "admin/css/base.css",
    "rest_framework/css/default.css",
    "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
]


def size() -> Finding:
    """A package that is loaded quickly, well below what Lambda takes."""
    if root := os.environ.get("LAMBDA_TASK_ROOT"):
        return size_on_lambda(Path(root))
    packages = sorted((settings.BASE_DIR / "dist").glob("*.zip"), key=lambda path: path.stat().st_mtime)
    if not packages:
        return green("no package here; `make package` makes one")
    return judge_zip(packages[-1].stat().st_size, packages[-1].name)


def size_on_lambda(root: Path) -> Finding:
    unpacked = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file())
    if unpacked > UNPACKED_LIMIT * 0.8:
        return red(
            f"{unpacked / MB:.0f} MB unpacked, and Lambda takes 250", "See what `make package` lists as largest."
        )
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    try:
        with aws.asking(f"Function {function}"):
            deployed = aws.client("lambda", settings.AWS_REGION).get_function_configuration(FunctionName=function)
    except aws.AWSError:
        return green(f"{unpacked / MB:.1f} MB unpacked")
    return judge_zip(deployed["CodeSize"], f"{unpacked / MB:.1f} MB unpacked")


def judge_zip(size: int, name: str) -> Finding:
    words = f"{size / MB:.1f} MB zipped ({name})"
    if size > ZIP_BUDGET:
        return yellow(f"{words}, over the budget of {ZIP_BUDGET // MB}", "See what `make package` lists as largest.")
    return green(words)


def import_time() -> Finding:
    """CPU of a fresh Python until it could serve: most of a cold start."""
    command = [sys.executable, "-c", PROGRAM]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        seconds = float(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, OSError, ValueError, IndexError) as error:
        return red(f"a fresh Python cannot import the project ({type(error).__name__})", "Run `manage.py check`.")
    words = f"{seconds * 1000:.0f} ms of CPU"
    if seconds > IMPORT_LIMIT:
        return red(words, "Lambda gives up after 10 s: more memory_size is more CPU; look at `python -X importtime`.")
    if seconds > IMPORT_BUDGET:
        return yellow(words, "Stale byte code, perhaps: `make package`. Else look at `python -X importtime`.")
    return green(words)


def static_files() -> Finding:
    """The admin's, the browsable API's and the documentation's."""
    if settings.LOCAL:
        missing = [name for name in NEEDED_FILES if not finders.find(name)]
    else:
        missing = [name for name in NEEDED_FILES if not (Path(settings.STATIC_ROOT) / name).is_file()]
    if missing:
        return red(f"missing: {missing[0]}", "`manage.py collectstatic` (`make package` does it).")
    return green("there")
