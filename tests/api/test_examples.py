"""The examples of the OpenAPI description are what is really answered: the story is told anew, and compared.

`make examples` records them. A new route goes into tests/examples/story.py first.
"""

import os

import jsonschema
import pytest

from tests import fuzzing
from tests.examples.recorder import FOR_ALL, JSON, Recorder, shape, store, stored
from tests.examples.story import tell

AGAIN = "the story is answered otherwise than recorded: if that is meant, `make examples`, and commit the file"

GROWING = {"users_export_me"}  # a document of all tables, whose shape nobody describes: tests/test_leaving.py holds it
UNTOLD: list[str] = []  # places without an example, like "users_list: 200", until the story comes to them


@pytest.fixture
def told(api, cast, settings, tmp_path):
    settings.MEDIA_FOLDER = tmp_path / "media"
    recorder = Recorder(api, description())
    tell(recorder, {name: person.id for name, person in cast.items()})
    if os.environ.get("KLOPPOCAR_EXAMPLES") == "record":
        store(recorder.kept)
        fuzzing.described_text.cache_clear()
    return recorder.kept


def description():
    return fuzzing.whole()


def operations():
    return {each["operationId"]: each for methods in description()["paths"].values() for each in methods.values()}


def test_the_recorded_examples_are_what_is_answered(told):
    recorded = stored()

    assert sorted(told) == sorted(recorded), AGAIN
    for name in set(told) - GROWING:
        assert shape(told[name]) == shape(recorded[name]), f"{name}: {AGAIN}"


def test_every_operation_has_an_example_of_what_it_takes_and_answers():
    without = []
    for name, operation in operations().items():
        parts = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for place, part in parts.items():
            kinds = {kind: content for kind, content in part.get("content", {}).items() if kind in {JSON, "text/csv"}}
            if kinds and not any("examples" in content for content in kinds.values()):
                without.append(f"{name}: {place}")

    assert without == UNTOLD, "tell it in tests/examples/story.py, then `make examples`"


def test_every_example_is_valid():
    whole = description()
    wrong, right = [], 0
    for name, operation in operations().items():
        for place, part in {"request": operation.get("requestBody", {}), **operation["responses"]}.items():
            content = part.get("content", {}).get(JSON, {})
            for title, example in content.get("examples", {}).items():
                if "$ref" in example:
                    example = whole["components"]["examples"][example["$ref"].rpartition("/")[2]]
                shape = jsonschema.Draft202012Validator(content["schema"] | {"components": whole["components"]})
                found = [f"{name} {place} {title}: {error.message}" for error in shape.iter_errors(example["value"])]
                wrong, right = wrong + found, right + (not found)

    assert wrong == []
    assert right > 1000


def test_no_answer_was_recorded_that_is_not_described():
    known = operations()

    for name, recorded in stored().items():
        if name != FOR_ALL:
            assert set(recorded["answers"]) <= set(known[name]["responses"]), name
