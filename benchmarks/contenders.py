"""Who takes part. Each is a process of its own behind Zappa's own handler, told what to do line by line."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from benchmarks import scenarios


@dataclass(frozen=True)
class Contender:
    """How to start one: what Zappa's settings name, and the environment."""

    name: str
    zappa: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)


PRODUCT = Contender(
    "product",
    {"DJANGO_SETTINGS": "benchmarks.product_settings"},
    {"ENV": "production", "SECRET_KEY": "bench", "ALLOWED_HOSTS": "api.example", "DB_SSL": "off"},
)
LIMIT = Contender("limit", {"APP_MODULE": "benchmarks.limit", "APP_FUNCTION": "app"})
PLAIN = Contender("plain", {"DJANGO_SETTINGS": "benchmarks.plain.settings"})
CONTENDERS = [LIMIT, PRODUCT, PLAIN]


class Process:
    """A running contender. Everything it prints but its answers goes to /dev/null, as nobody reads the logs."""

    def __init__(self, contender: Contender, environment: dict[str, str]) -> None:
        self.name = contender.name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", json.dumps(contender.zappa)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None if os.environ.get("BENCH_LOG") else subprocess.DEVNULL, text=True,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment | contender.environment,
        )  # fmt: skip
        self.start: dict[str, float] = self.hear()

    def hear(self) -> Any:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise SystemExit(f"The contender {self.name} ended: BENCH_LOG=1 shows why.")
        return json.loads(line)

    def ask(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """Milliseconds of each, and the last answer."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(events) + "\n")
        self.process.stdin.flush()
        return self.hear()

    def end(self) -> None:
        self.process.communicate()


def events(contender: str, scenario: scenarios.Scenario, rows: int, tokens: dict[str, str], turns: range) -> list:
    return [scenario.event(contender, rows, tokens, turn) for turn in turns]
