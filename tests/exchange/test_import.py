"""Rows come back by the API's own rules: what was not touched stays, what is new is made, and nothing wrong gets in."""

import json
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from catalog.models import Category, Sponsor
from catalog.views import CategoryViewSet
from collectibles import codes
from collectibles.models import Collectible, Distribution, DistributionCode, Mission, MissionProgress
from kloppocar.api.localized import localized_fields
from kloppocar.exchange.export import Export
from kloppocar.exchange.registry import ALL, RESOURCES
from kloppocar.exchange.report import Outcome
from kloppocar.models import TakenBatch
from tests.make import (
    DAY,
    make_category,
    make_code,
    make_collectible,
    make_distribution,
    make_message,
    make_mission,
    make_rank,
    make_sponsor,
)
from users.models import Notification

from .conftest import as_csv, as_json, exported, lines_of, take

UNIQUE = {
    "ranks": ("min_score", lambda: 10_000 + secrets.randbelow(10**6)),
    "codes": ("code", codes.new_code),
}


def stored(resource):
    return list(resource.model.objects.order_by("pk").values())


def problems_of(report):
    return [(entry.line, *entry.problems[0][:2]) for entry in report.problems]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_taken_back_changes_nothing(story, form):
    for resource in ALL:
        before = stored(resource)

        report = take(resource, exported(resource, form), form)

        assert report.counts == {Outcome.UNCHANGED: len(before)}, resource.name
        assert stored(resource) == before


def as_new(row, resource, form):
    """The same row without what makes it this one."""
    row = row | {"id": None, "version": None}
    if row.get("status") == "sold_out":
        row["status"] = "available"  # an edition sells out by itself
    if resource.name in UNIQUE:
        name, draw = UNIQUE[resource.name]
        row[name] = draw() if form == "json" else str(draw())
    return row


@pytest.mark.parametrize("form", ["csv", "json"])
def test_rows_without_their_ids_are_made_anew_and_say_the_same(story, form):
    for resource in ALL:
        known = list(resource.model.objects.values_list("pk", flat=True))
        rows = [as_new(row, resource, form) for row in read(exported(resource, form), form)[:3]]

        report = take(resource, as_csv(rows) if form == "csv" else as_json(rows), form)

        assert report.counts == {Outcome.CREATED: len(rows)}, (resource.name, report.as_dict())
        export = Export(resource, resource.model.objects.exclude(pk__in=known))
        read_only = {"id", "version"} | {header for column in export.columns for header in column.to_read}
        again = read(b"".join(export.written(form)), form)
        assert [without(row, read_only) for row in again] == [without(row, read_only) for row in rows]


def read(content, form):
    return lines_of(content) if form == "csv" else json.loads(content)


def without(row, names):
    return {key: value for key, value in row.items() if key not in names}


def another(resource):
    """A column, and what it does not say yet."""
    fields = localized_fields(resource.model)
    return (f"{fields[0].name}:de", "Anders") if fields else ("max_uses", "7")


def test_one_changed_text_changes_one_column_of_one_row(story):
    for resource in ALL:
        rows, before = lines_of(exported(resource)), stored(resource)
        header, value = another(resource)
        rows[0][header] = value

        report = take(resource, as_csv(rows))

        assert (report.counts[Outcome.CHANGED], report.counts[Outcome.UNCHANGED]) == (1, len(rows) - 1), resource.name
        changed, *others = stored(resource)
        assert others == before[1:]
        names = {key for key in changed if changed[key] != before[0][key]}
        assert names <= {header.partition(":")[0], "version", "updated_at"}
        assert changed["version"] == before[0]["version"] + 1


def test_a_row_that_moved_on_is_reported_and_stays_unless_it_is_forced(story):
    for resource in ALL:
        rows = lines_of(exported(resource))
        header, value = another(resource)
        row = rows[0] | {header: value}
        resource.model.objects.update(version=99)
        before = stored(resource)

        report = take(resource, as_csv([row]))

        assert problems_of(report) == [(2, "version", "moved_on")], resource.name
        assert stored(resource) == before
        assert take(resource, as_csv([row]), force=True).counts == {Outcome.CHANGED: 1}


