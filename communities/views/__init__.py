"""Communities, memberships, moderation, challenges and news."""

from .challenge import ChallengeViewSet
from .community import CommunityViewSet, MembershipViewSet, ModerationViewSet, StandingViewSet
from .news import NewsPostViewSet

__all__ = [
    "ChallengeViewSet",
    "CommunityViewSet",
    "MembershipViewSet",
    "ModerationViewSet",
    "NewsPostViewSet",
    "StandingViewSet",
]
