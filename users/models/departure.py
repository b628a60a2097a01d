"""People who have left, and what of them is still to be deleted outside the database."""

from django.db import models
from django.utils import timezone

from kloppocar.api.models import JSONField, Row

from .user import User


class Departure(Row):
    """Somebody to delete from the user pool, and their files; the row goes when all that is done."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="departure")
    files = JSONField(default=list)
    tries = models.PositiveIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["next_try_at", "id"]

    def __str__(self) -> str:
        return f"departure of user {self.user_id}"
