"""`.venv-lambda/`: the runtime's Python with requirements.lock and nothing else, which Zappa packs."""

import hashlib
import subprocess
import sys
from pathlib import Path

from . import ENVIRONMENT, TASK_ROOT, PackageError, driver, locked, pillow, say
from .python import MACHINES, check_machine, find, runtime

STAMP = ENVIRONMENT / "package.stamp"


def prepare() -> None:
    """Make the environment unless it is as it should be. One that was left half-made has no stamp and is made anew."""
    version, architecture = runtime()
    check_machine(architecture)
    if is_current():
        return
    python = find(version)
    say(f"making .venv-lambda with {python}")
    run([python, "-m", "venv", "--clear", ENVIRONMENT], "could not be made")
    install_packages()
    say("building mysqlclient with its libraries and the plugin for MySQL 8")
    wheel = driver.build(python_of(ENVIRONMENT), MACHINES[architecture], ENVIRONMENT / "wheels")
    install(wheel)
    say("building Pillow with JPEG and PNG alone")
    install(pillow.build(python_of(ENVIRONMENT), MACHINES[architecture], ENVIRONMENT / "wheels-of-pillow"))
    if not driver.offers_plugin(python_of(ENVIRONMENT)):
        raise PackageError("mysqlclient was built, but would not sign in to MySQL 8: it does not offer its plugin.")
    strip_modules()
    compile_packages()
    STAMP.write_text(fingerprint())


def is_current() -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint() and python_of(ENVIRONMENT).exists()


def fingerprint() -> str:
    """Changes with whatever the environment is made of."""
    parts = [*map(repr, runtime()), driver.client_library()]
    code = (f"{module}.py" for module in ("bytecode", "driver", "environment", "locked", "pillow"))
    files = [locked.LOCK, *(Path(__file__).with_name(name) for name in code)]
    return hashlib.sha256("\0".join(parts + [file.read_text() for file in files]).encode()).hexdigest()


def install_packages() -> None:
    say("installing requirements.lock")
    ready_made = locked.write(ENVIRONMENT / "requirements.txt", without=["mysqlclient", "pillow"])
    install("--require-hashes", "--no-deps", "-r", ready_made)


def install(*what: str | Path) -> None:
    quietly = ["--disable-pip-version-check", "--no-input", "--quiet", "--no-compile"]
    run([python_of(ENVIRONMENT), "-m", "pip", "install", *quietly, *what], "could not be filled")


def strip_modules() -> None:
    """Of symbols that only a debugger reads: half a megabyte of cryptography alone. Repaired libraries stay."""
    modules = [file for file in site_packages(ENVIRONMENT).rglob("*.so") if not file.parts[-2].endswith(".libs")]
    run(["strip", "--strip-unneeded", *modules], "could not be stripped")


def compile_packages() -> None:
    """Once here, so that Zappa need not do it each time."""
    say("compiling")
    compile_folder(site_packages(ENVIRONMENT), python_of(ENVIRONMENT), "--without-docstrings")


def compile_folder(folder: Path, python: Path, *options: str) -> None:
    program = Path(__file__).with_name("bytecode.py")
    fixed = {"PYTHONHASHSEED": "0"}  # nothing else: a set's order must not change a byte
    command = [str(part) for part in (python, program, folder, TASK_ROOT, *options)]
    done = subprocess.run(command, env=fixed, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"byte code could not be made: {done.stderr.strip()[-300:]}")


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def site_packages(environment: Path) -> Path:
    version, _ = runtime()
    return environment / "lib" / f"python{version}" / "site-packages"


def run(command: list, what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        print(*lines[-20:], sep="\n", file=sys.stderr)
        raise PackageError(f".venv-lambda {what}: {lines[-1] if lines else 'no word why'}")
