"""The story: staff build a small game, alice wins a copy of a door and hands it to bob; and what they do wrong.

A new route is asked here, once at least as it is meant; then `make examples` records it.
"""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.utils import timezone
from PIL import Image

from collectibles.models import Transfer

from .recorder import JSON, Recorder

NOWHERE = 999_999


def texts(english: str, german: str) -> dict[str, str]:
    return {"en": english, "de": german}


def moment(**away: float) -> str:
    return (timezone.now() + timedelta(**away)).isoformat()


def tell(recorder: Recorder, people: dict[str, int]) -> None:
    """`people` are the ids of alice, bob and carol."""
    game = build(recorder, people)
    write_and_read(recorder, game)
    news_and_messages(recorder, game, people)
    communities(recorder, game, people)
    redeem(recorder, game)
    hand_on(recorder)
    claim(recorder, game)
    own_account(recorder)
    what_goes_wrong(recorder, game)
    clear_up(recorder, game)


def build(recorder: Recorder, people: dict[str, int]) -> dict[str, Any]:
    """What staff create, each from the one before: rows by resource, as they were answered."""
    game: dict[str, Any] = {}

    def create(resource: str, **body: Any) -> int:
        made = recorder.ask("staff", f"POST {resource}/", body)
        assert "id" in made, (resource, made)
        game[resource] = (made["id"], body)
        return made["id"]

    picture = {"image": {"load": "https://cdn.example.org/door-small.png", "img": "https://cdn.example.org/door.png"}}
    create("ranks", title=texts("Driver", "Fahrer"), level=1, min_score=50)
    create(
        "users", username="dora", email="dora@example.org", status="active", language="de", country="DE",
        newsletter=False, push_enabled=True,
    )  # fmt: skip
    community = create(
        "communities", title=texts("Friends of the 600", "Freunde des 600"), description={}, media={}, active=True
    )
    category = create("categories", name=texts("Body parts", "Karosserie"), parent=None)
    project = create(
        "projects", name=texts("Museum", "Museum"), attributes={"floor": 2}, location="Old Hall", active=True
    )
    collection = create(
        "collections", community=community, project=project, name=texts("First Drive", "Erste Fahrt"),
        description=texts("Parts of the Kloppo 600.", "Teile des Kloppo 600."), media={}, active=True,
    )  # fmt: skip
    sponsor = create(
        "sponsors", name=texts("Old Hall Museum", "Museum Alte Halle"),
        description=texts("Keep it running.", "Haltet ihn am Laufen."), organization={"type": "charity"},
        urls={"home": "https://museum.example.org"}, media={}, city="Kloppstadt", country="DE", zip_code="01234",
        contact_name="The office", contact_email="office@museum.example.org", contact_phone="030 0000", active=True,
    )  # fmt: skip
    door = create(
        "collectibles", collection=collection, category=category, label=texts("Left", "Links"),
        name=texts("Door", "Tür"), description={}, media=picture, circulation=500, status="available",
        published_at=moment(days=-30), price={}, points=40,
        sponsorships=[{"sponsor": sponsor, "message": texts("Keep it running.", "Haltet ihn am Laufen.")}],
    )  # fmt: skip
    campaign = create(
        "distributions", project=project, collection=None, name=texts("Museum night", "Museumsnacht"), description={},
        kind="scan", starts_at=moment(days=-1), ends_at=moment(days=30), limit=200, new_users_only=False,
        draw="from-pool", once_per_collectible=False, active=True, pool=[{"collectible": door, "weight": 1}],
    )  # fmt: skip
    reward = recorder.ask("staff", "POST distributions/", game["distributions"][1] | {"kind": "reward"})["id"]
    batch = {"count": 2, "max_uses": 1, "note": "Posters at the entrance"}
    key = {"headers": {"Idempotency-Key": "posters-1"}}
    recorder.ask("staff", f"POST distributions/{campaign}/codes/", batch, **key)
    recorder.ask("staff", f"POST distributions/{campaign}/codes/", batch, **key)  # 200: no more of them
    recorder.ask("staff", f"GET distributions/{campaign}/codes/")
    recorder.ask("staff", f"GET distributions/{campaign}/sheet/")
    create("codes", distribution=campaign, code="7Q2M-4K9X-ABG", max_uses=100)
    create(
        "missions", collection=collection, title=texts("First door", "Erste Tür"), description={}, reward_text={},
        kind="collect_count", goal=1, points=10, starts_at=moment(days=-1), ends_at=None, media={}, active=True,
        reward=reward, collectibles=[],
    )  # fmt: skip
    create(
        "challenges", community=community, title=texts("A thousand parts", "Tausend Teile"), description={}, goal=1,
        starts_at=moment(days=-1), ends_at=None, media={}, reward=reward,
    )  # fmt: skip
    create(
        "news", community=None, kind="event", header=texts("Museum night", "Museumsnacht"), short_body={}, body={},
        posted_at=moment(hours=-2), media={}, active=True,
    )  # fmt: skip
    create(
        "notifications", header=texts("A door for you", "Eine Tür für dich"), body={}, link="https://play.example.org/copies",
        media={},
        audience="selected", is_welcome=False, push=True, publish_at=moment(days=1),
    )  # fmt: skip
    create("memberships", community=community, user_id=people["bob"], role="moderator")
    return game


