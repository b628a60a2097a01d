"""What a queryset itself says: its FROM and WHERE, compiled by the ORM."""

from typing import Any, NamedTuple

from django.core.exceptions import FullResultSet
from django.db.models import QuerySet
from django.db.models.sql.where import WhereNode

from kloppocar.api.conditions import Given, RightNow


class Clauses(NamedTuple):
    """What identifies a queryset's SQL, and its parameters."""

    tables: Any
    from_params: list[Any]
    where_sql: str
    where_params: list[Any]
    annotations: dict[str, tuple[str, list[Any]]]


NOTHING = Clauses((), [], "", [], {})


def clauses_of(queryset: QuerySet) -> Clauses:
    """Raises EmptyResultSet when nothing can be found."""
    query = queryset.query
    if not (query.where or query.alias_map or query.annotations):
        return NOTHING
    compiler = Compiler(query.get_compiler(queryset.db))
    query.get_initial_alias()
    try:
        where_sql, where_params = compiler.compile(query.where) if query.where else ("", [])
    except FullResultSet:
        where_sql, where_params = "", []
    tables, from_params = tables_of(query, compiler.compiler)
    return Clauses(tables, from_params, where_sql, where_params, annotations_of(query, compiler.compiler))


def annotations_of(query: Any, compiler: Any) -> dict[str, tuple[str, list[Any]]]:
    """Those that are read, or ordered by."""
    if not query.annotations or query.group_by is not None:
        return {}
    named = {*query.annotation_select, *(str(name).lstrip("-") for name in query.order_by)}
    return {name: compiler.compile(each) for name, each in query.annotations.items() if name in named}


def tables_of(query: Any, compiler: Any) -> tuple[Any, list[Any]]:
    """What stands for the FROM: the joins themselves, or its text where a join has a condition of its own."""
    used = [(alias, join) for alias, join in query.alias_map.items() if query.alias_refcount[alias]]
    if query.extra_tables or any(join.filtered_relation for _, join in used if join.join_type):
        from_sql, from_params = compiler.get_from_clause()
        return tuple(from_sql), list(from_params)
    return tuple((alias, join.join_type, join) for alias, join in used), []


class Compiler:
    """The ORM's compiler, but that a constant condition is compiled once."""

    def __init__(self, compiler: Any) -> None:
        self.compiler, self.connection = compiler, compiler.connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compiler, name)

    def compile(self, node: Any) -> tuple[str, list[Any]]:
        if isinstance(node, WhereNode):
            sql, params = node.as_sql(self, self.connection)  # type: ignore[arg-type]
            return sql, list(params)
        if not getattr(node, "is_constant", False):
            return self.compiler.compile(node)
        return self.remembered(node)

    def remembered(self, leaf: Any) -> tuple[str, list[Any]]:
        """The leaf's text, as long as it speaks of the same column of the same table: copies may be of another."""
        has_value = isinstance(leaf.rhs, RightNow | Given)
        lhs, vendor, sql, params = getattr(leaf, "text", (None, None, "", []))
        if lhs is not leaf.lhs or vendor != self.connection.vendor:
            sql, params = self.compiler.compile(leaf)
            if has_value or not hasattr(leaf.rhs, "as_sql"):
                leaf.text = (leaf.lhs, self.connection.vendor, sql, params)
        return sql, [leaf.rhs.value(self.connection)] if has_value else list(params)
