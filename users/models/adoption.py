"""Imported people of whom only an e-mail is known."""

from django.conf import settings
from django.db import models

from kloppocar.api.models import ExactCharField, Row


class Adoption(Row):
    """An imported account that waits for its person: for the first sign-in that shows this e-mail, verified.

    The row goes when somebody was recognised. Only an import makes one; no route shows or writes it.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="adoption")
    email = ExactCharField(max_length=254, unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"adoption {self.pk}"
