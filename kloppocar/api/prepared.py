"""Statements that the ORM compiles once: the text is kept, and run again with other values.

Compiling costs the ORM several times what the database needs to answer by key. On the way of every scan that matters;
elsewhere an ordinary queryset is right. `Slot("code")` stands for a value that is given at each call.

    by_code = Rows(lambda: DistributionCode.objects.filter(code=Slot("code")))
    by_code.first(code="7Q2M4K9XABG")
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

from .connections import read


class Slot(Expression):
    """A value that is named when a statement is written, and given when it runs; it is a parameter of its own."""

    def __init__(self, name: str, output_field: models.Field | None = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Somebody:
    """Stands for the person who asks where a queryset is written once; who they are is given at each call."""

    is_authenticated, is_active, is_staff = True, True, False
    pk, created_at = Slot("user"), Slot("joined")


class Prepared:
    """What every kind of statement shares: compiled at the first call on a kind of database, then only filled in."""

    def __init__(self, write: Callable[[], Any]) -> None:
        self.write = write
        self.texts: dict[str, Any] = {}

    def text(self) -> Any:
        if connection.vendor not in self.texts:
            self.texts[connection.vendor] = self.compile()
        return self.texts[connection.vendor]

    def compile(self) -> Any:
        raise NotImplementedError


def filled(params: Iterable[Any], values: dict[str, Any]) -> list[Any]:
    return [adapted(values[param.name]) if isinstance(param, Slot) else param for param in params]


def adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


class Rows(Prepared):
    """A queryset of model instances, with what it selects beside them, or of tuples (`values_list`)."""

    def compile(self) -> tuple[str, Any, Callable[[Any], list[Any]]]:
        queryset = self.write()
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column for column, _, _ in compiler.select[: compiler.col_count]])
        is_of_models = issubclass(queryset._iterable_class, ModelIterable)
        make = instances_of(compiler, queryset.db) if is_of_models else tuple

        def make_all(rows: Any) -> list[Any]:
            return [make(row) for row in (compiler.apply_converters(rows, converters) if converters else rows)]

        return sql, params, make_all

    def all(self, **values: Any) -> list[Any]:
        sql, params, make = self.text()
        return make(read(connection.alias, sql, filled(params, values)))

    def first(self, **values: Any) -> Any:
        return next(iter(self.all(**values)), None)

    def one(self, **values: Any) -> Any:
        """The only row; DoesNotExist when there is none."""
        if (row := self.first(**values)) is None:
            raise self.write().model.DoesNotExist
        return row


def instances_of(compiler: Any, db: str) -> Callable[[Any], models.Model]:
    """As `ModelIterable` does it: the row's model, its `select_related`, its annotations."""
    info = compiler.klass_info
    model, start, end = info["model"], info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column, _, _ in compiler.select[start:end]]
    related = get_related_populators(info, compiler.select, db)  # type: ignore[call-arg]

    def make(row: Any) -> models.Model:
        instance = model.from_db(db, names, row[start:end])
        for populator in related:
            populator.populate(row, instance)
        for name, position in compiler.annotation_col_map.items():
            setattr(instance, name, row[position])
        return instance

    return make


class Update(Prepared):
    """A queryset and what changes in its rows; calling it says how many there were."""

    def __init__(self, write: Callable[[], Any], **changes: Any) -> None:
        super().__init__(write)
        self.changes = changes

    def compile(self) -> Any:
        queryset = self.write()
        query = queryset.query.chain(UpdateQuery)
        query.add_update_values(self.changes)
        return query.get_compiler(queryset.db).as_sql()

    def __call__(self, **values: Any) -> int:
        sql, params = self.text()
        with connection.cursor() as cursor:
            cursor.execute(sql, filled(params, values))
            return cursor.rowcount


class Insert(Prepared):
    """One new row of a model, of whose columns these are given; the database's defaults fill the others."""

    def __init__(self, model: type[models.Model], *names: str) -> None:
        super().__init__(lambda: model._base_manager.all())
        self.model, self.names = model, names

    def compile(self) -> Any:
        fields: list[Any] = [self.model._meta.get_field(name) for name in self.names]
        query = InsertQuery(self.model)
        row = self.model()
        for field in fields:
            row.__dict__[field.attname] = Slot(field.name)
        query.insert_values(fields, [row], raw=True)
        ((sql, params),) = query.get_compiler(connection.alias).as_sql()
        return sql, params

    def __call__(self, **values: Any) -> int:
        """The new row's key."""
        sql, params = self.text()
        with connection.cursor() as cursor:
            cursor.execute(sql, filled(params, values))
            return cursor.lastrowid

    def many(self, rows: Iterable[dict[str, Any]]) -> None:
        """Many rows, in as few statements as the driver can make of them; nobody hears their keys."""
        sql, params = self.text()
        with connection.cursor() as cursor:
            cursor.executemany(sql, [filled(params, values) for values in rows])
