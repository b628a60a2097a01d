"""The OpenAPI description: our error shape on every route, and how one signs in."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_standardized_errors.openapi import AutoSchema as StandardizedErrorsSchema

from .documented import describe


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "users.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class AutoSchema(StandardizedErrorsSchema):
    """One operation; DRF's settings name this class, and import it when the schema is asked for."""


describe()
