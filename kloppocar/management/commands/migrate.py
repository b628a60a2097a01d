"""Django's migrate. SQLite refuses to alter a table that a trigger names, so there ours step aside meanwhile.

After the tables, the roles of staff: see kloppocar/roles.py.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from kloppocar import patience, roles, triggers

HOURS = 12 * 3600


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        changes = not (options["plan"] or options["check_unapplied"])
        if not (changes and connection.vendor == "sqlite" and (is_pending(connection) or options["app_label"])):
            with patience.of(connection, seconds=HOURS):  # a large table takes its time
                super().handle(*args, **options)
        else:
            triggers.step_aside(connection)
            try:
                super().handle(*args, **options)
            finally:  # also after a migration that failed: a database without its rules would take anything
                self.bring_back(connection)
        if changes and not options["app_label"] and connection.alias == DEFAULT_DB_ALIAS:
            roles.put_in_place()  # permissions of new models are there by now

    def bring_back(self, connection: Any) -> None:
        """Every trigger whose table is there; of the others, a word."""
        if not triggers.is_used(connection):
            return
        for step in triggers.plan(connection):
            if step.state == "create":
                try:
                    triggers.apply_step(connection, step)
                except triggers.TriggerError as error:
                    self.stderr.write(f"Not applied: {error}")


def is_pending(connection: Any) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
