"""docs/scaling.md holds what its script says, and the script's arithmetic is sound."""

from django.conf import settings

from benchmarks.growth import at_once, day, table


def test_the_pages_table_is_the_scripts():
    page = (settings.BASE_DIR / "docs" / "scaling.md").read_text()

    assert table([day(people) for people in (10_000, 100_000, 1_000_000)]) in page


def test_ten_times_the_people_need_less_than_ten_times_the_instances():
    small, large = day(100_000), day(1_000_000)

    assert large.requests_a_day == 10 * small.requests_a_day
    assert small.instances_at_peak < large.instances_at_peak < 10 * small.instances_at_peak


def test_more_are_held_at_once_than_on_average():
    assert at_once(0) == 0
    assert at_once(100) == 138  # the mean, and 3.72 standard deviations
