"""Who changed what, and from what to what: one line of Django's own log for each write of staff, in its transaction.

The admin, the API and imports write it here. Secrets and what is personal are never copied: of those the log says that
they changed, and not from what or to what.
"""

from .lines import Change, added, changed, deleted, of_forms, snapshot
from .log import is_kept, write, write_all
from .values import name_of

__all__ = [
    "Change",
    "added",
    "changed",
    "deleted",
    "is_kept",
    "name_of",
    "of_forms",
    "snapshot",
    "write",
    "write_all",
]
