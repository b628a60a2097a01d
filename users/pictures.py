"""A picture that somebody uploaded becomes two squares of ours; nothing else of the file survives."""

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

SIZES = {"large": 512, "small": 128}
SMALLEST, MOST_PIXELS = 16, 50_000_000
FORMATS = ("JPEG", "PNG")
QUALITY = 85


class NotAPicture(Exception):
    """Why the file cannot be used, in one sentence."""


def squares(content: bytes) -> dict[str, bytes]:
    """JPEG by name of size: turned upright, cut to the middle, without position, camera, comments or colour profile."""
    picture = decoded(content)
    return {name: jpeg(ImageOps.fit(picture, (side, side))) for name, side in SIZES.items()}


def decoded(content: bytes) -> Image.Image:
    """The pixels alone. A file's size in pixels is looked at before they are decoded."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            refuse_size(*image.size)
            image.draft("RGB", (1024, 1024))  # of a large JPEG decode an eighth, a quarter or a half
            return flat(ImageOps.exif_transpose(image))
    except NotAPicture:
        raise
    except Exception as error:
        raise NotAPicture(_("This is not a JPEG or PNG picture, or it is broken.")) from error


def refuse_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise NotAPicture(
            _("The picture has more than %(number)s million pixels.") % {"number": MOST_PIXELS // 1_000_000}
        )
    if min(width, height) < SMALLEST:
        raise NotAPicture(_("The picture is smaller than %(number)s pixels.") % {"number": SMALLEST})


def flat(image: Image.Image) -> Image.Image:
    """Without transparency, on white, and with nothing attached to it."""
    page = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        page.paste(layer, mask=layer.getchannel("A"))
    else:
        page.paste(image.convert("RGB"))
    return page


def jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return file.getvalue()
