"""*Category, Community, CommunityUser, Project, Collection, Sponsor, Collectible, CollectibleSponsor*."""

from typing import Any

from catalog.models import Category, Collection, Project, Sponsor
from collectibles.models import Collectible, CollectibleSponsor, CollectibleStatus
from communities.models import Community, Membership
from kloppocar.legacy.table import Context, Table
from kloppocar.legacy.values import Row

TIMES = " createdDt updatedDt"
REFS = " imageRef vidRef qrRef embedRef"


def category(row: Row, context: Context) -> list[Any]:
    return [Category(id=row.new_id, name=row.name("name", 120, language="en"), **row.times)]


def community(row: Row, context: Context) -> list[Any]:
    return [
        Community(
            id=row.new_id,
            title=row.name("title", 120),
            description=row.texts("description", 10_000),
            media=row.media(),
            active=row.flag("active", usual=True),
            **row.times,
        )
    ]


def membership(row: Row, context: Context) -> list[Any]:
    """Everybody comes as a member: the old backend knew no roles."""
    pair = f"{row.refs['communityId']}-{row.refs['memberId']}"
    if context.scratch.holder("gone", row.refs["memberId"]) is not None:
        row.empty = True
        return []
    if context.scratch.claim("member", pair, row.old_id) != row.old_id or pair in context.found:
        row.skip("second_of_pair", "memberId")
        return []
    return [Membership(id=row.new_id, community_id=row.refs["communityId"], user_id=row.refs["memberId"], **row.times)]


def memberships_there(rows: list[Row], context: Context) -> dict[Any, Any]:
    """Of people who have an account here: what was imported by an earlier run is no second one."""
    people = {row.refs.get("memberId") for row in rows}
    mine = {row.new_id for row in rows}
    there = Membership.objects.filter(user__in=people).exclude(pk__in=mine)
    return {f"{place}-{user}": pk for place, user, pk in there.values_list("community", "user", "pk")}


def project(row: Row, context: Context) -> list[Any]:
    return [
        Project(
            id=row.new_id,
            name=row.name("name", 120),
            attributes=row.object("attributed"),
            location=row.text("location", longest=120),
            active=row.flag("active", usual=True),
            **row.times,
        )
    ]


def collection(row: Row, context: Context) -> list[Any]:
    return [
        Collection(
            id=row.new_id,
            community_id=row.refs["communityId"],
            project_id=row.refs["projectId"],
            name=row.name("name", 120),
            description=row.texts("description", 10_000),
            media=row.media(),
            active=row.flag("active", usual=True),
            **row.times,
        )
    ]


def sponsor(row: Row, context: Context) -> list[Any]:
    organization = row.json("organization")
    return [
        Sponsor(
            id=row.new_id,
            name=row.name("name", 120),
            description=row.texts("description", 10_000),
            organization={"name": organization} if isinstance(organization, str) else row.object("organization"),
            urls=row.object("urls"),
            media=row.media(),
            city=row.text("sponsorCity", longest=120),
            country=row.text("sponsorCountry", longest=120),
            zip_code=row.text("sponsorZip", longest=20),
            contact_name=row.text("primaryContactName", longest=120),
            contact_email=row.text("primaryContactEmail", longest=254),
            contact_phone=row.text("primaryContactPhone", longest=40),
            active=row.flag("active", usual=True),
            **row.times,
        )
    ]


def collectible(row: Row, context: Context) -> list[Any]:
    """`minted` stays 0 here: the copies raise it. An edition that gave more than it has grows to hold them."""
    copies, last = context.scratch.run("SELECT copies, last FROM editions WHERE id = ?", [row.old_id]).fetchone()
    circulation, status = edition(row, last), CollectibleStatus.AVAILABLE
    if not row.flag("active", usual=True):
        status = CollectibleStatus.RETIRED if copies else CollectibleStatus.DRAFT
    if row["circulation"] is not None and circulation is None:
        status = CollectibleStatus.RETIRED
    published = row.time("publicationDate")
    return [
        Collectible(
            id=row.new_id,
            collection_id=row.refs["collectionId"],
            category_id=row.refs["categoryId"],
            label=row.texts("label", 60),
            name=row.name("name", 120),
            description=row.texts("description", 10_000),
            media=row.media(),
            circulation=circulation,
            status=status,
            published_at=published or row.created,
            price=row.object("price") or None,
            **row.times,
        )
    ]


def edition(row: Row, last: int) -> int | None:
    if row["circulation"] is None:
        return None
    if row["circulation"] <= 0:
        row.note("no_edition", "circulation", row["circulation"])
        return None
    circulation = row.number("circulation")
    if last > circulation:
        row.note("edition_grown", "circulation", f"{circulation} -> {last}")
    return max(circulation, last)


def sponsorship(row: Row, context: Context) -> list[Any]:
    if not row.flag("active", usual=True):
        row.empty = True
        return []
    pair = f"{row.refs['collectibleId']}-{row.refs['sponsorId']}"
    if context.scratch.claim("sponsorship", pair, row.old_id) != row.old_id:
        row.skip("second_of_pair", "sponsorId")
        return []
    return [
        CollectibleSponsor(
            id=row.new_id,
            collectible_id=row.refs["collectibleId"],
            sponsor_id=row.refs["sponsorId"],
            message=row.texts("sponsorMessage", 1_000),
            **row.times,
        )
    ]


CATALOGUE = [
    Table("Category", Category, "categoryId name" + TIMES, category),
    Table("Community", Community, "communityId title description active" + REFS + TIMES, community),
    Table(
        "CommunityUser",
        Membership,
        "communityUserId communityId memberId" + TIMES,
        membership,
        needs={"communityId": "Community", "memberId": "User"},
        find=memberships_there,
    ),
    Table("Project", Project, "projectId name attributed active location" + TIMES, project),
    Table(
        "Collection",
        Collection,
        "collectionId communityId projectId name description active" + REFS + TIMES,
        collection,
        needs={"communityId": "Community", "projectId": "Project"},
        orphans="orphan_of_value",
    ),
    Table(
        "Sponsor",
        Sponsor,
        "sponsorId name organization urls description sponsorCity sponsorCountry sponsorZip primaryContactName "
        "primaryContactEmail primaryContactPhone active" + REFS + TIMES,
        sponsor,
    ),
    Table(
        "Collectible",
        Collectible,
        "collectibleId collectionId categoryId label name description active circulation publicationDate price"
        + REFS
        + TIMES,
        collectible,
        needs={"collectionId": "Collection", "categoryId": "Category"},
        orphans="orphan_of_value",
    ),
    Table(
        "CollectibleSponsor",
        CollectibleSponsor,
        "collectibleSponsorId collectibleId sponsorId sponsorMessage active",
        sponsorship,
        needs={"collectibleId": "Collectible", "sponsorId": "Sponsor"},
    ),
]
