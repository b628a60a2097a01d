"""What Lambda calls (`lambda_handler` in zappa_settings.json): refuses what is no event of ours, then Zappa takes over.

Left alone, Zappa would answer an unknown event with silence, and *execute* the text of a `raw_command`.
"""

import gc
import os
import re
import sys
from types import ModuleType
from typing import Any

OURS = "kloppocar.events."  # the only functions that an event may name
is_plain = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}").fullmatch


class UnknownEvent(Exception):
    """Nothing was executed. Lambda logs it, and whoever called gets it as the answer."""


def lambda_handler(event: Any, context: Any) -> Any:
    if not is_known(event):
        raise UnknownEvent(f"Nothing was executed: this is no event that the function answers ({outline(event)}).")
    return zappa_handler().lambda_handler(event, context)


def is_known(event: Any) -> bool:
    """A request, a Cognito trigger, a scheduled event, or somebody who may invoke us by hand."""
    if not isinstance(event, dict):
        return False
    if event.get("version") == "2.0":
        return "http" in (event.get("requestContext") or {})
    if event.get("detail-type") == "Scheduled Event":
        return scheduled_function(event).startswith(OURS)
    if event.get("command"):
        return str(event["command"]).startswith(OURS)
    return any(event.get(key) for key in ("httpMethod", "triggerSource", "manage"))


def scheduled_function(event: dict[str, Any]) -> str:
    """The function that Zappa has put at the end of its rule's name."""
    resources = event.get("resources")
    rule = str(resources[0]) if isinstance(resources, list) and resources else ""
    return rule.rpartition("/")[2].rpartition("-")[2]


def outline(event: Any) -> str:
    """Its keys, for the log; a value may be anybody's secret."""
    if not isinstance(event, dict):
        return type(event).__name__
    keys = sorted(key for key in event if isinstance(key, str) and is_plain(key))
    return "with " + ", ".join(keys[:10]) if keys else "without a usable key"


def zappa_handler() -> Any:
    """Zappa's own module. Its `zappa.utilities` wants boto3 for deploying only: a quarter of a second that we save."""
    if "zappa.handler" not in sys.modules and "boto3" not in sys.modules:
        stand_in = ModuleType("boto3")
        vars(stand_in)["Session"] = object  # named in annotations
        sys.modules["boto3"] = stand_in
        sys.modules["botocore"] = ModuleType("botocore")
        try:
            import zappa.handler
        finally:
            del sys.modules["boto3"], sys.modules["botocore"]
    import zappa.handler

    return zappa.handler


def start() -> None:
    """All that the first request would wait for, while Lambda still starts us (and, with SnapStart, once a version)."""
    gc.disable()  # nothing that is loaded here is garbage
    zappa_handler().LambdaHandler()
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    gc.collect()
    gc.freeze()  # what stands now stays: the collector need not look at it again
    gc.enable()  # an instance may answer nothing but events


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    start()
