"""Imported accounts of which only an e-mail is known become their person's, at the first sign-in that proves it."""

from django.db.models import F
from django.utils import timezone

from users.models import Adoption, User, UserStatus


def adopt(*, sub: str, email: str) -> User | None:
    """The account that waits for this e-mail, given to this subject for good; None when none waits, or when the
    subject has an account already: two accounts are never made one here.

    The caller vouches that Cognito has verified the e-mail, and is inside a transaction: of two subjects that show the
    same e-mail at once, the second finds nothing waiting.
    """
    if not Adoption.objects.filter(email=email).exists() or User.objects.filter(cognito_sub=sub).exists():
        return None
    waiting = Adoption.objects.select_for_update().filter(email=email).first()
    if waiting is None:
        return None
    user = User.objects.select_for_update().get(pk=waiting.user_id)
    waiting.delete()
    if user.cognito_sub is not None or user.status == UserStatus.DELETED or not user.is_active:
        return None
    status = UserStatus.ACTIVE if user.username else UserStatus.ONBOARDING
    changes = {"cognito_sub": sub, "email": email, "status": status, "updated_at": timezone.now()}
    User.objects.filter(pk=user.pk).update(version=F("version") + 1, **changes)
    user.refresh_from_db()
    return user
