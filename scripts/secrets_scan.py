"""No secret stands anywhere in the history: every line that any commit of any branch ever added is looked at.

    python -m scripts.secrets_scan [FOLDER]

Exit code 1 when something is found, or when the history is not all here (a shallow clone), because then nobody knows.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATTERNS = {
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "an AWS secret key": r"(?i)aws_?secret\w*[\"'\s:=]{1,6}[A-Za-z0-9/+]{40}\b",
    "an AWS account": r"\barn:aws[\w-]*:[\w-]*:[\w-]*:\d{12}\b",
    "a user pool": r"\b[a-z]{2}-[a-z]+-\d_[A-Za-z0-9]{9}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s*$|(?:\\n|\s)*[A-Za-z0-9+/]{16})",
    "a private key in JSON": r"\"d\"\s*:\s*\"[A-Za-z0-9_-]{40,}\"",
    "a token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a password in an address": r"\b[a-z][a-z0-9+]*://[^\s/:@\"'`]+:[^\s/@\"'`]+@[\w.{$-]+",
    "a key of GitHub or Google": r"\b(?:gh[pousr]_\w{36}|AIza[\w-]{35})",
    "a key of Slack or Stripe": r"\b(?:xox[abprs]-[\w-]{10,}|sk_live_\w{16,})",
}
# What looks like one and is none: the finding, and why it may stand there.
ALLOWED = {
    r"(?:AKIA|ASIA)[A-Z]*EXAMPLE": "AWS's own example",
    r"arn:aws[\w-]*:[\w-]*:[\w-]*:(?:123456789012|0{12}|1{12})": "examples of the documentation and of emulators",
    r"[a-z-]+-\d_(?:example\w*|Example\w*|abc\w*|ABC\w*|other\w*|elsewhere)": "named as an example",
    r".*://[^:]+:(?:(?:no-)?password|nothing|p|pw|x|app|secret|\$\{?\w+\}?|\{[\w.]+\}|%s)@.*": "a placeholder",
}
FOUND = {what: re.compile(pattern) for what, pattern in PATTERNS.items()}
IS_ALLOWED = re.compile("|".join(f"(?:{pattern})" for pattern in ALLOWED))


def main(folder: Path = ROOT) -> int:
    if not (folder / ".git").exists():
        print("secrets: THE HISTORY WAS NOT SCANNED: THIS IS NO CLONE")
        return 0
    if git(folder, "rev-parse", "--is-shallow-repository").strip() == "true":
        print("secrets: the history is not all here: `git fetch --unshallow`, in CI a checkout of full depth")
        return 1
    findings = list(
        dict.fromkeys(scan(git(folder, "log", "-p", "--all", "--no-color", "--no-ext-diff", "-m", "--text")))
    )
    for commit, path, what in findings:
        print(f"secrets: {what} in {path}, added by {commit[:12]}")
    return int(bool(findings))


def scan(log: str) -> Iterator[tuple[str, str, str]]:
    """Commit, file and kind of each finding; never the secret itself, which would then stand in a log as well."""
    commit = path = ""
    for line in log.splitlines():
        if line.startswith("commit "):
            commit = line.split()[1]
        elif line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
        elif line.startswith(("+", "    ")):  # an added line, or one of a commit's message
            yield from ((commit, path, what) for what in looks_like(line[1:]))


def looks_like(line: str) -> Iterator[str]:
    for what, pattern in FOUND.items():
        if any(not IS_ALLOWED.fullmatch(found[0]) for found in pattern.finditer(line)):
            yield what


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8", errors="replace").stdout


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
