"""Pillow with JPEG and PNG alone, made here: its own wheel brings eighteen libraries, and seven megabytes."""

import re
import tempfile
from pathlib import Path

from . import ROOT, PackageError
from .driver import only, repair, run

WITHOUT = ["avif", "freetype", "imagequant", "jpeg2000", "lcms", "raqm", "tiff", "webp", "xcb"]


def pinned() -> str:
    """`pillow==...` as requirements.txt has it."""
    found = re.search(r"^pillow==[^\s#]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    if not found:
        raise PackageError("requirements.txt does not pin pillow.")
    return found[0]


def build(python: Path, machine: str, wheels: Path) -> Path:
    """The finished wheel, in `wheels`, with libjpeg in it."""
    run([ROOT / "scripts" / "system_packages.sh", "pictures"], "cannot be built here", of="Pillow", PYTHON3=str(python))
    with tempfile.TemporaryDirectory(prefix="kloppocar-pillow-") as name:
        pip = [python, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
        less = [f"--config-settings={library}=disable" for library in WITHOUT]
        run([*pip, *less, "--no-binary=pillow", "-w", name, pinned()], "could not be built", of="Pillow")
        return repair(only(Path(name), "*.whl"), machine, wheels)
