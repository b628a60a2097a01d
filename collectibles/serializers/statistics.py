"""A campaign in numbers, for staff."""

from rest_framework import serializers

from collectibles.models import CampaignState


class BucketSerializer(serializers.Serializer):
    at = serializers.DateTimeField(help_text="When the hour or day begins, in UTC.")
    count = serializers.IntegerField()


class CodeCountsSerializer(serializers.Serializer):
    made = serializers.IntegerField()
    unused = serializers.IntegerField()
    used = serializers.IntegerField(help_text="At least once.")
    used_up = serializers.IntegerField(help_text="As often as they can be.")
    revoked = serializers.IntegerField()
    uses = serializers.IntegerField(help_text="Of all codes together.")


class RefusalsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    by_reason = serializers.DictField(child=serializers.IntegerField(), help_text="Since ever, the commonest first.")
    per_hour = BucketSerializer(many=True, help_text="The last 48 hours.")


class RedemptionsSerializer(serializers.Serializer):
    total = serializers.IntegerField(source="campaign.redeemed")
    people = serializers.IntegerField()
    first_at = serializers.DateTimeField(source="first_redemption_at", allow_null=True)
    last_at = serializers.DateTimeField(source="last_redemption_at", allow_null=True)
    per_hour = BucketSerializer(many=True, help_text="The last 48 hours.")
    per_day = BucketSerializer(many=True, help_text="From the first redemption on, at most 92 days.")


class CampaignStatisticsSerializer(serializers.Serializer):
    """What is left is null where nothing limits it."""

    distribution = serializers.IntegerField(source="campaign.id")
    state = serializers.ChoiceField(choices=CampaignState.choices)
    limit = serializers.IntegerField(source="campaign.limit", allow_null=True)
    limit_left = serializers.IntegerField(allow_null=True)
    stock_left = serializers.IntegerField(allow_null=True)
    codes = CodeCountsSerializer()
    redemptions = RedemptionsSerializer(source="*")
    refusals = RefusalsSerializer()
