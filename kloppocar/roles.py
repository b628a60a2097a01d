"""What staff do here, as Django groups: each role's permissions stand in this file, and `migrate` puts them in place.

Groups of other names are left alone: whoever needs another role makes one in the admin.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

ALL, WRITE, VIEW = "view add change delete", "view add change", "view"

TEXTS = {
    "catalog": {"category": ALL, "project": WRITE, "collection": ALL, "sponsor": ALL},
    "communities": {"community": WRITE, "newspost": ALL, "challenge": VIEW},
    "collectibles": {
        "collectible": ALL,
        "collectiblesponsor": ALL,
        "editionsegment": VIEW,
        "mission": VIEW,
        "missioncollectible": VIEW,
    },
    "users": {"rank": WRITE},
}
CAMPAIGNS = {
    "communities": {"challenge": ALL, "challengetally": VIEW},
    "collectibles": {
        "distribution": ALL,
        "distributioncollectible": ALL,
        "distributioncode": ALL,
        "codebatch": VIEW,
        "refusalcount": VIEW,
        "reservednumber": VIEW,
        "mission": ALL,
        "missioncollectible": ALL,
    },
    "users": {"notification": ALL, "notificationreceipt": WRITE, "pushrun": VIEW},
}
PEOPLE = {
    "catalog": {"category": VIEW, "project": VIEW, "collection": VIEW, "sponsor": VIEW},
    "communities": {
        "community": VIEW,
        "membership": VIEW,
        "moderationentry": VIEW,
        "newspost": VIEW,
        "challenge": VIEW,
        "challengetally": VIEW,
        "challengecontribution": VIEW,
    },
    "collectibles": {
        "collectible": VIEW,
        "collectiblesponsor": VIEW,
        "editionsegment": VIEW,
        "reservednumber": VIEW,
        "copy": VIEW,
        "copyevent": VIEW,
        "grant": VIEW,
        "transfer": VIEW,
        "distribution": VIEW,
        "distributioncollectible": VIEW,
        "distributioncode": VIEW,
        "codebatch": VIEW,
        "refusalcount": VIEW,
        "mission": VIEW,
        "missioncollectible": VIEW,
        "missionprogress": VIEW,
    },
    "users": {
        "user": "view deactivate",
        "adoption": VIEW,
        "departure": VIEW,
        "pushdevice": VIEW,
        "notification": VIEW,
        "notificationreceipt": VIEW,
        "pushrun": VIEW,
        "rank": VIEW,
    },
    "admin": {"logentry": VIEW},
}
OURS = ["users", "communities", "catalog", "collectibles", "kloppocar"]
ROLES = {"Editor": [TEXTS], "Campaign manager": [TEXTS, CAMPAIGNS], "Support": [PEOPLE]}
ADMINISTRATOR = "Administrator"


def put_in_place() -> None:
    """Every role is there and may what this file says; a second time nothing changes."""
    rows = permissions().values_list("content_type__app_label", "codename", "pk")
    known = {(app, codename): pk for app, codename, pk in rows}
    for name, parts in ROLES.items():
        give(name, [known[name] for part in parts for name in names_of(part)])
    everything = permissions().filter(Q(content_type__app_label__in=OURS) | Q(content_type__model="group"))
    give(ADMINISTRATOR, [*everything.values_list("pk", flat=True), known["admin", "view_logentry"]])


def permissions() -> QuerySet[Permission]:
    return Permission.objects.order_by("pk")


def names_of(part: dict[str, dict[str, str]]) -> Iterable[tuple[str, str]]:
    """App and codename, as Django keeps them."""
    for app, models in part.items():
        for model, actions in models.items():
            yield from ((app, f"{action}_{model}") for action in actions.split())


def give(name: str, keys: list[int]) -> None:
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.set(keys)
