"""Transfers: what both sides see, what opens and accepts one, and what that answers."""

from datetime import timedelta

from django.utils import timezone
from rest_framework import serializers

from collectibles import codes
from collectibles.models import Copy, Transfer, TransferState
from collectibles.services.transfer import OFFER_LASTS
from kloppocar.api.rows import reads
from kloppocar.api.serializers import ModelSerializer, RefusingUnknownFields, TextSerializerField
from users.serializers import PublicUserSerializer

from .copy import GrantedCopySerializer
from .distribution import MovedMissionSerializer

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)


class TransferSerializer(ModelSerializer):
    """An offer and what became of it. The secret is not in it: it is told once, to who opened the offer."""

    copy = GrantedCopySerializer(read_only=True)
    giver = PublicUserSerializer(read_only=True)
    receiver = PublicUserSerializer(read_only=True, allow_null=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Transfer
        fields = [
            "id",
            "copy",
            "giver",
            "receiver",
            "state",
            "expires_at",
            "accepted_at",
            "cancelled_at",
            "version",
            "created_at",
        ]
        read_only_fields = fields

    @reads("expires_at", "accepted_at", "cancelled_at")
    def get_state(self, row: Transfer) -> TransferState:
        return row.state_at(timezone.now())


class OpenedTransferSerializer(TransferSerializer):
    """The only answer that holds the secret."""

    secret = serializers.CharField(read_only=True)

    class Meta(TransferSerializer.Meta):
        fields = ["id", "secret", *TransferSerializer.Meta.fields[1:]]


class KnownCopyField(serializers.PrimaryKeyRelatedField):
    """A copy that the caller may not know of reads as non-existent; that another is not theirs, the service says."""

    def get_queryset(self):
        return Copy.objects.known_to(self.context["request"].user)


class OpenTransferSerializer(RefusingUnknownFields):
    copy = KnownCopyField(queryset=Copy.objects.none(), help_text="One of one's own.")
    minutes = serializers.IntegerField(
        required=False,
        min_value=SHORTEST // timedelta(minutes=1),
        max_value=LONGEST // timedelta(minutes=1),
        default=OFFER_LASTS // timedelta(minutes=1),
        help_text="How long the offer lasts.",
    )


class AcceptTransferSerializer(RefusingUnknownFields):
    secret = TextSerializerField(max_length=codes.MAX_TYPED, help_text="As scanned or typed: `TFR-...`.")


class AcceptedTransferSerializer(serializers.Serializer):
    """What accepting answers: the copy, from whom, and the missions it moved."""

    id = serializers.IntegerField(source="transfer.id")
    copy = GrantedCopySerializer(source="transfer.copy")
    giver = PublicUserSerializer(source="transfer.giver")
    accepted_at = serializers.DateTimeField(source="transfer.accepted_at")
    missions = MovedMissionSerializer(many=True)
