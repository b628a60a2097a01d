"""Who a person is, and what reaches them."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator, validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import ExactCharField, Row, VersionedRow, one_of
from kloppocar.api.permissions import is_staff


class UserStatus(models.TextChoices):
    ONBOARDING = "onboarding"
    ACTIVE = "active"
    DELETED = "deleted"


class Platform(models.TextChoices):
    IOS = "ios"
    ANDROID = "android"
    WEB = "web"


class Audience(models.TextChoices):
    EVERYONE = "everyone"
    SELECTED = "selected"


class UserManager(BaseUserManager["User"]):
    """Makes people: with a password for staff log-in, without a usable one for everybody else."""

    def create_user(self, *, password: str | None = None, **fields: Any) -> "User":
        user = self.model(**fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        flags = {"is_staff": True, "is_superuser": True, "status": UserStatus.ACTIVE}
        return self.create_user(username=username, password=password, **flags, **fields)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> "UserQuerySet":
        """Everybody who still has an account; the serializer shows their public part only."""
        return self.exclude(status=UserStatus.DELETED)


class User(AbstractBaseUser, PermissionsMixin, VersionedRow):
    """A person. Identity is the Cognito subject, never the e-mail."""

    cognito_sub = ExactCharField(max_length=64, unique=True, null=True, blank=True, default=None)
    username = models.CharField(
        max_length=30,
        unique=True,
        null=True,
        blank=True,
        default=None,
        validators=[
            RegexValidator(r"\A[A-Za-z0-9_.-]{3,30}\Z", "3 to 30 letters, digits, dots, hyphens or underscores.")
        ],
    )
    username_key = models.GeneratedField(
        expression=Lower("username"),
        output_field=ExactCharField(max_length=30, null=True),
        db_persist=True,
        unique=True,
    )
    email = ExactCharField(
        max_length=254, null=True, blank=True, default=None, db_index=True, validators=[validate_email]
    )
    status = models.CharField(
        max_length=12, choices=UserStatus, default=UserStatus.ONBOARDING, db_default=UserStatus.ONBOARDING
    )
    picture = models.URLField(max_length=500, blank=True, default="", db_default="")
    language = models.CharField(max_length=8, blank=True, default="", db_default="")
    country = models.CharField(
        max_length=2, blank=True, default="", db_default="", validators=[RegexValidator(r"\A[A-Z]{2}\Z")]
    )
    newsletter = models.BooleanField(default=False, db_default=False)
    push_enabled = models.BooleanField(default=True, db_default=True)
    score = models.PositiveIntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True, db_default=True)
    is_staff = models.BooleanField(default=False, db_default=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["id"]
        constraints = [one_of("status", UserStatus, "user_status_is_known")]
        indexes = [models.Index(fields=["score", "id"], name="user_by_score")]

    def __str__(self) -> str:
        return self.username or f"user {self.pk}"

    @cached_property
    def acts_as_staff(self) -> bool:
        """In a browser session the row decides; a bearer token sets this from its groups instead."""
        return self.is_staff


class Rank(VersionedRow):
    """A step of the ladder; a person's rank is the highest whose `min_score` they have reached."""

    title = LocalizedField(max_length=60)
    level = models.PositiveSmallIntegerField()
    min_score = models.PositiveIntegerField(unique=True)

    class Meta:
        ordering = ["min_score", "id"]

    def __str__(self) -> str:
        return resolve(self.title, "en")


class PushDevice(VersionedRow):
    """A phone or browser that can be pushed to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token = ExactCharField(max_length=512, unique=True)
    platform = models.CharField(max_length=8, choices=Platform)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [one_of("platform", Platform, "push_device_platform_is_known")]

    def __str__(self) -> str:
        return f"{self.platform} device {self.pk}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> "NotificationQuerySet":
        """Staff compose them; everybody else reads theirs in the inbox."""
        return self if is_staff(user) else self.none()

    def addressed_to(self, user: User) -> "NotificationQuerySet":
        """What this person's inbox may hold: broadcasts since they joined, welcomes, and what was sent to them."""
        broadcast = models.Q(audience=Audience.EVERYONE, published_at__gte=user.created_at)
        welcome = models.Q(audience=Audience.EVERYONE, is_welcome=True, published_at__isnull=False)
        sent = models.Q(audience=Audience.SELECTED, published_at__isnull=False, receipts__user=user)
        return self.filter(broadcast | welcome | models.Exists(self.filter(sent, pk=models.OuterRef("pk"))))


class Notification(VersionedRow):
    """A message to everyone or to selected people: one row, however many users there are."""

    header = LocalizedField(max_length=120)
    body = LocalizedField(max_length=10_000, blank=True)
    link = models.URLField(max_length=500, blank=True, default="", db_default="")
    media = MediaField()
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.EVERYONE, db_default=Audience.EVERYONE)
    is_welcome = models.BooleanField(default=False, db_default=False)
    push = models.BooleanField(default=False, db_default=False)
    publish_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True, default=None)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-publish_at", "-id"]
        constraints = [one_of("audience", Audience, "notification_audience_is_known")]
        indexes = [
            models.Index(fields=["publish_at", "id"], name="notification_by_publish_at"),
            models.Index(fields=["published_at", "id"], name="notification_by_published_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.header, "en")


class NotificationReceipt(Row):
    """What one person did with one notification; for selected recipients it also says that it is theirs."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="receipts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="receipts")
    read_at = models.DateTimeField(null=True, blank=True, default=None)
    archived_at = models.DateTimeField(null=True, blank=True, default=None)
    deleted_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "user"], name="notification_receipt_is_one_per_person")
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"
