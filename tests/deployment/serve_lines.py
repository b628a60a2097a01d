"""A warm instance by hand: `request` on the standard input answers one through the whole of Django, `close` loses the
database connection."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    django.setup()
    from django.db import connection
    from django.test import Client

    client = Client(raise_request_exception=False)
    for line in sys.stdin:
        if line.strip() == "close":
            connection.close()
            print("closed", flush=True)  # noqa: T201
        else:
            print(client.get("/api/v1/ranks/").status_code, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
