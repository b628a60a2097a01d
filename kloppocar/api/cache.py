"""Django's cache in a database table, counting exactly."""

import base64
import pickle
from typing import Any

from django.core.cache.backends import db
from django.db import connections, router, transaction


class DatabaseCache(db.DatabaseCache):
    """Django's own `incr` reads and then writes, and forgets the time-out: of two at once it loses one."""

    _table: str

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        stored = self.make_and_validate_key(key, version=version)
        alias = router.db_for_write(self.cache_model_class)
        connection = connections[alias]
        table = connection.ops.quote_name(self._table)
        lock = connection.ops.for_update_sql() if connection.features.has_select_for_update else ""
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE cache_key = %s {lock}", [stored])  # noqa: S608 - our name
            is_held = cursor.fetchone() is not None  # what is made a moment later nobody holds, and must not be counted
            value = self.get(key, version=version) if is_held else None
            if value is None:
                raise ValueError("There is no such counter.")
            pickled = base64.b64encode(pickle.dumps(value + delta, self.pickle_protocol)).decode()
            cursor.execute(f"UPDATE {table} SET value = %s WHERE cache_key = %s", [pickled, stored])  # noqa: S608 - our name
        return value + delta
