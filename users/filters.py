"""What lists of people and messages can be narrowed by."""

import django_filters

from kloppocar.api.filters import NumberInFilter

from .emails import as_stored
from .models import Notification, PushDevice, Rank, User


class UserFilterSet(django_filters.FilterSet):
    id__in = NumberInFilter(field_name="id", lookup_expr="in")
    username = django_filters.CharFilter(field_name="username", lookup_expr="iexact")

    class Meta:
        model = User
        fields: list[str] = []


class StaffUserFilterSet(UserFilterSet):
    email = django_filters.CharFilter(method="with_email")

    class Meta:
        model = User
        fields = {"status": ["exact"], "created_at": ["gte", "lte"], "score": ["gte", "lte"]}

    def with_email(self, queryset, name, value):
        return queryset.filter(email=as_stored(value))


class RankFilterSet(django_filters.FilterSet):
    class Meta:
        model = Rank
        fields = {"level": ["exact"], "min_score": ["gte", "lte"]}


class PushDeviceFilterSet(django_filters.FilterSet):
    class Meta:
        model = PushDevice
        fields = {"platform": ["exact"]}


YES_OR_NO = [("true", "true"), ("false", "false")]


class InboxFilterSet(django_filters.FilterSet):
    """`?read=false`, `?archived=true`; what is archived is shown only when asked for."""

    read = django_filters.ChoiceFilter(method="with_mark", choices=YES_OR_NO)
    archived = django_filters.ChoiceFilter(method="with_mark", choices=YES_OR_NO)

    class Meta:
        model = Notification
        fields: list[str] = []

    def with_mark(self, queryset, name, value):
        return queryset.filter(**{f"{name}_at__isnull": value == "false"})


class NotificationFilterSet(django_filters.FilterSet):
    class Meta:
        model = Notification
        fields = {
            "audience": ["exact"],
            "is_welcome": ["exact"],
            "publish_at": ["gte", "lte"],
            "published_at": ["gte", "lte", "isnull"],
        }
