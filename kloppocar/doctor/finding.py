"""What one check found: a colour, a sentence, and for what is not green what to do about it."""

from dataclasses import dataclass

GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(frozen=True)
class Finding:
    colour: str
    says: str
    to_do: str = ""


def green(says: str) -> Finding:
    """As it should be."""
    return Finding(GREEN, says)


def yellow(says: str, to_do: str) -> Finding:
    """Works, but somebody should know; or it could not be found out."""
    return Finding(YELLOW, says, to_do)


def red(says: str, to_do: str) -> Finding:
    """Broken, or unsafe."""
    return Finding(RED, says, to_do)
