"""Django's MySQL, with a password that may be rotated while we run: the engine where `secret_key` is set."""