def test_a_dry_run_says_what_would_happen_and_writes_nothing(db):
    category = make_category(name={"en": "Part"})
    rows = [{"id": category.id, "version": 1, "name:en": "Wheel"}, {"id": "", "version": "", "name:en": "Door"}]

    report = take("categories", as_csv(rows), dry_run=True)

    assert report.as_dict()["created"] == report.as_dict()["changed"] == 1
    assert [entry.pk for entry in report.changes] == [category.id, None]  # an id that was taken back is nobody's
    assert [row.name for row in Category.objects.all()] == [{"en": "Part"}]
    assert not TakenBatch.objects.exists()


def test_one_wrong_row_and_nothing_is_written(db):
    category = make_category(name={"en": "Part"})
    rows = [
        {"id": category.id, "version": 1, "name:en": "Wheel", "parent": ""},
        {"id": 4_711, "version": 1, "name:en": "x", "parent": ""},
        {"id": "one", "version": 1, "name:en": "x", "parent": ""},
        {"id": "", "version": "", "name:en": "", "parent": category.id},
        {"id": "", "version": "", "name:en": "x", "parent": 4_711},
        {"id": "", "version": "", "name:en": "x" * 121, "parent": ""},
        {"id": category.id, "version": "", "name:en": "x", "parent": ""},
        {"id": category.id, "version": 1, "name:en": "again", "parent": ""},
    ]

    report = take("categories", as_csv(rows))

    assert problems_of(report) == [
        (3, "id", "unknown_row"),
        (4, "id", "not_a_number"),
        (5, "name", "required"),
        (6, "parent", "does_not_exist"),
        (7, "name", "max_length"),
        (8, "version", "required"),
        (9, "id", "duplicate"),
    ]
    assert [row.name for row in Category.objects.all()] == [{"en": "Part"}]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-5", "@all", "'=quoted", "ordinary", 'with "quotes",\nand lines', "ä;ö"]
)
def test_no_text_changes_on_the_way_out_and_in(db, text):
    make_category(name={"en": text})

    report = take("categories", exported(RESOURCES["categories"]))

    assert report.counts == {Outcome.UNCHANGED: 1}


LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(LETTERS, min_size=1, max_size=40).filter(str.strip),
    urls=st.dictionaries(st.text(LETTERS, max_size=9), st.integers(-9, 9), max_size=3),
)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_whatever_a_row_may_hold_it_is_made_anew_from_its_export(db, form, name, urls):
    Sponsor.objects.all().delete()
    make_sponsor(name={"en": name, "de": name[::-1].strip() or "x"}, urls=urls, contact_phone=name[:20].strip())
    content = exported(RESOURCES["sponsors"], form)
    rows = lines_of(content) if form == "csv" else json.loads(content)
    rows = [row | {"id": None, "version": None} for row in rows]

    report = take("sponsors", as_csv(rows) if form == "csv" else as_json(rows), form, again=True)

    assert report.counts == {Outcome.CREATED: 1}, report.as_dict()
    first, second = Sponsor.objects.values("name", "urls", "contact_phone")
    assert first == second


def test_an_empty_cell_empties_and_a_missing_column_leaves(db):
    mission = make_mission(title={"en": "Set", "de": "Satz"}, ends_at=make_code().created_at + DAY, points=5)

    take("missions", as_csv([{"id": mission.id, "version": 1, "title:de": "", "ends_at": ""}]))

    mission.refresh_from_db()
    assert (mission.title, mission.ends_at, mission.points) == ({"en": "Set"}, None, 5)


def test_a_new_row_takes_the_defaults_of_what_is_empty(db):
    rows = [{"name:en": "Sponsor", "name:de": "", "city": "", "active": "", "media": "", "urls": ""}]

    assert take("sponsors", as_csv(rows)).counts == {Outcome.CREATED: 1}

    sponsor = Sponsor.objects.get()
    assert (sponsor.name, sponsor.city, sponsor.active, sponsor.media) == ({"en": "Sponsor"}, "", True, {})


def test_a_pool_and_the_collectibles_of_a_mission_are_written_with_their_row(db):
    first, second = make_collectible(), make_collectible()
    campaign, mission = make_distribution(first), make_mission(first)
    pool = json.dumps([{"collectible": second.id, "weight": 3}])

    take("distributions", as_csv([{"id": campaign.id, "version": 1, "pool": pool}]))
    take("missions", as_csv([{"id": mission.id, "version": 1, "collectibles": f"[{second.id}, {first.id}]"}]))

    assert list(campaign.pool.values_list("collectible", "weight")) == [(second.id, 3)]
    assert set(mission.collectibles.all()) == {first, second}


