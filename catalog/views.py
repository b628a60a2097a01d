"""Categories, projects, collections and sponsors."""

from kloppocar.api.permissions import AnyoneReadsStaffWrite, may
from kloppocar.api.viewsets import CrudViewSet

from .filters import CategoryFilterSet, CollectionFilterSet, ProjectFilterSet, SponsorFilterSet
from .models import Category, Collection, Project, Sponsor
from .serializers import (
    CategorySerializer,
    CollectionSerializer,
    ProjectSerializer,
    PublicSponsorSerializer,
    SponsorSerializer,
)


class CategoryViewSet(CrudViewSet):
    queryset = Category.objects.all()
    serializer_class = CategorySerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = CategoryFilterSet
    search_fields = ["name"]
    ordering_fields = ["name"]
    is_public = True


class ProjectViewSet(CrudViewSet):
    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = ProjectFilterSet
    search_fields = ["name"]
    ordering_fields = ["name", "created_at"]
    is_public = True

    def get_queryset(self):
        return Project.objects.visible_to(self.request.user)


class CollectionViewSet(CrudViewSet):
    queryset = Collection.objects.none()
    serializer_class = CollectionSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = CollectionFilterSet
    search_fields = ["name", "description"]
    ordering_fields = ["name", "created_at"]
    is_public = True

    def get_queryset(self):
        return Collection.objects.visible_to(self.request.user)


class SponsorViewSet(CrudViewSet):
    queryset = Sponsor.objects.none()
    serializer_class = PublicSponsorSerializer
    serializer_class_of_staff = SponsorSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = SponsorFilterSet
    search_fields = ["name", "description"]
    ordering_fields = ["name", "created_at"]
    is_public = True

    def get_queryset(self):
        return Sponsor.objects.visible_to(self.request.user)

    def get_serializer_class(self):
        return self.serializer_class_of_staff if may(self.request.user, "view", Sponsor) else self.serializer_class
