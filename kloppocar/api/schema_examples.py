"""Examples in the OpenAPI description: real answers, recorded by `make examples`."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")
FOR_ALL = "for_all"  # refusals that stand for those of every operation


def add_examples(description: dict[str, Any]) -> None:
    """Each operation's own; of refusals without one, that which stands for all."""
    recorded = json.loads(FILE.read_text())
    shared = recorded[FOR_ALL]["answers"]
    description["components"]["examples"] = {f"Error{status}": titled(shared[status])["example"] for status in shared}
    for methods in description["paths"].values():
        for operation in methods.values():
            own = recorded.get(operation["operationId"], {"request": {}, "answers": {}})
            show(operation.get("requestBody", {}), titled(own["request"]))
            for status, answer in operation["responses"].items():
                of_all = {"example": {"$ref": f"#/components/examples/Error{status}"}} if status in shared else {}
                show(answer, titled(own["answers"].get(status, {})) or of_all)


def titled(examples: dict[str, Any]) -> dict[str, Any]:
    return {name: {"summary": name.replace("_", " "), "value": value} for name, value in examples.items()}


def show(part: dict[str, Any], examples: dict[str, Any]) -> None:
    """A text is an example of CSV, anything else of JSON."""
    for kind, content in part.get("content", {}).items():
        fitting = {
            name: example
            for name, example in examples.items()
            if "$ref" in example or isinstance(example["value"], str) == kind.startswith("text/")
        }
        if fitting:
            content["examples"] = fitting
