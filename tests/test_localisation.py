"""Which texts lack which language; all of them as CSV, out, translated outside, and taken back."""

import csv
import io

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission

from catalog.models import Category
from kloppocar.localisation.registry import fields_of
from tests.make import make_category, make_collectible, make_news, make_notification
from tests.test_access import rows  # noqa: F401 - a fixture
from tests.test_roles import RESOURCES, ROLES, allowed, by_api, somebody  # noqa: F401 - `somebody` is a fixture
from users.models import Notification, User

URL = "/api/v1/localisation/"
TABLE = f"{URL}csv/"


def rows_of(response):
    content = b"".join(response.streaming_content)
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_csv(*lines, header=("model", "id", "version", "field", "en", "de")):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *lines])
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


# --- By role -------------------------------------------------------------------------------------------------------


def test_texts_come_back_from_editors_and_not_from_support(somebody):  # noqa: F811
    assert by_api(somebody("Editor")).post(TABLE, {}).status_code == 415
    assert by_api(somebody("Support", "other")).post(TABLE, {}).status_code == 403


def table_of(*lines):
    return "\n".join(["model,id,version,field,en", *lines]).encode()


def lines_for_every_text(keys):
    """A line with another text for a row of every resource that has texts."""
    for resource, label in RESOURCES.items():
        model = apps.get_model(label)
        for name in list(fields_of(model))[:1]:
            row = model.objects.get(pk=keys[resource])
            yield label, f"{label},{row.pk},{row.version},{name},Changed"


@pytest.mark.parametrize("role", [*ROLES, None])
def test_texts_go_out_and_come_back_as_the_table_says(somebody, rows, role):  # noqa: F811
    client, lines = by_api(somebody(role)), dict(lines_for_every_text(rows))
    seen = {label for label in lines if allowed(label, role, "view")}
    changed = {label for label in lines if allowed(label, role, "change")}

    coverage = client.get(URL)
    out = client.get(TABLE)
    back = client.generic("POST", f"{TABLE}?dry_run=true", table_of(*lines.values()), content_type="text/csv")

    assert len(lines) > 10
    assert (coverage.status_code, out.status_code) == ((200, 200) if seen else (403, 403))
    assert back.status_code == (200 if changed else 403)
    if seen:
        told = {line.partition(",")[0] for line in b"".join(out.streaming_content).decode().splitlines()[1:]}
        assert told & set(lines) == {each["model"] for each in coverage.json()["models"]} & set(lines) == seen
    if changed:
        assert {change["model"] for change in back.json()["changes"]} == changed
        problems = {(problem["model"], problem["code"]) for problem in back.json()["problems"]}
        assert problems == {(label, "permission_denied") for label in set(lines) - changed}


def test_one_model_of_the_table_is_for_who_may_view_it(somebody):  # noqa: F811
    client = by_api(somebody("Editor"))

    assert client.get(f"{TABLE}?model=catalog.category").status_code == 200
    assert client.get(f"{TABLE}?model=users.notification").status_code == 403


def test_a_table_with_a_line_that_is_not_theirs_changes_nothing_and_tells_nothing(somebody):  # noqa: F811
    category, message = make_category(name={"en": "Part"}), make_notification()
    ours = f"catalog.category,{category.pk},{category.version},name,Changed"
    client = by_api(somebody("Editor"))

    for pk in (message.pk, message.pk + 1):  # a row, and none
        content = table_of(ours, f"users.notification,{pk},{message.version},header,Changed")
        refused = client.generic("POST", TABLE, content, content_type="text/csv")
        (problem,) = refused.json()["extra"]["problems"]
        assert (problem["line"], problem["code"]) == (3, "permission_denied")

    assert (Category.objects.get().name, Notification.objects.get().header) == ({"en": "Part"}, {"en": "Hello"})


def test_who_may_only_add_rows_changes_no_text(somebody):  # noqa: F811
    category, person = make_category(name={"en": "Part"}), somebody(None)
    content = table_of(f"catalog.category,{category.pk},{category.version},name,Changed")

    for also, status in [("add_category", 403), ("change_rank", 400)]:  # ranks open the route, and nothing else
        person.user_permissions.add(Permission.objects.get(codename=also))
        client = by_api(User.objects.get(pk=person.pk))
        refused = client.generic("POST", TABLE, content, content_type="text/csv")
        assert (refused.status_code, Category.objects.get().name) == (status, {"en": "Part"})
