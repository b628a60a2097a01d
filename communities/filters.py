"""What lists of communities and what belongs to them can be narrowed by."""

import django_filters

from kloppocar.api.filters import BoundedNumberFilter, NumberInFilter

from .models import Challenge, Community, Membership, NewsPost


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


class ChallengeFilterSet(django_filters.FilterSet):
    community = BoundedNumberFilter(field_name="community_id")

    class Meta:
        model = Challenge
        fields = {"starts_at": ["gte", "lte"], "ends_at": ["gte", "lte", "isnull"]}


class NewsPostFilterSet(django_filters.FilterSet):
    community = BoundedNumberFilter(field_name="community_id")

    class Meta:
        model = NewsPost
        fields = {"kind": ["exact"], "community": ["isnull"], "posted_at": ["gte", "lte"], "active": ["exact"]}
