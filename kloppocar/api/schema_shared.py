"""What many answers of the OpenAPI description have in common stands in its components, once: headers and refusals."""

import json
from collections import Counter
from typing import Any


def share(description: dict[str, Any]) -> None:
    answers = [
        (operation["responses"], status)
        for methods in description["paths"].values()
        for operation in methods.values()
        for status in operation["responses"]
    ]
    for responses, status in answers:
        share_headers(description["components"].setdefault("headers", {}), responses[status])
    share_refusals(description["components"].setdefault("responses", {}), answers)


def share_headers(headers: dict[str, Any], answer: dict[str, Any]) -> None:
    for name, words in answer.get("headers", {}).items():
        if headers.setdefault(name, words) == words:
            answer["headers"][name] = {"$ref": f"#/components/headers/{name}"}


def share_refusals(shared: dict[str, Any], answers: list[tuple[dict[str, Any], str]]) -> None:
    """Of each status the commonest."""
    texts = Counter((status, text_of(responses[status])) for responses, status in answers)
    commonest = {status: text for (status, text), _ in reversed(texts.most_common()) if status >= "400"}
    for responses, status in answers:
        if commonest.get(status) == text_of(responses[status]):
            shared[f"Error{status}"] = responses[status]
            responses[status] = {"$ref": f"#/components/responses/Error{status}"}


def text_of(answer: dict[str, Any]) -> str:
    return json.dumps(answer, sort_keys=True, default=str)
