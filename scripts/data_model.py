"""docs/data-model.svg and .md: the tables as a picture and in words, made from the models themselves.

A test makes both again and compares, so that neither can be older than the models.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db import models

DOCS = Path(__file__).resolve().parent.parent / "docs"
APPS = {  # how many columns each takes, its colour, what it is about
    "users": (2, "#2f6db3", "who a person is, and what reaches them"),
    "communities": (2, "#2e8b57", "who belongs together"),
    "catalog": (1, "#b8741a", "what exists"),
    "collectibles": (4, "#a33a6b", "who has what, and how they got it"),
    "kloppocar": (1, "#5f6670", "what the project keeps"),
}
EVERYWHERE = {"id", "created_at", "updated_at", "version"}
HUB = "User"  # so many point to it that their lines would hide all others
WIDTH, LINE, HEAD, GAP, AISLE, PAD, MARGIN = 212, 15, 24, 18, 46, 14, 16
SHELVES = [["users", "communities", "catalog"], ["collectibles", "kloppocar"]]
LEGEND = (
    f"Every table has an id, nearly every one times and a version. A line leads from a column to the table it names;"
    f" a dot stands for the line to {HUB}. ? may be empty, * is unique."
)
KINDS: list[tuple[type[models.Field], str]] = [
    (models.BooleanField, "yes/no"),
    (models.DateTimeField, "time"),
    (models.IntegerField, "number"),
    (models.GeneratedField, "generated"),
    (models.JSONField, "json"),
    (models.CharField, "text"),
    (models.TextField, "text"),
]


@dataclass
class Box:
    """A table on the picture."""

    model: Any
    x: int
    y: int

    @property
    def fields(self) -> list[Any]:
        return [field for field in self.model._meta.concrete_fields if field.name not in EVERYWHERE]

    @property
    def height(self) -> int:
        return HEAD + LINE * len(self.fields) + 6

    def place_of(self, field: Any) -> int:
        """The height at which a field's line leaves."""
        return self.y + HEAD + LINE * self.fields.index(field) + LINE // 2 + 2


def models_of(app: str) -> list[Any]:
    return list(apps.get_app_config(app).get_models())


def kind_of(field: Any) -> str:
    named = {"LocalizedField": "texts", "MediaField": "media", "URLField": "url"}
    name = named.get(type(field).__name__) or next((word for kind, word in KINDS if isinstance(field, kind)), "other")
    return name + ("?" if field.null else "")


# --- The picture -------------------------------------------------------------------------------------------------


@dataclass
class Group:
    """An app's tables, and the frame around them."""

    app: str
    boxes: list[Box]
    bottom: int = 0

    @property
    def left(self) -> int:
        return min(box.x for box in self.boxes) - PAD

    @property
    def right(self) -> int:
        return max(box.x for box in self.boxes) + WIDTH + PAD

    @property
    def top(self) -> int:
        return min(box.y for box in self.boxes) - 50


def arranged() -> list[Group]:
    """Every app's tables in columns of about the same height, in the order in which they are written down."""
    groups: list[Group] = []
    y = MARGIN + 50
    for shelf in SHELVES:
        x, here = MARGIN + PAD, []
        for app in shelf:
            here.append(Group(app, columns(app, x, y)))
            x = here[-1].right + AISLE + PAD
        bottom = max(box.y + box.height for group in here for box in group.boxes) + PAD
        for group in here:
            group.bottom = bottom
        groups += here
        y = bottom + AISLE + 50
    return groups


def columns(app: str, x: int, top: int) -> list[Box]:
    boxes = [Box(model, 0, 0) for model in models_of(app)]
    number = APPS[app][0]
    share = sum(box.height + GAP for box in boxes) / number
    y, column, used = 0, 0, 0.0
    for box in boxes:
        space = box.height + GAP
        if used + space / 2 > share * (column + 1) and column + 1 < number:
            column, y = column + 1, 0
        box.x, box.y = x + column * (WIDTH + AISLE), top + y
        y, used = y + space, used + space
    return boxes


def picture() -> str:
    groups = arranged()
    boxes = {box.model: box for group in groups for box in group.boxes}
    width, height = max(group.right for group in groups) + MARGIN, groups[-1].bottom + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">',
        "<title>The data model</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for group in groups:
        lines += frame(group)
    for box in boxes.values():
        lines += [arrow(box, field, boxes[field.related_model]) for field in box.fields if is_drawn(field, boxes)]
    for group in groups:
        for box in group.boxes:
            lines += table(box, APPS[group.app][1])
    lines += [f'<text x="{MARGIN}" y="{height - 16}" fill="#444444">{LEGEND}</text>', "</svg>", ""]
    return "\n".join(lines)


