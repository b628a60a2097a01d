"""How a page is divided: grids to cut, and the label sheets that shops sell. All lengths in millimetres."""

from dataclasses import dataclass

A4, LETTER = (210.0, 297.0), (215.9, 279.4)


@dataclass(frozen=True)
class Layout:
    """Cells of `width` x `height`, the first one `left` and `top` from the page's corner, `across` and `down` apart."""

    says: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float
    page: tuple[float, float] = A4
    is_cut: bool = False  # by hand, and so with marks; labels come cut

    @property
    def cells(self) -> int:
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """The left and lower edge of cell `number` of a page, from its lower left corner, as PDF counts."""
        row, column = divmod(number, self.columns)
        top = self.top + row * self.down
        return self.left + column * self.across, self.page[1] - top - self.height


def grid(says: str, columns: int, rows: int, width: float, height: float) -> Layout:
    """Cells without gaps in the middle of an A4 page, to be cut."""
    left, top = (A4[0] - columns * width) / 2, (A4[1] - rows * height) / 2
    return Layout(says, columns, rows, width, height, left, top, width, height, is_cut=True)


LAYOUTS = {
    "a4": grid("A4, 24 to cut (46 x 44 mm)", 4, 6, 46, 44),
    "a4-large": grid("A4, 6 to cut (90 x 88 mm)", 2, 3, 90, 88),
    "cards": grid("A4, 10 business cards to cut (85 x 55 mm)", 2, 5, 85, 55),
    "l7160": Layout("Avery Zweckform L7160: 21 labels (63.5 x 38.1 mm)", 3, 7, 63.5, 38.1, 7.25, 15.15, 66.0, 38.1),
    "l7159": Layout("Avery Zweckform L7159: 24 labels (63.5 x 33.9 mm)", 3, 8, 63.5, 33.9, 7.25, 12.9, 66.0, 33.9),
    "3474": Layout("Avery Zweckform 3474: 24 labels (70 x 37 mm)", 3, 8, 70, 37, 0, 0.5, 70, 37),
    "l7651": Layout("Avery Zweckform L7651: 65 labels (38.1 x 21.2 mm)", 5, 13, 38.1, 21.2, 4.75, 10.7, 40.6, 21.2),
    "5160": Layout("Avery 5160, Letter: 30 labels (67 x 25 mm)", 3, 10, 66.68, 25.4, 4.76, 12.7, 69.85, 25.4, LETTER),
}  # fmt: skip
