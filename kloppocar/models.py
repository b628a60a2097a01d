"""What the project itself keeps: the SQL objects it has put into the database, files it has made rows of, and what
became of the old backend's rows.
"""

from django.db import models

from kloppocar.api.models import ExactCharField


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


class LegacyTable(models.Model):
    """An old table whose import began: new ids are old ones plus `shift`, at most `room` of them."""

    name = ExactCharField(max_length=40, unique=True)
    model = ExactCharField(max_length=60)
    shift = models.PositiveBigIntegerField()
    room = models.PositiveBigIntegerField()
    began_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, default=None)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class LegacyId(models.Model):
    """What became of a row of the old backend: the id it has now, or why it has none (`note`).

    `table` is the old table's name; `Project.copies` and `Collectible.reward` are campaigns made for such a row.
    """

    table = ExactCharField(max_length=40)
    old_id = models.PositiveBigIntegerField()
    new_id = models.PositiveBigIntegerField(null=True, default=None)
    note = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        ordering = ["table", "old_id"]
        constraints = [models.UniqueConstraint(fields=["table", "old_id"], name="legacy_id_is_known_once")]
        indexes = [models.Index(fields=["table", "new_id"], name="legacy_id_by_new_id")]

    def __str__(self) -> str:
        return f"{self.table} {self.old_id}"
