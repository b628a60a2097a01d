"""Who has what, and how they got it."""

from .collectible import Collectible, CollectibleSponsor, CollectibleStatus, EditionSegment, ReservedNumber
from .copy import Copy, CopyEvent, CopyEventKind
from .distribution import (
    Distribution,
    DistributionCode,
    DistributionCollectible,
    DistributionKind,
    Draw,
    Grant,
    GrantSource,
)
from .mission import Mission, MissionCollectible, MissionKind, MissionProgress, MissionState
from .transfer import Transfer, TransferState

__all__ = [
    "Collectible",
    "CollectibleSponsor",
    "CollectibleStatus",
    "Copy",
    "CopyEvent",
    "CopyEventKind",
    "Distribution",
    "DistributionCode",
    "DistributionCollectible",
    "DistributionKind",
    "Draw",
    "EditionSegment",
    "Grant",
    "GrantSource",
    "Mission",
    "MissionCollectible",
    "MissionKind",
    "MissionProgress",
    "MissionState",
    "ReservedNumber",
    "Transfer",
    "TransferState",
]
