"""The admin: every page of every table opens, texts are edited by language, and no rule gives a crash."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Category, Sponsor
from collectibles import codes
from collectibles.models import (
    CodeBatch,
    Collectible,
    Copy,
    CopyEvent,
    Distribution,
    DistributionCode,
    Grant,
    MissionProgress,
    RefusalCount,
    ReservedNumber,
    Transfer,
)
from collectibles.services import redeem
from communities.models import Challenge, ChallengeContribution, ChallengeTally, Community, ModerationEntry
from communities.serializers import ChallengeSerializer
from kloppocar import demo
from tests import make
from users.models import User

OURS = {"users", "communities", "catalog", "collectibles"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]
KEPT_BY_THE_ENGINE = [
    CodeBatch,
    ChallengeContribution,
    ChallengeTally,
    Copy,
    CopyEvent,
    Grant,
    MissionProgress,
    ModerationEntry,
    RefusalCount,
    ReservedNumber,
    Transfer,
]


@pytest.fixture
def staff_client(client, db):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def story(db):
    """The demo, and two rows of what it lacks."""
    demo.load()
    demo.play()
    for number, copy in enumerate(Copy.objects.all()[:2]):
        make.make_device(copy.owner)
        soon = timezone.now() + timedelta(minutes=15)
        Transfer.objects.create(copy=copy, giver=copy.owner, secret_hash=str(number), expires_at=soon, open_copy=copy)
        ReservedNumber.objects.create(collectible=copy.collectible, mint=7 + number, turn=7 + number)


def page_of(model, action, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=args)


def form_of(page):
    """What a browser would post back unchanged."""
    form = page.context["adminform"].form
    values = {bound.html_name: bound for bound in form}
    for formset in page.context["inline_admin_formsets"]:
        parts = formset.formset.forms if formset.has_change_permission else []
        for part in [formset.formset.management_form, *parts]:
            values |= {bound.html_name: bound for bound in part}
    data = {}
    for bound in values.values():
        if bound.field.disabled:
            continue
        widget = getattr(bound.field.widget, "widget", bound.field.widget)  # Django wraps those of relations
        whole = widget.get_context(bound.html_name, bound.value(), {})["widget"]
        for part in whole.get("subwidgets") or [whole]:
            data |= posted(part)
    return data


def posted(part):
    """What one input of a form sends."""
    value = part["value"]
    if part.get("type") == "checkbox":
        value = "on" if part["attrs"].get("checked") else None
    if isinstance(value, list) and not part["attrs"].get("multiple"):
        value = value[0] if value else ""
    return {} if value is None else {part["name"]: value}


def save(client, model, row, **changes):
    path = page_of(model, "change", row.pk)
    return client.post(path, form_of(client.get(path)) | changes)


def values_of(row):
    """Times to the second, as forms show them."""
    values = {field.name: getattr(row, field.attname) for field in row._meta.fields}
    return {name: value.replace(microsecond=0) if hasattr(value, "tzinfo") else value for name, value in values.items()}


def errors_of(response):
    return {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}


def test_every_table_is_registered():
    ours = {model for model in Category._meta.apps.get_models() if model._meta.app_label in OURS}
    inline = {inline.model for model in MODELS for inline in admin.site._registry[model].inlines}
    hidden = {model for model in ours if model._meta.auto_created}

    assert ours == {*MODELS, *inline, *hidden}


def test_every_page_of_every_table_opens_with_as_many_queries_for_one_row_as_for_fifty(
    staff_client, story, monkeypatch
):
    def queries(model):
        with CaptureQueriesContext(connection) as queries:
            assert staff_client.get(page_of(model, "changelist")).status_code == 200, model
        return len(queries)

    counts = {}
    for model in MODELS:
        assert model._default_manager.exists(), f"the demo has no {model}"
        queries(model)
        many = queries(model)
        monkeypatch.setattr(admin.site._registry[model], "list_per_page", 1)
        counts[model] = (queries(model), many)

        assert staff_client.get(page_of(model, "add")).status_code == (403 if model in KEPT_BY_THE_ENGINE else 200)
        row = model._default_manager.first()
        assert staff_client.get(page_of(model, "change", row.pk)).status_code == 200, model

    assert {model: count for model, count in counts.items() if count[0] != count[1]} == {}
    assert max(many for _, many in counts.values()) < 15


def test_every_row_saves_unchanged(staff_client, story):
    for model in MODELS:
        if model in KEPT_BY_THE_ENGINE:
            continue
        row = model._default_manager.first()
        before = values_of(row)

        response = save(staff_client, model, row)

        assert response.status_code == 302, (model, errors_of(response))
        row.refresh_from_db()
        after = values_of(row)
        kept = before.keys() - {"updated_at", "version"}
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}, model


def test_what_the_engine_writes_is_only_shown(staff_client, story):
    for model in KEPT_BY_THE_ENGINE:
        row = model._default_manager.first()

        assert staff_client.post(page_of(model, "change", row.pk), {}).status_code == 403
        assert staff_client.post(page_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("make_row", "names"),
    [
        (make.make_collectible, ["minted", "version"]),
        (make.make_distribution, ["redeemed", "version"]),
        (make.make_code, ["uses", "version"]),
        (make.make_user, ["score", "version"]),
    ],
)
def test_counters_and_versions_are_shown_and_cannot_be_posted(staff_client, make_row, names):
    row = make_row()

    page = staff_client.get(page_of(type(row), "change", row.pk))

    assert not page.context["adminform"].form.fields.keys() & set(names)
    assert all(f"field-{name}" in page.content.decode() for name in names)


def test_a_text_is_edited_in_one_language_and_the_other_stays(staff_client):
    community = make.make_community(description={"en": "One\ntwo", "de": "Eins\nzwei"})

    response = save(staff_client, Community, community, title_en="Fans", description_de="Eins\r\ndrei")

    assert response.status_code == 302
    community.refresh_from_db()
    assert community.title == {"en": "Fans", "de": "Freunde"}
    assert community.description == {"en": "One\ntwo", "de": "Eins\ndrei"}


def test_each_language_has_an_input_with_its_name(staff_client):
    page = staff_client.get(page_of(Category, "add")).content.decode()

    assert re.findall(r'<input[^>]*name="(name_\w+)"[^>]*lang="(\w+)"', page) == [("name_en", "en"), ("name_de", "de")]
    assert not re.search(r"<textarea[^>]*name=.name", page)


@pytest.mark.parametrize(("english", "german", "says"), [("", "Tür", "English is needed"), ("", "", "required")])
def test_a_text_without_english_is_refused(staff_client, english, german, says):
    response = staff_client.post(page_of(Category, "add"), {"name_en": english, "name_de": german, "parent": ""})

    assert says in response.content.decode()
    assert not Category.objects.exists()


def test_media_are_a_line_for_each_url(staff_client):
    sponsor = make.make_sponsor(media={"image": {"load": "https://example.org/1.png"}})
    lines = "image.load = https://example.org/2.png?a=b\r\n\r\nmodel.url=https://example.org/3.glb"

    assert save(staff_client, Sponsor, sponsor, media=lines).status_code == 302

    sponsor.refresh_from_db()
    assert sponsor.media == {
        "image": {"load": "https://example.org/2.png?a=b"},
        "model": {"url": "https://example.org/3.glb"},
    }


@pytest.mark.parametrize(
    "line", ["nonsense", "image = https://example.org", "smell.a = https://example.org", "web.a = x"]
)
def test_media_of_another_shape_are_refused_and_shown_again(staff_client, line):
    response = save(staff_client, Sponsor, make.make_sponsor(), media=line)

    assert errors_of(response).keys() == {"media"}
    assert line in response.content.decode()


@pytest.mark.parametrize("text", ["tür", "DOO", "roadshow klass", "%"])
def test_texts_are_searched_in_every_language(staff_client, text):
    make.make_category(name={"en": "Door", "de": "Tür"})
    make.make_category(name={"en": "Roadshow", "de": "Klassiker"})
    make.make_category(name={"en": "Else"})

    page = staff_client.get(page_of(Category, "changelist"), {"q": text})

    assert len(page.context["cl"].result_list) == (0 if text == "%" else 1)


def test_a_list_is_sorted_by_its_text(staff_client):
    for name in ("beta", "Alpha", "Gamma"):
        make.make_category(name={"en": name})

    page = staff_client.get(page_of(Category, "changelist"), {"o": "1"})

    assert [str(row) for row in page.context["cl"].result_list] == ["Alpha", "beta", "Gamma"]


def test_a_person_without_name_subject_and_mail_has_none(staff_client):
    people = [make.make_user(f"person{number}", email=f"{number}@example.org") for number in range(2)]

    for person in people:
        assert save(staff_client, User, person, username="", cognito_sub="", email="").status_code == 302

    assert User.objects.filter(username=None, cognito_sub=None, email=None).count() == 2


def test_staff_are_made_with_a_password_that_works(staff_client, client):
    passwords = {"usable_password": "true", "password1": "garage-and-road-1", "password2": "garage-and-road-1"}

    made = staff_client.post(
        page_of(User, "add"), {"username": "newstaff", "email": "", "cognito_sub": "", **passwords}
    )

    person = User.objects.get(username="newstaff")
    assert (made.status_code, person.email, person.cognito_sub) == (302, None, None)
    assert save(staff_client, User, person, is_staff="on", status="active").status_code == 302
    assert client.login(username="newstaff", password="garage-and-road-1")


def test_a_name_that_differs_by_case_is_taken(staff_client, alice, bob):
    response = save(staff_client, User, bob, username="ALICE")

    assert errors_of(response).keys() == {"username"}


def test_a_code_is_taken_as_printed_found_as_printed_and_drawn_when_empty(staff_client):
    campaign = make.make_distribution()
    path = page_of(DistributionCode, "add")

    for typed in ("7q2m-4k9x-abg", ""):
        response = staff_client.post(path, {"distribution": campaign.pk, "code": typed, "max_uses": 1})
        assert response.status_code == 302

    first, second = DistributionCode.objects.order_by("id")
    assert first.code == "7Q2M4K9XABG"
    assert codes.normalise(second.code) == second.code
    found = staff_client.get(page_of(DistributionCode, "changelist"), {"q": "7Q2M-4K"}).context["cl"].result_list
    assert list(found) == [first]


def test_a_mistyped_or_known_code_is_refused(staff_client):
    row = make.make_code(code="7Q2M4K9XABG")
    path = page_of(DistributionCode, "add")

    for typed in ("7Q2M-4K9X-ABH", "7q2m-4k9x-abg"):
        response = staff_client.post(path, {"distribution": row.distribution_id, "code": typed, "max_uses": 1})
        assert errors_of(response).keys() == {"code"}


def test_an_edition_with_copies_only_grows(staff_client, alice):
    collectible = make.make_collectible(circulation=50)
    redeem(user=alice, code=make.make_code(make.make_distribution(collectible)).code)

    smaller = save(staff_client, Collectible, collectible, circulation=49)
    larger = save(staff_client, Collectible, collectible, circulation=60)

    assert errors_of(smaller).keys() == {"circulation"}
    assert larger.status_code == 302


def test_a_limit_is_never_below_what_was_redeemed(staff_client, alice):
    campaign = make.make_distribution(make.make_collectible(), limit=5)
    for _ in range(2):
        redeem(user=alice, code=make.make_code(campaign).code)

    assert errors_of(save(staff_client, Distribution, campaign, limit=1)).keys() == {"limit"}


def test_a_category_may_not_stand_below_itself(staff_client):
    parent = make.make_category()
    child = make.make_category(parent=parent)

    assert errors_of(save(staff_client, Category, parent, parent=child.pk)).keys() == {"parent"}


def test_a_changed_mission_is_counted_anew(staff_client, alice, django_capture_on_commit_callbacks):
    collectible = make.make_collectible()
    redeem(user=alice, code=make.make_code(make.make_distribution(collectible)).code)
    mission = make.make_mission(make.make_collectible(collection=collectible.collection))
    entry = mission.entries.get()

    with django_capture_on_commit_callbacks(execute=True):
        assert (
            save(staff_client, type(mission), mission, **{"entries-0-collectible": collectible.pk}).status_code == 302
        )

    entry.refresh_from_db()
    assert entry.collectible == collectible
    assert MissionProgress.objects.get(user=alice, mission=mission).progress == 1


def test_a_rule_that_only_the_database_knows_is_said_on_the_page(staff_client, monkeypatch):
    challenge = make.make_challenge()
    monkeypatch.setattr(Challenge, "validate_constraints", lambda *args, **kwargs: None)
    monkeypatch.setattr(ChallengeSerializer, "validate", lambda self, attrs: attrs)

    response = save(staff_client, Challenge, challenge, ends_at_0="2001-01-01", ends_at_1="12:00")

    assert response.status_code == 302
    assert "a rule of the database forbids it" in staff_client.get(response.url).content.decode()
    challenge.refresh_from_db()
    assert challenge.ends_at is None
