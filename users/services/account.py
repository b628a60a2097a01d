"""One's own account, while others may be closing it."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed

from users.models import User, UserStatus


def lock_account(user: User) -> User:
    """The row, held until the end of the transaction; refused when it was erased meanwhile."""
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.status == UserStatus.DELETED:
        raise AuthenticationFailed(_("This account is not active."), code="user_inactive")
    return row