def test_what_follows_from_a_write_follows_from_an_import(db, alice, django_capture_on_commit_callbacks):
    """Missions are counted anew, and what is due is published, as when the API writes."""
    from collectibles.services import redeem

    collectible = make_collectible()
    redeem(user=alice, code=make_code(make_distribution(collectible)).code)
    mission = make_mission(make_collectible(collection=collectible.collection))
    with django_capture_on_commit_callbacks(execute=True):
        take(
            "missions", as_csv([{"id": mission.id, "version": mission.version, "collectibles": f"[{collectible.id}]"}])
        )
    take("notifications", as_csv([{"header:en": "Now", "audience": "everyone", "publish_at": "2020-01-01T00:00:00Z"}]))

    assert MissionProgress.objects.get(mission=mission, user=alice).progress == 1
    assert Notification.objects.get().published_at


def test_what_the_api_refuses_is_refused(db):
    """Also what a viewset says and not its serializer."""
    message = make_message()
    collectible = make_collectible(circulation=9, status="draft")
    Collectible.objects.update(minted=3)
    collectible.refresh_from_db()

    fixed = take("notifications", as_csv([{"id": message.id, "version": 1, "audience": "selected"}]))
    shrunk = take("collectibles", as_csv([{"id": collectible.id, "version": collectible.version, "circulation": 5}]))

    assert problems_of(fixed) == [(2, "", "already_published")]
    assert problems_of(shrunk) == [(2, "circulation", "may_only_grow")]


def test_a_rule_that_only_the_database_knows_is_said_and_the_other_rows_are_judged(db, monkeypatch):
    from communities.serializers import EndsAfterItStarts

    monkeypatch.setattr(EndsAfterItStarts, "validate", lambda self, attrs: attrs)
    good, bad = make_mission(), make_mission()
    rows = [
        {"id": good.id, "version": 1, "ends_at": "2090-01-01T00:00:00Z"},
        {"id": bad.id, "version": 1, "ends_at": "2001-01-01T00:00:00Z"},
    ]

    report = take("missions", as_csv(rows))

    assert problems_of(report) == [(3, "", "conflict")]
    assert report.counts[Outcome.CHANGED] == 1
    assert Mission.objects.filter(ends_at=None).count() == 2


def test_a_row_that_is_refused_only_while_it_is_written_leaves_nothing_and_the_others_are_written(db, monkeypatch):
    good, bad, late = make_category(), make_category(), {"calls": 0}
    write = CategoryViewSet.perform_update

    def refuses_late(self, serializer):
        write(self, serializer)
        if serializer.instance.pk == bad.pk:
            late["calls"] += 1
            if late["calls"] > 1:  # the check has passed
                raise ValidationError("too late")

    monkeypatch.setattr(CategoryViewSet, "perform_update", refuses_late)

    report = take("categories", as_csv([{"id": row.id, "version": 1, "name:en": "x"} for row in (good, bad)]))

    assert (report.counts[Outcome.CHANGED], report.counts[Outcome.REFUSED]) == (1, 1)
    assert [row.name["en"] for row in Category.objects.order_by("id")] == ["x", "Part"]


