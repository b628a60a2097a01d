"""Which texts lack which language; all of them as CSV, out, translated outside, and taken back."""

import csv
import io

import pytest

from catalog.models import Category
from tests.make import make_category, make_collectible, make_news

URL = "/api/v1/localisation/"
TABLE = f"{URL}csv/"


def rows_of(response):
    content = b"".join(response.streaming_content)
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_csv(*rows, header=("model", "id", "version", "field", "en", "de")):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode()


def send(api, content, query=""):
    return api("staff").generic("POST", f"{TABLE}{query}", content, content_type="text/csv")


def code_of(response):
    return response.json()["errors"][0]["code"]


def test_coverage_counts_what_is_missing_by_model_and_language(api):
    make_category(name={"en": "Part"})
    make_category(name={"en": "Part", "de": "Teil"})

    models = {row["model"]: row for row in api("staff").get(URL).json()["models"]}

    assert models["catalog.category"] == {
        "model": "catalog.category",
        "rows": 2,
        "missing": {"en": 0, "de": 1},
        "fields": {"name": {"en": 0, "de": 1}},
    }
    assert {"users.rank", "communities.newspost", "collectibles.mission"} <= set(models)


def test_a_text_that_may_be_left_out_lacks_nothing_while_it_is_nowhere(api):
    make_news(header={"en": "News", "de": "Neues"}, short_body={}, body={"en": "Long"})

    (news,) = [row for row in api("staff").get(URL).json()["models"] if row["model"] == "communities.newspost"]

    assert news["fields"]["short_body"]["de"] == 0
    assert news["fields"]["body"]["de"] == news["missing"]["de"] == 1


def test_coverage_costs_a_statement_a_model_however_many_rows(api, django_assert_num_queries):
    api("staff").get(URL)
    models = len(api("staff").get(URL).json()["models"])
    for _ in range(5):
        make_category()

    with django_assert_num_queries(1 + models):
        api("staff").get(URL)


def test_staff_lists_can_be_narrowed_to_what_is_missing(api):
    untranslated = make_category(name={"en": "Part"})
    make_category()

    narrowed = api("staff").get("/api/v1/categories/?missing=de").json()["results"]

    assert [row["id"] for row in narrowed] == [untranslated.id]
    assert code_of(api("staff").get("/api/v1/categories/?missing=fr")) == "unknown_language"
    assert code_of(api("alice").get("/api/v1/categories/?missing=de")) == "unknown_parameter"


def test_the_table_has_a_line_for_each_text(api):
    category = make_category(name={"en": "Part", "de": "Teil"})

    lines = rows_of(api("staff").get(f"{TABLE}?model=catalog.category"))

    line = {"model": "catalog.category", "id": str(category.id), "version": "1", "field": "name"}
    assert lines == [line | {"en": "Part", "de": "Teil"}]
    assert rows_of(api("staff").get(f"{TABLE}?model=catalog.category&missing=de")) == []


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5", "@all", "'=quoted", "ordinary", 'with "quotes", and\nlines'])
def test_out_and_in_changes_nothing_and_no_cell_is_a_formula(api, text):
    make_category(name={"en": text})
    content = b"".join(api("staff").get(f"{TABLE}?model=catalog.category").streaming_content)

    (line,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    taken = send(api, content)

    assert line["en"][0] not in "=+-@"
    assert (taken.status_code, taken.json()["changed"], taken.json()["unchanged"]) == (200, 0, 1)
    assert Category.objects.get().name == {"en": text}


def test_a_dry_run_says_what_would_change_and_writes_nothing(api):
    category = make_category(name={"en": "Part"})
    content = as_csv(["catalog.category", category.id, 1, "name", "", "Teil"])

    tried = send(api, content, "?dry_run=true").json()

    assert (tried["dry_run"], tried["changed"]) == (True, 1)
    expected = {"line": 2, "model": "catalog.category", "id": category.id, "field": "name", "languages": ["de"]}
    assert tried["changes"] == [expected]
    assert Category.objects.get().name == {"en": "Part"}


def test_a_filled_table_is_taken_and_raises_the_version(api):
    category = make_category(name={"en": "Part"})

    taken = send(api, as_csv(["catalog.category", category.id, 1, "name", "", "Teil"]))

    assert taken.json()["changed"] == 1
    category.refresh_from_db()
    assert (category.name, category.version) == ({"en": "Part", "de": "Teil"}, 2)


def test_a_spreadsheet_in_german_writes_semicolons(api):
    category = make_category(name={"en": "Part"})
    text = f"model;id;version;field;de\ncatalog.category;{category.id};1;name;Teil\n"

    assert send(api, text.encode("utf-8-sig")).json()["changed"] == 1


def test_a_row_that_moved_on_is_reported_and_stays(api):
    moved, still = make_category(name={"en": "Part"}), make_category(name={"en": "Wheel"})
    api("staff").patch(f"/api/v1/categories/{moved.id}/", {"name": {"en": "Piece"}})

    taken = send(
        api,
        as_csv(
            ["catalog.category", moved.id, 1, "name", "", "Teil"], ["catalog.category", still.id, 1, "name", "", "Rad"]
        ),
    ).json()

    assert [(problem["line"], problem["code"]) for problem in taken["problems"]] == [(2, "moved_on")]
    assert taken["changed"] == 1
    assert Category.objects.get(pk=moved.id).name == {"en": "Piece"}


def test_one_wrong_line_and_nothing_is_written(api):
    category = make_category(name={"en": "Part"})
    lines = [
        ["catalog.category", category.id, 1, "name", "", "Teil"],
        ["catalog.category", 999, 1, "name", "", "Teil"],
        ["catalog.spaceship", 1, 1, "name", "", "Teil"],
        ["catalog.category", 1, 1, "colour", "", "Teil"],
        ["catalog.category", "one", 1, "name", "", "Teil"],
        ["catalog.category", category.id, 1, "name", "", "Noch einmal"],
        ["catalog.category", category.id],
    ]

    refused = send(api, as_csv(*lines))

    assert (refused.status_code, code_of(refused)) == (400, "invalid_lines")
    assert [(problem["line"], problem["code"]) for problem in refused.json()["extra"]["problems"]] == [
        (3, "unknown_row"),
        (4, "unknown_model"),
        (5, "unknown_field"),
        (6, "not_a_number"),
        (7, "duplicate"),
        (8, "wrong_length"),
    ]
    assert Category.objects.get().name == {"en": "Part"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("model,id,version,field,de\ncatalog.category,1,1,name,T\u00fcr\n".encode("latin-1"), "not_utf8"),
        (as_csv(header=("model", "id", "field", "de")), "wrong_header"),
        (as_csv(header=("model", "id", "version", "field", "de", "fr")), "wrong_header"),
        (b"", "wrong_header"),
    ],
)
def test_what_is_no_such_table_is_refused_in_words(api, content, code):
    refused = send(api, content)

    assert refused.status_code == 400
    assert code_of(refused) in {code, "required", "empty"}


def test_a_table_takes_the_same_statements_for_few_lines_and_many(api, django_assert_max_num_queries):
    lines = [["catalog.category", make_category(name={"en": "Part"}).id, 1, "name", "", "Teil"] for _ in range(30)]

    with django_assert_max_num_queries(12):  # a dry run reads each model once a batch
        assert send(api, as_csv(*lines), "?dry_run=true").json()["changed"] == 30


def test_texts_of_every_localised_model_stand_in_the_table(api):
    make_collectible()

    models = {line["model"] for line in rows_of(api("staff").get(TABLE))}

    assert {"collectibles.collectible", "catalog.collection", "communities.community"} <= models
