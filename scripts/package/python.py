"""The Python that the Lambda runs, on this machine: not that of the developer, and not a version manager's shim."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import ROOT, PackageError

# Where Pythons lie that may not be on the PATH; {0} is a version like 3.12.
PLACES = [
    "/usr/bin/python{0}",
    "/usr/local/bin/python{0}",
    "~/.pyenv/versions/{0}.*/bin/python{0}",
    "~/.local/share/uv/python/cpython-{0}.*/bin/python{0}",
    "~/.asdf/installs/python/{0}.*/bin/python{0}",
    "~/.local/share/mise/installs/python/{0}.*/bin/python{0}",
    "/opt/python/{0}*/bin/python{0}",
    "/opt/homebrew/bin/python{0}",
]
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}  # Zappa's word, and the machine's own


def runtime() -> tuple[str, str]:
    """Version and architecture that zappa_settings.json asks for; all stages run on the same."""
    stages = json.loads((ROOT / "zappa_settings.json").read_text())
    asked = {(stage["runtime"], stage.get("architecture", "x86_64")) for stage in stages.values() if "runtime" in stage}
    if len(asked) != 1:
        raise PackageError("zappa_settings.json must name one runtime and architecture for all stages.")
    name, architecture = asked.pop()
    return name.removeprefix("python"), architecture


def find(version: str) -> Path:
    """A working Python of that version that can make environments; LAMBDA_PYTHON names one."""
    for candidate in candidates(version):
        if works(candidate, version):
            return candidate
    raise PackageError(
        f"No working Python {version} was found, which zappa_settings.json's runtime asks for. Get one with"
        f" `pyenv install {version}`, `uv python install {version}` or `apt-get install python{version}-venv"
        f" python{version}-dev`, or name one with LAMBDA_PYTHON=/path/to/python."
    )


def candidates(version: str) -> Iterator[Path]:
    if named := os.environ.get("LAMBDA_PYTHON"):
        yield Path(named)
        return
    if on_path := shutil.which(f"python{version}"):
        yield Path(on_path)
    for place in PLACES:
        pattern = Path(place.format(version)).expanduser()
        yield from sorted(Path("/").glob(str(pattern.relative_to("/"))), reverse=True)


def works(python: Path, version: str) -> bool:
    """A shim answers with an error, and Debian's Python may lack its venv module."""
    say_version = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", say_version], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def check_machine(architecture: str) -> None:
    if platform.machine() != MACHINES.get(architecture):
        raise PackageError(
            f"zappa_settings.json asks for {architecture}, but this machine is {platform.machine()}: what is compiled"
            " for the one does not run on the other. Change `architecture`, or package on such a machine."
        )
