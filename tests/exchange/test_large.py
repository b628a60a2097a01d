"""A hundred thousand rows go out and in with no more in memory than a batch and the ids that were seen."""

import tracemalloc
from contextlib import contextmanager

import pytest
from django.core.management import call_command

from catalog.models import Category

ROWS = 100_000
MIB = 1 << 20


@contextmanager
def at_most(mib):
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < mib * MIB, f"{peak / MIB:.0f} MiB"


@pytest.mark.deep
@pytest.mark.parametrize("form", ["csv", "json"])
def test_memory_is_flat_over_a_hundred_thousand_rows(db, tmp_path, capsys, form):
    names = [{"en": f"Part {number}", "de": "Teil " * 15} for number in range(ROWS)]
    Category.objects.bulk_create((Category(name=name) for name in names), batch_size=1_000)
    del names
    path = str(tmp_path / f"categories.{form}")

    with at_most(12):  # the text alone is over 15
        call_command("export_rows", "categories", path)
    with at_most(30):  # of which twelve are the ids and their lines
        call_command("import_rows", "categories", path)

    assert capsys.readouterr().out.endswith(f"{ROWS:,} rows: {ROWS:,} unchanged\n")
