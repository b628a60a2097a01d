"""What Zappa calls while it works (`callbacks` in zappa_settings.json)."""

from typing import Any


def leave_user_pool_alone(cli: Any) -> None:
    """Keep Zappa from "updating" the user pool: it resets what it does not know, and needs the pool's id in a file.

    The `cognito` block stays, as the handler's map from trigger to function is made of it.
    """
    cli.cognito = None
