"""Pages that anybody may open: what a printed code leads to, collectibles and their copies, and people."""

from .collectible import collectible_page, copy_page
from .landing import landing, type_a_code
from .person import person_page

__all__ = ["collectible_page", "copy_page", "landing", "person_page", "type_a_code"]
