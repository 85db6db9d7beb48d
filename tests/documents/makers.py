"""A page of small print, the images that hold it, and whether it can still be read. PDFs: pdfs.py."""

from __future__ import annotations

import functools
import math
import struct
import zlib
from io import BytesIO
from typing import Any

import pillow_heif
import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageMath, ImageStat

from retkoop.documents import CleanDocument

A4 = (2_480, 3_508)  # at 300 dots an inch
PHONE = (3_024, 4_032)
SENTENCE = (
    "Librairie du Bourg facture 2025-0317 du 12/03/2025 douze cahiers 24x32 grands carreaux 38,40 feutres lavables "
    "par boites de vingt 3,86 remise 5 % sur le total hors taxes sous trente jours net de tout 40,71 euros"
)
WORDS = SENTENCE.split()


# ---- The page, and whether it can still be read


@functools.lru_cache(maxsize=4)
def page(size: tuple[int, int] = A4, number: int = 0) -> Image.Image:
    """Draw a sheet of print in 10 points, black on white: no two lines alike, and none like another page's."""
    width, height = size
    sheet = Image.new("L", size, 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(max(width, height) / 84)
    for line in range(1, 42):
        at = (line * 7 + number * 5) % len(WORDS)
        pen.text((width * 0.07, height * line / 43), " ".join((WORDS + WORDS)[at : at + 8 + line % 4]), 0, font)
    pen.rectangle((width * 0.8, height * 0.9, width * 0.93, height * 0.93), fill=90)
    return sheet


def seen(image: Image.Image, noise: int = 12) -> Image.Image:
    """Give the page as a camera or a scanner sees it: in colours, in uneven light, with grain."""
    light = Image.linear_gradient("L").resize(image.size).point(lambda level: 150 + level * 3 // 8)
    lit = ImageChops.multiply(image, light)
    return Image.merge("RGB", [ImageChops.add(lit, grain, offset=-128) for grain in _grains(image.size, noise)])


@functools.lru_cache(maxsize=4)
def _grains(size: tuple[int, int], noise: int) -> list[Image.Image]:
    return [Image.effect_noise((size[0] // 2, size[1] // 2), noise).resize(size) for _ in range(3)]


def legibility(found: Image.Image, drawn: Image.Image) -> float:
    """Tell how much of the print is left, from 0 to 1: the strokes found, correlated with those drawn.

    Both at the size of a sheet at 120 dots an inch, without what is larger than a letter (light, paper).
    """
    small = [
        image.convert("L").resize((drawn.width * 1_400 // drawn.height, 1_400), Image.Resampling.LANCZOS)
        for image in (drawn, found)
    ]
    return correlation(*map(strokes, small))


def strokes(image: Image.Image) -> Image.Image:
    return ImageChops.subtract(image, image.filter(ImageFilter.GaussianBlur(8)), offset=128)


def correlation(one: Image.Image, other: Image.Image) -> float:
    """Give the normalised correlation of two grey images of one size."""
    deviations = [image.convert("F") for image in (one, other)]
    deviations = [less(image, mean_of(image)) for image in deviations]
    common, *own = (mean_of(times(*pair)) for pair in ([*deviations], [deviations[0]] * 2, [deviations[1]] * 2))
    return common / math.sqrt(math.prod(own)) if all(own) else 0.0


def less(image: Image.Image, level: float) -> Image.Image:
    return ImageMath.lambda_eval(lambda given: given["image"] - level, image=image)


def times(one: Image.Image, other: Image.Image) -> Image.Image:
    return ImageMath.lambda_eval(lambda given: given["one"] * given["other"], one=one, other=other)


def mean_of(image: Image.Image) -> float:
    return float(image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))  # type: ignore[arg-type]


def looks(document: CleanDocument) -> list[Image.Image]:
    """Give each page of a document as a reader shows it."""
    if document.media_type != "application/pdf":
        image = Image.open(BytesIO(document.data)).convert("RGBA")
        return [Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)]
    with pypdfium2.PdfDocument(document.data) as pdf:
        return [sheet.render(scale=1_403 / max(sheet.get_size())).to_pil() for sheet in pdf]


# ---- Images


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic(image: Image.Image, **options: Any) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(image).save(out, enc_params={"preset": "ultrafast"}, **options)
    return out.getvalue()


def exif(orientation: int = 1, **texts: str) -> Image.Exif:
    notes = Image.Exif()
    notes[0x0112] = orientation
    for tag, text in texts.items():
        notes[getattr(Image.ExifTags.Base, tag)] = text
    return notes


# What a camera held that way stores, so that the orientation it notes brings the page upright again.
STORED = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip


def held(image: Image.Image, orientation: int) -> Image.Image:
    turn = STORED[orientation]
    return image if turn is None else image.transpose(turn)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, pixels: bytes, *between: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """Put a PNG together by hand; `pixels` are compressed already, `between` come before them."""
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + b"".join(between) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def deep_png(image: Image.Image) -> bytes:
    """Write 16 bits a colour, as some scanners do."""
    rows = bytearray()
    for row in range(image.height):
        line = image.crop((0, row, image.width, row + 1)).tobytes()
        rows += b"\0" + bytes(level for value in line for level in (value, value))
    return png(*image.size, zlib.compress(bytes(rows), 1), depth=16)


def grain(width: int, height: int) -> Image.Image:
    """Draw what no compression makes light."""
    small = Image.effect_noise((width // 3, height // 3), 60)
    return small.resize((width, height)).convert("RGB")


def drawing(width: int = 120, height: int = 80) -> Image.Image:
    """Draw four areas of different colours, so that a turn shows."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("blue", (width // 2, height // 2, width, height))
    return image


def read(document: CleanDocument) -> Image.Image:
    return Image.open(BytesIO(document.data))


def resembles(one: Image.Image, other: Image.Image) -> bool:
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return max(ImageStat.Stat(difference).mean) < 6
