"""The catalogue for staff."""

from django import forms
from django.contrib import admin

from kloppocar.api.admin import RowAdmin, localized_column

from .models import Category, Collection, Project, Sponsor


class CategoryForm(forms.ModelForm):
    def clean_parent(self) -> Category | None:
        """A category may not be its own ancestor."""
        parent = ancestor = self.cleaned_data["parent"]
        seen: set[int] = set()
        while ancestor is not None and ancestor.pk not in seen:
            if ancestor.pk == self.instance.pk:
                raise forms.ValidationError("A category may not stand below itself.", code="cycle")
            seen.add(ancestor.pk)
            ancestor = ancestor.parent
        return parent


@admin.register(Category)
class CategoryAdmin(RowAdmin):
    form = CategoryForm
    list_display = (localized_column("name"), "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)


@admin.register(Project)
class ProjectAdmin(RowAdmin):
    list_display = (localized_column("name"), "location", "active")
    list_filter = ("active",)
    search_fields = ("name",)


@admin.register(Collection)
class CollectionAdmin(RowAdmin):
    list_display = (localized_column("name"), "community", "project", "active")
    list_select_related = ("community", "project")
    list_filter = ("active", "community", "project")
    search_fields = ("name",)
    autocomplete_fields = ("community", "project")


@admin.register(Sponsor)
class SponsorAdmin(RowAdmin):
    list_display = (localized_column("name"), "city", "contact_name", "active")
    list_filter = ("active",)
    search_fields = ("name", "city", "contact_name", "contact_email")
