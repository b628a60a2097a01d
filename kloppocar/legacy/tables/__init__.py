"""The old tables in the order in which they come: what others point to first, copies after the challenges that count
them, missions after the copies, so that nobody's progress is counted with every copy.
"""

from .campaigns import CAMPAIGNS
from .catalogue import CATALOGUE
from .copies import COPIES, GRANTS, REDEMPTIONS
from .messages import MESSAGES
from .missions import MISSIONS
from .people import PEOPLE

TABLES = {table.name: table for table in [PEOPLE, *CATALOGUE, *CAMPAIGNS, COPIES, REDEMPTIONS, *MISSIONS, *MESSAGES]}
COLUMNS: dict[str, list[str]] = {}
for _table in TABLES.values():
    _known = COLUMNS.setdefault(_table.read_from, [])
    _known += [column for column in _table.columns.split() if column not in _known]

__all__ = ["COLUMNS", "COPIES", "GRANTS", "REDEMPTIONS", "TABLES"]
