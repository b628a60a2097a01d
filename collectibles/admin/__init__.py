"""The collecting side for staff. What the engine writes is shown and not edited."""

from .batch import CodeBatchAdmin, RefusalCountAdmin
from .campaign import DistributionAdmin
from .code import DistributionCodeAdmin
from .collectible import CollectibleAdmin, ReservedNumberAdmin
from .ledger import CopyAdmin, CopyEventAdmin, GrantAdmin, TransferAdmin
from .mission import MissionAdmin, MissionProgressAdmin

__all__ = [
    "CodeBatchAdmin",
    "CollectibleAdmin",
    "CopyAdmin",
    "CopyEventAdmin",
    "DistributionAdmin",
    "DistributionCodeAdmin",
    "GrantAdmin",
    "MissionAdmin",
    "MissionProgressAdmin",
    "RefusalCountAdmin",
    "ReservedNumberAdmin",
    "TransferAdmin",
]
