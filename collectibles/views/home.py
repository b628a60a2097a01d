"""The home screen."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from collectibles.home import Home
from collectibles.models import Copy
from collectibles.serializers.home import HomeSerializer
from kloppocar.api.documented import extend_schema
from kloppocar.api.rows import chosen_names
from kloppocar.api.viewsets import ViewSet


class HomeViewSet(ViewSet):
    """Everything that the app opens with, in one answer: six statements, whoever asks."""

    queryset = Copy.objects.none()
    serializer_class = HomeSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(operation_id="home", responses=HomeSerializer, filters=False)
    def list(self, request):
        """Everything that the home screen shows. In one answer, which `fields` and `omit` narrow."""
        user: Any = request.user
        home = Home(user, self.get_serializer_context(), request.query_params.get("lang", ""))
        chosen = chosen_names(HomeSerializer, request)
        return Response({name: read() for name, read in home.parts.items() if chosen is None or name in chosen})
