"""Prepare the local database and serve the API: what `make run` does."""

import os
import signal
import socket
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def main() -> None:
    port = free_port(os.environ.get("PORT") or "8000")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    try:
        django.setup()
        if not settings.LOCAL:
            sys.exit(f"make run prepares a database for play: it wants ENV=local, not {settings.ENV}.")
        prepare()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except (CommandError, DatabaseError) as error:
        said = error.args[-1] if error.args else error
        sys.exit(f"The database could not be prepared: {said}. `manage.py doctor --only database` looks closer.")
    connection.close()
    print(f"Serving on http://localhost:{port}/ (Ctrl-C ends it)", flush=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells make their background jobs ignore Ctrl-C
    server = [sys.executable, "manage.py", "runserver", port]
    os.execve(sys.executable, server, os.environ | {"PYTHONUNBUFFERED": "1"})


def free_port(text: str) -> str:
    if not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {text!r}.")
    try:
        with socket.create_server(("127.0.0.1", int(text))):
            return text
    except OSError as error:
        sys.exit(f"Port {text} cannot be had ({os.strerror(error.errno or 0)}); another: make run PORT={int(text) + 1}")


def prepare() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Applying migrations", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
    call_command("apply_triggers")
    call_command("demo")


if __name__ == "__main__":
    main()
