"""From the zip that Zappa has made to the one that is uploaded: lean, compiled, and the same every time."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from . import ROOT, PackageError
from .contents import FROM_ZAPPA, is_project, package_files, wanted
from .environment import compile_folder

UNCHECKED_HASH = (1).to_bytes(4, "little")  # the second word of such byte code's head
MAGIC = importlib.util.MAGIC_NUMBER
WHEN = (1980, 1, 1, 0, 0, 0)
Files = dict[str, bytes]


def finish(path: Path, site: Path, *, stage: str, variables: dict[str, str]) -> None:
    """Replace the zip at `path`, which holds the project and all of `site`. Run by the runtime's own Python."""
    owned = package_files(site, ROOT / "requirements.txt", variables)
    files, compiled = select(path, owned)
    files = compile_all(files, compiled) | static_files()
    contents = hashlib.sha256()
    for name in sorted(files):
        contents.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    about = {
        "stage": stage,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "sha256": contents.hexdigest(),
    }
    files["package_info.json"] = json.dumps(about, indent=2).encode()
    write(path, files)


def select(path: Path, owned: set[str]) -> tuple[Files, Files]:
    """What is kept of Zappa's zip, and the byte code in it that may still be of use."""
    files: Files = {}
    compiled: Files = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name in FROM_ZAPPA or ((name in owned or is_project(name)) and wanted(name)):
                files[name] = headers(archive.read(name)) if is_metadata(name) else archive.read(name)
            elif name.endswith(".pyc"):
                compiled[name] = archive.read(name)
    return files, compiled


def is_metadata(name: str) -> bool:
    return name.endswith(".dist-info/METADATA")


def headers(metadata: bytes) -> bytes:
    """Name and version may be asked for; the read-me below them is for people."""
    return metadata.partition(b"\n\n")[0] + b"\n\n"


def static_files() -> Files:
    with tempfile.TemporaryDirectory(prefix="kloppocar-static-") as folder:
        environment = os.environ | {"ENV": "local", "DATABASE_URL": "sqlite://:memory:", "SECRET_KEY": "of no use"}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        command = [sys.executable, "-m", "scripts.package.static", folder]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PackageError(f"the static files could not be collected: {done.stderr.strip().splitlines()[-1]}")
        root = Path(folder)
        return {f"static/{file.relative_to(root)}": file.read_bytes() for file in root.rglob("*") if file.is_file()}


def compile_all(files: Files, compiled: Files) -> Files:
    """Every module as byte code alone, as Python allows: half as much to load, and never stale.

    A traceback still names file and line. Only what Zappa writes anew for each stage comes with its source.
    """
    modules = {name for name in files if name.endswith(".py")}
    found = {name: compiled.get(cache_name(name), b"") for name in modules if not is_project(name)}
    code = {name: text for name, text in found.items() if fits(text, files[name])}
    missing = {name: files[name] for name in modules - code.keys()}
    code |= compile_now({name: text for name, text in missing.items() if is_project(name)})
    code |= compile_now({name: text for name, text in missing.items() if not is_project(name)}, "--without-docstrings")
    others = {name: text for name, text in files.items() if name not in code or name in FROM_ZAPPA}
    return others | {cache_name(name) if name in FROM_ZAPPA else f"{name}c": text for name, text in code.items()}


def compile_now(sources: Files, *options: str) -> Files:
    with tempfile.TemporaryDirectory(prefix="kloppocar-code-") as name:
        folder = Path(name)
        for module, source in sources.items():
            (folder / module).parent.mkdir(parents=True, exist_ok=True)
            (folder / module).write_bytes(source)
        compile_folder(folder, Path(sys.executable), *options)
        made = {module: folder / cache_name(module) for module in sources}
        return {module: file.read_bytes() for module, file in made.items() if file.exists()}


def cache_name(module: str) -> str:
    return importlib.util.cache_from_source(module)


def fits(code: bytes, source: bytes) -> bool:
    """Whether this is byte code for the running Python, of exactly that source, and never held against its date."""
    return code[:8] == MAGIC + UNCHECKED_HASH and code[8:16] == importlib.util.source_hash(source)


def write(path: Path, files: Files) -> None:
    """Sorted, undated, without owners: the same files give the same bytes. The old zip stays until that is whole."""
    draft = path.with_name(f"{path.name}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if ".so" in Path(name).suffixes else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, files[name], compresslevel=9)
    draft.replace(path)
