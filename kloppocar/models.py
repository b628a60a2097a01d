"""What the project itself keeps: which SQL objects it has put into the database."""

from django.db import models


class AppliedObject(models.Model):
    """One file of sql/ as it was applied, and how the database described it afterwards."""

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=16)
    checksum = models.CharField(max_length=64)
    seen = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    applied_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
