"""People who have left, and whom Cognito still knows."""

from django.db import models
from django.utils import timezone

from kloppocar.api.models import Row

from .user import User


class PoolRemoval(Row):
    """Somebody to delete from the user pool; gone when it is done."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="pool_removal")
    tries = models.PositiveIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["next_try_at", "id"]

    def __str__(self) -> str:
        return f"removal of user {self.user_id}"
