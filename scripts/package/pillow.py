"""Pillow with JPEG and PNG alone, made here: its own wheel brings eighteen libraries, and seven megabytes."""

import tempfile
from pathlib import Path

from . import ROOT, locked
from .driver import only, repair, run

WITHOUT = ["avif", "freetype", "imagequant", "jpeg2000", "lcms", "raqm", "tiff", "webp", "xcb"]


def build(python: Path, machine: str, wheels: Path) -> Path:
    """The finished wheel, in `wheels`, with libjpeg in it."""
    run([ROOT / "scripts" / "system_packages.sh", "pictures"], "cannot be built here", of="Pillow", PYTHON3=str(python))
    with tempfile.TemporaryDirectory(prefix="kloppocar-pillow-") as name:
        pip = [python, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
        less = [f"--config-settings={library}=disable" for library in WITHOUT]
        source = locked.write(Path(name) / "requirements.txt", only="pillow")
        pinned = ["--require-hashes", "--no-binary=pillow", "-r", source]
        run([*pip, *less, *pinned, "-w", name], "could not be built", of="Pillow")
        return repair(only(Path(name), "*.whl"), machine, wheels)
