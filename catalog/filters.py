"""What lists of the catalogue can be narrowed by."""

import django_filters

from kloppocar.api.filters import BoundedNumberFilter, NumberInFilter

from .models import Category, Collection, Project, Sponsor


class CategoryFilterSet(django_filters.FilterSet):
    id__in = NumberInFilter(field_name="id", lookup_expr="in")
    parent = BoundedNumberFilter(field_name="parent_id")

    class Meta:
        model = Category
        fields = {"parent": ["isnull"]}


class ProjectFilterSet(django_filters.FilterSet):
    id__in = NumberInFilter(field_name="id", lookup_expr="in")

    class Meta:
        model = Project
        fields = {"active": ["exact"]}


class CollectionFilterSet(django_filters.FilterSet):
    id__in = NumberInFilter(field_name="id", lookup_expr="in")
    community = BoundedNumberFilter(field_name="community_id")
    project = BoundedNumberFilter(field_name="project_id")

    class Meta:
        model = Collection
        fields = {"active": ["exact"]}


class SponsorFilterSet(django_filters.FilterSet):
    id__in = NumberInFilter(field_name="id", lookup_expr="in")

    class Meta:
        model = Sponsor
        fields = {"active": ["exact"]}
