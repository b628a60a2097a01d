"""Remembered statements: no queryset is ever read by the text of another one, however alike they are."""

import pytest
from django.db import DatabaseError, NotSupportedError, connection, connections, transaction
from django.db.models import Count, F, FilteredRelation, Q

from catalog.models import Category, Sponsor
from collectibles.models import Collectible, CollectibleSponsor
from kloppocar.api.conditions import leaves
from kloppocar.api.pagination import Column as Ordered
from kloppocar.api.pagination import beyond
from kloppocar.api.rows import After, Column, Only, statement
from kloppocar.api.rows.clauses import Compiler
from kloppocar.api.rows.statement import Asked, Columns
from tests.make import make_category, make_collectible, make_collection, make_sponsor

ALL = Collectible.objects.order_by("id")
KEYS, POINTS, NUMBER = (Columns((Column(name),)) for name in ("pk", "points", "number"))
KEY_OF_COLLECTION = Columns((Column("pk"), Column("collection__version")))
POINTS_FIELD = Collectible._meta.get_field("points")


def after(value, descending=False):
    return Asked(after=After((Ordered("points", descending, nullable=True),), (value,), (POINTS_FIELD,), beyond))


def restricted(**condition):
    """Those that are joined on one more condition."""
    joined = FilteredRelation("collection", condition=Q(**condition))
    return ALL.annotate(own=joined).filter(own__version__gte=0)


# What tells two readings apart, and both of them: a queryset, its columns, and what is asked of it on top.
PAIRS = {
    "the model": ((Category.objects.all(), KEYS), (Sponsor.objects.all(), KEYS)),
    "the columns": ((ALL, KEYS), (ALL, POINTS)),
    "a condition of a join": ((restricted(collection__active=True), KEYS), (restricted(collection__version=7), KEYS)),
    "the rows": ((ALL.filter(points=2), KEYS), (ALL.filter(minted=2), KEYS)),
    "None": ((ALL.filter(circulation=None), KEYS), (ALL.filter(circulation=7), KEYS)),
    "what an annotation is": (
        (ALL.annotate(number=F("points")), NUMBER),
        (ALL.annotate(number=F("minted")), NUMBER),
    ),
    "the order": ((ALL, KEYS), (ALL.order_by("-id"), KEYS)),
    "what an order's name is": (
        (ALL.annotate(number=F("points")).order_by("number"), KEYS),
        (ALL.annotate(number=-F("points")).order_by("number"), KEYS),
    ),
    "what an order's name is that is not shown": (
        (ALL.alias(number=F("points")).order_by("number"), KEYS),
        (ALL.alias(number=-F("points")).order_by("number"), KEYS),
    ),
    "the model's own order": ((Collectible.objects.all(), KEYS), (Collectible.objects.order_by(), KEYS)),
    "an order turned round": ((ALL, KEYS), (ALL.reverse(), KEYS)),
    "an order of plain SQL": ((ALL, KEYS), (ALL.extra(order_by=["-points"]), KEYS)),
    "where a slice begins": ((ALL[1:3], KEYS), (ALL[:3], KEYS)),
    "where a slice ends": ((ALL[:1], KEYS), (ALL[:3], KEYS)),
    "whether rows are distinct": (
        (ALL.filter(sponsorships__version__gte=0), KEYS),
        (ALL.filter(sponsorships__version__gte=0).distinct(), KEYS),
    ),
    "in which columns they are": ((ALL.distinct(), KEYS), (ALL.distinct("points"), KEYS)),
    "that they are two together": (
        (Collectible.objects.order_by(), KEYS),
        (Collectible.objects.order_by().union(Collectible.objects.filter(points=2)), KEYS),
    ),
    "that they are counted": (
        (ALL.filter(sponsorships__version__gte=0), KEYS),
        (ALL.filter(sponsorships__version__gte=0).annotate(many=Count("sponsorships")), KEYS),
    ),
    "that they are locked": ((ALL, KEYS), (ALL.select_for_update(), KEYS)),
    "whose rows are meant": (
        (ALL, KEYS, Asked(Only("pk", (1,)))),
        (ALL, KEYS, Asked(Only("collection", (1,)))),
    ),
    "that some rows are meant": ((ALL, KEYS), (ALL, KEYS, Asked(Only("pk", (1,))))),
    "that a page goes on": ((ALL, KEYS), (ALL, KEYS, after(2))),
    "which way it goes on": ((ALL, KEYS, after(2)), (ALL, KEYS, after(2, descending=True))),
    "that it goes on after NULL": ((ALL, KEYS, after(2)), (ALL, KEYS, after(None))),
    "how many are asked for": ((ALL, KEYS, Asked(limit=1)), (ALL, KEYS, Asked(limit=2))),
    "which table is read first": (
        (ALL, KEY_OF_COLLECTION, Asked(in_order=True)),
        (ALL, KEY_OF_COLLECTION, Asked(in_order=False)),
    ),
}


