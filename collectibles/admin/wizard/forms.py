"""What the page asks. The rules are the API's own: what stands here only puts texts into the shapes it takes."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import Collection, Project
from collectibles.models import Collectible, CollectibleStatus, DistributionKind, Draw
from collectibles.serializers.batch import MOST_USES
from collectibles.services.batches import MAX_CODES
from kloppocar.api.admin import LocalizedFormField
from kloppocar.api.localized import resolve

OFFERED = 2_000  # collectibles that the browser completes; any other is taken by its number
KINDS = {
    DistributionKind.SCAN: _("Scan: codes out in the world"),
    DistributionKind.VOUCHER: _("Voucher"),
    DistributionKind.COUPON: _("Coupon"),
    DistributionKind.DEAL: _("Deal"),
    DistributionKind.REWARD: _("Reward: behind a mission or a challenge, without codes"),
    DistributionKind.STARTER: _("Starter: for whoever signs up, without codes"),
}
DRAWS = {
    Draw.FROM_POOL: _("One of the collectibles below, by weight"),
    Draw.RANDOM_FROM_COLLECTION: _("Any collectible of one collection"),
}


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=MomentInput(), help_text=_("UTC"))


class CampaignForm(forms.Form):
    name = LocalizedFormField(max_length=120, label=_("Name"))
    description = LocalizedFormField(max_length=10_000, required=False, label=_("Description"))
    project = forms.ModelChoiceField(Project.objects.filter(active=True), label=_("Project"))
    kind = forms.ChoiceField(choices=list(KINDS.items()), label=_("Kind"))
    starts_at = moment(_("Opens"))
    ends_at = moment(_("Closes"))
    draw = forms.ChoiceField(choices=list(DRAWS.items()), widget=forms.RadioSelect, label=_("A scan gives"))
    collection = forms.ModelChoiceField(Collection.objects.filter(active=True), required=False, label=_("Collection"))
    limit = forms.IntegerField(
        min_value=1, required=False, label=_("At most so many in all"), help_text=_("Empty: as long as stock lasts.")
    )
    once_per_collectible = forms.BooleanField(required=False, label=_("Nobody gets the same collectible twice"))
    new_users_only = forms.BooleanField(required=False, label=_("Only for people who have nothing yet"))
    code_count = forms.IntegerField(
        min_value=0, max_value=MAX_CODES, required=False, label=_("How many codes"), help_text=_("Up to 100,000.")
    )
    code_uses = forms.IntegerField(
        min_value=1,
        max_value=MOST_USES,
        required=False,
        label=_("Uses of each code"),
        help_text=_("Empty: any number, as on a poster."),
    )
    nonce = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)

    def row(self) -> dict[str, Any]:
        """The body that the API would take."""
        given = self.cleaned_data
        plain = ["name", "description", "kind", "starts_at", "ends_at", "draw", "limit"]
        flags = ["once_per_collectible", "new_users_only"]
        related = {name: given[name].pk if given[name] else None for name in ("project", "collection")}
        return {name: given[name] for name in plain + flags} | related


class CollectibleField(forms.Field):
    """`12 · Door`, as the list completes it, or the number alone."""

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()[:200]
        if not text:
            return None
        found = re.match(r"([0-9]{1,18})(?![0-9])", text)
        if not found:
            raise forms.ValidationError(_("Choose one from the list, or type its number."), code="not_chosen")
        return int(found[1])


class PoolForm(forms.Form):
    collectible = CollectibleField(
        required=False,
        label=_("Collectible"),
        widget=forms.TextInput({"list": "collectibles", "autocomplete": "off"}),
    )
    weight = forms.IntegerField(min_value=1, required=False, initial=1, label=_("Weight"))


class PoolFormSet(forms.BaseFormSet):
    def entries(self) -> list[dict[str, int]]:
        """Rows that name a collectible; the others are blank lines."""
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data.get("collectible")]
        return [{"collectible": row["collectible"], "weight": row["weight"] or 1} for row in filled]


Pool = forms.formset_factory(PoolForm, formset=PoolFormSet, extra=5, max_num=200)


def first_guess() -> dict[str, Any]:
    """From tomorrow morning, for two weeks."""
    opens = (timezone.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    usual = {"kind": DistributionKind.SCAN, "draw": Draw.FROM_POOL, "code_count": 100, "code_uses": 1}
    return usual | {"starts_at": opens, "ends_at": opens + timedelta(days=14)}


def offered() -> list[str]:
    """What the browser completes: the newest collectibles that can still be won."""
    rows: QuerySet[Collectible] = Collectible.objects.exclude(status=CollectibleStatus.RETIRED).order_by("-id")
    language = get_language() or "en"
    return [f"{pk} · {resolve(name, language)}" for pk, name in rows.values_list("pk", "name")[:OFFERED]]


def spread(errors: dict[str, Any], form: CampaignForm, pool: Any) -> None:
    """The API's refusals, each beside what it is about."""
    for name, problems in errors.items():
        if name == "pool":
            say_of_pool(problems, form, pool)
        else:
            form.add_error(name if name in form.fields else None, [str(problem) for problem in as_list(problems)])


def say_of_pool(problems: Any, form: CampaignForm, pool: Any) -> None:
    filled = [row for row in pool.forms if row.cleaned_data.get("collectible")]
    if not isinstance(problems, dict):
        form.add_error("draw", [str(problem) for problem in as_list(problems)])
        return
    for number, of_row in problems.items():
        for name, sentences in of_row.items():
            filled[int(number)].add_error(name, [str(sentence) for sentence in as_list(sentences)])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
