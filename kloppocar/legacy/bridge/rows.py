"""The old tables: which rows a caller may read of each, by the same querysets as the new API's, and in which shape."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from catalog.models import Category, Collection, Project, Sponsor
from collectibles.models import (
    Collectible,
    CollectibleSponsor,
    Copy,
    CopyEvent,
    CopyEventKind,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    Grant,
    Mission,
    MissionCollectible,
    MissionProgress,
)
from communities.models import Challenge, Community, Membership, NewsPost
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.localized import asked_language, resolve
from kloppocar.api.permissions import is_administrator
from users.models import Notification, NotificationQuerySet, User
from users.serializers.user import rank_of

from .narrowing import (
    Narrowing,
    by,
    by_sealed,
    held,
    mine_since,
    own,
    own_address,
    owned,
    part_of,
    since,
    sponsored,
    username,
    whether,
)
from .sealed import seal
from .shapes import Shape, catalog, collecting, people

Finish = Callable[[list[dict[str, Any]], Any], None]


@dataclass(frozen=True)
class Source:
    """An old table. `finish` does to a page of rows, with the request, what no column says."""

    shape: Shape
    rows: Callable[[Any], QuerySet]
    finds: dict[str, Narrowing]
    order: tuple[str, ...] = ("id",)
    finish: Finish | None = None
    parts: Callable[[Any], list[Any]] = field(default=lambda rows: [rows])  # that together are the list


# --- People ------------------------------------------------------------------------------------------------------

PUBLIC = {"userId", "username", "profileImg", "userRank", "active", "isOnBlockchain"}


def finish_people(rows: list[dict[str, Any]], request: Any) -> None:
    """Of others one reads the public part; every old column is there all the same."""
    ladder: dict[str, Any] = {}
    for row in rows:
        rank = rank_of(row["userRank"], ladder)
        title = {"title": resolve(rank.title, asked_language(request)), "level": rank.level} if rank else None
        row["userRank"] = title
        if row["userId"] != request.user.pk and not is_administrator(request.user):
            row.update({name: None for name in row if name not in PUBLIC})


def inbox(user: Any) -> NotificationQuerySet:
    return Notification.objects.inbox_of(user)


def messages(user: Any) -> QuerySet:
    """Staff read what they compose, everybody else what reached them."""
    return Notification.objects.visible_to(user) if is_administrator(user) else inbox(user)


def inbox_parts(rows: Any) -> list[Any]:
    return rows.by_audience() if "receipt_id" in rows.query.annotations else [rows]


def of_caller(rows: list[dict[str, Any]], request: Any) -> None:
    for row in rows:
        row["userId"] = request.user.pk


NEWEST = ("-published_at", "-id")
PEOPLE = {
    "User": Source(
        people.USER,
        User.objects.visible_to,
        {"userId": by("pk"), "email": own_address, "username": username, "lastLoggedInAfter": since("last_login")},
        finish=finish_people,
    ),
    "Notification": Source(
        people.NOTIFICATION,
        messages,
        {"notificationId": by("pk"), "createdDtAfter": since("published_at"), "header": part_of("header")},
        order=NEWEST,
        parts=inbox_parts,
    ),
    "NotificationUser": Source(
        people.NOTIFICATION_USER,
        inbox,
        {
            "notificationUserId": by("pk"),
            "notificationId": by("pk"),
            "userId": own(None),
            "createdDtAfter": since("published_at"),
        },
        order=NEWEST,
        parts=inbox_parts,
        finish=of_caller,
    ),
    "Community": Source(
        people.COMMUNITY, Community.objects.visible_to, {"communityId": by("pk"), "title": part_of("title")}
    ),
    "CommunityUser": Source(
        people.COMMUNITY_USER,
        Membership.objects.visible_to,
        {"communityUserId": by("pk"), "userId": by("user"), "communityId": by("community")},
    ),
    "CommunityChallenge": Source(
        people.COMMUNITY_CHALLENGE,
        Challenge.objects.visible_to,
        {"communityChallengeId": by("pk"), "title": part_of("title")},
    ),
    "NewsPost": Source(
        people.NEWS_POST,
        lambda user: NewsPost.objects.visible_to(user, RIGHT_NOW),
        {"newsPostId": by("pk"), "postDateAfter": since("posted_at"), "header": part_of("header")},
        order=("-posted_at", "-id"),
    ),
}

# --- Catalogue ---------------------------------------------------------------------------------------------------


def finish_sponsors(rows: list[dict[str, Any]], request: Any) -> None:
    """Address and contact are for staff."""
    if not is_administrator(request.user):
        for row in rows:
            row.update({name: None for name in row if name.startswith(("primaryContact", "sponsorC", "sponsorZ"))})


def collectibles(user: Any) -> QuerySet:
    return Collectible.objects.visible_to(user, RIGHT_NOW)


def sponsorships(user: Any) -> QuerySet:
    return CollectibleSponsor.objects.visible_to(user).filter(collectible__in=collectibles(user))


CATALOG = {
    "Category": Source(catalog.CATEGORY, lambda user: Category.objects.all(), {"categoryId": by("pk")}),
    "Project": Source(catalog.PROJECT, Project.objects.visible_to, {"projectId": by("pk"), "name": part_of("name")}),
    "Collection": Source(
        catalog.COLLECTION, Collection.objects.visible_to, {"collectionId": by("pk"), "name": part_of("name")}
    ),
    "Sponsor": Source(
        catalog.SPONSOR,
        Sponsor.objects.visible_to,
        {"sponsorId": by("pk"), "name": part_of("name"), "organization": part_of("organization__type")},
        finish=finish_sponsors,
    ),
    "Collectible": Source(
        catalog.COLLECTIBLE,
        collectibles,
        {
            "collectibleId": by("pk"),
            "name": part_of("name"),
            "label": part_of("label"),
            "sponsorId": sponsored,
            "collectionId": by("collection"),
            "communityId": by("collection__community"),
            "projectId": by("collection__project"),
            "categoryId": by("category"),
        },
    ),
    "CollectibleSponsor": Source(
        catalog.COLLECTIBLE_SPONSOR,
        sponsorships,
        {"collectibleSponsorId": by("pk"), "collectibleId": by("collectible"), "sponsorId": by("sponsor")},
    ),
}

# --- What people have --------------------------------------------------------------------------------------------


def copies(user: Any) -> QuerySet:
    """One's own, and the public part of everybody's copies of what is published; each with who had it before."""
    moves = CopyEvent.objects.filter(copy=OuterRef("pk"), kind=CopyEventKind.TRANSFERRED).order_by("-id")
    return Copy.objects.known_to(user).annotate(previous_owner=Subquery(moves.values("from_user")[:1]))


def finish_copies(rows: list[dict[str, Any]], request: Any) -> None:
    """A favourite is its owner's business, and so are times that move with it."""
    for row in rows:
        if row["ownerId"] != request.user.pk:
            row.update(favorite=False, createdDt=None, updatedDt=None)


