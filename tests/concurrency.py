"""Many at once: each person on a thread and a connection of their own, all let go at the same moment."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from tests.conftest import token_of
from users.models import User


def at_once(people: Sequence[User], call: Callable[[Any], Any], *, staff: bool = False) -> list[Any]:
    """What `call(client)` gave for each of them; `client.person` is whose client it is."""
    barrier, answers = Barrier(len(people)), []

    def work(person: User) -> None:
        client: Any = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(person.cognito_sub, staff)}")
        client.person = person
        try:
            barrier.wait()
            answers.append(call(client))
        finally:
            connection.close()

    threads = [Thread(target=work, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(people), "a thread broke"
    return answers
