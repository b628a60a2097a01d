"""What becomes of requests and of what was promised while the database server itself is in trouble."""

import logging
import threading
import time
from collections import Counter

import pytest

from tests.faults.conftest import OwnServer
from tests.faults.serving import Answer, serving, wait_until
from tests.triggers.plain_sql import mysql_only

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.deep, mysql_only("SQLite has no server")]

PEOPLE, PER_SECOND = 10, 50


class Crowd:
    """People who redeem one code after the other, and try again after a 503.

    `answers` holds (when, who, which code, the answer).
    """

    def __init__(self, api, people):
        self.api, self.over, self.answers = api, threading.Event(), []
        self.threads = [threading.Thread(target=self.scan, args=each) for each in people.items()]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def scan(self, sub, codes):
        for code in codes:
            status = 503
            while status == 503 and not self.over.is_set():
                answer = self.api.redeem(sub, code)
                status = answer.status
                self.answers.append((time.monotonic(), sub, code, answer))
                time.sleep(max(0, PEOPLE / PER_SECOND - answer.seconds))
            if self.over.is_set():
                return

    @property
    def statuses(self):
        return Counter(answer.status for _, _, _, answer in self.answers)


def copy_in(answer):
    """What somebody was told they have."""
    told = answer.body.get("copy") or answer.body.get("extra", {}).get("copy") or {}
    return told.get("id")


def assert_nothing_told_is_lost(server, answers):
    state = server.state()
    kept = {(sub, code): copy for sub, code, copy in state["grants"]}
    assert state["violations"] == {}
    told = [(sub, code, copy_in(answer)) for _, sub, code, answer in answers if answer.status in {201, 409}]
    assert [kept.get((sub, code)) for sub, code, _ in told] == [copy for _, _, copy in told]


@pytest.mark.parametrize("way", ["kill", "stop"])
def test_the_server_goes_down_under_load_and_comes_back(server, way):
    with serving(server.app_url) as api, Crowd(api, server.people(PEOPLE, 200)) as crowd:
        time.sleep(5)
        down = time.monotonic()
        getattr(server, way)()
        time.sleep(3)
        server.start()
        up = time.monotonic()
        time.sleep(5)

    refused = [(at, answer) for at, _, _, answer in crowd.answers if answer.status == 503]
    first = min(at for at, _, _, answer in crowd.answers if at > up and answer.status == 201) - up
    log.warning("%s: %s, the first success %.2f s after the return", way, dict(crowd.statuses), first)
    assert set(crowd.statuses) <= {201, 409, 503}
    assert crowd.statuses[201] > 100
    assert len(refused) > 20
    assert all(down <= at <= up + 2 for at, _ in refused)
    assert {answer.headers["Retry-After"] for _, answer in refused} == {"2"}
    assert first < 2
    assert_nothing_told_is_lost(server, crowd.answers)


def test_connections_that_the_server_closed_for_idling_cost_no_request(server):
    (sub,) = server.people(1, 0)
    server.sql("SET GLOBAL wait_timeout = 1")
    try:
        with serving(server.app_url, threads=1) as api:
            answers = []
            for _ in range(5):
                answers.append(api.ask("/api/v1/users/me/", sub=sub))
                time.sleep(1.6)
            left = server.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app'")
    finally:
        server.sql("SET GLOBAL wait_timeout = 28800")

    assert [answer.status for answer in answers] == [200] * 5
    assert left == ((0,),)


def test_a_server_without_a_free_connection_is_a_503_until_there_is_one(server):
    (sub,) = server.people(1, 0)
    (most,) = server.sql("SELECT @@max_connections")[0]
    server.sql("SET GLOBAL max_connections = 12")
    others = []
    try:
        with serving(server.app_url) as api:
            others = filled(server)
            full = [api.ask("/api/v1/users/me/", sub=sub) for _ in range(5)]
            while others:
                others.pop().close()
            wait_until(lambda: api.ask("/api/v1/users/me/", sub=sub).status == 200, 2)
    finally:
        for each in others:
            each.close()
        server.sql(f"SET GLOBAL max_connections = {most}")

    assert {(answer.status, answer.code, answer.headers["Retry-After"]) for answer in full} == {
        (503, "database_unavailable", "2")
    }
    assert max(answer.seconds for answer in full) < 4


def filled(server):
    """All connections that the server gives to others than administrators."""
    import MySQLdb

    others = []
    while True:
        try:
            others.append(MySQLdb.connect(host="127.0.0.1", port=server.port, user="app", passwd="app", db="kloppocar"))
        except MySQLdb.OperationalError as error:
            if error.args[0] != 1040:
                raise
            return others


def test_a_slow_server_is_given_up_and_nothing_piles_up(server):
    people = server.people(8, 1)
    with serving(server.app_url) as api, server.connect() as other:
        other.cursor().execute("LOCK TABLES users_user WRITE")  # whoever asks for a person waits
        answers: list[Answer] = []
        threads = [
            threading.Thread(target=lambda sub=sub, code=code: answers.append(api.redeem(sub, code)))
            for sub, (code,) in people.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        waiting = server.sql(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app' AND command = 'Query'"
        )
        other.cursor().execute("UNLOCK TABLES")
        after = [api.redeem(sub, code) for sub, (code,) in people.items()]

    assert [answer.status for answer in answers] == [503] * 8
    assert max(answer.seconds for answer in answers) < 8
    assert waiting == ((0,),)
    assert [answer.status for answer in after] == [201] * 8
    assert max(answer.seconds for answer in after) < 2


def test_a_full_disk_is_a_503_and_nothing_is_half_written():
    """All tables share files that may not grow: to InnoDB that is a full disk."""
    files = "--innodb-data-file-path=ibdata1:12M;ibdata2:60M"
    with OwnServer("--innodb-file-per-table=0", files) as server:
        people = server.prepare().people(4, 60)
        with serving(server.app_url) as api:
            before = [api.redeem(sub, codes.pop()) for sub, codes in people.items()]
            fill(server)
            with Crowd(api, people) as crowd:
                wait_until(lambda: crowd.statuses[503] > 10, 30)
            reads = [api.ask("/api/v1/users/me/", sub=sub).status for sub in people]
            server.sql("DROP TABLE filler")
            sub, codes = next(iter(people.items()))
            wait_until(lambda: api.redeem(sub, codes[-1]).status in {201, 409}, 20)  # room comes back after a while
            after = [api.redeem(sub, codes[-1]) for sub, codes in people.items()]
        answers = [(0, sub, codes[-1], answer) for (sub, codes), answer in zip(people.items(), after, strict=True)]
        assert_nothing_told_is_lost(server, [*crowd.answers, *answers])

    assert [answer.status for answer in before] == [201] * 4
    assert set(crowd.statuses) <= {201, 503}
    assert reads == [200] * 4
    assert [answer.status for answer in after] == [409, 201, 201, 201]


def fill(server):
    """Until there is no room for one row more."""
    import MySQLdb

    server.sql("CREATE TABLE filler (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(8000)) CHARACTER SET latin1")
    for length in (8000, 4000, 500, 10):
        rows = [f"INSERT INTO filler (text) VALUES (REPEAT('x', {length}))"] * 20_000
        with pytest.raises(MySQLdb.OperationalError, match="1114"):
            server.sql(*rows)
