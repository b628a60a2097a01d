"""The uploaded zip as Lambda would run it: awslambdaric under the runtime's Python, fed by a stand-in for Lambda."""

import hashlib
import json
import os
import queue
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

from scripts.mariadb import die_with_us
from scripts.package import ROOT, PackageError
from scripts.package.python import find, runtime

from . import CREDENTIALS, REGION, Wrong

HERE = Path(__file__).parent
SECONDS = 60  # Lambda's own limit is shorter, but this machine may be busy
PREFIX = "/2018-06-01/runtime"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Answer:
    """What came back, or the error that the runtime reported; `milliseconds` from the call to the answer."""

    value: Any
    error: dict[str, Any] | None
    milliseconds: float


def runtime_folder() -> Path:
    """What Lambda's image brings, installed once for the runtime's Python in a folder of its own."""
    version, _ = runtime()
    wanted = HERE / "runtime.txt"
    mark = hashlib.sha256(f"{version}\0{wanted.read_text()}".encode()).hexdigest()[:12]
    folder = ROOT / ".local" / "rehearsal" / f"runtime-{version}-{mark}"
    if not (folder / "done").exists():
        quietly = ["--quiet", "--disable-pip-version-check", "--no-input", "--upgrade"]
        command = [str(find(version)), "-m", "pip", "install", *quietly, "--target", str(folder), "-r", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PackageError(f"Lambda's runtime client could not be installed: {done.stderr.strip()[-300:]}")
        (folder / "done").touch()
    return folder


@cache
def python_library() -> Path:
    """Where the runtime's Python keeps its own modules."""
    command = [str(find(runtime()[0])), "-I", "-S", "-c", "import os; print(os.path.dirname(os.__file__))"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


class Function:
    """One instance of the function. Its first `invoke` is a cold start, counted from when the process began."""

    def __init__(
        self, task: Path, handler: str, variables: dict[str, str], log: Path, *, snap_start: bool = False
    ) -> None:
        self.task, self.handler, self.variables, self.log = task, handler, variables, log
        self.snap_start = snap_start
        self.modules = log.with_suffix(".modules")
        self.events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.cold_cpu = 0.0

    def __enter__(self) -> Self:
        self.server = Server(("127.0.0.1", 0), type("Handler", (Lambda,), {"function": self}))
        Thread(target=self.server.serve_forever, daemon=True).start()
        version, _ = runtime()
        python = find(version)
        self.started = time.perf_counter()
        self.is_cold = True
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*die_with_us(), python.resolve(), "-I", "-S", HERE / "bootstrap.py", self.modules],
                cwd=self.task,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.server.shutdown()
        self.server.server_close()

    def environment(self) -> dict[str, str]:
        """Lambda's variables, the function's own, and no other."""
        name = self.variables.get("AWS_LAMBDA_FUNCTION_NAME", "kloppocar")
        return {
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LAMBDA_TASK_ROOT": str(self.task),
            "LAMBDA_RUNTIME_DIR": str(runtime_folder()),
            "_HANDLER": self.handler,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "rehearsal",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if self.snap_start else "on-demand",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{'python'}{runtime()[0]}",
            **CREDENTIALS,
            **self.variables,
        }

    def invoke(self, event: Any) -> Answer:
        began = self.started if self.is_cold else time.perf_counter()
        self.events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        kind, body = self.wait()
        took = (time.perf_counter() - began) * 1000
        if self.is_cold:
            self.is_cold, self.cold_cpu = False, self.cpu_milliseconds()
        value = json.loads(body) if body else None
        return Answer(None, value, took) if kind == "error" else Answer(value, None, took)

    def wait(self) -> tuple[str, bytes]:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                return self.answers.get(timeout=0.1)
            except queue.Empty:
                if self.process.poll() is not None and self.answers.empty():
                    raise Wrong(f"the function's process ended with {self.process.returncode}; see the log") from None
        raise Wrong(f"no answer within {SECONDS} s")

    def cpu_milliseconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / TICKS

    def resident_megabytes(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def imported_files(self, event: Any) -> set[str]:
        """The file of every module imported so far; the interpreter heeds the signal when the next event wakes it."""
        self.modules.unlink(missing_ok=True)
        os.kill(self.process.pid, signal.SIGUSR1)
        self.invoke(event)
        return set(self.modules.read_text().splitlines())

    def loaded_files(self) -> set[str]:
        """Every library that is mapped into the process."""
        lines = Path(f"/proc/{self.process.pid}/maps").read_text().splitlines()
        return {line.split(maxsplit=5)[5] for line in lines if ".so" in line}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A function that is ended in the middle of a call hangs up."""


class Lambda(BaseHTTPRequestHandler):
    """The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet: the time between is not the function's
    function: Function

    def do_GET(self) -> None:
        if self.path == f"{PREFIX}/restore/next":
            self.reply(200, b"")
            return
        request_id, event = self.function.events.get()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 29) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:{REGION}:000000000000:function:kloppocar",
            "Content-Type": "application/json",
        }
        self.reply(200, event, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self.chunks()
        self.function.answers.put(("error" if self.path.endswith("/error") else "response", body))
        self.reply(202, b"{}")

    def chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """The function's own log is what counts."""
