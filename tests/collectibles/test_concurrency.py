"""Many at once, with real connections: nothing is lost and nothing granted twice."""

import threading
from collections import Counter

import pytest
from django.db import connection

from collectibles.invariants import violations
from collectibles.services import redeem
from kloppocar.api.errors import Refusal
from tests.make import make_code, make_collectible, make_distribution, make_user


def at_once(*calls):
    """Run every call in a thread of its own, started together; what each answered or was refused with."""
    barrier, outcomes = threading.Barrier(len(calls)), []

    def run(call):
        barrier.wait()
        try:
            call()
            outcomes.append("granted")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        except Exception as error:  # noqa: BLE001 - the assertion shows it
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def assert_invariants():
    assert violations() == {}


@pytest.mark.parametrize("stock", [1, 12])
def test_a_stock_is_given_out_exactly(real_db, stock):
    campaign = make_distribution(make_collectible(circulation=stock))
    code = make_code(campaign, max_uses=None).code
    people = [make_user() for _ in range(24)]

    outcomes = at_once(*(lambda user=user: redeem(user=user, code=code) for user in people))

    assert outcomes == {"granted": stock, "sold_out": 24 - stock}
    assert_invariants()


def test_one_person_scanning_many_times_at_once_wins_once(real_db):
    code = make_code(max_uses=None).code
    user = make_user()

    outcomes = at_once(*(lambda: redeem(user=user, code=code) for _ in range(12)))

    assert outcomes == {"granted": 1, "already_redeemed": 11}
    assert_invariants()


def test_a_single_use_code_is_used_once(real_db):
    code = make_code(max_uses=1).code
    people = [make_user() for _ in range(12)]

    outcomes = at_once(*(lambda user=user: redeem(user=user, code=code) for user in people))

    assert outcomes == {"granted": 1, "code_used_up": 11}
    assert_invariants()


def test_a_campaign_gives_no_more_than_its_limit(real_db):
    campaign = make_distribution(make_collectible(), make_collectible(), limit=5)
    people = [(make_user(), make_code(campaign).code) for _ in range(12)]

    outcomes = at_once(*(lambda user=user, code=code: redeem(user=user, code=code) for user, code in people))

    assert outcomes == {"granted": 5, "sold_out": 7}
    assert_invariants()


def test_two_codes_at_once_do_not_both_win_where_one_copy_is_allowed(real_db):
    campaign = make_distribution(make_collectible(), once_per_collectible=True)
    user, codes = make_user(), [make_code(campaign).code for _ in range(6)]

    outcomes = at_once(*(lambda code=code: redeem(user=user, code=code) for code in codes))

    assert outcomes == {"granted": 1, "not_eligible": 5}
    assert_invariants()
