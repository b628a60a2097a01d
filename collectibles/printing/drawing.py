"""A sheet as PDF: QR codes as vectors, texts in an embedded font, marks where to cut. Lengths in millimetres."""

import io
from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from collectibles.codes import format_code
from kloppocar.api.errors import Refusal
from kloppocar.api.links import link_of_code

from . import lettering
from .layouts import Layout
from .sheet import Sheet

QUIET = 4  # modules of white around a QR code, as its standard wants
SMALLEST = 0.33  # of a module that phones read from paper
MARGIN = 1.0  # of a cell, since printers are not exact
EASILY_READ, SMALLEST_LETTER, SPACING = 2.4, 1.8, 1.22


class Box(NamedTuple):
    """Room for texts, from its lower left corner."""

    x: float
    y: float
    width: float
    height: float


def drawn(sheet: Sheet, progress: Callable[[int], None] = lambda drawn: None) -> bytes:
    """The PDF. `progress` hears how many codes are drawn."""
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    lettering.font()
    file, layout = io.BytesIO(), sheet.layout
    canvas = Canvas(file, pagesize=(layout.page[0] * mm, layout.page[1] * mm), pageCompression=1, invariant=1)
    canvas.setTitle(sheet.name)
    canvas.setSubject(sheet.subject)
    canvas.setCreator("Kloppocar")
    qr = qr_maker(sheet)
    for page in range(sheet.pages):
        canvas.scale(mm, mm)
        codes = sheet.codes[page * layout.cells : (page + 1) * layout.cells]
        for number, code in enumerate(codes):
            draw_cell(canvas, sheet, code, qr(code), layout.place(number))
        if layout.is_cut:
            draw_cut_marks(canvas, layout)
            draw_footer(canvas, sheet, page)
        canvas.showPage()
        progress(page * layout.cells + len(codes))
    canvas.save()
    return file.getvalue()


def qr_maker(sheet: Sheet) -> Callable[[str], Any]:
    """Codes of one sheet differ by ten characters: the mask that suits the first suits all, and trying eight for each
    would take five times as long.
    """
    import segno

    def make(code: str, mask: int | None) -> Any:
        return segno.make_qr(link_of_code(code, sheet.address), error="m", mask=mask)

    mask = make(sheet.codes[0], None).mask
    return lambda code: make(code, mask).matrix


def draw_cell(canvas: Any, sheet: Sheet, code: str, matrix: Any, place: tuple[float, float]) -> None:
    """QR code on the left and texts beside it, or in a cell that is not wide, above them."""
    left, low = place
    width, height, modules = sheet.layout.width, sheet.layout.height, len(matrix) + 2 * QUIET
    is_wide = width > 1.3 * height
    side = min(height - 2 * MARGIN, width * 0.52) if is_wide else min(width - 2 * MARGIN, height * 0.72)
    module = side / modules
    refuse_small(module)
    if is_wide:
        x, y = left + MARGIN, low + (height - side) / 2
        box = Box(x + side, low + MARGIN, width - side - 2 * MARGIN, height - 2 * MARGIN)
    else:
        x, y = left + (width - side) / 2, low + height - MARGIN - side
        box = Box(left + MARGIN, low + MARGIN, width - 2 * MARGIN, y + QUIET * module - low - 1.5 * MARGIN)
    draw_qr(canvas, matrix, x + QUIET * module, y + QUIET * module, module)
    draw_texts(canvas, sheet, format_code(code), box, is_centred=not is_wide)


def refuse_small(module: float) -> None:
    if module < SMALLEST:
        detail = _(
            "PUBLIC_URL is too long for cells this small: the squares of a QR code would have {size} mm."
            " Take a larger layout."
        )
        raise Refusal("layout_too_small", detail.format(size=f"{module:.2f}"), status=400)


def draw_qr(canvas: Any, matrix: Any, x: float, y: float, module: float) -> None:
    """All dark squares as one path, so that no viewer shows seams between them. reportlab's own paths write each number
    with decimals and take ten times as long; these are whole numbers in a system of their own.
    """
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(module, module)
    canvas._code.append(" ".join(runs(matrix)) + " f")
    canvas.restoreState()


def runs(matrix: Any) -> list[str]:
    """Each stretch of dark squares as a rectangle, from the lowest row upwards."""
    found = []
    for height, row in enumerate(reversed(matrix)):
        start = None
        for place, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                found.append(f"{start} {height} {place - start} 1 re")
                start = None
    return found


def draw_texts(canvas: Any, sheet: Sheet, code: str, box: Box, *, is_centred: bool) -> None:
    """The code, as large as it can be, and above it (centred: below it) as many lines of the name as there is room."""
    lines = code_lines(code, sheet.widest, box)
    name = min(4.0, max(2.1, sheet.layout.height * 0.06))
    room = int((box.height - sum(SPACING * size for _line, size in lines)) / (SPACING * name))
    names = [(line, name) for line in lettering.wrapped(sheet.name, box.width, name, max(1, min(room, 3)))]
    lines = [*lines, *names] if is_centred else [*names, *lines]
    y = box.y + (box.height + sum(SPACING * size for _line, size in lines)) / 2
    for line, size in lines:
        y -= SPACING * size
        indent = (box.width - lettering.width_of(line, size)) / 2 if is_centred else 0
        write(canvas, line, box.x + indent, y + 0.3 * size, size)


def code_lines(code: str, widest: str, box: Box) -> list[tuple[str, float]]:
    """In one line where that is easily read, else group by group."""
    most = min(7.0, box.height / 3)
    size = lettering.largest(widest, box.width, most)
    if size >= EASILY_READ or "-" not in code:
        size = max(size, SMALLEST_LETTER)
        return [(line, size) for line in lettering.wrapped(code, box.width, size, 3)]
    groups = [f"{group}-" for group in code.split("-")]
    groups[-1] = groups[-1][:-1]
    size = lettering.largest(max(groups, key=lambda group: lettering.width_of(group, 1)), box.width, 3.0)
    return [(group, size) for group in groups]


def write(canvas: Any, text: str, x: float, y: float, size: float) -> None:
    canvas.setFont(lettering.FONT, size)
    canvas.drawString(x, y, text)


def draw_cut_marks(canvas: Any, layout: Layout) -> None:
    """Short lines in the margins, where a ruler is laid."""
    canvas.setLineWidth(0.1)
    right, low = layout.left + layout.columns * layout.width, layout.place(layout.cells - 1)[1]
    top = low + layout.rows * layout.height
    for column in range(layout.columns + 1):
        x = layout.left + column * layout.width
        canvas.line(x, top + 1, x, top + 5)
        canvas.line(x, low - 1, x, low - 5)
    for row in range(layout.rows + 1):
        y = low + row * layout.height
        canvas.line(layout.left - 1, y, layout.left - 5, y)
        canvas.line(right + 1, y, right + 5, y)


def draw_footer(canvas: Any, sheet: Sheet, page: int) -> None:
    """Which sheet this is, below the first column."""
    low = sheet.layout.place(sheet.layout.cells - 1)[1]
    write(canvas, f"{sheet.subject} · {page + 1}/{sheet.pages}", sheet.layout.left + 2, low - 5, 2.4)
