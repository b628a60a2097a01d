"""Is this the zip that should go to Lambda? `problems` says what is wrong with it, in words for whoever deploys."""

import ast
import re
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from . import BUDGET, UNPACKED_LIMIT
from .archive import MAGIC, cache_name, fits
from .contents import FROM_ZAPPA

NEEDED = {
    "kloppocar/handler.pyc": "the function's handler",
    "zappa_settings.py": "Zappa's settings of the stage",
    "MySQLdb/_mysql.*.so": "the MySQL driver",
    "mysqlclient.libs/lib*": "the MySQL driver's own libraries (it was not repaired)",
    "PIL/_imaging.*.so": "the decoder of people's pictures",
    "pillow.libs/libjpeg*": "the library of that decoder (it was not repaired)",
    "static/admin/css/base.css": "the admin's static files",
    "static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js": "the documentation's static files",
    "sql/mysql/*.sql": "the database's triggers",
}
PLUGIN = "MySQLdb/plugin/caching_sha2_password.so"
NEVER = [".env*", "*/.env*", ".git/*", ".local/*", ".venv*", "tests/*", "scripts/*", "docs/*", "*.sqlite3"]
TOOLS = [
    "pytest",
    "_pytest",
    "hypothesis",
    "mypy",
    "selenium",
    "moto",
    "pip",
    "setuptools",
    "botocore",
    "troposphere",
]
of_python = re.compile(r"\.cpython-(\d)(\d+)-").search


def problems(path: Path, *, version: str) -> list[str]:
    """One sentence each, empty when all is well; `version` is the runtime's, like 3.12."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        found = [*lacking(names), *unwanted(names), *keys(archive, names), *foreign(names, version)]
        found += driver(archive, names)
        return [*found, *stale(archive, names), *without_map(archive, names), *too_large(path, archive)]


def lacking(names: list[str]) -> Iterator[str]:
    for pattern, what in NEEDED.items():
        if not any(fnmatchcase(name, pattern) for name in names):
            yield f"it lacks {what}"


def unwanted(names: list[str]) -> Iterator[str]:
    tools = sorted({name.partition("/")[0] for name in names} & set(TOOLS))
    if tools:
        yield f"it holds what Lambda never needs: {', '.join(tools)}"
    never = [name for name in names if any(fnmatchcase(name, pattern) for pattern in NEVER)]
    if never:
        yield f"it holds what must not leave this machine: {', '.join(never[:5])}"


def keys(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    """Certificates are for everybody; what opens them is not."""
    private = [name for name in names if name.startswith("certs/") and b"PRIVATE KEY" in archive.read(name)]
    if private:
        yield f"it holds a private key: {private[0]}"


def foreign(names: list[str], version: str) -> Iterator[str]:
    """Compiled for another Python: it was packed from another environment."""
    others = {match[0] for name in names if (match := of_python(name)) and f"{match[1]}.{match[2]}" != version}
    if others:
        yield f"it holds modules that were compiled for another Python than {version}"


def driver(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    """Does it ask for the library that lies beside it? Oracle's has the plugin built in, MariaDB's needs the file."""
    modules = [name for name in names if fnmatchcase(name, "MySQLdb/_mysql.*.so")]
    libraries = [name.rpartition("/")[2] for name in names if name.startswith("mysqlclient.libs/")]
    clients = [name for name in libraries if name.startswith(("libmariadb", "libmysqlclient"))]
    for module in modules:
        if not any(name.encode() in archive.read(module) for name in clients):
            yield "its MySQL driver needs a library that Lambda does not have (it was not repaired)"
    if PLUGIN not in names and not any(name.startswith("libmysqlclient") for name in clients):
        yield "its MySQL driver cannot sign in to MySQL 8: the plugin caching_sha2_password is missing"


def stale(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    """Byte code that Python would not use, or cannot: slow cold starts, or none at all."""
    known = set(names)
    sources = [name for name in names if name.endswith(".py")]
    bad = [
        name
        for name in sources
        if cache_name(name) not in known or not fits(archive.read(cache_name(name)), archive.read(name))
    ]
    bad += [name for name in names if name.endswith(".pyc") and archive.read(name)[:4] != MAGIC]
    bad += [name for name in sources if name not in FROM_ZAPPA]
    if bad:
        yield f"the byte code of {len(bad)} modules is missing or stale, {bad[0]} for one"


def without_map(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    if "zappa_settings.py" in names and not packed_setting(archive, "COGNITO_TRIGGER_MAPPING"):
        yield "Cognito's triggers lead nowhere: COGNITO_TRIGGER_MAPPING is empty"


def packed_setting(archive: zipfile.ZipFile, name: str) -> Any:
    for node in ast.parse(archive.read("zappa_settings.py")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    return None


def too_large(path: Path, archive: zipfile.ZipFile) -> Iterator[str]:
    zipped, unpacked = path.stat().st_size, sum(entry.file_size for entry in archive.infolist())
    if zipped > BUDGET:
        yield f"it has {zipped / 1e6:.1f} MB, and the budget is {BUDGET / 1e6:.0f} MB"
    if unpacked > UNPACKED_LIMIT:
        yield f"unpacked it has {unpacked / 1e6:.0f} MB, more than Lambda takes"
