"""The collecting side as JSON, by subject."""

from .collectible import CollectibleSerializer
from .copy import CopyDetailSerializer, CopyEventSerializer, CopySerializer, PublicCopySerializer
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

__all__ = [
    "ClaimResultSerializer",
    "CollectibleSerializer",
    "CopyDetailSerializer",
    "CopyEventSerializer",
    "CopySerializer",
    "DistributionCodeSerializer",
    "DistributionSerializer",
    "MissionSerializer",
    "PreviewSerializer",
    "PublicCopySerializer",
    "RedeemSerializer",
    "RedemptionResultSerializer",
    "RedemptionSerializer",
]
