"""Usernames that nobody may choose. Staff may give them."""

import re

RESERVED = {
    "admin", "administrator", "anonymous", "api", "deleted", "deleteduser", "everybody", "everyone", "help", "info",
    "kloppo", "kloppocar", "me", "mod", "moderator", "nobody", "null", "official", "owner", "root", "security", "staff",
    "superuser", "support", "system", "team", "undefined", "unknown", "user", "webmaster",
}  # fmt: skip
# Refused wherever they stand in a name, and those that are part of harmless words only as a word of their own.
OFFENSIVE_ANYWHERE = {
    "arschloch", "faggot", "fuck", "fotze", "heilhitler", "hitler", "hurensohn", "kanake", "missgeburt", "nigger",
    "nigga", "schlampe", "siegheil", "untermensch", "wichser",
}  # fmt: skip
OFFENSIVE_WORDS = {"bitch", "cunt", "hure", "kike", "nazi", "nutte", "pedo", "rape", "shit", "slut", "whore"}
DISGUISES = str.maketrans("013457", "oieast")


def is_reserved(name: str) -> bool:
    """Dots, hyphens and digits make no other name of it: `Admin`, `ad.min` and `admin_1` are all reserved."""
    bare = re.sub(r"[^a-z]", "", name.lower())
    return bare in RESERVED or name.lower() in RESERVED


def is_offensive(name: str) -> bool:
    """Also when digits stand for letters, or when its letters are pulled apart."""
    plain = name.lower().translate(DISGUISES)
    together = re.sub(r"[^a-z]", "", plain)
    words = {together, *re.split(r"[^a-z]+", plain), *re.split(r"[^a-z]+", name.lower())}
    return bool(words & OFFENSIVE_WORDS) or any(part in together for part in OFFENSIVE_ANYWHERE)
