"""What the project itself keeps: the SQL objects it has put into the database, and files it has made rows of."""

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


class TakenBatch(models.Model):
    """Rows that a file has made, remembered with them: taken again after an interruption it makes none twice."""

    digest = models.CharField(max_length=64)
    resource = models.CharField(max_length=40)
    line = models.PositiveIntegerField()
    made = models.JSONField()
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["digest", "resource", "line"], name="taken_batch_is_taken_once")]

    def __str__(self) -> str:
        return f"{self.resource} from line {self.line}"
