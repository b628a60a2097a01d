"""The collecting side for staff. What the engine writes is shown and not edited."""

from .campaign import DistributionAdmin
from .code import DistributionCodeAdmin
from .collectible import CollectibleAdmin, ReservedNumberAdmin
from .ledger import CopyAdmin, CopyEventAdmin, GrantAdmin, TransferAdmin
from .mission import MissionAdmin, MissionProgressAdmin

__all__ = [
    "CollectibleAdmin",
    "CopyAdmin",
    "CopyEventAdmin",
    "DistributionAdmin",
    "DistributionCodeAdmin",
    "GrantAdmin",
    "MissionAdmin",
    "MissionProgressAdmin",
    "ReservedNumberAdmin",
    "TransferAdmin",
]
