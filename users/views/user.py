"""People and ranks; `me/` is one's own account."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.settings import api_settings

from kloppocar.api.documented import extend_schema
from kloppocar.api.errors import Refusal
from kloppocar.api.etag import etag_of, refuse_if_moved_on
from kloppocar.api.permissions import AnyoneReadsStaffWrite, may
from kloppocar.api.throttling import UploadBudget
from kloppocar.api.viewsets import (
    CreateMixin,
    CrudViewSet,
    ListMixin,
    RetrieveMixin,
    UpdateMixin,
    ViewSet,
    save_changed,
)
from kloppocar.storage import Storage, storage
from users.counts import account_of
from users.filters import RankFilterSet, StaffUserFilterSet, UserFilterSet
from users.models import Rank, User, UserStatus
from users.permissions import AnyoneReadsStaffWriteWhomTheyMay
from users.serializers import (
    MeSerializer,
    PictureFormSerializer,
    PictureKeySerializer,
    PictureUploadSerializer,
    PublicUserSerializer,
    RankSerializer,
    StaffUserSerializer,
)
from users.services import lock_account, picture


class UserViewSet(RetrieveMixin, ListMixin, CreateMixin, UpdateMixin, ViewSet):
    """The public part of people for anybody; staff see and change more; `me/` is one's own account."""

    queryset = User.objects.none()
    serializer_class = PublicUserSerializer
    serializer_class_of_staff = StaffUserSerializer
    permission_classes = [AnyoneReadsStaffWriteWhomTheyMay]
    search_fields = ["username"]
    staff_ordering_fields = ["score"]  # a cursor holds what it is ordered by, and a person's score is their own

    def get_queryset(self):
        return User.objects.visible_to(self.request.user)

    def get_serializer_class(self):
        return self.serializer_class_of_staff if may(self.request.user, "view", User) else self.serializer_class

    @property
    def filterset_class(self):
        is_described = getattr(self, "swagger_fake_view", False)  # with all that anybody may ask
        return StaffUserFilterSet if is_described or may(self.request.user, "view", User) else UserFilterSet

    @extend_schema(etag=True, responses=MeSerializer)
    @action(detail=False, permission_classes=[IsAuthenticated])
    def me(self, request):
        """One's own account. With rank, the way to the next, and counts."""
        return answer_me(self, request.user)

    @extend_schema(etag=True, request=MeSerializer, responses=MeSerializer)
    @me.mapping.patch
    def change_me(self, request):
        """Change one's own account. Only what is sent; protected fields are refused."""
        with transaction.atomic():
            row = lock_account(request.user)
            refuse_if_moved_on(self, row, request)
            serializer = MeSerializer(row, data=request.data, partial=True, context=self.get_serializer_context())
            serializer.is_valid(raise_exception=True)
            save_me(serializer)
        return answer_me(self, row)

    @extend_schema(request=PictureUploadSerializer, responses={201: PictureFormSerializer})
    @action(
        detail=False,
        methods=["post"],
        url_path="me/picture",
        url_name="me-picture",
        permission_classes=[IsAuthenticated],
        throttle_classes=[*api_settings.DEFAULT_THROTTLE_CLASSES, UploadBudget],
    )
    def start_picture(self, request):
        """Ask for a form to upload a picture with. JPEG or PNG, straight to where files lie; then PUT."""
        wanted = PictureUploadSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        form = picture.start(user=request.user, files=files_for(request), **wanted.validated_data)
        return Response(form, status=201)

    @extend_schema(etag=True, request=PictureKeySerializer, responses=MeSerializer)
    @start_picture.mapping.put
    def confirm_picture(self, request):
        """Confirm that the picture is uploaded. Two squares are made of it, without whatever else it held."""
        uploaded = PictureKeySerializer(data=request.data)
        uploaded.is_valid(raise_exception=True)
        picture.confirm(user=request.user, files=files_for(request), **uploaded.validated_data)
        return answer_me(self, request.user)

    @extend_schema(request=None, responses={204: None})
    @start_picture.mapping.delete
    def remove_picture(self, request):
        """Remove one's picture. Both its squares."""
        picture.remove(user=request.user, files=files_for(request))
        return Response(status=204)


def files_for(request: Any) -> Storage:
    return storage(request.build_absolute_uri("/"))


def save_me(serializer: MeSerializer) -> None:
    """Choosing a username ends onboarding; of two who choose the same, the database lets one have it."""
    row: Any = serializer.instance
    data = serializer.validated_data
    if data.get("username") and row.status == UserStatus.ONBOARDING:
        data["status"] = UserStatus.ACTIVE
    try:
        with transaction.atomic():
            save_changed(serializer)
    except IntegrityError:
        raise Refusal("username_taken", _("Somebody else has this username."), status=409) from None


def answer_me(view: ViewSet, user: User) -> Response:
    row = account_of(user)
    response = Response(MeSerializer(row, context=view.get_serializer_context()).data)
    response["ETag"] = etag_of(row)
    return response


class RankViewSet(CrudViewSet):
    queryset = Rank.objects.all()
    serializer_class = RankSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = RankFilterSet
    search_fields = ["title"]
    ordering_fields = ["min_score", "level"]
    is_public = True
