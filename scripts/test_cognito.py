"""The sign-up chain against an emulated Cognito: what `make test-cognito` does.

The emulator is an npm package. It is installed once into .local/, and asked on loopback only; what a run makes besides
(a pool, a database) lies in a temporary folder and goes with it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.mariadb import die_with_us, heed_signals

EMULATOR = "cognito-local@5.3.0"
OLDEST_NODE = 18
BASE_DIR = Path(__file__).resolve().parent.parent
FOLDER = BASE_DIR / ".local" / EMULATOR


def main(arguments: list[str]) -> int:
    heed_signals()
    try:
        program = install()
    except InstallError as error:
        print(f"test-cognito: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="kloppocar-cognito-") as folder:
        environment = os.environ | {"ENV": "local", "COGNITO_EMULATOR": str(program)}
        environment |= {"DATABASE_URL": f"sqlite:///{folder}/tests.sqlite3"}
        command = [
            *die_with_us(),
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            "-m",
            "cognito",
            "tests/cognito",
            *arguments,
        ]
        return subprocess.call(command, env=environment, cwd=BASE_DIR)


class InstallError(Exception):
    """Why there is no emulator, in one sentence."""


def install() -> Path:
    """The emulator's start script; installed when it is not there yet, whole or not at all."""
    check_node()
    program = FOLDER / "node_modules" / "cognito-local" / "lib" / "bin" / "start.js"
    if program.is_file():
        return program
    print(f"test-cognito: installing {EMULATOR} (once)", flush=True)
    FOLDER.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="installing-", dir=FOLDER.parent) as folder:
        npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, EMULATOR]
        done = subprocess.run(npm, capture_output=True, text=True, check=False)
        if done.returncode:
            raise InstallError(f"npm could not install {EMULATOR}: {last_line(done.stderr)}")
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(folder, FOLDER, symlinks=True)
    return program


def check_node() -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise InstallError("the emulator needs Node and npm; install them with: apt-get install nodejs npm")
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if not found[1:].partition(".")[0].isdigit() or int(found[1:].partition(".")[0]) < OLDEST_NODE:
        raise InstallError(f"the emulator needs Node {OLDEST_NODE} or later, and this is {found or 'no working one'}.")


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
