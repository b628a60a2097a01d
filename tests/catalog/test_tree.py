"""The tree of categories stays one, whoever moves them and however many at once."""

import threading
from contextlib import suppress

import pytest

from catalog.models import Category
from catalog.views import CategoryViewSet
from tests.concurrency import at_once
from tests.exchange.conftest import as_csv, as_json, take
from tests.make import make_category, make_user


def path_of(category):
    return f"/api/v1/categories/{category.pk}/"


@pytest.mark.parametrize(("form", "written"), [("csv", as_csv), ("json", as_json)])
def test_a_file_whose_rows_make_a_circle_together_is_refused(db, form, written):
    """The first row has a category looked at that the second moves."""
    a, b, c = (make_category() for _ in range(3))
    rows = [{"id": row.pk, "version": 1, "parent": parent.pk} for row, parent in ((c, a), (a, b), (b, a))]

    report = take("categories", written(rows), form)

    assert [(entry.line, entry.problems[0][:2]) for entry in report.problems] == [(4, ("parent", "cycle"))]
    assert not Category.objects.exclude(parent=None).exists()


def test_a_file_sees_a_circle_through_categories_that_it_does_not_name(db):
    z, y = make_category(), make_category()
    x = make_category(parent=y)
    rows = [{"id": row.pk, "version": 1, "parent": parent.pk} for row, parent in ((y, z), (z, x))]
    first = {"id": make_category().pk, "version": 1, "parent": x.pk}

    report = take("categories", as_csv([first, *rows]))

    assert [(entry.line, entry.problems[0][:2]) for entry in report.problems] == [(4, ("parent", "cycle"))]


def test_two_who_move_categories_at_once_make_no_circle_together(real_db, monkeypatch):
    """Whoever is first waits with writing until the second has looked as well, or cannot."""
    c = make_category()
    b, a = make_category(parent=c), make_category()
    moves = {"first": (a, b), "second": (c, a)}
    have_looked, write = threading.Barrier(2), CategoryViewSet.perform_update

    def write_late(view, serializer):
        with suppress(threading.BrokenBarrierError):  # the other waits for this one
            have_looked.wait(timeout=1)
        write(view, serializer)

    monkeypatch.setattr(CategoryViewSet, "perform_update", write_late)

    def move(client):
        row, parent = moves[client.person.username]
        return client.patch(path_of(row), {"parent": parent.pk}, format="json").status_code

    answers = at_once([make_user("first"), make_user("second")], move, staff=True)

    assert sorted(answers) == [200, 400]
