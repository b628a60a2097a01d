"""Who sends this request? `Authorization: Bearer <token>`, or the bare token that the installed app sends."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed

from kloppocar.api.prepared import Rows, Slot
from users import cognito, services
from users.key_set import KeysUnavailable
from users.models import User, UserStatus

STAFF_GROUP = "admin"
BY_SUBJECT = Rows(lambda: User.objects.filter(cognito_sub=Slot("sub")))


class InvalidToken(AuthenticationFailed):
    default_detail = "The token is not valid."
    default_code = "invalid_token"


class UserInactive(AuthenticationFailed):
    default_detail = "This account is not active."
    default_code = "user_inactive"


class SignInUnavailable(APIException):
    """Nobody can tell whether the token is good: the sender should try again, not sign in again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "Tokens cannot be checked right now."
    default_code = "sign_in_unavailable"

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.wait = wait  # becomes Retry-After


class BearerAuthentication(BaseAuthentication):
    """First in the list of classes, so that missing credentials are answered with 401 and not 403."""

    def authenticate(self, request: Any) -> tuple[User, cognito.Identity] | None:
        header = _header(request)
        if not header:
            return None
        identity = _identify(_token(header))
        user = _user(identity)
        if not user.is_active or user.status == UserStatus.DELETED:
            raise UserInactive
        # Of this request only; never stored.
        user.acts_as_staff = user.acts_as_administrator = STAFF_GROUP in identity.groups
        return user, identity

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer error="invalid_token"' if _header(request) else "Bearer"


def _header(request: Any) -> str:
    return request.META.get("HTTP_AUTHORIZATION", "").strip()


def _token(header: str) -> str:
    """The token itself. A header that was sent twice arrives joined by a comma, which no token holds."""
    scheme, _, rest = header.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else header


def _identify(token: str) -> cognito.Identity:
    try:
        return cognito.identify(token)
    except cognito.TokenError as error:
        raise InvalidToken(code=error.code) from None
    except KeysUnavailable as error:
        raise SignInUnavailable(error.retry_after) from None


def _user(identity: cognito.Identity) -> User:
    """The row of a verified token: made when its person is new, refreshed when their e-mail is."""
    user = BY_SUBJECT.first(sub=identity.sub)
    if user is None:
        email = identity.verified_email
        return import_string(settings.SIGN_UP)(sub=identity.sub, email=email, is_email_verified=email is not None)
    return services.refresh_email(user=user, email=identity.verified_email, issued_at=identity.issued_at)
