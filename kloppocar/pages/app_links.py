"""What phones ask a domain for, so that a printed code's address opens in the app at once, where it is installed.

They ask at the domain's root alone, so below a stage's prefix nobody asks, and the pages' own button stays the way.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

PATHS = ["/c/*"]
A_DAY = {"Cache-Control": "public, max-age=86400"}


@require_safe
def apple(request: HttpRequest) -> JsonResponse:
    """Universal links; 404 while no app is named."""
    if not settings.APPLE_APP_ID:
        raise Http404
    details = [{"appIDs": [settings.APPLE_APP_ID], "components": [{"/": path} for path in PATHS]}]
    return JsonResponse({"applinks": {"details": details}}, headers=A_DAY)


@require_safe
def android(request: HttpRequest) -> JsonResponse:
    """App Links, which leave the choice of paths to the app; 404 while no app is named."""
    if not settings.ANDROID_APP:
        raise Http404
    target = {
        "namespace": "android_app",
        "package_name": settings.ANDROID_APP,
        "sha256_cert_fingerprints": settings.ANDROID_CERTIFICATES,
    }
    links = [{"relation": ["delegate_permission/common.handle_all_urls"], "target": target}]
    return JsonResponse(links, safe=False, headers=A_DAY)