@pytest.mark.parametrize(
    ("resource", "column", "cell", "says"),
    [
        ("missions", "goal", "1.000", "not a whole number"),
        ("missions", "goal", "1,5", "not a whole number"),
        ("missions", "goal", "many", "not a whole number"),
        ("missions", "starts_at", "01.03.2026 09:00", "how a spreadsheet writes a date"),
        ("missions", "starts_at", "3/1/26", "how a spreadsheet writes a date"),
        ("missions", "starts_at", "soon", "Datetime has wrong format"),
        ("missions", "active", "maybe", "neither true nor false"),
        ("missions", "media", "{'image': 1}", "not JSON"),
        ("missions", "media", '{"image": {"load": "http://x.example"}}', "valid URL"),
        ("missions", "collection", "Classics", "not an id"),
        ("missions", "kind", "collect_stamps", "not a valid choice"),
        ("missions", "active", "", "valid boolean"),
        ("sponsors", "urls", "NaN", "not JSON"),
        ("sponsors", "urls", '{"a": -1e999}', "-1e999 is no number"),
        ("sponsors", "urls", '{"\\ud800": "x"}', "half a character"),
        ("sponsors", "urls", '{"a": "\\u0000"}', "must be valid JSON"),
        ("sponsors", "urls", "[" * 40 + "]" * 40, "must be valid JSON"),
        ("sponsors", "media", '{"image": {"\\udfff": "https://example.org"}}', "half a character"),
        ("sponsors", "media", '{"image": {"\\u0000": "https://example.org"}}', "must be valid JSON"),
        ("collectibles", "status", "sold_out", "sells out by itself"),
    ],
)
def test_a_cell_that_nobody_can_mean_is_refused_with_a_hint(db, resource, column, cell, says):
    row = {"missions": make_mission, "sponsors": make_sponsor, "collectibles": make_collectible}[resource]()

    report = take(resource, as_csv([{"id": row.id, "version": row.version, column: cell}]))

    assert report.refused == 1, report.as_dict()
    assert says in report.problems[0].sentences


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("active", "WAHR"),
        ("active", "TRUE"),
        ("active", "1"),
        ("starts_at", "2026-03-01T10:00:00+01:00"),
        ("starts_at", " 2026-03-01T09:00:00Z"),
        ("goal", " 10"),
        ("media", '{ "web": { "a":"https://example.org" } }'),
    ],
)
def test_the_same_in_other_words_changes_nothing(db, column, cell):
    start = "2026-03-01T09:00:00Z"
    mission = make_mission(goal=10, starts_at=start, media={"web": {"a": "https://example.org"}})

    report = take("missions", as_csv([{"id": mission.id, "version": 1, column: cell}]))

    assert report.counts == {Outcome.UNCHANGED: 1}, report.as_dict()


def test_a_code_is_taken_as_it_is_printed_and_withdrawn_by_a_word(db):
    code = make_code()
    new = codes.new_code()

    report = take(
        "codes",
        as_csv(
            [
                {
                    "id": code.id,
                    "version": 1,
                    "distribution": code.distribution_id,
                    "code": code.code,
                    "revoked": "true",
                },
                {
                    "id": "",
                    "version": "",
                    "distribution": code.distribution_id,
                    "code": codes.format_code(new),
                    "revoked": "",
                },
            ]
        ),
    )

    assert report.is_sound, report.as_dict()
    code.refresh_from_db()
    assert code.revoked_at
    assert DistributionCode.objects.filter(code=new, revoked_at=None).exists()


def test_what_may_stand_in_one_row_may_not_stand_in_two_lines_however_far_apart(db, monkeypatch):
    monkeypatch.setattr("kloppocar.exchange.taking.BATCH", 1)
    rank = make_rank(min_score=5)
    rows = [{"title:en": "A", "level": 1, "min_score": score} for score in (7, 5, 7)]

    report = take("ranks", as_csv(rows), dry_run=True)

    assert problems_of(report) == [(3, "min_score", "unique"), (4, "min_score", "duplicate")]
    assert rank.pk


def test_rows_take_as_many_statements_for_many_as_for_few_where_nothing_changes(db, django_assert_num_queries):
    for _ in range(30):
        make_code()
    content = exported(RESOURCES["codes"])

    with django_assert_num_queries(7):  # twice: begin, read, end; and once the check is taken back
        assert take("codes", content).counts == {Outcome.UNCHANGED: 30}


def test_a_campaign_that_was_full_meanwhile_stays_valid(db):
    campaign = make_distribution(make_collectible(), limit=9)
    Distribution.objects.update(redeemed=5)

    report = take("distributions", as_csv([{"id": campaign.id, "version": 1, "limit": 3}]))

    assert problems_of(report) == [(2, "limit", "below_redeemed")]


def test_what_a_row_points_to_is_looked_at_again_when_it_is_written(db):
    """The campaign stops being a reward between the check and the writing."""
    reward = make_distribution(make_collectible(), kind="reward")
    mission = make_mission(make_collectible())

    def between(place):
        Distribution.objects.filter(pk=reward.pk).update(kind="voucher")

    content = as_csv([{"id": mission.pk, "version": 1, "reward": reward.pk}])
    report = take("missions", content, progress=between)

    assert problems_of(report) == [(2, "reward", "not_a_reward")]
    assert not Mission.objects.exclude(reward=None).exists()
