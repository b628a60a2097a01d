"""Make the zip that Lambda runs: what `make package` does.

    python -m scripts.package [--stage dev]

Prepares `.venv-lambda/`, lets Zappa pack from it, leaves `dist/kloppocar-STAGE.zip`. Quick when nothing has changed.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from . import DIST, ENVIRONMENT, ROOT, PackageError, environment, report, say
from .contents import PROJECT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", default="dev", help="a stage of zappa_settings.json (default: dev)")
    options = parser.parse_args()
    try:
        environment.prepare()
        path = package(options.stage)
    except PackageError as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    report.show(path)
    return 0


def package(stage: str) -> Path:
    path, stamp, draft = (DIST / f"kloppocar-{stage}.{end}" for end in ("zip", "stamp", "zip.refused"))
    inputs = fingerprint(stage)
    if path.exists() and stamp.exists() and stamp.read_text() == inputs + digest(path):
        say("nothing has changed")
        return path
    DIST.mkdir(exist_ok=True)
    stamp.unlink(missing_ok=True)
    say(f"packing stage {stage}")
    path.unlink(missing_ok=True)
    zappa("package", stage, "--output", str(draft.relative_to(ROOT)))
    draft.replace(path)
    stamp.write_text(inputs + digest(path))
    return path


def zappa(*arguments: str) -> None:
    """Zappa from the Lambda's environment; its words are shown when it fails."""
    bin_ = ENVIRONMENT / "bin"
    variables = os.environ | {"VIRTUAL_ENV": str(ENVIRONMENT), "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
    command = [str(bin_ / "python"), str(bin_ / "zappa"), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        raise PackageError("Zappa made no package; its words stand above.")


def fingerprint(stage: str) -> str:
    """Changes with whatever the zip is made of."""
    state = hashlib.sha256(f"{stage}\0{environment.fingerprint()}".encode())
    files = [ROOT / "zappa_settings.json", ROOT / "zappa_policy.json", *(ROOT / "scripts").rglob("*.py")]
    files += [file for part in PROJECT for file in (ROOT / part).rglob("*") if file.is_file()]
    for file in sorted(files):
        if "__pycache__" not in file.parts:
            state.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
