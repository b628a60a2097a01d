"""One's own row, with how much of everything they have: one statement, each count by an index."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kloppocar.api.prepared import Rows, Slot, Somebody
from users.models import User
from users.services.inbox import unread_total


def number_of(relation: str, *, different: str | None = None, **conditions: Any) -> Coalesce:
    """How many rows of a relation point at a person, or how many `different` values they hold."""
    related: Any = User._meta.get_field(relation)
    rows = related.related_model.objects.filter(**conditions, **{related.field.name: OuterRef("pk")})
    counted = Count(different or "pk", distinct=bool(different))
    return Coalesce(Subquery(rows.order_by().values(related.field.name).annotate(n=counted).values("n")), 0)


def with_counts() -> QuerySet[User]:
    return User.objects.filter(pk=Slot("user")).annotate(
        number_of_copies=number_of("copies"),
        number_of_collectibles=number_of("copies", different="collectible"),
        number_of_missions_claimed=number_of("mission_progress", claimed_at__isnull=False),
        number_of_communities=number_of("memberships"),
        number_of_unread=unread_total(Somebody()),
    )


MINE = Rows(with_counts)
COUNTED = ("copies", "collectibles", "missions_claimed", "communities", "unread")


def account_of(user: User) -> Any:
    """The row as it stands now, with `counts` by name."""
    row: Any = MINE.one(user=user.pk, joined=user.created_at)
    row.counts = {name: getattr(row, f"number_of_{name}") for name in COUNTED}
    return row
