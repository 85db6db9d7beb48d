"""Images: decoded within bounds, turned upright, stripped of all but their pixels, and made light."""

from __future__ import annotations

import math
import warnings
from io import BytesIO

from PIL import Image

from retkoop.documents.common import (
    DAMAGED,
    MAX_PIXELS,
    PAGE_BYTES,
    TOO_LARGE,
    CleanDocument,
    RefusedDocument,
)
from retkoop.documents.parts import is_bare_webp, is_lossless_webp, is_whole_png, strip_jpeg

THUMBNAIL_SIDE = 240
# From the finest to the coarsest: long side in pixels (2,000 is an A4 page at 170 dpi: small print stays readable),
# JPEG quality, and the least share of the first weight that it was ever seen to bring a page down to.
LADDER = ((2_000, 80, 1.0), (2_000, 65, 0.6), (2_000, 50, 0.4), (1_700, 50, 0.3), (1_400, 45, 0.2), (1_200, 40, 0.1))
MAX_SIDE, FINEST, _ = LADDER[0]
MAX_BILEVEL_SIDE = 3_600  # black and white weighs little at 300 dpi, and is ragged if not as fine
_SMALLEST, _COARSEST, _ = LADDER[-1]
# Sums of libjpeg's two quantisation tables at the ends of the ladder.
COARSENESS = {FINEST: (1_477, 2_221), _COARSEST: (4_616, 6_897)}

# Only tightens Pillow; MAX_PIXELS, read before any pixel is decoded, stops far earlier.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_ORIENTATION = 0x0112  # EXIF
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_QUARTERS = (None, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)


def clean_png(data: bytes, turn: int = 0) -> CleanDocument:
    """Keep the pixels of a PNG, or hand a heavy one over to JPEG."""
    if not is_whole_png(data):
        raise RefusedDocument(DAMAGED)
    image = _plain(upright(decode(data, "PNG"), turn))
    image = shrink(image, MAX_BILEVEL_SIDE if image.mode == "1" else MAX_SIDE)
    # What the quickest compression leaves that heavy is a photograph: the best one takes a second to say so.
    if len(_encoded(image, "PNG", compress_level=1)) < 3 * PAGE_BYTES:
        png = _encoded(image, "PNG", compress_level=9)
        if len(png) <= PAGE_BYTES:
            return _kept(png, "PNG")
    return _kept(encode_jpeg(image), "JPEG")


def clean_jpeg(data: bytes, turn: int = 0) -> CleanDocument:
    """Compress a photograph, unless it already is: a second compression would only blur it."""
    try:
        stripped = strip_jpeg(data)
    except ValueError as fault:
        raise RefusedDocument(DAMAGED) from fault
    image = decode(data, "JPEG")
    straight = upright(image, turn)
    if straight is image and is_compressed_jpeg(image, stripped):
        decode(stripped, "JPEG")
        return _kept(stripped, "JPEG")
    return _kept(encode_jpeg(straight), "JPEG")


def clean_webp(data: bytes, turn: int = 0) -> CleanDocument:
    """Compress a WebP, unless it is a bare and light frame already; JPEG holds better what stays heavy."""
    image = decode(data, "WEBP")
    straight = shrink(upright(image, turn))
    if straight is not image or not is_bare_webp(data) or len(data) > _webp_room(data, image):
        data = fit([straight], PAGE_BYTES, "WEBP", method=4)[0]
    if len(data) > PAGE_BYTES:
        return _kept(encode_jpeg(straight), "JPEG")
    return _kept(data, "WEBP")


def decode(data: bytes, pillow_format: str) -> Image.Image:
    """Read the first frame whole, its size checked before any pixel; raise RefusedDocument on any fault."""
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=[pillow_format])
        if image.width * image.height > MAX_PIXELS:
            raise RefusedDocument(TOO_LARGE)
        image.load()
        image.getexif().get(_ORIENTATION)
    except RefusedDocument:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise RefusedDocument(TOO_LARGE) from bomb
    except Exception as fault:  # decoders raise anything at all on hostile bytes
        raise RefusedDocument(DAMAGED) from fault
    return image


