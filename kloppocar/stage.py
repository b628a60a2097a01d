"""A stage of zappa_settings.json, as Zappa itself reads it."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings


class StageError(Exception):
    """Why there is no such stage, in one sentence."""


def load(name: str) -> Any:
    """Zappa's own command line object with the stage's settings read; no credentials, nothing asked of AWS."""
    with _readable(name):
        from zappa.cli import ZappaCLI

        cli = ZappaCLI()
        cli.api_stage, cli.load_credentials = name, False
        cli.load_settings("zappa_settings.json")
    return cli


def packed_source(name: str) -> str:
    """The text of the module zappa_settings.py that Zappa writes into the stage's zip."""
    cli = load(name)
    with _readable(name):
        return cli.get_zappa_settings_string()


def variable(cli: Any, name: str) -> str:
    """An environment variable that the stage's function gets, as far as the file says; empty otherwise."""
    given = (cli.aws_environment_variables or {}) | (cli.environment_variables or {})
    return str(given.get(name) or "")


def alias(cli: Any) -> str:
    """What others have to call so that SnapStart works for them too; empty where the stage does without."""
    from zappa.core import SNAPSTART_LAMBDA_ALIAS

    return SNAPSTART_LAMBDA_ALIAS if (cli.snap_start or "None") != "None" else ""


@contextlib.contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        from click import ClickException

        with contextlib.chdir(settings.BASE_DIR), contextlib.redirect_stdout(sys.stderr):  # Zappa prints
            yield
    except ImportError as error:
        raise StageError(f"Zappa is not installed as for packaging ({error}).") from error
    except (ClickException, OSError, ValueError, KeyError) as error:
        raise StageError(f"zappa_settings.json has no usable stage {name}: {error}") from error
