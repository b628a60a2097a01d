"""docs/tour.md tells the truth: each command runs, in its order, against a fresh `make run`, and answers as it says."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings
from django.db import connection

PAGE = settings.BASE_DIR / "docs" / "tour.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "---- end of this answer ----"


def steps():
    """Commands, each with the answer below it; None where there is none."""
    found = BLOCK.findall(PAGE.read_text())
    for number, (kind, text) in enumerate(found):
        if kind == "sh":
            answer = found[number + 1] if number + 1 < len(found) else ("", "")
            yield text, json.loads(answer[1]) if answer[0] == "json" else None


@pytest.fixture
def demo(tmp_path):
    """What `make run` starts, on a database and a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {
        "ENV": "local",
        "DATABASE_URL": f"sqlite:///{tmp_path}/tour.sqlite3",
        "PORT": str(port),
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "scripts.serve"], cwd=settings.BASE_DIR, env=environment, process_group=0,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://localhost:{port}/health/ready/", server)
        yield port, environment
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def wait_for(url, server):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail("make run does not serve")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the demo of a laptop: SQLite")
def test_every_command_of_the_tour_answers_as_it_says(demo):
    assert shutil.which("curl"), "curl is not installed"
    port, environment = demo
    told = list(steps())
    script = "\n".join(f"{command}\necho\necho '{END}'" for command, _ in told).replace(":8000", f":{port}")
    script = script.replace(".venv/bin/python", sys.executable)

    ran = subprocess.run(["bash", "-c", script], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)

    answers = [text.strip() for text in ran.stdout.split(END)[:-1]]
    assert len(answers) == len(told) > 40, ran.stderr
    wrong = {
        command: text
        for (command, expected), text in zip(told, answers, strict=True)
        if expected is not None and not is_like(json.loads(text or "null"), expected)
    }
    assert wrong == {}


def is_like(answer, expected):
    """Whether an answer holds what is expected: `...` is anything, and fields may be left out."""
    if expected == "...":
        return True
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            name in answer and is_like(answer[name], value) for name, value in expected.items()
        )
    if isinstance(expected, list):
        return len(answer) == len(expected) and all(map(is_like, answer, expected))
    return answer == expected
