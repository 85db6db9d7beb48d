"""The logo of an association: a small picture for the head of its papers, decoded within bounds and encoded anew."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from retkoop.documents import recognise
from retkoop.documents.apart import one_of_few
from retkoop.documents.common import DAMAGED, EMPTY, OFFICE, UNKNOWN, RefusedDocument
from retkoop.documents.images import decode, upright
from retkoop.documents.parts import is_whole_png

MAX_BYTES = 2_000_000
# 600 pixels are 40 mm at 380 dpi: a logo is printed no wider.
MAX_WIDTH, MAX_HEIGHT, SMALLEST = 600, 300, 16
# It is in each letter of fifty: what stays heavier is a photograph, and is printed in fewer colours.
LIGHT = 60_000
_ACCEPTED = "Envoyez une image PNG, JPEG ou WebP."
_FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}


def clean_logo(data: bytes) -> bytes:
    """Give the PNG to keep and print, or raise RefusedDocument with the sentence that says why there is none."""
    if len(data) > MAX_BYTES:
        raise RefusedDocument("Ce fichier dépasse 2\u00a0Mo\u00a0: réduisez l’image.")
    kind = _recognised(data)
    if kind == "PNG" and not is_whole_png(data):
        raise RefusedDocument(DAMAGED)
    with one_of_few():
        image = upright(decode(data, kind))
        if min(image.size) < SMALLEST:
            raise RefusedDocument(f"Cette image est trop petite\u00a0: {SMALLEST}\u00a0pixels de côté au moins.")
        return _encoded(image)


def _recognised(data: bytes) -> str:
    try:
        kind = recognise(data)
    except RefusedDocument as refusal:
        said = {EMPTY: "Ce fichier est vide.", UNKNOWN: "Ce type de fichier n’est pas accepté.", OFFICE: ""}
        raise RefusedDocument(f"{said.get(refusal.message, '')} {_ACCEPTED}".strip()) from refusal
    if kind not in _FORMATS:
        raise RefusedDocument(f"Un logo n’est ni un PDF, ni une photo HEIC. {_ACCEPTED}")
    return _FORMATS[kind]


def _encoded(image: Image.Image) -> bytes:
    """Encode nothing but the pixels, on white: paper has no other ground."""
    seen = image.convert("RGBA")
    # Never larger than it came: pixels that are made up only blur it.
    seen.thumbnail((MAX_WIDTH, MAX_HEIGHT), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    png = _png(ground)
    return png if len(png) <= LIGHT else _png(ground.quantize(128, dither=Image.Dither.NONE))


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
