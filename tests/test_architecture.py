"""The rooms and which may use which: users <- communities <- catalog <- collectibles, and the tools know no app."""

import ast

import pytest
from django.conf import settings

ORDER = ["users", "communities", "catalog", "collectibles"]
FORBIDDEN = {
    **{app: {*ORDER[place + 1 :], "kloppocar.settings", "kloppocar.urls"} for place, app in enumerate(ORDER)},
    "kloppocar/api": {*ORDER, "kloppocar.settings", "kloppocar.urls"},
}


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_only_what_stands_to_its_left(room):
    for path in (settings.BASE_DIR / room).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for module in imports_of(path):
            assert not any(module == name or module.startswith(f"{name}.") for name in FORBIDDEN[room]), (path, module)
