"""The uploaded zip in an empty folder, whole or with a part taken out; and what it has loaded or written since."""

import hashlib
import re
import subprocess
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path

from scripts.package.python import find, runtime

from . import expect

# What `--without` takes out, to show that the rehearsal would notice.
PARTS = {
    "mysqlclient": ["MySQLdb/*", "mysqlclient.libs/*"],
    "plugin": ["MySQLdb/plugin/*"],
    "cognito": [],
    "static": ["static/*"],
}
COGNITO_MAP = re.compile(rb"^COGNITO_TRIGGER_MAPPING=.*$", re.MULTILINE)
FOREIGN = re.compile(r"/lib(mariadb|mysqlclient)[.-]|/caching_sha2_password").search


def unpack(zipped: Path, folder: Path, without: str = "") -> None:
    with zipfile.ZipFile(zipped) as archive:
        for entry in archive.infolist():
            if any(fnmatchcase(entry.filename, pattern) for pattern in PARTS.get(without, [])):
                continue
            content = archive.read(entry)
            if without == "cognito" and entry.filename == "zappa_settings.py":
                content = COGNITO_MAP.sub(b"COGNITO_TRIGGER_MAPPING={}", content)
            target = folder / entry.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod((entry.external_attr >> 16) & 0o777)
    if without == "cognito":  # the byte code of that file is never held against it
        python = find(runtime()[0])
        subprocess.run([python, "-I", "-m", "py_compile", folder / "zappa_settings.py"], check=True)


def fingerprint(folder: Path) -> str:
    """Lambda's task folder is read-only: nothing may come or change there."""
    state = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            state.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return state.hexdigest()


def check_libraries(loaded: set[str], task: Path, wanted: set[str]) -> str:
    """Driver, client library and plugin come out of the zip, not from this machine, which may have its own."""
    own = {name for name in loaded if name.startswith(f"{task}/")}
    for what in sorted(wanted):
        expect(any(what in name for name in own), f"{what} was not loaded from the zip")
    foreign = {name for name in loaded - own if FOREIGN(name)}
    expect(not foreign, f"loaded from this machine: {', '.join(sorted(foreign))}")
    return f"{len(own)} libraries of its own"
