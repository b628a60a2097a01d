"""What a run has to remember of the old rows, in a file that nobody sees: memory stays bounded, and after a kill
nothing is left over, because the file has no name.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

TABLES = """
CREATE TABLE kept (name TEXT, old INTEGER, new INTEGER, PRIMARY KEY (name, old)) WITHOUT ROWID;
CREATE TABLE claims (kind TEXT, key TEXT, old INTEGER, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE people (id INTEGER PRIMARY KEY, person INTEGER, sub TEXT, standing INTEGER);
CREATE TABLE editions (id INTEGER PRIMARY KEY, circulation INTEGER, copies INTEGER DEFAULT 0, last INTEGER DEFAULT 0);
CREATE TABLE codes (
    id INTEGER PRIMARY KEY, distribution INTEGER, of_mission INTEGER, used INTEGER DEFAULT 0, burnt INTEGER DEFAULT 0
);
CREATE TABLE copies (
    id INTEGER PRIMARY KEY, collectible INTEGER, owner INTEGER, first_owner INTEGER, mint INTEGER, at TEXT,
    number INTEGER, why TEXT, redemption INTEGER
);
CREATE TABLE redemptions (
    id INTEGER PRIMARY KEY, user INTEGER, code INTEGER, collectible INTEGER, at TEXT, copy INTEGER, why TEXT
);
"""
INDEXES = """
CREATE UNIQUE INDEX number ON copies (collectible, number);
CREATE INDEX by_sub ON people (sub, standing, id);
CREATE INDEX by_age ON copies (collectible, at, id);
CREATE INDEX by_first_owner ON copies (first_owner, collectible, redemption);
CREATE INDEX by_campaign ON codes (distribution);
CREATE INDEX by_person ON redemptions (user, code, copy);
"""


class Scratch:
    def __init__(self) -> None:
        self.database = sqlite3.connect("", isolation_level=None)  # an unnamed file, gone with the process
        self.database.executescript(
            "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; PRAGMA cache_size=-32768;" + TABLES + INDEXES
        )

    def run(self, statement: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        return self.database.execute(statement, tuple(values))

    def one(self, statement: str, *values: Any) -> Any:
        row = self.run(statement, values).fetchone()
        return row[0] if row else None

    def insert(self, table: str, rows: Iterable[tuple[Any, ...]], columns: str) -> None:
        places = ", ".join("?" * len(columns.split(",")))
        self.database.execute("BEGIN")
        self.database.executemany(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608 - our names
        self.database.execute("COMMIT")

    # --- Which old rows come, and as what -------------------------------------------------------------------------

    def keep(self, name: str, old: int, new: int) -> None:
        self.run("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (name, old, new))

    def new_ids(self, name: str, ids: Iterable[Any]) -> dict[int, int]:
        wanted = [each for each in set(ids) if isinstance(each, int)]
        places = ", ".join("?" * len(wanted))
        return dict(self.run(f"SELECT old, new FROM kept WHERE name = ? AND old IN ({places})", [name, *wanted]))  # noqa: S608 - our names

    # --- Who holds what may exist once ----------------------------------------------------------------------------

    def claim(self, kind: str, key: Any, old: int) -> int:
        """Whose it is: whoever asked first, in both phases the same."""
        if self.run("INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", (kind, str(key), old)).rowcount:
            return old
        return int(self.one("SELECT old FROM claims WHERE kind = ? AND key = ?", kind, str(key)))

    def hand_over(self, kind: str, key: Any, old: int) -> None:
        """It belongs to whoever asks last."""
        self.run("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", (kind, str(key), old))

    def holder(self, kind: str, key: Any) -> int | None:
        return self.one("SELECT old FROM claims WHERE kind = ? AND key = ?", kind, str(key))