def missions_with_mine(user: Any) -> QuerySet:
    mine = MissionProgress.objects.filter(mission=OuterRef("pk"), user=user.pk)
    return Mission.objects.visible_to(user).annotate(
        my_progress=Subquery(mine.values("progress")), my_claim=Subquery(mine.values("claimed_at"))
    )


def finish_missions(rows: list[dict[str, Any]], request: Any) -> None:
    """Of what counts each reader is told what they may see."""
    entries = MissionCollectible.objects.filter(collectible__in=collectibles(request.user)).order_by("id")
    entries = entries.filter(mission__in=[row["missionId"] for row in rows])
    listed: dict[int, list[int]] = {}
    for mission, collectible in entries.values_list("mission", "collectible"):
        listed.setdefault(mission, []).append(collectible)
    for row in rows:
        row["parameterJson"] = {"collectibleIds": listed.get(row["missionId"], [])}
        row["rewardId"] = seal("Distribution", row["rewardId"], request.user)


def seal_ids(rows: list[dict[str, Any]], request: Any) -> None:
    for row in rows:
        for table in ("Distribution", "DistributionCode"):
            if (name := f"{table[0].lower()}{table[1:]}Id") in row:
                row[name] = seal(table, row[name], request.user)


COLLECTING = {
    "UserCollectible": Source(
        collecting.USER_COLLECTIBLE,
        copies,
        {
            "userCollectibleId": by("pk"),
            "collectibleId": by("collectible"),
            "mint": by("mint"),
            "ownerId": owned,
            "lastTransferredDtAfter": mine_since("owner", "acquired_at"),
        },
        order=("-acquired_at", "-id"),
        finish=finish_copies,
    ),
    "Mission": Source(
        collecting.MISSION,
        Mission.objects.visible_to,
        {"missionId": by("pk"), "title": part_of("title")},
        finish=finish_missions,
    ),
    "MissionUser": Source(
        collecting.MISSION_USER,
        missions_with_mine,
        {
            "missionUserId": by("pk"),
            "userId": own(None),
            "missionId": by("pk"),
            "completed": whether("my_claim"),
        },
        finish=of_caller,
    ),
    "Distribution": Source(
        collecting.DISTRIBUTION,
        Distribution.objects.visible_to,
        {"distributionId": held("Distribution", active=True), "projectId": by("project")},
        finish=seal_ids,
    ),
    "DistributionCode": Source(
        collecting.DISTRIBUTION_CODE,
        DistributionCode.objects.visible_to,
        {"distributionCodeId": held("DistributionCode", revoked_at=None), "distributionId": by("distribution")},
        finish=seal_ids,
    ),
    "DistributionCodeUser": Source(
        collecting.DISTRIBUTION_CODE_USER,
        lambda user: Grant.objects.visible_to(user).redemptions(),
        {
            "distributionCodeUserId": by("pk"),
            "userId": own("user", also_staff=True),
            "distributionCodeId": by_sealed("code", "DistributionCode"),
        },
        order=("-id",),
        finish=seal_ids,
    ),
    "DistributionCollectible": Source(
        collecting.DISTRIBUTION_COLLECTIBLE,
        lambda user: DistributionCollectible.objects.filter(distribution__in=Distribution.objects.visible_to(user)),
        {
            "distributionCollectibleId": by("pk"),
            "collectibleId": by("collectible"),
            "distributionId": by("distribution"),
        },
    ),
}
SOURCES = PEOPLE | CATALOG | COLLECTING
