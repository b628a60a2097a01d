"""Operations that write several tables, each one transaction."""

from .claim import Claim, claim_challenge, claim_mission
from .granting import grant_starter
from .redemption import Redemption, preview, redeem

__all__ = ["Claim", "Redemption", "claim_challenge", "claim_mission", "grant_starter", "preview", "redeem"]
