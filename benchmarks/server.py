"""Server mode: each contender under gunicorn, one process, asked by wrk as fast as it answers."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from typing import Any

from tqdm import tqdm

from benchmarks.contenders import Contender
from benchmarks.scenarios import Scenario

SECONDS = 5
APPLICATIONS = {"limit": "benchmarks.limit:app"}  # the others are Django's


def rates(
    contenders: list[Contender], environment: dict[str, str], scenario: Scenario, signed: Any
) -> dict[str, float]:
    """Requests a second by contender; empty where wrk is not installed."""
    if not shutil.which("wrk"):
        return {}
    found = {}
    for contender in tqdm(contenders, desc="server mode", disable=None, leave=False):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        server = serve(contender, environment, port)
        try:
            wait_for(port)
            found[contender.name] = ask(f"http://127.0.0.1:{port}{scenario.path}", signed["mine"])
        finally:
            server.terminate()
            server.wait()
    return found


def serve(contender: Contender, environment: dict[str, str], port: int) -> subprocess.Popen:
    application = APPLICATIONS.get(contender.name, "django.core.wsgi:get_wsgi_application()")
    django = {"DJANGO_SETTINGS_MODULE": contender.zappa.get("DJANGO_SETTINGS", "")}
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", application],
        env=known | environment | contender.environment | django, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn does not answer")


def ask(url: str, token: str) -> float:
    """Two connections keep one process busy; an answer that is none of success ends the run."""
    headers = ["-H", f"Authorization: Bearer {token}", "-H", "Host: api.example", "-H", "X-Forwarded-Proto: https"]
    command = ["wrk", "-t1", "-c2", f"-d{SECONDS}s", *headers, "-H", "Accept: application/json", url]
    subprocess.run([*command[:3], "-d1s", *command[4:]], stdout=subprocess.DEVNULL, check=True)  # warm
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} did not answer with success:\n{said}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    return float(rate.group(1)) if rate else 0.0
