"""Who a person is."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator, validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.models import ExactCharField, VersionedRow, one_of
from kloppocar.api.permissions import may


class UserStatus(models.TextChoices):
    ONBOARDING = "onboarding"
    ACTIVE = "active"
    DELETED = "deleted"  # by erasing the account (kloppocar/erasure.py), and never by hand


SET_BY_HAND = [choice for choice in UserStatus.choices if choice[0] != UserStatus.DELETED]


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

    def get_by_natural_key(self, username: str | None) -> "User":
        """Who logs in by this name: as unique as names are, and the same on every database."""
        return self.get(username_key=(username or "").strip().lower())


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> "UserQuerySet":
        """Everybody who still has an account, and whose account is not blocked; staff see those as well.

        The serializer shows their public part only.
        """
        here = self.exclude(status=UserStatus.DELETED)
        return here if may(user, "view", self.model) else here.filter(is_active=True)


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
        permissions = [("deactivate_user", "Can deactivate people, and let them in again")]
        constraints = [one_of("status", UserStatus, "user_status_is_known")]
        indexes = [
            models.Index(fields=["score", "id"], name="user_by_score"),
            models.Index(fields=["created_at"], name="user_by_created_at"),
        ]

    def __str__(self) -> str:
        return self.username or f"user {self.pk}"

    @property
    def picture_small(self) -> str:
        """Of a picture of our own making there is a second size; others have the one."""
        return self.picture.removesuffix("/large.jpg") + "/small.jpg" if "/pictures/" in self.picture else self.picture

    @cached_property
    def acts_as_staff(self) -> bool:
        """In a browser session the row decides; a bearer token sets this from its groups instead."""
        return self.is_staff

    @cached_property
    def acts_as_administrator(self) -> bool:
        """Without asking for a role: superusers in a browser session; a bearer token sets this as well."""
        return self.is_superuser


class Rank(VersionedRow):
    """A step of the ladder; a person's rank is the highest whose `min_score` they have reached."""

    title = LocalizedField(max_length=60)
    level = models.PositiveSmallIntegerField()
    min_score = models.PositiveIntegerField(unique=True)

    class Meta:
        ordering = ["min_score", "id"]

    def __str__(self) -> str:
        return resolve(self.title, "en")
