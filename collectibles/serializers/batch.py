"""Codes in bulk: what is wished, and what was made."""

from rest_framework import serializers

from collectibles.printing.layouts import LAYOUTS
from kloppocar.api.serializers import TextSerializerField

MOST_USES = 1_000_000


class MakeCodesSerializer(serializers.Serializer):
    """How many is judged where they are made, by whoever makes them."""

    described = {"count": {"minimum": 1, "maximum": 100_000}}

    count = serializers.IntegerField(help_text="From 1 to 100,000; more come in several batches.")
    max_uses = serializers.IntegerField(
        min_value=1,
        max_value=MOST_USES,
        default=1,
        allow_null=True,
        help_text="How many people may redeem each code, one copy each; null: without limit.",
    )
    note = TextSerializerField(max_length=100, default="", allow_blank=True, help_text="For staff: what they are for.")


class MadeCodesSerializer(serializers.Serializer):
    created = serializers.IntegerField(source="batch.count")
    batch = serializers.IntegerField(source="batch.id")
    csv = serializers.URLField(help_text="These codes as a table.")
    sheet = serializers.URLField(help_text="These codes as QR codes to print; `layout` and `part` may be added.")


class WantedCodesSerializer(serializers.Serializer):
    """Which codes; without any parameter all of the campaign, if they are few enough for one file."""

    batch = serializers.IntegerField(required=False, min_value=1, max_value=(1 << 63) - 1)
    part = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)


class WantedSheetSerializer(WantedCodesSerializer):
    layout = serializers.ChoiceField(
        choices=[(name, layout.says) for name, layout in LAYOUTS.items()],
        default="a4",
        error_messages={"invalid_choice": f"There is no layout {{input}}; known are {', '.join(LAYOUTS)}."},
    )
