"""What S3 does on a deployed stage: takes uploads by a signed form, and shows files. Local only."""

import re
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kloppocar.storage import SALT, SECONDS_TO_UPLOAD, Folder, storage

is_key = re.compile(r"(uploads|pictures)/[0-9]+/[A-Za-z0-9_-]+(/[a-z]+\.jpg)?").fullmatch


@csrf_exempt
@require_http_methods(["POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """204, or 403 and 400 as S3 answers: the form is signed for one key, one type and a size, and for ten minutes."""
    try:
        policy: dict[str, Any] = signing.loads(request.POST.get("policy", ""), salt=SALT, max_age=SECONDS_TO_UPLOAD)
    except signing.BadSignature:
        return refuse(403, "AccessDenied")
    if (request.POST.get("key"), request.POST.get("Content-Type")) != (policy["key"], policy["type"]):
        return refuse(403, "AccessDenied")
    file = request.FILES.get("file")
    if file is None or not 0 < (file.size or 0) <= policy["most"]:
        return refuse(400, "EntityTooLarge" if file and file.size else "EntityTooSmall")
    storage().write(policy["key"], file.read(), policy["type"])
    return HttpResponse(status=204)


def refuse(status: int, code: str) -> HttpResponse:
    return HttpResponse(f"<Error><Code>{code}</Code></Error>", status=status, content_type="application/xml")


@require_http_methods(["GET"])
def show(request: HttpRequest, key: str) -> FileResponse:
    folder = storage()
    path = settings.MEDIA_FOLDER / key
    if not isinstance(folder, Folder) or not is_key(key) or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg")
