"""Known holes of what runs: every package of requirements.lock is looked up in the advisories that pip-audit knows.

Exit code 1 when one is found. Where no source of advisories can be reached it says so loudly, and lets the rest go on.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LET_THROUGH: dict[str, str] = {}  # an advisory's id, and why it does not concern us


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kloppocar-audit-") as folder:
        report = Path(folder) / "report.json"
        said = look_up(report)
        if not report.exists():  # it is written when everything was looked up
            print(said.strip().splitlines()[-1][:300] if said.strip() else "pip-audit said nothing")
            print("audit: KNOWN HOLES WERE NOT LOOKED FOR: NO SOURCE OF ADVISORIES CAN BE REACHED")
            return 0
        found = list(holes(json.loads(report.read_text())))
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


def look_up(report: Path) -> str:
    ignored = [option for name in LET_THROUGH for option in ("--ignore-vuln", name)]
    source = ["--requirement", "requirements.lock", "--require-hashes", "--disable-pip"]
    quietly = ["--progress-spinner", "off", "--timeout", "10", "--format", "json", "--output", str(report)]
    command = [sys.executable, "-m", "pip_audit", *source, *quietly, *ignored]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "two minutes were not enough"
    return done.stderr


def holes(report: dict) -> Iterator[str]:
    for package in report["dependencies"]:
        for hole in package.get("vulns", []):
            mended = ", ".join(hole["fix_versions"]) or "no version yet"
            yield f"audit: {package['name']} {package['version']}: {hole['id']}, mended in {mended}"


if __name__ == "__main__":
    sys.exit(main())
