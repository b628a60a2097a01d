"""The module that Django looks for in a database engine's package."""

from threading import Lock
from typing import Any

from django.db.backends.mysql import base
from MySQLdb import OperationalError

from kloppocar import secret

ACCESS_DENIED = 1045

_lock = Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """A refused password is read anew and tried once more, so that no request fails after a rotation.

    Open connections outlive a rotation. DATABASES names the secret: {"SECRET": (name, region)}.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except OperationalError as error:
            if error.args[0] != ACCESS_DENIED or not self.has_news(conn_params):
                raise
        return super().get_new_connection(self.get_connection_params())

    def has_news(self, refused: dict[str, Any]) -> bool:
        """Whether there is another user or password than the refused one; then all threads use it from now on."""
        with _lock:
            if self.is_refused(refused):
                fresh = secret.read_again(*self.settings_dict["SECRET"])
                self.settings_dict["USER"] = fresh.get("DB_USER", self.settings_dict["USER"])
                self.settings_dict["PASSWORD"] = fresh.get("DB_PASSWORD", self.settings_dict["PASSWORD"])
            return not self.is_refused(refused)

    def is_refused(self, refused: dict[str, Any]) -> bool:
        now = self.get_connection_params()
        return (now["user"], now["password"]) == (refused["user"], refused["password"])
