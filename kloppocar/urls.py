"""Every route of the house. One router; what is not on it are pages and health."""

from typing import Any

from django.conf import settings
from django.urls import URLPattern, include, path, re_path
from rest_framework.permissions import AllowAny

from catalog.views import CategoryViewSet, CollectionViewSet, ProjectViewSet, SponsorViewSet
from collectibles.views import (
    ChallengeClaimViewSet,
    CollectibleViewSet,
    CopiesOfCollectibleViewSet,
    CopiesOfUserViewSet,
    CopyViewSet,
    DistributionCodeViewSet,
    DistributionViewSet,
    GalleryViewSet,
    HomeViewSet,
    MissionViewSet,
    RedemptionViewSet,
    TransferViewSet,
)
from communities.views import (
    ChallengeViewSet,
    CommunityViewSet,
    MembershipViewSet,
    ModerationViewSet,
    NewsPostViewSet,
    StandingViewSet,
)
from kloppocar import local_media, pages
from kloppocar.account import AccountViewSet
from kloppocar.api.routing import FirstWordResolver, LazyResolver, Router, lazy_view
from kloppocar.localisation.views import LocalisationViewSet
from users.views import InboxViewSet, NotificationViewSet, PushDeviceViewSet, RankViewSet, RecipientViewSet

SPECTACULAR = "drf_spectacular.views.Spectacular"
PAGES = "collectibles.pages"


def admin_routes() -> list[Any]:
    """Whoever phones home never pays for importing these."""
    from django.contrib import admin

    from kloppocar.exchange import pages as exchange

    admin.autodiscover()
    return [*exchange.routes(admin.site), *admin.site.get_urls()]


def legacy_bridge() -> URLPattern:
    """The old backend's `/{Table}/{function}`, loaded at the first such request."""
    actions = dict.fromkeys(("get", "head", "post", "patch", "delete"), "answer")
    view = lazy_view("kloppocar.legacy.bridge.views.BridgeView", actions=actions)
    return re_path(r"^(?P<name>[A-Z][A-Za-z]{2,30}/[a-z][A-Za-z]{2,80})/?$", view, name="legacy-bridge")


router = Router()
router.register("users", AccountViewSet, "user")
router.register("users/me/standing", StandingViewSet, "user-standing")
router.register(r"users/(?P<user_id>[0-9]{1,18})/copies", CopiesOfUserViewSet, "user-copies")
router.register("ranks", RankViewSet, "rank")
router.register("devices", PushDeviceViewSet, "device")
router.register("inbox", InboxViewSet, "inbox")
router.register("notifications", NotificationViewSet, "notification")
router.register(
    r"notifications/(?P<notification_id>[0-9]{1,18})/recipients", RecipientViewSet, "notification-recipients"
)
router.register("communities", CommunityViewSet, "community")
router.register(r"communities/(?P<community_id>[0-9]{1,18})/moderation", ModerationViewSet, "community-moderation")
router.register("memberships", MembershipViewSet, "membership")
router.register("challenges", ChallengeViewSet, "challenge")
router.register(r"challenges/(?P<challenge_id>[0-9]{1,18})/claim", ChallengeClaimViewSet, "challenge-claim")
router.register("news", NewsPostViewSet, "news")
router.register("categories", CategoryViewSet, "category")
router.register("projects", ProjectViewSet, "project")
router.register("collections", CollectionViewSet, "collection")
router.register(r"collections/(?P<collection_id>[0-9]{1,18})/gallery", GalleryViewSet, "collection-gallery")
router.register("sponsors", SponsorViewSet, "sponsor")
router.register("collectibles", CollectibleViewSet, "collectible")
router.register(
    r"collectibles/(?P<collectible_id>[0-9]{1,18})/copies", CopiesOfCollectibleViewSet, "collectible-copies"
)
router.register("copies", CopyViewSet, "copy")
router.register("distributions", DistributionViewSet, "distribution")
router.register("codes", DistributionCodeViewSet, "code")
router.register("redemptions", RedemptionViewSet, "redemption")
router.register("transfers", TransferViewSet, "transfer")
router.register("missions", MissionViewSet, "mission")
router.register("home", HomeViewSet, "home")
router.register("localisation", LocalisationViewSet, "localisation")

urlpatterns = [
    path("", pages.front, name="front"),
    path("c/", lazy_view(f"{PAGES}.type_a_code"), name="type-a-code"),
    path("c/<path:typed>", lazy_view(f"{PAGES}.landing"), name="landing"),
    path("i/<int:collectible_id>", lazy_view(f"{PAGES}.collectible_page"), name="collectible-page"),
    path("i/<int:collectible_id>/<int:mint>", lazy_view(f"{PAGES}.copy_page"), name="copy-page"),
    path("u/<str:name_or_id>", lazy_view(f"{PAGES}.person_page"), name="person-page"),
    re_path(r"^[iu]/", pages.astray, name="astray"),
    path(".well-known/apple-app-site-association", pages.apple, name="apple-app-links"),
    path(".well-known/assetlinks.json", pages.android, name="android-app-links"),
    path("health/live/", pages.live, name="live"),
    path("health/ready/", pages.ready, name="ready"),
    FirstWordResolver("api/v1/", router.urls),
    path("api/schema/", lazy_view(f"{SPECTACULAR}APIView", permission_classes=[AllowAny]), name="schema"),
    path(
        "api/docs/",
        lazy_view(f"{SPECTACULAR}SwaggerSplitView", url_self="./", permission_classes=[AllowAny]),
        name="docs",
    ),
    path("api/auth/", include("rest_framework.urls")),
    LazyResolver("admin/", admin_routes, "admin"),
]
if settings.LEGACY_BRIDGE:
    urlpatterns += [legacy_bridge()]
if settings.LOCAL and not settings.MEDIA_BUCKET:
    urlpatterns += [path("media/", local_media.upload), path("media/<path:key>", local_media.show)]
handler400 = "kloppocar.api.errors.bad_request"
handler403 = "kloppocar.api.errors.permission_denied"
handler404 = "kloppocar.api.errors.not_found"
handler500 = "kloppocar.api.errors.server_error"
