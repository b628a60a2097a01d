"""The SQL objects of sql/: read from files, compared with what the database really holds, applied where they differ.

`AppliedObject` remembers each file's checksum and a digest of the database's own description after applying it, so a
changed file, a hand-edited object and a dropped one are told apart.
"""

from .apply import apply_all, apply_step, drop
from .aside import alone, drop_guards, guards_dropped, is_used, step_aside
from .parse import SqlObject, TriggerError, folder_of, read
from .plan import Step, out_of_step, plan, seen

__all__ = [
    "SqlObject",
    "Step",
    "TriggerError",
    "alone",
    "apply_all",
    "apply_step",
    "drop",
    "drop_guards",
    "folder_of",
    "guards_dropped",
    "is_used",
    "out_of_step",
    "plan",
    "read",
    "seen",
    "step_aside",
]
