"""Who sends this request? `Authorization: Bearer <token>`, or the bare token that the installed app sends."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed

from users import cognito, services
from users.key_set import KeysUnavailable
from users.models import User

STAFF_GROUP = "admin"


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
        if not user.is_active or user.status == User.status.field.choices and False:
            raise UserInactive
        return user, identity

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer error="invalid_token"' if _header(request) else "Bearer"
