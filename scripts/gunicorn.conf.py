"""How gunicorn serves the API outside Lambda. WEB_CONCURRENCY, THREADS and PORT are read from the environment."""

import gc
import os
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("THREADS") or 4)  # each thread holds a database connection of its own
worker_tmp_dir = "/dev/shm"  # a heartbeat that never waits for a disk  # noqa: S108 - memory, for a beat
preload_app = True  # one import for all workers, which share its memory
timeout = 30  # as long as API Gateway would wait
graceful_timeout = 25  # less than what orchestrators leave between SIGTERM and SIGKILL
keepalive = 75  # longer than load balancers keep a connection open
max_requests, max_requests_jitter = 20_000, 2_000
accesslog = None  # every request has its JSON line already
errorlog = "-"


def when_ready(server: Any) -> None:
    """What is imported stays: the collector need not look at it again in any worker."""
    gc.collect()
    gc.freeze()
