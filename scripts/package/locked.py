"""requirements.lock, package by package: what is installed is what was looked at, byte for byte."""

import re
from collections.abc import Iterable
from pathlib import Path

from . import ROOT

LOCK = ROOT / "requirements.lock"


def entries(lock: Path = LOCK) -> dict[str, str]:
    """By name: its pin and the hashes of its files, as pip reads them."""
    text = "\n".join(line for line in lock.read_text().splitlines() if not line.startswith("#"))
    blocks = re.split(r"\n(?=\S)", text.strip())
    return {re.split(r"[=\s\[]", block, maxsplit=1)[0]: block for block in blocks}


def write(path: Path, *, only: str = "", without: Iterable[str] = ()) -> Path:
    """A requirements file of one of them, or of all but a few."""
    names = [only] if only else [name for name in entries() if name not in set(without)]
    path.write_text("\n".join(entries()[name] for name in names) + "\n")
    return path
