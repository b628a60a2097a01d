"""What communities reach together."""

from functools import partial
from itertools import pairwise
from typing import Any, cast

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import action
from rest_framework.response import Response

from communities.filters import ChallengeFilterSet
from communities.models import Challenge, ChallengeContribution
from communities.serializers import ChallengeSerializer, ContributionSerializer, ContributionsSerializer
from kloppocar.api.documented import extend_schema
from kloppocar.api.pagination import MAX_SIZE, CursorPagination
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet

CURSOR = OpenApiParameter("cursor", str, description="Where to go on: taken from `next` or `previous`.")
SIZES = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}
PAGE_SIZE = OpenApiParameter("page_size", SIZES, description=f"How many places, 1 to {MAX_SIZE}.")


class ChallengeViewSet(CrudViewSet):
    queryset = Challenge.objects.none()
    serializer_class = ChallengeSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = ChallengeFilterSet
    search_fields = ["title"]
    ordering_fields = ["starts_at", "created_at"]
    is_public = True

    def get_queryset(self):
        user: Any = self.request.user
        challenges = Challenge.objects.visible_to(user).with_progress()
        mine = ChallengeContribution.objects.filter(user=user.pk) if user.pk else ChallengeContribution.objects.none()
        return challenges.prefetch_related(Prefetch("contributions", queryset=mine, to_attr="mine"))

    @extend_schema(responses=ContributionsSerializer, parameters=[CURSOR, PAGE_SIZE])
    @action(detail=True, extra_parameters=("cursor", "page_size"))
    def contributions(self, request, pk):
        """Who added most, page by page, and the caller's own place, wherever that is."""
        challenge = get_object_or_404(Challenge.objects.visible_to(request.user).only("id"), pk=pk)
        rows = ChallengeContribution.objects.top_list(challenge, request.user).select_related("user")
        page, paginator = self.paginate_queryset(rows), cast(CursorPagination, self.paginator)
        give_places(page, is_first=paginator.previous is None)
        shown = partial(ContributionSerializer, context={**self.get_serializer_context(), "is_part": True})
        response = self.get_paginated_response(shown(page, many=True).data)
        mine = own_part(page, request.user)
        return Response({"mine": shown(mine).data if mine else None, **response.data})


def give_places(page: Any, *, is_first: bool) -> None:
    """Equal counts share a place. On the first page it follows from the rows themselves, later on two are counted."""
    if not page:
        return
    larger, before = (0, 0) if is_first else ChallengeContribution.objects.number_before(page[0])
    page[0].place = larger + 1
    for number, (above, row) in enumerate(pairwise(page), start=before + 2):
        row.place = above.place if row.count == above.count else number


def own_part(page: Any, user: Any) -> ChallengeContribution | None:
    """The caller's own row, as far as it is shown: every row of the page tells of it."""
    if not page or page[0].my_count is None:
        return None
    mine = ChallengeContribution(user=user, count=page[0].my_count)
    mine.place = page[0].my_place  # type: ignore[attr-defined]
    return mine