def upright(image: Image.Image, turn: int = 0) -> Image.Image:
    """Apply the orientation that the camera noted, then quarter turns clockwise.

    ImageOps would also rewrite a possibly hostile EXIF.
    """
    for transposition in (_TURNS.get(image.getexif().get(_ORIENTATION, 1)), _QUARTERS[turn % 4]):
        image = image if transposition is None else image.transpose(transposition)
    return image


def shrink(image: Image.Image, side: int = MAX_SIDE) -> Image.Image:
    """Give the image with a long side of so many pixels at most; palettes are unfolded: they cannot be averaged."""
    if max(image.size) <= side:
        return image
    if image.mode in ("1", "P"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    width, height = (max(1, round(length * side / max(image.size))) for length in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def thumbnail(image: Image.Image, side: int = THUMBNAIL_SIDE) -> bytes:
    """Draw an image as a WebP of so many pixels at most; what is not decoded yet is decoded small."""
    if image.mode in ("1", "P"):
        image = image.convert("RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _encoded(_opaque(image), "WEBP", quality=60, method=4)


def encode_jpeg(image: Image.Image) -> bytes:
    """Encode as the JPEG that every scan is kept in, as fine as a page may weigh; transparent parts are white."""
    return fit([image], PAGE_BYTES)[0]


def fit(images: list[Image.Image], room: int, pillow_format: str = "JPEG", **options: object) -> list[bytes]:
    """Encode the images of a page on the finest step where they hold in `room` bytes together, or on the last."""
    if pillow_format == "JPEG":
        options = {"progressive": True, "optimize": True}
    images, weight = [_opaque(shrink(image)) for image in images], 0
    for step in LADDER:
        side, quality, share = step
        # No use in trying what cannot be enough: each try costs 50 ms.
        if weight * share > room and step != LADDER[-1]:
            continue
        small = _shrunk_together(images, side)
        found = [_encoded(image, pillow_format, quality=quality, **options) for image in small]
        weight = weight or sum(map(len, found))
        if sum(map(len, found)) <= room:
            break
    return found


def _shrunk_together(images: list[Image.Image], side: int) -> list[Image.Image]:
    """Shrink the images of a page so that none, nor all of them side by side, are larger than one may be."""
    images = [shrink(image, side) for image in images]
    together = math.sqrt(sum(image.width * image.height for image in images))
    factor = min(1.0, side / together)
    return [shrink(image, max(1, round(max(image.size) * factor))) for image in images]


def is_compressed_jpeg(image: Image.Image, data: bytes) -> bool:
    """Tell whether a JPEG is so light, or so small and coarse, that encoding it again would gain nothing."""
    if image.mode not in ("L", "RGB") or len(data) > _room(image):
        return False
    if max(image.size) <= _SMALLEST and _is_coarse(image, _COARSEST):
        return True
    return max(image.size) <= MAX_SIDE and _is_coarse(image, FINEST) and len(data) <= PAGE_BYTES


def _is_coarse(image: Image.Image, quality: int) -> bool:
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    return all(sum(table) >= COARSENESS[quality][number > 0] for number, table in tables.items())


def _kept(data: bytes, pillow_format: str) -> CleanDocument:
    # Drawn from what is kept, so that the same document always has the same small picture.
    small = thumbnail(Image.open(BytesIO(data), formats=[pillow_format]))
    return CleanDocument(data, f"image/{pillow_format.lower()}", _EXTENSIONS[pillow_format], thumbnail=small)


def _room(image: Image.Image) -> int:
    """Bound what a kept file may weigh, so that nothing hides after the last pixel."""
    return 4_096 + image.width * image.height


def _webp_room(data: bytes, image: Image.Image) -> int:
    return PAGE_BYTES if is_lossless_webp(data) else min(PAGE_BYTES, _room(image))


def _plain(image: Image.Image) -> Image.Image:
    """Give one of the few modes that come back the same from a PNG."""
    if "transparency" in image.info:  # a colour of the palette, or one colour of all
        return image.convert("RGBA")
    if image.mode in ("I", "I;16"):
        return image.convert("I").point([level // 256 for level in range(65_536)], "L")
    return image if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else image.convert("RGB")


def _opaque(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        page = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(page, image.convert("RGBA"))
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _encoded(image: Image.Image, pillow_format: str, **options: object) -> bytes:
    image.info = {}  # Pillow would write some of it back: profile, comment, transparency
    out = BytesIO()
    image.save(out, pillow_format, **options)
    return out.getvalue()
