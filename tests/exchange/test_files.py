"""Files as people send them: what cannot be one is refused in words, what spreadsheets do is understood."""

import json

import pytest

from catalog.models import Category
from kloppocar.api.errors import Refusal
from kloppocar.exchange.report import Outcome
from tests.make import make_category

from .conftest import as_csv, take

HEADER = b"id,version,name:en\n"
LATIN_1 = "id,version,name:en\n,,Tür\n".encode("latin-1")
ROW = {"name:en": "Door", "name:de": "Tür"}


def code_of(content, form="csv", **options):
    with pytest.raises(Refusal) as refused:
        take("categories", content, form, **options)
    assert not Category.objects.exists()
    return refused.value.code, str(refused.value.detail)


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "empty_file", "empty"),
        ("id,name:en\n".encode("utf-16"), "not_utf8", "UTF-16"),
        (LATIN_1, "not_utf8", "in line 2"),
        (b"PK\x03\x04....", "not_csv", "spreadsheet's own file"),
        (b"\xef\xbb\xbf", "no_column", "no column that can be written"),
        (b"id,version\n1,1\n", "no_column", "name:en"),
        (b"id,version,colour,name:en\n", "unknown_column", "colour"),
        (b"id,version,name:en,name:EN\n", "doubled_column", "name:en"),
        (b"id,name:en\n", "missing_column", "version"),
        (b"name:de\n", "missing_column", "name:en"),
        (HEADER + b'1,1,"never closed\n', "malformed_csv", "not CSV"),
        (HEADER + b"1,1," + b"x" * (1 << 20) + b"x\n", "malformed_csv", "field larger"),
    ],
)
def test_a_table_that_nobody_can_take_is_refused_in_words(db, content, code, says):
    found, detail = code_of(content)

    assert (found, says in detail) == (code, True), detail


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "empty_file", "empty"),
        (b"[1, 2]", "not_rows", "an array of rows"),
        (b'{"id": 1', "malformed_json", "row 1"),
        (b'[{"name": {"en": "x"}}', "malformed_json", "breaks off"),
        (b'[{"name": NaN}]', "malformed_json", "NaN"),
        (b'[{"name": {"en": "x"}, "parent": 1e999}]', "malformed_json", "1e999 is no number"),
        (b'[{"name": {"en": "x"}}, {"\\ud800": 1}]', "malformed_json", "row 2: it holds half a character"),
        (b'[{"name": {"en": "x"}, "parent": "\\udfff"}]', "malformed_json", "half a character"),
        (b'[{"a":' * 900 + b"1" + b"}]" * 900, "malformed_json", "recursion"),
        (b'[{"name": {"en": "\xfc"}}]', "malformed_json", "not UTF-8"),
        (b'[{"name": {"en": "' + b"x" * (1 << 21), "malformed_json", "row 1"),
        (b"[" + b'{"a":' * 100_000, "malformed_json", "recursion"),
        ('[{"name": {"en": "x"}}]'.encode("utf-16"), "not_utf8", "UTF-16"),
    ],
)
def test_json_that_nobody_can_take_is_refused_in_words(db, content, code, says):
    found, detail = code_of(content, "json")

    assert (found, says in detail) == (code, True), detail


@pytest.mark.parametrize(
    "content",
    [
        b'[{"name": {"en": "A"}}, {"name": {"en": "B"}}]',
        b'{"name": {"en": "A"}}\n{"name": {"en": "B"}}\n',
        b'\xef\xbb\xbf[\n  {\n    "name": {\n      "en": "A"\n    }\n  },\n  {"name": {"en": "B"}}\n]\n',
        json.dumps([{"name": {"en": name}} for name in "AB"]).encode(),
    ],
)
def test_json_is_an_array_or_a_row_a_line_however_it_is_laid_out(db, content):
    assert take("categories", content, "json").counts == {Outcome.CREATED: 2}
    assert [row.name["en"] for row in Category.objects.order_by("id")] == ["A", "B"]


def test_a_long_array_is_read_in_pieces(db):
    rows = [{"name": {"en": f"Part {number}", "de": "ü" * 90}} for number in range(1_000)]

    report = take("categories", json.dumps(rows, ensure_ascii=False).encode(), "json", dry_run=True)

    assert report.counts == {Outcome.CREATED: 1_000}


def test_fields_that_the_api_does_not_know_are_refused_row_by_row(db):
    rows = [{"name": {"en": "x"}, "colour": "red"}, {"name": None}, {"name": {"fr": "x"}}, {"id": "1; DROP"}]

    report = take("categories", json.dumps(rows).encode(), "json")

    found = [(entry.line, entry.problems[0][:2]) for entry in report.problems]
    assert found == [
        (2, ("", "unknown_field")),
        (3, ("name", "null")),
        (4, ("name", "unknown_language")),
        (5, ("id", "not_a_number")),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_are_taken_as_spreadsheets_save_them(db, delimiter, encoding, end):
    content = as_csv([ROW, ROW | {"name:en": f"a{delimiter}b"}], delimiter).decode().replace("\r\n", end)

    assert take("categories", content.encode(encoding)).counts == {Outcome.CREATED: 2}
    assert [row.name["en"] for row in Category.objects.order_by("id")] == ["Door", f"a{delimiter}b"]


def test_empty_lines_and_columns_at_the_end_are_no_matter(db):
    content = "Name:EN;name:de;;\nDoor;Tür;;\n;;;\n\n".encode()

    assert take("categories", content).counts == {Outcome.CREATED: 1}


def test_columns_that_are_there_to_be_read_are_left_alone(db):
    category = make_category()
    row = {"id": category.id, "version": 1, "name:en": "Door", "parent.name": "anything", "created_at": "yesterday"}

    assert take("categories", as_csv([row])).counts == {Outcome.CHANGED: 1}


@pytest.mark.parametrize("line", ["1,1", "1,1,x,y"])
def test_a_row_of_another_length_is_refused(db, line):
    report = take("categories", HEADER + line.encode())

    assert [entry.problems[0][1] for entry in report.problems] == ["wrong_length"]


def test_a_table_with_a_header_and_no_row_is_no_mistake(db):
    assert take("categories", HEADER).rows == 0
