"""What the communities app stores about a person, and what is left of it when they leave."""

from typing import Any

from django.db.models import Q

from communities.models import ChallengeContribution, Membership, ModerationEntry
from kloppocar.api.models import plain_rows
from users.models import User


def stored_about(user: User) -> dict[str, Any]:
    return {
        "memberships": plain_rows(Membership.objects.filter(user=user), also=["community__title"]),
        "contributions": plain_rows(ChallengeContribution.objects.filter(user=user), also=["challenge__title"]),
        "moderation": plain_rows(
            ModerationEntry.objects.filter(Q(subject=user) | Q(actor=user)), also=["community__title"]
        ),
    }


def erase(user: User) -> None:
    """They belong nowhere any more, owners included; what they added to challenges stays counted.

    The moderation log keeps its lines, about a person without name and without what was said of them.
    """
    Membership.objects.filter(user=user).delete()
    ModerationEntry.objects.filter(subject=user).update(reason="")
