"""Operations that write several tables or talk to AWS."""

from .account import lock_account
from .device import register_device
from .sign_up import ensure_user, refresh_email

__all__ = ["ensure_user", "lock_account", "refresh_email", "register_device"]
