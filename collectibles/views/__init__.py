"""The collecting side's routes, by subject."""

from .collectible import CollectibleViewSet
from .copy import CopiesOfCollectibleViewSet, CopiesOfUserViewSet, CopyViewSet
from .distribution import DistributionCodeViewSet, DistributionViewSet
from .gallery import GalleryViewSet
from .home import HomeViewSet
from .mission import ChallengeClaimViewSet, MissionViewSet
from .redemption import RedemptionViewSet
from .transfer import TransferViewSet

__all__ = [
    "ChallengeClaimViewSet",
    "CollectibleViewSet",
    "CopiesOfCollectibleViewSet",
    "CopiesOfUserViewSet",
    "CopyViewSet",
    "DistributionCodeViewSet",
    "DistributionViewSet",
    "GalleryViewSet",
    "HomeViewSet",
    "MissionViewSet",
    "RedemptionViewSet",
    "TransferViewSet",
]
