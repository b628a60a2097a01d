"""Communities, their members, challenges and news as JSON."""

from .challenge import ChallengeSerializer, EndsAfterItStarts, refuse_other_kinds
from .community import CommunitySerializer, MembershipSerializer
from .news import NewsPostSerializer

__all__ = [
    "ChallengeSerializer",
    "CommunitySerializer",
    "EndsAfterItStarts",
    "MembershipSerializer",
    "NewsPostSerializer",
    "refuse_other_kinds",
]
