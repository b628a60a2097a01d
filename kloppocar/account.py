"""People's routes, with what concerns all apps: exporting and erasing one's account."""

from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from kloppocar import erasure
from kloppocar.api.documented import extend_schema
from users.views import UserViewSet


class AccountViewSet(UserViewSet):
    __doc__ = UserViewSet.__doc__

    @extend_schema(request=None, responses={204: None})
    @UserViewSet.me.mapping.delete
    def erase_me(self, request):
        """Close one's account for good: tokens are refused from then on, and signing up again makes somebody new."""
        erasure.erase(request.user)
        return Response(status=204)

    @extend_schema(responses=OpenApiResponse(OpenApiTypes.OBJECT), filters=False)
    @action(detail=False, url_path="me/export", url_name="me-export", permission_classes=[IsAuthenticated])
    @method_decorator(gzip_page)  # of a collector with ten thousand copies it would be more than Lambda answers with
    def export_me(self, request):
        """Everything that is stored about oneself, as one document."""
        response = Response(erasure.export(request.user))
        response["Content-Disposition"] = 'attachment; filename="kloppocar.json"'
        return response