def is_drawn(field: Any, boxes: dict[Any, Box]) -> bool:
    return field.is_relation and field.related_model in boxes and field.related_model.__name__ != HUB


def frame(group: Group) -> Iterator[str]:
    _, colour, about = APPS[group.app]
    left, top = group.left, group.top
    yield (
        f'<rect x="{left}" y="{top}" width="{group.right - left}" height="{group.bottom - top}" rx="10"'
        f' fill="{colour}" fill-opacity="0.07"/>'
    )
    yield f'<text x="{left + PAD}" y="{top + 22}" font-size="16" font-weight="bold" fill="{colour}">{group.app}</text>'
    yield f'<text x="{left + PAD}" y="{top + 40}" fill="{colour}">{about}</text>'


def table(box: Box, colour: str) -> Iterator[str]:
    name = box.model.__name__
    yield f'<g id="{name}">'
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="5" fill="#ffffff" stroke="{colour}"/>'
    )
    corner = f"a5 5 0 0 1 5 -5h{WIDTH - 10}a5 5 0 0 1 5 5"
    yield f'<path d="M{box.x} {box.y + HEAD}v-{HEAD - 5}{corner}v{HEAD - 5}z" fill="{colour}"/>'
    yield f'<text x="{box.x + 9}" y="{box.y + 16}" font-weight="bold" fill="#ffffff">{name}</text>'
    for field in box.fields:
        y = box.place_of(field) + 4
        unique = "*" if field.unique else ""
        yield f'<text x="{box.x + 9}" y="{y}" fill="#222222">{field.name}{unique}</text>'
        right = f'x="{box.x + WIDTH - 9}" y="{y}" text-anchor="end" fill="{colour_of(field)}"'
        yield f"<text {right}>{points_to(field)}</text>"
        if field.is_relation and field.related_model.__name__ == HUB:
            yield f'<circle cx="{box.x + WIDTH}" cy="{box.place_of(field)}" r="4" fill="{colour_of(field)}"/>'
    yield "</g>"


def points_to(field: Any) -> str:
    return field.related_model.__name__ + ("?" if field.null else "") if field.is_relation else kind_of(field)


def colour_of(field: Any) -> str:
    return APPS[field.related_model._meta.app_label][1] if field.is_relation else "#777777"


def arrow(box: Box, field: Any, target: Box) -> str:
    """From the column to the head of the table that it names, on the sides that face each other."""
    start_y, end_y = box.place_of(field), target.y + HEAD // 2
    colour = colour_of(field)
    if target.x < box.x:
        start, end, bend = box.x, target.x + WIDTH, -1
    elif target.x > box.x:
        start, end, bend = box.x + WIDTH, target.x, 1
    else:
        start, end, bend = box.x, target.x, -1
    reach = max(AISLE // 2, abs(end - start) // 2) if target.x != box.x else AISLE // 2 + 6
    into = -bend if target.x != box.x else bend
    curve = f"M{start} {start_y}C{start + bend * reach} {start_y} {end + into * reach} {end_y} {end} {end_y}"
    return (
        f'<path d="{curve}" fill="none" stroke="{colour}" stroke-width="1.4" stroke-opacity="0.75"/>'
        f'<circle cx="{end}" cy="{end_y}" r="3.5" fill="{colour}"/>'
    )


# --- In words ----------------------------------------------------------------------------------------------------


def page() -> str:
    lines = [
        "# The data model",
        "",
        "Made from the models by `make data-model`; a test compares. Open the picture itself to zoom in.",
        "",
        "[![Every table, grouped by app, with lines to what it names](data-model.svg)](data-model.svg)",
    ]
    for app, (_, _, about) in APPS.items():
        lines += ["", f"## {app}: {about}", "", "| table | is | names |", "|---|---|---|"]
        lines += [row(model) for model in models_of(app)]
    return "\n".join([*lines, ""])


def row(model: Any) -> str:
    relations = [field for field in model._meta.concrete_fields if field.is_relation]
    names = ", ".join(f"`{field.name}` {field.related_model.__name__}" for field in relations)
    return f"| `{model.__name__}` | {sentence_of(model)} | {names} |"


def sentence_of(model: Any) -> str:
    """The first of its docstring, however it is broken into lines."""
    words = " ".join((model.__doc__ or "").split())
    return escape(words.split(". ")[0].rstrip(".") + ".", quote=False).replace("|", "\\|")


FILES = {"data-model.svg": picture, "data-model.md": page}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    django.setup()
    for name, make in FILES.items():
        (DOCS / name).write_text(make())
        print(f"data-model: docs/{name}")


if __name__ == "__main__":
    main()
