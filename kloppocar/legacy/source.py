"""The old database, read only: one snapshot for the whole run, in batches along the primary key."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BATCH = 1_000
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 10, 300
# What has to be there for a database to be the old backend's.
UNMISTAKABLE = {"User", "Collectible", "UserCollectible"}
BELOW_ALL = -(2**63)
OldRow = dict[str, Any]


class SourceError(Exception):
    """Why the old database cannot be read, in one sentence."""


class Source:
    """`mysql://user:password@host:3306/name`, perhaps with `?ssl_ca=/path/of/bundle.pem`.

    Tables and columns are found whatever their case; a column that this old version lacks reads as NULL. Times come as
    text: what is no date for Python would come as nothing.
    """

    def __init__(self, url: str) -> None:
        self.database = connect(url)
        self.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self.run("SET SESSION time_zone = '+00:00', SESSION sql_mode = ''")
        self.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        self.schema = self.read_schema()
        if missing := UNMISTAKABLE - self.schema.keys():
            raise SourceError(f"This is no database of the old backend: it has no table {', '.join(sorted(missing))}.")

    def close(self) -> None:
        self.database.close()

    def run(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        from MySQLdb import Error

        try:
            with self.database.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall())
        except Error as error:
            raise SourceError(f"The old database says: {error.args[-1]}.") from error

    def read_schema(self) -> dict[str, dict[str, str]]:
        """By our spelling of a table: our spelling of a column -> theirs, and "" -> the table's own."""
        from .tables import COLUMNS

        found: dict[str, dict[str, str]] = {}
        names = {name.lower(): name for name in COLUMNS}
        statement = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
        for table, column in self.run(statement):
            if name := names.get(table.lower()):
                ours = {each.lower(): each for each in COLUMNS[name]}.get(column.lower())
                found.setdefault(name, {"": table})
                if ours:
                    found[name][ours] = column
        return found

    def identity(self) -> tuple[Any, ...]:
        """Of server and database, to tell the source from the target."""
        return self.run("SELECT CONCAT(@@hostname, ':', @@port), DATABASE()")[0]

    def ask(self, statement: str) -> Any:
        return self.run(statement)[0][0]

    def number_of(self, table: str) -> int:
        if table not in self.schema:
            return 0
        return int(self.ask(f"SELECT COUNT(*) FROM {self.quoted(table)}"))  # noqa: S608 - our names

    def greatest(self, table: str, key: str) -> int:
        if key not in self.schema.get(table, {}):
            return 0
        return int(self.ask(f"SELECT GREATEST(COALESCE(MAX({quoted(key)}), 0), 0) FROM {self.quoted(table)}"))  # noqa: S608 - our names

    def batches(self, table: str, key: str, size: int = BATCH, *, after: int = 0) -> Iterator[list[OldRow]]:
        """All rows in the order of their key; those below 1, which cannot come, only for who asks for them."""
        last = after
        while rows := self.read(table, f"{quoted(key)} > %s ORDER BY {quoted(key)} LIMIT {size}", [last]):
            yield rows
            last = rows[-1][key]

    def by_key(self, table: str, key: str, ids: list[int]) -> dict[int, OldRow]:
        places = ", ".join(["%s"] * len(ids))
        rows = self.read(table, f"{quoted(key)} IN ({places})", ids) if ids else []
        return {row[key]: row for row in rows}

    def read(self, table: str, where: str, values: list[Any]) -> list[OldRow]:
        from .tables import COLUMNS

        if table not in self.schema:
            return []
        theirs, ours = self.schema[table], COLUMNS[table]
        columns = ", ".join(quoted(theirs[name]) if name in theirs else "NULL" for name in ours)
        rows = self.run(f"SELECT {columns} FROM {self.quoted(table)} WHERE {where}", values)  # noqa: S608 - our names
        return [dict(zip(ours, row, strict=True)) for row in rows]

    def quoted(self, table: str) -> str:
        return quoted(self.schema[table][""])


def quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def connect(url: str) -> Any:
    from MySQLdb import Error, connect
    from MySQLdb.constants import FIELD_TYPE
    from MySQLdb.converters import conversions

    as_text = dict.fromkeys((FIELD_TYPE.TIMESTAMP, FIELD_TYPE.DATETIME, FIELD_TYPE.DATE, FIELD_TYPE.TIME), str)
    try:
        return connect(**address(url), conv=conversions | as_text, charset="utf8mb4")
    except Error as error:
        raise SourceError(f"The old database does not answer: {error.args[-1]}.") from error


def address(url: str) -> dict[str, Any]:
    """Arguments of the client library."""
    shape = "The address must look like mysql://user:password@host:3306/name."
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        raise SourceError(shape) from None
    name, options = unquote(parts.path.strip("/")), parse_qs(parts.query)
    if parts.scheme not in {"mysql", "mariadb"} or not parts.hostname or not name or set(options) - {"ssl_ca"}:
        raise SourceError(shape)
    found: dict[str, Any] = {
        "host": parts.hostname,
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": name,
        "connect_timeout": SECONDS_TO_CONNECT,
        "read_timeout": SECONDS_TO_ANSWER,
    }
    return found | ({"ssl": {"ca": options["ssl_ca"][0]}} if options else {})
