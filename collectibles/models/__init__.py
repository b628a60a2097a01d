"""Who has what, and how they got it."""

from .collectible import (
    AVAILABLE,
    Collectible,
    CollectibleSponsor,
    CollectibleStatus,
    EditionSegment,
    ReservedNumber,
)
from .copy import Copy, CopyEvent, CopyEventKind
from .distribution import (
    CampaignState,
    CodeBatch,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    DistributionKind,
    Draw,
    Grant,
    GrantSource,
)
from .mission import Mission, MissionCollectible, MissionKind, MissionProgress, MissionState
from .refusal import RefusalCount
from .transfer import Transfer, TransferState

__all__ = [
    "AVAILABLE",
    "CampaignState",
    "CodeBatch",
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
    "RefusalCount",
    "ReservedNumber",
    "Transfer",
    "TransferState",
]