CHANGES: dict[str, dict[str, Any]] = {
    "ranks": {"min_score": 60},
    "users": {"country": "AT"},
    "communities": {"description": texts("We drive slowly.", "Wir fahren langsam.")},
    "categories": {"name": {"de": "Karosserieteile"}},
    "projects": {"location": "New Hall"},
    "collections": {"active": True},
    "sponsors": {"city": "Kloppingen"},
    "collectibles": {"points": 45},
    "distributions": {"limit": 250},
    "codes": {"max_uses": 120},
    "missions": {"points": 15},
    "challenges": {"goal": 1},
    "news": {"kind": "news"},
    "notifications": {"push": False},
    "memberships": {"role": "moderator"},
}


def write_and_read(recorder: Recorder, game: dict[str, Any]) -> None:
    for resource, change in CHANGES.items():
        key, body = game[resource]
        recorder.ask("staff", f"GET {resource}/?page_size=1")
        recorder.ask("staff", f"GET {resource}/{key}/")
        recorder.ask("staff", f"PUT {resource}/{key}/", body)
        recorder.ask("staff", f"PATCH {resource}/{key}/", change)


def news_and_messages(recorder: Recorder, game: dict[str, Any], people: dict[str, int]) -> None:
    message, body = game["notifications"]
    recorder.ask("staff", f"POST notifications/{message}/recipients/", {"users": [people["alice"], people["bob"]]})
    recorder.ask("staff", f"GET notifications/{message}/recipients/")
    recorder.ask("staff", f"GET notifications/{message}/preview/")
    everybody = body | {"audience": "everyone", "is_welcome": True, "publish_at": moment(seconds=-5)}
    recorder.ask("staff", "POST notifications/", everybody, name="to_everyone")
    publish()
    (received, *_) = recorder.ask("alice", "GET inbox/")["results"]
    recorder.ask("alice", f"GET inbox/{received['id']}/")
    recorder.ask("alice", f"PATCH inbox/{received['id']}/", {"read": True})
    recorder.ask("alice", "GET inbox/unread_count/")
    recorder.ask("alice", "POST inbox/read_all/")
    recorder.ask("alice", f"DELETE inbox/{received['id']}/")
    device = recorder.ask("alice", "POST devices/", {"token": "fcm-token-of-a-phone", "platform": "android"})
    recorder.ask("alice", "GET devices/")
    recorder.ask("alice", f"GET devices/{device['id']}/")
    recorder.ask("alice", f"DELETE devices/{device['id']}/")


def publish() -> None:
    """What a schedule does every minute."""
    from users.services.publishing import publish_due

    publish_due()


def communities(recorder: Recorder, game: dict[str, Any], people: dict[str, int]) -> None:
    community, challenge = game["communities"][0], game["challenges"][0]
    recorder.ask("alice", f"POST communities/{community}/join/")
    recorder.ask("alice", f"POST communities/{community}/join/")  # 200: already in
    recorder.ask("carol", f"POST communities/{community}/join/")
    recorder.ask("carol", f"POST communities/{community}/leave/")
    member = recorder.ask("staff", "POST memberships/", {"community": community, "user_id": people["carol"]})["id"]
    recorder.ask("bob", f"POST memberships/{member}/ban/", {"until": moment(days=7), "reason": "Selling codes."})
    recorder.ask("carol", "GET users/me/standing/")
    recorder.ask("bob", f"POST memberships/{member}/unban/", {"reason": "They said sorry."})
    recorder.ask("bob", f"GET communities/{community}/moderation/")
    recorder.ask("bob", f"DELETE memberships/{member}/")
    recorder.ask(None, f"GET challenges/{challenge}/contributions/")


