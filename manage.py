#!/usr/bin/env python
"""Django's command-line utility for administrative tasks."""

import os
import sys


def main() -> None:
    """Run administrative tasks. A database that is away is one sentence, unless --traceback is asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, InterfaceError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.stderr.write(f"The database: {error.args[-1]}. `manage.py doctor --only database` looks closer.\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
