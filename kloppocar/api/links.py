"""Addresses that leave the house: what a printed QR code says, and what a phone that scans it asks for."""

from typing import Any

from django.conf import settings
from django.urls import get_script_prefix


class NoPublicAddress(Exception):
    """Nobody said where phones reach us: PUBLIC_URL is not set, and there is no request to ask."""

    def __str__(self) -> str:
        return "PUBLIC_URL is not set: name the address that people's phones reach, like https://play.example.org."


def public_address(request: Any = None) -> str:
    """PUBLIC_URL; where it is not set the address that the request came to, stage included. No slash at its end."""
    if settings.PUBLIC_URL:
        return settings.PUBLIC_URL
    if request is None:
        raise NoPublicAddress
    return request.build_absolute_uri(get_script_prefix()).rstrip("/")


def link_of_code(code: str, address: str) -> str:
    """What the QR code of a code says: its landing page. Codes hold nothing that a URL would have to escape."""
    return f"{address}/c/{code}"
