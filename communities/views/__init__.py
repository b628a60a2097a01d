"""Communities, memberships, challenges and news."""

from .challenge import ChallengeViewSet
from .community import CommunityViewSet, MembershipViewSet
from .news import NewsPostViewSet

__all__ = ["ChallengeViewSet", "CommunityViewSet", "MembershipViewSet", "NewsPostViewSet"]
