"""Communities, their members, challenges and news as JSON."""

from .challenge import (
    ChallengeSerializer,
    ContributionSerializer,
    ContributionsSerializer,
    EndsAfterItStarts,
    refuse_other_kinds,
)
from .community import (
    BanSerializer,
    CommunitySerializer,
    MembershipSerializer,
    ModerationEntrySerializer,
    UnbanSerializer,
)
from .news import NewsPostSerializer

__all__ = [
    "BanSerializer",
    "ChallengeSerializer",
    "CommunitySerializer",
    "ContributionSerializer",
    "ContributionsSerializer",
    "EndsAfterItStarts",
    "MembershipSerializer",
    "ModerationEntrySerializer",
    "NewsPostSerializer",
    "UnbanSerializer",
    "refuse_other_kinds",
]
