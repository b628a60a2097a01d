"""How often campaigns had to say no, and why."""

from django.db import models

from kloppocar.api.models import Row

from .distribution import Distribution


class RefusalCount(Row):
    """Refusals of a campaign in one hour for one reason: the sum of its shards, so that no row of them is hot.

    The campaign is no foreign key of the database: checking one would wait for the campaign's row, which every
    redemption holds until its commit.
    """

    distribution = models.ForeignKey(
        Distribution, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="refusals"
    )
    hour = models.DateTimeField()
    reason = models.CharField(max_length=24)
    shard = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["-hour", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["distribution", "hour", "reason", "shard"], name="refusal_count_is_one_per_shard"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} x {self.reason}"