def redeem(recorder: Recorder, game: dict[str, Any]) -> None:
    code = {"code": "7Q2M-4K9X-ABG"}
    recorder.ask("alice", "POST redemptions/preview/", code)
    key = {"headers": {"Idempotency-Key": "b7a0c6f2-scan-1"}}
    won = recorder.ask("alice", "POST redemptions/", code, **key)
    recorder.ask("alice", "POST redemptions/", code, **key)  # 200: the same answer
    recorder.ask("alice", "POST redemptions/", code, name="already_redeemed")
    recorder.ask("alice", "GET redemptions/")
    recorder.ask("alice", f"GET redemptions/{won['id']}/")
    recorder.ask("alice", "POST redemptions/", {"code": "7Q2M-4K9X-ABH"}, name="invalid_code")
    recorder.ask("alice", "POST redemptions/", {"code": "0000-0000-000"}, name="unknown_code")
    recorder.ask("alice", "GET copies/")
    recorder.ask("alice", f"GET copies/{won['copy']['id']}/")
    recorder.ask("alice", f"PATCH copies/{won['copy']['id']}/", {"favorite": True})
    recorder.ask(None, f"GET collectibles/{game['collectibles'][0]}/copies/")
    recorder.ask(None, f"GET users/{recorder.ask('alice', 'GET users/me/')['id']}/copies/")
    recorder.ask("alice", f"GET collections/{game['collections'][0]}/gallery/")
    refused_codes(recorder, game)
    game["copy"] = won["copy"]["id"]


def refused_codes(recorder: Recorder, game: dict[str, Any]) -> None:
    """Each of a campaign of its own: not open yet, over, used up, withdrawn, for new people only."""
    campaign = game["distributions"][1]
    for name, change, code in [
        ("not_open_yet", {"starts_at": moment(days=2)}, {}),
        ("closed", {"ends_at": moment(hours=-1)}, {}),
        ("not_eligible", {"new_users_only": True}, {}),
        ("revoked", {}, {"revoked": True}),
        ("code_used_up", {}, {"max_uses": 1}),
    ]:
        other = recorder.api("staff").post("/api/v1/distributions/", campaign | change).json()
        made = recorder.api("staff").post("/api/v1/codes/", {"distribution": other["id"], "max_uses": 5} | code).json()
        if name == "code_used_up":
            recorder.api("bob").post("/api/v1/redemptions/", {"code": made["code"]})
        refused = recorder.ask("alice", "POST redemptions/", {"code": made["code"]}, name=name)
        assert refused["errors"][0]["code"] == name, refused
        recorder.ask("alice", "POST redemptions/preview/", {"code": made["code"]}, name=name)


def hand_on(recorder: Recorder) -> None:
    (copy, *_) = recorder.ask("alice", "GET copies/")["results"]
    offer = recorder.ask("alice", "POST transfers/", {"copy": copy["id"]})
    recorder.ask("alice", "POST transfers/", {"copy": copy["id"]}, name="already_offered")
    recorder.ask("alice", f"GET transfers/{offer['id']}/")
    recorder.ask("alice", f"POST transfers/{offer['id']}/cancel/")
    recorder.ask("bob", "POST transfers/accept/", {"secret": offer["secret"]}, name="cancelled")
    late = recorder.api("alice").post("/api/v1/transfers/", {"copy": copy["id"]}).json()
    Transfer.objects.filter(id=late["id"]).update(expires_at=moment(minutes=-1))  # time passes
    recorder.ask("bob", "POST transfers/accept/", {"secret": late["secret"]}, name="expired")
    again = recorder.ask("alice", "POST transfers/", {"copy": copy["id"], "minutes": 60})
    recorder.ask("alice", "POST transfers/accept/", {"secret": again["secret"]}, name="own_copy")
    recorder.ask("bob", "POST transfers/accept/", {"secret": again["secret"]})
    recorder.ask("carol", "POST transfers/accept/", {"secret": again["secret"]}, name="already_accepted")
    recorder.ask("bob", "GET transfers/")
    recorder.ask(None, f"GET copies/{copy['id']}/history/")


