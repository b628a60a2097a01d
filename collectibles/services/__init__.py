"""Operations that write several tables, each one transaction."""

from .granting import grant_starter
from .redemption import Redemption, preview, redeem

__all__ = ["Redemption", "grant_starter", "preview", "redeem"]
