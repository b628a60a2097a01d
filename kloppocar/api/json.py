"""JSON in and out, by orjson: quick, strict about UTF-8, and bounded in depth."""

import json
from typing import Any

import orjson
from django.utils.encoding import force_str
from django.utils.functional import Promise
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.serializers import JSONField

MAX_DEPTH = 32
MAX_JSON = 20_000  # bytes of one column: a page holds two hundred
MAX_ANSWER = 3_000_000  # bytes: Lambda lets 6 MB pass, and quoted once more, as it does, an answer at most doubles
TOO_LARGE = f"This answer would be larger than {MAX_ANSWER // 1_000_000} MB: ask for less, by page_size or fields."


class JSONParser(BaseParser):
    """Refuses what is not JSON, nesting over 32 levels, and NUL bytes, each with 400."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.body if hasattr(stream, "body") else stream.read()
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"This is not JSON: {error.msg} at position {error.pos}.", code="malformed_json") from None
        if body.count(b"{") + body.count(b"[") > MAX_DEPTH and depth(data) > MAX_DEPTH:
            raise ParseError(f"Nested deeper than {MAX_DEPTH} levels.", code="too_deep")
        if b"\\u0000" in body and holds_nul(data):
            raise ParseError("NUL characters are not accepted.", code="nul_character")
        return data


def depth(data: Any) -> int:
    """How many containers deep a value is; walks level by level, so that depth cannot exhaust the stack."""
    levels, level = 0, [data]
    while level := [item for item in level if isinstance(item, dict | list)]:
        levels += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return levels


def holds_nul(data: Any) -> bool:
    """Whether any key or text holds a NUL character."""
    if isinstance(data, str):
        return "\x00" in data
    if isinstance(data, dict):
        return any(holds_nul(key) or holds_nul(value) for key, value in data.items())
    return isinstance(data, list) and any(map(holds_nul, data))


def is_sound(value: Any) -> bool:
    """Whether it can be stored and sent again: no NUL, lone surrogate or infinity, 64 bits, not too deep."""
    try:
        json.dumps(value, allow_nan=False)
        orjson.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return depth(value) <= MAX_DEPTH and not holds_nul(value)


class StrictJSONField(JSONField):
    """JSON that can be stored and sent again, forms included. What its own rules bound has no `most`."""

    most: int | None = MAX_JSON
    default_error_messages = {"too_large": f"This JSON is larger than {MAX_JSON:,} bytes."}

    def to_internal_value(self, data):
        try:
            value = super().to_internal_value(data)
        except RecursionError:
            self.fail("invalid")
        if not is_sound(value):
            self.fail("invalid")
        if self.most is not None and len(orjson.dumps(value)) > self.most:
            self.fail("too_large")
        return value


def plain(value: Any) -> Any:
    """What orjson does not know itself: lazy texts, decimals, sets of DRF."""
    if isinstance(value, Promise) or not hasattr(value, "tolist"):
        return force_str(value) if not hasattr(value, "items") else dict(value.items())
    return value.tolist()


class JSONRenderer(BaseRenderer):
    """UTF-8, compact but on the browsable pages. What would be too large to be sent is refused with 400."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        context = renderer_context or {}
        indent = orjson.OPT_INDENT_2 if context.get("indent") else 0  # on a page, for people
        body = orjson.dumps(data, default=plain, option=indent | orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
        if len(body) <= MAX_ANSWER or "response" not in context:
            return body
        context["response"].status_code = 400
        del context["response"]["ETag"]
        context["response"]["Cache-Control"] = "private, no-store"
        error = {"code": "answer_too_large", "detail": TOO_LARGE, "attr": None}
        return orjson.dumps({"type": "client_error", "errors": [error]})
