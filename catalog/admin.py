"""The catalogue for staff."""

from django.contrib import admin

from kloppocar.api.admin import RowAdmin

from .models import Category, Collection, Project, Sponsor


@admin.register(Category)
class CategoryAdmin(RowAdmin):
    list_display = ("__str__", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)


@admin.register(Project)
class ProjectAdmin(RowAdmin):
    list_display = ("__str__", "location", "active")
    list_filter = ("active",)
    search_fields = ("name",)


@admin.register(Collection)
class CollectionAdmin(RowAdmin):
    list_display = ("__str__", "community", "project", "active")
    list_select_related = ("community", "project")
    list_filter = ("active",)
    search_fields = ("name",)
    autocomplete_fields = ("community", "project")


@admin.register(Sponsor)
class SponsorAdmin(RowAdmin):
    list_display = ("__str__", "city", "contact_name", "active")
    list_filter = ("active",)
    search_fields = ("name", "contact_name")
