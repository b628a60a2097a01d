"""Who belongs together: communities, their members, challenges and news."""

from .challenge import TALLY_SHARDS, Challenge, ChallengeContribution, ChallengeState, ChallengeTally
from .community import Community, Membership, ModerationAction, ModerationEntry, Role
from .news import NewsKind, NewsPost

__all__ = [
    "TALLY_SHARDS",
    "Challenge",
    "ChallengeContribution",
    "ChallengeState",
    "ChallengeTally",
    "Community",
    "Membership",
    "ModerationAction",
    "ModerationEntry",
    "NewsKind",
    "NewsPost",
    "Role",
]
