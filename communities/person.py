"""What the communities app stores about a person, and what is left of it when they leave."""

from typing import Any

from communities.models import ChallengeContribution, Membership
from kloppocar.api.models import plain_rows
from users.models import User


def stored_about(user: User) -> dict[str, Any]:
    return {
        "memberships": plain_rows(Membership.objects.filter(user=user), also=["community__title"]),
        "contributions": plain_rows(ChallengeContribution.objects.filter(user=user), also=["challenge__title"]),
    }


def erase(user: User) -> None:
    """They belong nowhere any more, owners included; what they added to challenges stays counted."""
    Membership.objects.filter(user=user).delete()
