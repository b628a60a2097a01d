"""*UserCollectible, DistributionCodeUser*: copies with their grants, and the redemptions that gave none.

A copy comes as it would have come here: minted to its first known owner by a grant, handed on by an accepted transfer.
The database's triggers write the ledger and count for challenges.
"""

from typing import Any

from collectibles.models import Copy, Grant
from kloppocar.legacy.table import Context, Table
from kloppocar.legacy.values import Row

from .campaigns import OLD_COPIES
from .catalogue import TIMES

GRANTS = "UserCollectible.grant"


def copy(row: Row, context: Context) -> list[Any]:
    """What the survey decided; `bring.copies` writes it, edition by edition."""
    decided = context.scratch.run("SELECT number, why FROM copies WHERE id = ?", [row.old_id]).fetchone()
    if decided and decided[1]:
        row.note(decided[1], "mint", f"{row['mint']} -> {decided[0]}")
    return []


def redemption(row: Row, context: Context) -> list[Any]:
    """Those that gave a copy came with it."""
    found = context.scratch.run("SELECT copy, why FROM redemptions WHERE id = ?", [row.old_id]).fetchone()
    if found is None:  # a transfer's, or reset: may be redeemed again
        row.empty = True
    elif found[0] is None:
        row.skip(found[1], "collectibleReceived", row["collectibleReceived"])
    elif not context.is_reporting:
        row.empty = True  # its look-up was written with the copy
    return []


COPIES = Table(
    "UserCollectible",
    Copy,
    "userCollectibleId ownerId collectibleId mint favorite previousOwnerId lastTransferredDt" + TIMES,
    copy,
    needs={"ownerId": "User", "collectibleId": "Collectible"},
    orphans="orphan_of_value",
    after=("DistributionCode", "CommunityUser", "CommunityChallenge", OLD_COPIES),
)
REDEMPTIONS = Table(
    "DistributionCodeUser",
    Grant,
    "distributionCodeUserId userId distributionCodeId redeemed redeemedDate collectibleReceived" + TIMES,
    redemption,
    needs={"userId": "User", "distributionCodeId": "DistributionCode"},
    after=("UserCollectible",),
)
