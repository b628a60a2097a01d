"""The messages that reached a person, newest first."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from kloppocar.api.documented import extend_schema
from kloppocar.api.etag import refuse_if_moved_on
from kloppocar.api.pagination import CursorPagination
from kloppocar.api.transactions import atomically
from kloppocar.api.viewsets import ListMixin, RetrieveMixin, ViewSet
from users.filters import InboxFilterSet
from users.models import Notification
from users.serializers import InboxChangeSerializer, InboxSerializer, UnreadCountSerializer
from users.services import inbox


class InboxPagination(CursorPagination):
    def parts(self, queryset):
        return queryset.by_audience()


class InboxViewSet(RetrieveMixin, ListMixin, ViewSet):
    """One's own messages, and what one did with them; archived ones are listed by `?archived=true` only."""

    queryset = Notification.objects.none()
    serializer_class = InboxSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = InboxPagination
    filterset_class = InboxFilterSet
    search_fields = ["header", "body"]

    def get_queryset(self):
        messages = Notification.objects.inbox_of(self.request.user).order_by("-published_at", "-id")
        hide_archived = self.action == "list" and "archived" not in self.request.query_params
        return messages.not_archived() if hide_archived else messages

    def get_object(self):
        """Message and receipt have a version each, which only rise: their sum is that of what the reader sees."""
        message = super().get_object()
        message.version += message.receipt_version or 0
        return message

    def hold_object(self):
        user: Any = self.request.user
        inbox.hold(user=user, message=self.get_object())
        message = self.get_object()
        refuse_if_moved_on(self, message, self.request)
        return message

    @extend_schema(request=InboxChangeSerializer, responses=InboxSerializer)
    def partial_update(self, request, *args, **kwargs):
        def work():
            message, changes = self.hold_object(), InboxChangeSerializer(data=request.data)
            changes.is_valid(raise_exception=True)
            inbox.change(user=request.user, message=message, **changes.validated_data)
            return self.get_object()

        return self.answer_with(atomically(work))

    def destroy(self, request, *args, **kwargs):
        atomically(lambda: inbox.change(user=request.user, message=self.hold_object(), deleted=True))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=UnreadCountSerializer, filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def unread_count(self, request):
        """How many messages are unread."""
        return answer_unread(request.user)

    @extend_schema(request=None, responses=OpenApiResponse(UnreadCountSerializer), filters=False)
    @action(detail=False, methods=["post"])
    def read_all(self, request):
        """Mark every message as read. Answers with what is unread since: hardly anything."""
        inbox.read_all(request.user)
        return answer_unread(request.user)


def answer_unread(user: Any) -> Response:
    return Response({"unread_count": inbox.unread_count(user)})