@pytest.fixture
def few(db):
    collection, category = make_collection(), make_category()
    for number in range(3):
        collectible = make_collectible(collection=collection, category=category, points=3 - number, minted=number)
        for _ in range(2):
            CollectibleSponsor.objects.create(collectible=collectible, sponsor=make_sponsor(), message={})


def read(queryset, columns, asked=Asked()):  # noqa: B008 - it cannot be changed
    """The statement, its parameters and what it finds; or why it cannot be read."""
    try:
        with transaction.atomic():
            sql, params, _ = statement.prepare(queryset, columns, asked)
            return sql, list(params), statement.fetch(queryset, columns, asked)
    except (DatabaseError, NotSupportedError) as error:
        return type(error)


@pytest.mark.parametrize("difference", PAIRS)
def test_readings_that_differ_in_one_thing_are_never_confused(few, difference):
    pair = PAIRS[difference]
    alone = []
    for reading in pair:
        statement.texts.clear()
        alone.append(read(*reading))

    for turns in ((0, 1, 0), (1, 0, 1)):
        statement.texts.clear()
        assert [read(*pair[turn]) for turn in turns] == [alone[turn] for turn in turns]


def test_most_of_them_differ_in_what_is_sent(few):
    """So that the test above has something to confuse."""
    same = set()
    for difference, pair in PAIRS.items():
        sent = []
        for reading in pair:
            statement.texts.clear()
            sent.append(read(*reading))
        if sent[0] == sent[1]:
            same.add(difference)

    assert same <= {"that they are locked", "which table is read first"}  # SQLite locks no rows and is not told


def test_two_orders_by_texts_one_after_the_other(api, db):
    for number in range(3):
        make_collectible(name={"en": f"N{number}"}, label={"en": f"L{9 - number}"})
    statement.texts.clear()

    def names(order):
        answer = api(None).get("/api/v1/collectibles/", {"ordering": order}).json()
        return [row["name"]["en"] for row in answer["results"]]

    answers = [names(order) for order in ("name", "label", "name", "label")]
    assert answers == [["N0", "N1", "N2"], ["N2", "N1", "N0"]] * 2


@pytest.fixture
def other(monkeypatch):
    """Another database of another kind. It is never opened: nothing but SQL is made for it."""
    monkeypatch.setitem(connections.settings, "other", connections.settings["default"] | {
        "ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {},
    })  # fmt: skip
    yield "other"
    del connections["other"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="two kinds of databases are wanted")
def test_each_database_has_its_own_text(db, other):
    statement.texts.clear()
    (leaf,) = leaves(CollectibleSponsor.objects.of_active_sponsors().query.where)

    texts = [statement.prepare(ALL.using(alias), KEYS, Asked())[0] for alias in ("default", other)]
    compilers = [Compiler(ALL.query.get_compiler(alias)) for alias in ("default", other)]
    conditions = [compiler.compile(leaf)[0] for compiler in compilers]

    assert ["`" in text for text in (*texts, *conditions)] == [True, False] * 2


def test_a_constant_condition_of_another_table_is_compiled_anew(db):
    queryset = CollectibleSponsor.objects.of_active_sponsors()
    compiler = Compiler(queryset.query.get_compiler("default"))
    (leaf,) = leaves(queryset.query.where)
    here, _ = compiler.compile(leaf)

    moved = leaf.relabeled_clone({leaf.lhs.alias: "T9"})

    assert "T9" not in here
    assert "T9" in compiler.compile(moved)[0]
    assert compiler.compile(leaf)[0] == here
