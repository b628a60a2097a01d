"""A private MariaDB server in a temporary folder, for tests, benchmarks and rehearsals.

In Python: `with MariaDB() as server:` and then `server.url`, `server.restart()`, `server.kill()` and so on.
In a shell:
    python scripts/mariadb.py -- COMMAND...    runs COMMAND with DATABASE_URL (and TEST_DATABASE_URL) of a fresh server
    python scripts/mariadb.py                  prints the address of a fresh server and keeps it until Ctrl-C
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

SECONDS_TO_START = 60
ROOM = 1 << 30
AS_ROOT = ["--user=root"] if os.geteuid() == 0 else []  # without it mariadbd refuses to run as root
SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])


class MariaDBError(Exception):
    """Why there is no server, in one sentence."""


class MariaDB:
    """Options are mariadbd's own and win over ours: `MariaDB("--ssl-cert=...", "--max-connections=20")`.

    With a `folder` of its own the data stays there from run to run; without one it is thrown away.
    """

    def __init__(self, *options: str, folder: Path | None = None) -> None:
        self.options = options
        self.kept = folder
        self.user = "kloppocar"
        self.password = secrets.token_hex(8)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        mariadbd, install = program("mariadbd"), program("mariadb-install-db")
        self.folder = self.kept or Path(tempfile.mkdtemp(prefix="kloppocar-mariadb-", dir=quick_folder()))
        self.log = self.folder / "server.err"
        self.socket = self.folder / "socket"
        self.port = free_port()
        self.command = [*die_with_us(), mariadbd, "--no-defaults", *self.settings(), *self.options]
        try:
            self.create(install)
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Data that is thrown away needs no orderly end."""
        if self.kept:
            self.stop()
        else:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"mysql://{self.user}:{self.password}@127.0.0.1:{self.port}/kloppocar"

    def settings(self) -> list[str]:
        """Like production where a test could notice; small and quick elsewhere."""
        return [
            *AS_ROOT,
            f"--datadir={self.folder}/data",
            f"--tmpdir={self.folder}",
            f"--init-file={self.folder}/init.sql",
            f"--socket={self.socket}",
            f"--pid-file={self.folder}/pid",
            f"--log-error={self.log}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--character-set-server=utf8mb4",
            "--default-time-zone=+00:00",
            "--max-connections=300",
            "--innodb-buffer-pool-size=256M",
        ]

    def create(self, install: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "init.sql").write_text(
            "CREATE DATABASE IF NOT EXISTS kloppocar;\n"
            f"CREATE OR REPLACE USER '{self.user}'@'%' IDENTIFIED BY '{self.password}';\n"
            f"GRANT ALL ON *.* TO '{self.user}'@'%' WITH GRANT OPTION;\n"
        )
        if (self.folder / "data" / "mysql").exists():
            return
        result = subprocess.run(
            [
                install,
                "--no-defaults",
                *AS_ROOT,
                f"--datadir={self.folder}/data",
                "--auth-root-authentication-method=socket",
                "--skip-name-resolve",
                "--skip-test-db",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise MariaDBError(f"mariadb-install-db failed: {last_line(result.stdout + result.stderr)}")

    def start(self) -> None:
        """Returns when the server answers, the init file having been run."""
        # A session of its own keeps a terminal's Ctrl-C away: only we stop it, after those who use it.
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self.command, stdin=quiet, stderr=quiet, start_new_session=True)
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.greets():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise MariaDBError(f"mariadbd did not start: {self.first_error()}")
            time.sleep(0.05)

    def first_error(self) -> str:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return next((line for line in lines if "[ERROR]" in line), "no answer")

    def greets(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            return len(connection.recv(5)) == 5
        return False

    def stop(self) -> None:
        """An orderly shutdown; `start` continues with the same data on the same port."""
        self.end(signal.SIGTERM)

    def kill(self) -> None:
        """What a power cut does."""
        self.end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def cpu_seconds(self) -> float:
        """What the server has used of the processor so far, to a hundredth of a second (Linux's /proc)."""
        assert self.process
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self, how: signal.Signals) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait()


def program(name: str) -> str:
    path = shutil.which(name, path=SEARCH)
    if not path:
        raise MariaDBError(f"{name} is not installed (apt-get install mariadb-server-core mariadb-client-core)")
    return path


def quick_folder() -> str | None:
    """Memory where there is room for a small server, else wherever temporary files go."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage("/dev/shm").free >= ROOM and os.access("/dev/shm", os.W_OK):  # noqa: S108 - our own folder in it
            return "/dev/shm"  # noqa: S108 - our own folder in it
    return None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def die_with_us() -> list[str]:
    """A command's prefix: even if we are killed without a chance to tidy up, it does not stay behind."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]


def heed_signals() -> None:
    """Tidy up on SIGTERM as on Ctrl-C, and heed Ctrl-C even where a shell made its background jobs ignore it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.default_int_handler)


def run(command: list[str], environment: dict[str, str]) -> int:
    with subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()  # the terminal told the command as well; let it end
        except SystemExit:
            process.terminate()
            raise


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    heed_signals()
    try:
        with MariaDB() as server:
            if not arguments:
                print(f"DATABASE_URL={server.url}   (Ctrl-C ends it)", flush=True)
                signal.pause()
            return run(arguments, os.environ | {"DATABASE_URL": server.url, "TEST_DATABASE_URL": server.url})
    except MariaDBError as error:
        print(f"No MariaDB server: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
