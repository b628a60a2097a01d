"""What lists of communities and what belongs to them can be narrowed by."""

import django_filters
from django.utils import timezone

from kloppocar.api.filters import BoundedNumberFilter, NumberInFilter

from .models import Challenge, Community, Membership, ModerationEntry, NewsPost


class CommunityFilterSet(django_filters.FilterSet):
    id__in = NumberInFilter(field_name="id", lookup_expr="in")

    class Meta:
        model = Community
        fields = {"active": ["exact"]}


class MembershipFilterSet(django_filters.FilterSet):
    community = BoundedNumberFilter(field_name="community_id")
    user = BoundedNumberFilter(field_name="user_id")

    class Meta:
        model = Membership
        fields = {"role": ["exact"], "banned_until": ["gte", "isnull"]}


class ModerationEntryFilterSet(django_filters.FilterSet):
    subject = BoundedNumberFilter(field_name="subject_id")

    class Meta:
        model = ModerationEntry
        fields = {"action": ["exact"]}


class ChallengeFilterSet(django_filters.FilterSet):
    community = BoundedNumberFilter(field_name="community_id")
    running = django_filters.BooleanFilter(method="filter_running", label="Running now")

    class Meta:
        model = Challenge
        fields = {"starts_at": ["gte", "lte"], "ends_at": ["gte", "lte", "isnull"]}

    def filter_running(self, queryset, name, value):
        running = Challenge.objects.running_at(timezone.now()).values("id")
        return queryset.filter(id__in=running) if value else queryset.exclude(id__in=running)


class NewsPostFilterSet(django_filters.FilterSet):
    community = BoundedNumberFilter(field_name="community_id")

    class Meta:
        model = NewsPost
        fields = {"kind": ["exact"], "community": ["isnull"], "posted_at": ["gte", "lte"], "active": ["exact"]}
