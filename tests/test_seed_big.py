"""`make seed-big`: what it loads is what redemptions would have left, and goes on like it."""

import pytest

from benchmarks import big
from collectibles import invariants
from collectibles.models import Collectible, Copy, DistributionCode, Mission
from collectibles.services import redeem
from kloppocar import demo
from tests.make import make_user
from users.models import User

COPIES = 10_000


@pytest.fixture
def filled(settings, real_db):
    """Beside the demo."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
    demo.load()
    demo.play()
    before = Copy.objects.count()
    assert big.seed(COPIES) == {"copies": COPIES, "people": COPIES // big.PER_PERSON}
    return before


def test_a_filled_database_satisfies_every_invariant_and_goes_on(filled):
    assert Copy.objects.count() == filled + COPIES
    assert invariants.violations() == {}
    assert not Mission.objects.exclude(counted_version=1).filter(title__en="Any two of them").exists()

    newcomer = make_user("newcomer-of-today")
    before = dict(Collectible.objects.values_list("pk", "minted"))
    for code in DistributionCode.objects.order_by("-pk")[:5]:
        granted = redeem(user=newcomer, code=code.code).grant
        assert granted.copy.mint > before[granted.copy.collectible_id]  # limited and unlimited: the next number
    assert invariants.violations() == {}

    with pytest.raises(SystemExit, match="filled before"):
        big.seed(COPIES)


def test_a_run_that_breaks_off_leaves_nothing(settings, real_db, monkeypatch):
    monkeypatch.setattr(big, "PROGRESS", "INSERT INTO nowhere VALUES (1)")

    with pytest.raises(Exception, match="nowhere"):
        big.seed(COPIES)

    assert not User.objects.exists()
    assert not Copy.objects.exists()


@pytest.mark.parametrize("copies", ["0", "9999", "10001", "many"])
def test_a_number_that_does_not_divide_is_refused(monkeypatch, capsys, copies):
    monkeypatch.setattr("sys.argv", ["big", "--copies", copies])

    with pytest.raises(SystemExit) as refused:
        big.arguments()

    assert refused.value.code == 2
    assert "--copies" in capsys.readouterr().err
