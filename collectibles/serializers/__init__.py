"""The collecting side as JSON, by subject."""

from .collectible import CollectibleSerializer
from .copy import CopyDetailSerializer, CopyEventSerializer, CopySerializer, PublicCopySerializer
from .distribution import (
    DistributionCodeSerializer,
    DistributionSerializer,
    PreviewSerializer,
    RedeemSerializer,
    RedemptionResultSerializer,
    RedemptionSerializer,
)
from .mission import MissionSerializer

__all__ = [
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