def claim(recorder: Recorder, game: dict[str, Any]) -> None:
    mission, challenge = game["missions"][0], game["challenges"][0]
    recorder.ask("carol", f"POST missions/{mission}/claim/", name="not_claimable")
    recorder.ask("bob", f"POST missions/{mission}/claim/")
    recorder.ask("bob", f"POST missions/{mission}/claim/", name="already_claimed")
    recorder.ask("carol", f"POST challenges/{challenge}/claim/", name="not_claimable")
    past = {"starts_at": moment(days=-9), "ends_at": moment(days=-2)}
    for resource in ("missions", "challenges"):
        over = recorder.api("staff").post(f"/api/v1/{resource}/", game[resource][1] | past).json()["id"]
        recorder.ask("bob", f"POST {resource}/{over}/claim/", name="ended")
    recorder.ask("alice", f"POST challenges/{challenge}/claim/")
    recorder.ask("bob", "GET missions/")
    recorder.ask("bob", "GET home/")
    recorder.ask("staff", f"GET distributions/{game['distributions'][0]}/stats/")


def own_account(recorder: Recorder) -> None:
    recorder.ask("alice", "GET users/me/")
    recorder.ask("alice", "PATCH users/me/", {"language": "de", "newsletter": True})
    form = recorder.ask("alice", "POST users/me/picture/", {"content_type": "image/png"})
    file = BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "PNG")
    upload = {**form["upload"]["fields"], "file": SimpleUploadedFile("me.png", file.getvalue())}
    recorder.api(None).post("/media/", upload, format="multipart")
    recorder.ask("alice", "PUT users/me/picture/", {"key": form["key"]})
    recorder.ask("alice", "DELETE users/me/picture/")
    recorder.ask("alice", "GET users/me/export/")
    recorder.ask("staff", "GET localisation/")
    table = recorder.ask("staff", "GET localisation/csv/?model=catalog.category")
    recorder.ask("staff", "POST localisation/csv/?dry_run=true", table, kind="text/csv")


def what_goes_wrong(recorder: Recorder, game: dict[str, Any]) -> None:
    """One example of every status, for all operations that may answer it."""
    for_all = {"name": "for_all"}
    rank = game["ranks"][0]
    recorder.ask("staff", "POST ranks/", {"level": "high"}, **for_all)
    recorder.ask(None, "GET users/me/", **for_all)
    recorder.ask("alice", "POST ranks/", {}, **for_all)
    recorder.ask("staff", f"GET ranks/{NOWHERE}/", **for_all)
    recorder.ask("staff", "GET ranks/", headers={"Accept": "image/png"}, **for_all)
    recorder.ask("staff", f"DELETE projects/{game['projects'][0]}/", **for_all)
    recorder.ask("staff", f"PATCH ranks/{rank}/", {"min_score": 70}, headers={"If-Match": f'"{rank}-1"'}, **for_all)
    recorder.ask("staff", "POST ranks/", " " * (1024 * 1024 + 1), kind=JSON, **for_all)
    recorder.ask("staff", "POST ranks/", "title: Driver", kind="text/yaml", **for_all)
    for _ in range(10):
        recorder.ask("carol", "POST redemptions/", {"code": "0000-0000-000"}, name="unknown_code")
    guessed = recorder.ask("carol", "POST redemptions/", {"code": "0000-0000-000"}, **for_all)
    assert guessed["errors"][0]["code"] == "throttled"
    with connection.execute_wrapper(lost):
        recorder.ask("bob", "POST redemptions/", {"code": "7Q2M-4K9X-ABG"}, **for_all)


def lost(*args: Any) -> None:
    """The database is gone."""
    raise OperationalError(2013, "Lost connection to server during query")


def clear_up(recorder: Recorder, game: dict[str, Any]) -> None:
    for resource in ["news", "notifications", "missions", "challenges", "memberships", "ranks"]:
        recorder.ask("staff", f"DELETE {resource}/{game[resource][0]}/")
    for resource, body in [("codes", {"distribution": game["distributions"][0]}), ("distributions", None),
                           ("collectibles", None), ("collections", None), ("projects", None), ("categories", None),
                           ("sponsors", None), ("communities", None)]:  # fmt: skip
        made = recorder.api("staff").post(f"/api/v1/{resource}/", body or game[resource][1]).json()
        recorder.ask("staff", f"DELETE {resource}/{made['id']}/")
    recorder.ask("carol", "DELETE users/me/")
