"""The resources: whatever staff write by the API, each with the viewset that writes it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from catalog.views import CategoryViewSet, CollectionViewSet, ProjectViewSet, SponsorViewSet
from collectibles.views import CollectibleViewSet, DistributionCodeViewSet, DistributionViewSet, MissionViewSet
from communities.views import ChallengeViewSet, CommunityViewSet, NewsPostViewSet
from users.views import NotificationViewSet, RankViewSet


@dataclass(frozen=True)
class Resource:
    """`says` reads fields that the API only takes, so that they stand in an export as well."""

    name: str
    viewset: Any
    says: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    @property
    def model(self) -> Any:
        return self.viewset.queryset.model

    def view(self, user: Any, method: str = "PATCH") -> Any:
        """The viewset as it stands when this person writes by the API."""
        request = HttpRequest()
        request.method = method
        view = self.viewset(request=Request(request), format_kwarg=None, kwargs={}, action="partial_update")
        view.request.user = user
        context = view.get_serializer_context()
        view.get_serializer_context = lambda: {**context, "at_hand": getattr(view, "at_hand", None)}
        return view


# Whoever runs a command: may what staff may, and has no account.
OPERATOR = SimpleNamespace(
    pk=None, is_authenticated=True, is_active=True, acts_as_staff=True, acts_as_administrator=True
)

# What others point to comes first.
ALL = [
    Resource("ranks", RankViewSet),
    Resource("notifications", NotificationViewSet),
    Resource("communities", CommunityViewSet),
    Resource("news", NewsPostViewSet),
    Resource("categories", CategoryViewSet),
    Resource("projects", ProjectViewSet),
    Resource("sponsors", SponsorViewSet),
    Resource("collections", CollectionViewSet),
    Resource("collectibles", CollectibleViewSet),
    Resource("distributions", DistributionViewSet),
    Resource("codes", DistributionCodeViewSet, {"revoked": lambda row: row.revoked_at is not None}),
    Resource("missions", MissionViewSet),
    Resource("challenges", ChallengeViewSet),
]
RESOURCES = {resource.name: resource for resource in ALL}

# Staff write these by the API as well, but one by one.
LEFT_OUT = {
    "users": "people sign up themselves, and their data leaves by users/me/export/",
    "memberships": "each change is a moderator's, and stands in the log with its reason",
}


def resource_of(model: Any) -> Resource | None:
    return next((resource for resource in ALL if resource.model is model), None)
