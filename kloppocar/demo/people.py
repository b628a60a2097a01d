"""Who takes part, and what they are told."""

from datetime import datetime, timedelta

from django.utils import timezone

from communities.models import Community, Membership, NewsKind, NewsPost, Role
from communities.services import ban, unban
from users.models import Audience, Notification, NotificationReceipt, Rank, User, UserQuerySet, UserStatus

from .words import RANKS, texts

PEOPLE = ["alice", "bob", "carol", "dora", "emil", "fritz", "greta", "hugo", "ida"]
FRIENDS = ["carol", "greta", "hugo"]  # the others are the club's
GERMAN = {"dora", "emil", "greta", "ida"}
STAFF, NEWCOMER = "staff", "newcomer"  # the newcomer has no username yet
STAFF_PASSWORD = "demo-password"  # noqa: S105 - of a local demo only
DAY = timedelta(days=1)


def sub_of(name: str) -> str:
    return f"demo-{name}"


def everybody() -> UserQuerySet:
    """The people of the demo, staff and newcomer too."""
    return User.objects.filter(cognito_sub__in=map(sub_of, [*PEOPLE, STAFF, NEWCOMER]))


def make_all(club: Community, friends: Community, now: datetime) -> None:
    for level, (score, english, german) in enumerate(RANKS, start=1):
        Rank.objects.create(title=texts(english, german), level=level, min_score=score)
    User.objects.create_superuser(STAFF, STAFF_PASSWORD, cognito_sub=sub_of(STAFF), language="en")
    User.objects.create_user(cognito_sub=sub_of(NEWCOMER), email="newcomer@example.org")
    for name in PEOPLE:
        make_person(name, friends if name in FRIENDS else club)
    everybody().update(created_at=now - 14 * DAY)
    warn("fritz", by="emil")


def make_person(name: str, community: Community) -> None:
    person = User.objects.create_user(
        username=name,
        cognito_sub=sub_of(name),
        email=f"{name}@example.org",
        status=UserStatus.ACTIVE,
        language="de" if name in GERMAN else "en",
        country="DE" if name in GERMAN else "GB",
    )
    roles = {"alice": Role.OWNER, "carol": Role.OWNER, "emil": Role.MODERATOR}
    Membership.objects.create(user=person, community=community, role=roles.get(name, Role.MEMBER))


def warn(name: str, *, by: str) -> None:
    """Banned for a quarrel, and let in again after an apology: two lines for the moderation log."""
    moderator = User.objects.get(username=by)
    membership = Membership.objects.get(user__username=name)
    until = timezone.now() + 7 * DAY
    membership = ban(actor=moderator, membership=membership, until=until, reason="Insulting others at the roadshow")
    unban(actor=moderator, membership=membership, reason="Has apologised")


def make_messages(club: Community, now: datetime) -> None:
    make_news(None, NewsKind.NEWS, texts("The roadshow rolls", "Die Roadshow rollt"), now - DAY)
    make_news(club, NewsKind.EVENT, texts("Meet us at the Old Hall", "Trefft uns in der Alten Halle"), now - 2 * DAY)
    make_news(club, NewsKind.ANNOUNCEMENT, texts("New stickers are out", "Neue Aufkleber sind da"), now - 3 * DAY)
    make_news(None, NewsKind.NEWS, texts("Coming next week", "Nächste Woche"), now + 7 * DAY)
    welcome = texts("Welcome!", "Willkommen!"), texts("Scan your first code.", "Scanne deinen ersten Code.")
    notify(*welcome, at=now - 30 * DAY, is_welcome=True)
    notify(texts("New parts", "Neue Teile"), texts("The summer show is in.", "Die Sommerschau ist da."), at=now - DAY)
    later = texts("Summer party", "Sommerfest"), texts("It opens today.", "Es geht heute los.")
    notify(*later, at=now + 30 * DAY, published=False)
    thanks = texts("Thank you", "Danke"), texts("You have helped us well.", "Du hast uns sehr geholfen.")
    told = notify(*thanks, at=now - 2 * DAY, audience=Audience.SELECTED)
    for person in everybody().filter(username__in=["alice", "bob"]):
        NotificationReceipt.objects.create(notification=told, user=person)


def make_news(community: Community | None, kind: NewsKind, header: dict[str, str], at: datetime) -> None:
    NewsPost.objects.create(
        community=community,
        kind=kind,
        header=header,
        short_body=texts("Bring your phone, and scan.", "Bringt euer Telefon mit und scannt."),
        body=texts(
            "Every stop has codes of its own. Whoever comes early has more to choose from.",
            "Jeder Halt hat eigene Codes. Wer früh kommt, hat mehr Auswahl.",
        ),
        posted_at=at,
    )


def notify(
    header: dict[str, str],
    body: dict[str, str],
    *,
    at: datetime,
    published: bool = True,
    is_welcome: bool = False,
    audience: Audience = Audience.EVERYONE,
) -> Notification:
    return Notification.objects.create(
        header=header,
        body=body,
        is_welcome=is_welcome,
        audience=audience,
        publish_at=at,
        published_at=at if published else None,
    )
