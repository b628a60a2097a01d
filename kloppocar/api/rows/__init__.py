"""The fast read path: rows go from the database to JSON without model instances and without serializers at work.

A `ModelSerializer` stays the one declaration. From its fields follows a *plan*, once per class (and per choice of
`fields`, `omit` and `lang`): which columns to read, with which joins, and one generated function that builds the
answer.
A queryset stays the authority on which rows are read and in which order: its WHERE and parameters are compiled by the
ORM for each request, and the rest of the statement's text is remembered by that.

    planner.py    serializer class -> plan.py's Plan: columns and builder; raises Unplannable where it cannot
    fields.py     how each kind of field reads its column
    clauses.py    what the queryset itself says
    statement.py  queryset and columns -> one SQL statement; its text is remembered
    parts.py      lists inside of rows: one more statement by id
    read.py       all of it for one request
    written.py    the same for a queryset that is written once and compiled once

What a serializer computes is planned too if it says what it reads:

    @reads("code")                      a SerializerMethodField's method: `row` holds these columns and no other
    def get_printed(self, row): ...

    class RankField(Field):             a field whose value depends on the request: `reader` is called once an answer
        def reader(self, context): return lambda score: ...

Whatever cannot be planned is served by the ordinary path, and the log says so once.
"""

from .fields import reads
from .plan import Unplannable, has_version, narrowed
from .read import Reading, chosen_names, language_of, order_column
from .statement import After, Column, Only
from .written import WrittenReading

__all__ = [
    "After",
    "Column",
    "Only",
    "Reading",
    "Unplannable",
    "WrittenReading",
    "chosen_names",
    "has_version",
    "language_of",
    "narrowed",
    "order_column",
    "reads",
]
