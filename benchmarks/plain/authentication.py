"""A bearer token, as a tutorial on PyJWT would check it."""

import json
from typing import Any

import jwt
from django.conf import settings
from jwt.algorithms import RSAAlgorithm
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from users.models import User

KEYS = {entry["kid"]: RSAAlgorithm.from_jwk(entry) for entry in json.loads(settings.COGNITO_JWKS)["keys"]}


class Bearer(BaseAuthentication):
    def authenticate(self, request: Any) -> Any:
        token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        if not token:
            return None
        options: dict[str, Any] = {"issuer": settings.COGNITO_ISSUER, "audience": settings.COGNITO_CLIENT_IDS}
        try:
            key = KEYS[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, algorithms=["RS256"], **options)
            return User.objects.get(cognito_sub=claims["sub"], is_active=True), claims
        except (jwt.PyJWTError, User.DoesNotExist):
            raise AuthenticationFailed from None
