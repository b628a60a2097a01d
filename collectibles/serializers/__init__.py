"""The collecting side as JSON, by subject."""

from .batch import MadeCodesSerializer, MakeCodesSerializer, WantedCodesSerializer, WantedSheetSerializer
from .collectible import CollectibleSerializer
from .copy import CopyDetailSerializer, CopyEventSerializer, CopySerializer, GallerySerializer, PublicCopySerializer
from .distribution import (
    ClaimResultSerializer,
    DistributionCodeSerializer,
    DistributionSerializer,
    PreviewSerializer,
    RedeemSerializer,
    RedemptionResultSerializer,
    RedemptionSerializer,
)
from .mission import MissionSerializer
from .statistics import CampaignStatisticsSerializer
from .transfer import (
    AcceptedTransferSerializer,
    AcceptTransferSerializer,
    OpenedTransferSerializer,
    OpenTransferSerializer,
    TransferSerializer,
)

__all__ = [
    "AcceptTransferSerializer",
    "AcceptedTransferSerializer",
    "CampaignStatisticsSerializer",
    "ClaimResultSerializer",
    "CollectibleSerializer",
    "CopyDetailSerializer",
    "CopyEventSerializer",
    "CopySerializer",
    "DistributionCodeSerializer",
    "DistributionSerializer",
    "GallerySerializer",
    "MadeCodesSerializer",
    "MakeCodesSerializer",
    "MissionSerializer",
    "OpenTransferSerializer",
    "OpenedTransferSerializer",
    "PreviewSerializer",
    "PublicCopySerializer",
    "RedeemSerializer",
    "RedemptionResultSerializer",
    "RedemptionSerializer",
    "TransferSerializer",
    "WantedCodesSerializer",
    "WantedSheetSerializer",
]
