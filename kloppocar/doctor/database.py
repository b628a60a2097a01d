"""The database: is it there, may we do what we have to, and does it hold what the code expects?"""

import os
import time
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db import connection as default_connection

from kloppocar import aws, pages, triggers

from .finding import Finding, green, red, yellow

connection: Any = default_connection  # with what only one vendor's has

# What to do about the server's and the client library's error numbers.
REMEDIES = {
    1040: "Raise max_connections, or put RDS Proxy in front.",
    1044: "Grant the user all rights on this database.",
    1045: "Look at DB_USER and DB_PASSWORD, or at the secret that secret_key names.",
    1049: "Create the database that DB_NAME names, with CHARACTER SET utf8mb4.",
    2002: "Look at DB_HOST and DB_PORT, and let the function's security group connect there.",
    2003: "Look at DB_HOST and DB_PORT, and let the function's security group connect there.",
    2005: "DB_HOST names no host: look at its spelling and at the VPC's name resolution.",
    2026: "TLS failed: DB_SSL_CA must be the bundle of this server, and DB_HOST the name in its certificate.",
    2059: "The package lacks the server's sign-in plugin: build it with `make package`.",
}
OLDEST = {"MariaDB": (10, 6), "MySQL": (8, 0)}
WAY_IN = ".proxy-"  # in the host name of an RDS Proxy


def reachable() -> Finding:
    """A new connection and one statement."""
    if connection.vendor == "sqlite":
        return green("SQLite, a file")  # outside local the settings refuse it
    started = time.perf_counter()
    try:
        ask("SELECT 1")
    except OperationalError as error:
        number = error.args[0] if error.args else 0
        return red(str(error.args[-1]), REMEDIES.get(number, "Look at DATABASE_URL or secret_key, and at the server."))
    return green(f"{connection.settings_dict['HOST']} in {(time.perf_counter() - started) * 1000:.0f} ms")


def version() -> Finding:
    """MySQL 8 or MariaDB 10.6 at least, and a database that can hold every character."""
    if connection.vendor == "sqlite":
        return green("SQLite " + ".".join(map(str, connection.Database.sqlite_version_info)))
    kind = "MariaDB" if connection.mysql_is_mariadb else "MySQL"
    number = connection.mysql_version
    text = f"{kind} {'.'.join(map(str, number))}"
    if number[:2] < OLDEST[kind]:
        return red(text, f"Use {kind} {'.'.join(map(str, OLDEST[kind]))} or later.")
    if (charset := ask("SELECT @@character_set_database")) != "utf8mb4":
        return red(
            f"{text}, database in {charset}", "ALTER DATABASE ... CHARACTER SET utf8mb4, then convert its tables."
        )
    return green(text)


def encryption() -> Finding:
    """TLS between here and the database."""
    if connection.vendor == "sqlite":
        return green("no network in between")
    if cipher := ask("SHOW SESSION STATUS LIKE 'Ssl_cipher'", column=1):
        return green(f"TLS, {cipher}")
    if settings.LOCAL:
        return green("none, which is allowed locally")
    return yellow("no TLS: DB_SSL is off", "Set DB_SSL_CA to the server's CA bundle and remove DB_SSL=off.")


def may_make_triggers() -> Finding:
    """TRIGGER on the database; and with binary logs, SUPER or log_bin_trust_function_creators (error 1419)."""
    if connection.vendor == "sqlite":
        return green("everybody may")
    held = privileges()
    if "TRIGGER" not in held:
        name = connection.settings_dict["NAME"]
        return red("this user may not make triggers", f"GRANT ALL ON `{name}`.* TO the user that DB_USER names.")
    if ask("SELECT @@log_bin") and not ask("SELECT @@log_bin_trust_function_creators") and "SUPER" not in held:
        return red(
            "the server keeps binary logs and lets only SUPER make triggers (1419)",
            "Set log_bin_trust_function_creators = 1 in its parameter group.",
        )
    return green("this user may")


def privileges() -> set[str]:
    """What the current user was granted on the server or on this database; roles count where they are active."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM information_schema.user_privileges"
            " UNION SELECT privilege_type FROM information_schema.schema_privileges WHERE DATABASE() LIKE table_schema"
        )
        return {row[0] for row in cursor.fetchall()}


def migrations() -> Finding:
    """All of them, so that the code finds the columns that it names."""
    if pending := pages.pending_migrations():
        return red(f"{len(pending)} are not applied: {shortened(pending)}", "`manage.py migrate`, then apply_triggers.")
    return green("all applied")


def triggers_in_step() -> Finding:
    """What sql/ says and what the database holds."""
    if differing := pages.out_of_step().get("triggers"):
        return red(f"{len(differing)} differ: {shortened(differing)}", "`manage.py apply_triggers`.")
    if not triggers.is_used(connection):
        return red("there are none", "`manage.py migrate`, then `manage.py apply_triggers`.")
    return green("as in sql/")


def enough_connections() -> Finding:
    """Every instance of the function holds a connection: as many as run at once must find room."""
    if connection.vendor == "sqlite":
        return green("as many as you like")
    if WAY_IN in connection.settings_dict["HOST"]:
        return green("RDS Proxy shares them out")
    room = int(ask("SELECT @@max_connections"))
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    if not function:
        return green(f"max_connections is {room}; keep workers x threads below it")
    try:
        with aws.asking(f"Function {function}"):
            answer = aws.client("lambda", settings.AWS_REGION).get_function_concurrency(FunctionName=function)
    except aws.AWSError:
        return yellow(f"max_connections is {room}; the concurrency may not be asked", "Compare them by hand.")
    if not (reserved := answer.get("ReservedConcurrentExecutions")):
        return yellow(
            f"max_connections is {room}, but nothing limits how many instances run",
            f"Reserve a concurrency below {room}, or put RDS Proxy in front.",
        )
    if reserved >= room:
        return red(
            f"{reserved} instances may run, {room} connections exist",
            f"Reserve less than {room}, raise max_connections, or put RDS Proxy in front.",
        )
    return green(f"{reserved} instances at most, {room} connections")


def ask(statement: str, *, column: int = 0) -> Any:
    """One value of the first row; None without rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[column] if row else None


def shortened(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
