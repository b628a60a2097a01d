"""Who belongs together: communities, their members, challenges and news."""

from .challenge import TALLY_SHARDS, Challenge, ChallengeContribution, ChallengeQuerySet, ChallengeTally
from .community import Community, CommunityQuerySet, Membership, MembershipQuerySet, Role
from .news import NewsKind, NewsPost, NewsPostQuerySet

__all__ = [
    "TALLY_SHARDS",
    "Challenge",
    "ChallengeContribution",
    "ChallengeQuerySet",
    "ChallengeTally",
    "Community",
    "CommunityQuerySet",
    "Membership",
    "MembershipQuerySet",
    "NewsKind",
    "NewsPost",
    "NewsPostQuerySet",
    "Role",
]
