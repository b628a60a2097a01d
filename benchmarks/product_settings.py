"""The product as deployed, but for budgets that nobody can use up: they are counted, and never refuse."""

from kloppocar.settings import *  # noqa: F403
from kloppocar.settings import THROTTLE_RATES as RATES

THROTTLE_RATES = {name: (1_000_000_000, seconds) for name, (_, seconds) in RATES.items()}
