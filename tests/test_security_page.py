"""docs/security.md: no row without a living test."""

import re

import pytest
from django.conf import settings

PAGE = (settings.BASE_DIR / "docs" / "security.md").read_text()
ROWS = [
    line.split("|")[1:-1] for line in PAGE.partition("## Figures")[0].splitlines() if re.match(r"\| (?!threat|-)", line)
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip()[:50] for row in ROWS])
def test_a_threat_is_tried_by_a_test_that_lives(row):
    threat, stopped_by, tried_by = (cell.strip() for cell in row)
    path, _, name = tried_by.strip("`").partition("::")

    assert threat
    assert stopped_by
    text = (settings.BASE_DIR / path).read_text()
    assert f"def {name or 'test_'}" in text
    assert "def test_" in text


def test_there_are_rows():
    assert len(ROWS) > 30
