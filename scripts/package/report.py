"""How large the zip is, and what makes it so."""

import zipfile
from collections import Counter
from pathlib import Path


def sizes(path: Path) -> tuple[int, int]:
    """Bytes zipped and unpacked."""
    with zipfile.ZipFile(path) as archive:
        return path.stat().st_size, sum(entry.file_size for entry in archive.infolist())


def largest(path: Path, count: int = 10) -> list[tuple[str, int, int]]:
    """The largest parts by their zipped bytes: name, zipped, unpacked."""
    zipped: Counter[str] = Counter()
    unpacked: Counter[str] = Counter()
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            part = entry.filename.partition("/")[0]
            zipped[part] += entry.compress_size
            unpacked[part] += entry.file_size
    return [(part, size, unpacked[part]) for part, size in zipped.most_common(count)]


def show(path: Path) -> None:
    zipped, unpacked = sizes(path)
    print(f"package: {path.name}: {zipped / 1e6:.1f} MB zipped, {unpacked / 1e6:.1f} MB unpacked; its largest parts:")
    for part, size, whole in largest(path):
        print(f"  {part:32} {size / 1e6:6.2f} MB {whole / 1e6:6.1f} MB unpacked")
