"""docs/data-model.*: made from the models, as old as they are, and whole."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.apps import apps

from scripts import data_model

NAMES = {model.__name__ for app in data_model.APPS for model in data_model.models_of(app)}


@pytest.mark.parametrize("name", data_model.FILES)
def test_what_stands_in_docs_is_what_the_models_say(name):
    written = (data_model.DOCS / name).read_text()

    assert written == data_model.FILES[name](), "run `make data-model`"


def test_every_app_of_ours_is_on_the_picture():
    root = data_model.DOCS.parent
    ours = {app.label for app in apps.get_app_configs() if root == Path(app.path).parent and list(app.get_models())}

    assert ours == set(data_model.APPS)


def test_the_picture_is_svg_and_shows_every_table_and_column_once():
    picture = ElementTree.fromstring(data_model.picture())
    tables = {group.get("id"): [text.text for text in group.findall("{*}text")] for group in picture.findall("{*}g")}

    assert set(tables) == NAMES
    assert {"collectible", "mint", "owner", "User"} <= set(tables["Copy"])
    assert "script" not in {element.tag.rpartition("}")[2] for element in picture.iter()}


def test_no_two_tables_lie_on_each_other():
    boxes = [box for group in data_model.arranged() for box in group.boxes]
    for box in boxes:
        for other in boxes:
            apart = abs(box.x - other.x) >= data_model.WIDTH or other.y >= box.y + box.height or other.y < box.y
            assert box is other or apart, (box.model, other.model)


def test_the_page_says_what_every_table_is():
    page = data_model.page()

    assert all(f"| `{name}` | " in page for name in NAMES)
