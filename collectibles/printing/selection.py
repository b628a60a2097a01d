"""Which codes are meant: a campaign's, or those of one batch; and which part of them, where they are too many at once.

Parts are counted over all codes in the order in which they were made, so that a part stays the same whatever is
redeemed or withdrawn meanwhile.
"""

from dataclasses import dataclass
from math import ceil

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from collectibles.models import CodeBatch, Distribution, DistributionCode
from kloppocar.api.errors import Refusal

USABLE = Q(revoked_at=None) & (Q(max_uses=None) | Q(uses__lt=F("max_uses")))


@dataclass(frozen=True)
class Selection:
    """`part` counts from 1; None means all at once, which has to fit."""

    campaign: Distribution
    batch: CodeBatch | None = None
    part: int | None = None

    def all(self) -> QuerySet[DistributionCode]:
        mine: dict[str, int] = {"batch": self.batch.pk} if self.batch else {"distribution": self.campaign.pk}
        return DistributionCode.objects.filter(**mine).order_by("id")

    def bounds(self, most: int) -> tuple[int, int]:
        """From which code to which, of at most `most`; refuses what is empty, too much or beyond the end."""
        count = self.all().count()
        parts = ceil(count / most)
        if not count:
            raise Refusal("no_codes", _("This campaign has no codes yet: make some first."), status=409)
        if self.part is None and parts > 1:
            raise self.too_many(count, most, parts)
        if self.part is not None and not 1 <= self.part <= parts:
            words = _("Parts are counted from 1 to {parts}.").format(parts=f"{parts:,}")
            raise Refusal("no_such_part", words, status=400, extra={"codes": count, "parts": parts})
        first = ((self.part or 1) - 1) * most
        return first, min(first + most, count)

    def too_many(self, count: int, most: int, parts: int) -> Refusal:
        detail = _("These are {count} codes, and {most} fit into one file: take them part by part, from 1 to {parts}.")
        words = detail.format(count=f"{count:,}", most=f"{most:,}", parts=f"{parts:,}")
        return Refusal("too_many_codes", words, status=400, extra={"codes": count, "most": most, "parts": parts})

    def name(self) -> str:
        """Of a file, without its ending."""
        parts = [f"campaign-{self.campaign.pk}"]
        parts += [f"batch-{self.batch.pk}"] if self.batch else []
        return "-".join([*parts, *([f"part-{self.part}"] if self.part else [])])


def batch_of(campaign: Distribution, number: int | None) -> CodeBatch | None:
    """The campaign's batch of that number; a batch of another campaign does not exist here."""
    if number is None:
        return None
    batch = CodeBatch.objects.filter(distribution=campaign.pk, pk=number).first()
    if batch is None:
        raise Refusal("no_such_batch", _("This campaign has no such batch."), status=400)
    return batch
