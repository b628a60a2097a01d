"""Django's migrate. SQLite refuses to alter a table that a trigger names, so there ours step aside meanwhile."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from kloppocar import triggers


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        moves = connection.vendor == "sqlite" and (is_pending(connection) or options["app_label"])
        if moves:
            triggers.step_aside(connection)
        super().handle(*args, **options)
        if moves and not is_pending(connection) and triggers.is_used(connection):
            triggers.apply_all(connection)


def is_pending(connection: Any) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
