"""What lists of the collecting side can be narrowed by."""

import django_filters
from django.utils import timezone

from kloppocar.api.filters import BoundedNumberFilter, NumberInFilter

from .models import (
    Collectible,
    CollectibleSponsor,
    Copy,
    Distribution,
    DistributionCode,
    Grant,
    Mission,
    MissionState,
    Transfer,
    TransferState,
)


class CollectibleFilterSet(django_filters.FilterSet):
    id__in = NumberInFilter(field_name="id", lookup_expr="in")
    collection = BoundedNumberFilter(field_name="collection_id")
    collection__in = NumberInFilter(field_name="collection_id", lookup_expr="in")
    category = BoundedNumberFilter(field_name="category_id")
    sponsor = BoundedNumberFilter(method="of_sponsor")

    class Meta:
        model = Collectible
        fields = {
            "status": ["exact"],
            "minted": ["gte", "lte"],
            "circulation": ["gte", "lte", "isnull"],
            "published_at": ["gte", "lte"],
        }

    def of_sponsor(self, queryset, name, value):
        words = CollectibleSponsor.objects.visible_to(self.request.user).filter(sponsor=value)
        return queryset.filter(id__in=words.values("collectible"))


class CopyFilterSet(django_filters.FilterSet):
    collectible = BoundedNumberFilter(field_name="collectible_id")
    collection = BoundedNumberFilter(field_name="collectible__collection_id")

    class Meta:
        model = Copy
        fields = {"favorite": ["exact"], "acquired_at": ["gte", "lte"]}


class GalleryFilterSet(django_filters.FilterSet):
    category = BoundedNumberFilter(field_name="category_id")
    owned = django_filters.BooleanFilter(field_name="is_mine", label="What the caller owns, or still lacks.")

    class Meta:
        model = Collectible
        fields = {"status": ["exact"]}


class DistributionFilterSet(django_filters.FilterSet):
    project = BoundedNumberFilter(field_name="project_id")
    collection = BoundedNumberFilter(field_name="collection_id")

    class Meta:
        model = Distribution
        fields = {"kind": ["exact"], "active": ["exact"], "starts_at": ["gte", "lte"], "ends_at": ["gte", "lte"]}


class DistributionCodeFilterSet(django_filters.FilterSet):
    distribution = BoundedNumberFilter(field_name="distribution_id")

    class Meta:
        model = DistributionCode
        fields = {"code": ["exact"], "revoked_at": ["isnull"]}


class RedemptionFilterSet(django_filters.FilterSet):
    distribution = BoundedNumberFilter(field_name="distribution_id")

    class Meta:
        model = Grant
        fields = {"created_at": ["gte", "lte"]}


class TransferFilterSet(django_filters.FilterSet):
    copy = BoundedNumberFilter(field_name="copy_id")
    giver = BoundedNumberFilter(field_name="giver_id")
    receiver = BoundedNumberFilter(field_name="receiver_id")
    state = django_filters.ChoiceFilter(choices=TransferState.choices, method="in_state")

    class Meta:
        model = Transfer
        fields = {"created_at": ["gte", "lte"], "accepted_at": ["gte", "lte"]}

    def in_state(self, queryset, name, value):
        return queryset.in_state(value, timezone.now())


class MissionFilterSet(django_filters.FilterSet):
    collection = BoundedNumberFilter(field_name="collection_id")
    state = django_filters.ChoiceFilter(
        choices=MissionState.choices, method="in_state", label="How the mission stands for the caller."
    )

    class Meta:
        model = Mission
        fields = {
            "kind": ["exact"],
            "active": ["exact"],
            "starts_at": ["gte", "lte"],
            "ends_at": ["gte", "lte", "isnull"],
        }

    def in_state(self, queryset, name, value):
        return queryset.in_state(value, self.request.user, timezone.now())
