"""The rows of one run: people, a collection that nobody sees, campaigns and codes; all of them marked."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from catalog.models import Category, Collection, Project
from collectibles import codes
from collectibles.models import (
    Collectible,
    CollectibleStatus,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    DistributionKind,
    Draw,
    Mission,
    MissionKind,
)
from communities.models import Community
from users.models import User, UserStatus

POINTS = 10
MARK = "stress-"
LASTS = timedelta(hours=6)  # even a run that was killed leaves no campaign open for longer


class Stage:
    def __init__(self, users: int) -> None:
        self.mark = f"{MARK}{secrets.token_hex(6)}"
        self.now = timezone.now()
        self.name = {"en": f"Stress test {self.mark}"}
        community = Community.objects.create(title=self.name, active=False)
        self.project = Project.objects.create(name=self.name)
        self.collection = Collection.objects.create(
            community=community, project=self.project, name=self.name, active=False
        )
        self.category = Category.objects.create(name=self.name)
        self.mission(kind=MissionKind.COLLECT_COUNT, goal=3)  # so that the triggers have something to count
        User.objects.bulk_create(
            User(cognito_sub=f"{self.mark}-{number}", status=UserStatus.ACTIVE) for number in range(users)
        )
        self.people = list(User.objects.filter(cognito_sub__startswith=f"{self.mark}-").order_by("id"))

    def collectible(self, circulation: int | None) -> Collectible:
        return Collectible.objects.create(
            collection=self.collection,
            category=self.category,
            name=self.name,
            circulation=circulation,
            points=POINTS,
            status=CollectibleStatus.AVAILABLE,
        )

    def campaign(self, *collectibles: Collectible, **fields: Any) -> Distribution:
        usual = {"kind": DistributionKind.SCAN, "draw": Draw.FROM_POOL, "starts_at": self.now - timedelta(minutes=1)}
        campaign = Distribution.objects.create(
            project=self.project,
            collection=self.collection,
            name=self.name,
            ends_at=self.now + LASTS,
            **usual | fields,
        )
        DistributionCollectible.objects.bulk_create(
            DistributionCollectible(distribution=campaign, collectible=collectible) for collectible in collectibles
        )
        return campaign

    def codes(self, campaign: Distribution, number: int, max_uses: int | None = 1) -> list[str]:
        texts = [codes.new_code() for _ in range(number)]
        DistributionCode.objects.bulk_create(
            DistributionCode(distribution=campaign, code=text, max_uses=max_uses) for text in texts
        )
        return texts

    def mission(self, *collectibles: Collectible, **fields: Any) -> Mission:
        usual = {"kind": MissionKind.COLLECT_SET, "goal": 1, "starts_at": self.now - timedelta(minutes=1)}
        mission = Mission.objects.create(
            collection=self.collection, title=self.name, ends_at=self.now + LASTS, **usual | fields
        )
        mission.collectibles.set(collectibles)
        return mission

    def retire(self, at: datetime | None = None) -> None:
        """What stays behind gives nothing and shows nowhere: copies are never deleted, so neither are their people."""
        at = at or timezone.now()
        Distribution.objects.filter(collection=self.collection).update(active=False, ends_at=at)
        DistributionCode.objects.filter(distribution__collection=self.collection).update(revoked_at=at)
        Collectible.objects.filter(collection=self.collection).update(status=CollectibleStatus.RETIRED)
        Mission.objects.filter(collection=self.collection).update(active=False)
        Project.objects.filter(pk=self.project.pk).update(active=False)
        User.objects.filter(cognito_sub__startswith=f"{self.mark}-").update(
            status=UserStatus.DELETED, is_active=False, score=0
        )
