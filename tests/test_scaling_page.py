"""docs/scaling.md holds what its script says, and the script's arithmetic is sound."""

import pytest

from benchmarks.growth import A_DAY, HOURS, PAGE, Cost, at_once, costs, day, measured, tables

COSTS = dict.fromkeys(A_DAY, Cost(held=10.0, database=1.0, bytes=1_000))


@pytest.mark.parametrize("heading", ["Growth on paper", "What was measured"])
def test_the_pages_tables_are_the_scripts(heading):
    table = tables([10_000, 100_000, 1_000_000])[heading]

    assert f"{table}\n\n" in PAGE.read_text().partition(f"# {heading}\n")[2], "python -m benchmarks.growth --write"


def test_everything_that_a_person_does_in_a_day_was_measured():
    assert A_DAY.keys() <= costs(measured()).keys()
    assert sum(HOURS) == 100


def test_ten_times_the_people_need_less_than_ten_times_the_instances():
    small, large = day(100_000, COSTS), day(1_000_000, COSTS)

    assert large.requests_a_day == 10 * small.requests_a_day == 1_000_000 * sum(A_DAY.values())
    assert small.instances_at_peak < large.instances_at_peak < 10 * small.instances_at_peak


def test_what_a_request_costs_more_shows_in_what_it_needs():
    dear = {name: Cost(held=100.0, database=10.0, bytes=10_000) for name in COSTS}

    cheap_day, dear_day = day(1_000_000, COSTS), day(1_000_000, dear)

    for name in ("instances_at_peak", "database_cores_at_peak", "gigabytes_out_a_day"):
        assert getattr(dear_day, name) > 4 * getattr(cheap_day, name), name
    assert dear_day.lambda_dollars_a_day > cheap_day.lambda_dollars_a_day
    assert dear_day.gateway_dollars_a_day == cheap_day.gateway_dollars_a_day


def test_more_are_held_at_once_than_on_average():
    assert at_once(0) == 0
    assert at_once(100) == 138  # the mean, and 3.72 standard deviations
