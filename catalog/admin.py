"""The catalogue for staff."""

from django.contrib import admin

from kloppocar.api.admin import RowAdmin, localized_column
from kloppocar.api.forms import ruled_by

from .models import Category, Collection, Project, Sponsor
from .serializers import CategorySerializer, CollectionSerializer, ProjectSerializer, SponsorSerializer


@admin.register(Category)
class CategoryAdmin(RowAdmin):
    form = ruled_by(CategorySerializer)
    list_display = (localized_column("name"), "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)


@admin.register(Project)
class ProjectAdmin(RowAdmin):
    form = ruled_by(ProjectSerializer)
    list_display = (localized_column("name"), "location", "active")
    list_filter = ("active",)
    search_fields = ("name",)


@admin.register(Collection)
class CollectionAdmin(RowAdmin):
    form = ruled_by(CollectionSerializer)
    list_display = (localized_column("name"), "community", "project", "active")
    list_select_related = ("community", "project")
    list_filter = ("active", "community", "project")
    search_fields = ("name",)
    autocomplete_fields = ("community", "project")


@admin.register(Sponsor)
class SponsorAdmin(RowAdmin):
    form = ruled_by(SponsorSerializer)
    list_display = (localized_column("name"), "city", "contact_name", "active")
    list_filter = ("active",)
    search_fields = ("name", "city", "contact_name", "contact_email")
