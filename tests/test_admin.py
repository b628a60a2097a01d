"""The admin: every page of every table opens, and texts are edited by language."""

import pytest
from django.contrib import admin
from django.urls import reverse

from catalog.models import Category
from kloppocar import demo
from tests.make import make_category
from users.models import User

MODELS = [
    model
    for model in admin.site._registry
    if model._meta.app_label in {"users", "communities", "catalog", "collectibles"}
]


@pytest.fixture
def staff_client(client, db):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_page_of_every_table_opens(staff_client, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert staff_client.get(reverse(f"{name}_changelist")).status_code == 200
    add = staff_client.get(reverse(f"{name}_add"))
    assert add.status_code == (200 if admin.site._registry[model].has_add_permission(add.wsgi_request) else 403)


def test_every_row_of_the_demo_opens_and_saves_unchanged(staff_client):
    demo.load()

    for model in MODELS:
        row = model._default_manager.first()
        if row is not None:
            page = staff_client.get(
                reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
            )
            assert page.status_code == 200, model


def test_a_text_is_edited_in_one_language_and_the_other_stays(staff_client):
    category = make_category(name={"en": "Door", "de": "Tür"})
    page = reverse("admin:catalog_category_change", args=[category.pk])

    assert 'value="Tür"' in staff_client.get(page).content.decode()
    response = staff_client.post(page, {"name_en": "Gate", "name_de": "Tür", "parent": ""})

    assert response.status_code == 302
    assert Category.objects.get().name == {"en": "Gate", "de": "Tür"}


def test_a_text_without_english_is_refused(staff_client):
    response = staff_client.post(reverse("admin:catalog_category_add"), {"name_en": "", "name_de": "Tür", "parent": ""})

    assert "English is needed" in response.content.decode()
    assert not Category.objects.exists()
