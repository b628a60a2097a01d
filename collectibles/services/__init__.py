"""Operations that write several tables, each one transaction."""

from .batches import MadeBatch, make_codes
from .claim import Claim, claim_challenge, claim_mission
from .granting import grant_starter
from .preview import Outlook, Preview, preview, preview_for_anybody
from .redemption import Redemption, redeem
from .transfer import Acceptance, accept, cancel, open_offer

__all__ = [
    "Acceptance",
    "Claim",
    "MadeBatch",
    "Outlook",
    "Preview",
    "Redemption",
    "accept",
    "cancel",
    "claim_challenge",
    "claim_mission",
    "grant_starter",
    "make_codes",
    "open_offer",
    "preview",
    "preview_for_anybody",
    "redeem",
]
