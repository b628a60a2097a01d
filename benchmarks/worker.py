"""One contender: reads a line of Lambda events, hands each to Zappa's handler, prints milliseconds and the last answer.

python -m benchmarks.worker '{"APP_MODULE": "benchmarks.limit", "APP_FUNCTION": "app"}'
"""

import json
import os
import sys
import time
from types import ModuleType
from typing import Any

# What Zappa writes into its package, as far as its handler reads it (see `manage.py event`).
PACKAGED: dict[str, Any] = {
    "EXCEPTION_HANDLER": None,
    "DEBUG": False,
    "LOG_LEVEL": "INFO",
    "BINARY_SUPPORT": True,
    "CONTEXT_HEADER_MAPPINGS": {},
    "DOMAIN": None,
    "BASE_PATH": None,
    "ENVIRONMENT_VARIABLES": {},
    "API_STAGE": "dev",
    "PROJECT_NAME": "bench",
    "DJANGO_SETTINGS": None,
    "COGNITO_TRIGGER_MAPPING": {},
}


def main(zappa: dict[str, str]) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Zappa prints
    started = time.process_time()
    module = ModuleType("zappa_settings")
    vars(module).update(PACKAGED | zappa)
    sys.modules["zappa_settings"] = module
    from zappa.handler import LambdaHandler, lambda_handler

    LambdaHandler()
    print(json.dumps({"import": (time.process_time() - started) * 1000}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(measure(lambda_handler, json.loads(line))), file=answers, flush=True)


def measure(handler: Any, events: list[dict[str, Any]]) -> dict[str, Any]:
    cpu, wall, answer = [], [], {}
    for event in events:
        wall_before, cpu_before = time.perf_counter_ns(), time.process_time_ns()
        answer = handler(event, None)
        cpu.append((time.process_time_ns() - cpu_before) / 1e6)
        wall.append((time.perf_counter_ns() - wall_before) / 1e6)
    return {"cpu": cpu, "wall": wall, "answer": answer}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
