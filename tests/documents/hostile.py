"""Files as attackers send them, made here: what is no scan at all, and images. PDFs: hostile_pdfs.py."""

from __future__ import annotations

import itertools
import random
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from PIL import Image

from retkoop.documents.common import MAX_BYTES
from tests.documents.makers import chunk, exif, heic, page, png, written
from tests.documents.pdfs import text_pdf

SCRIPT = b"<script>alert(document.cookie)</script>"
EVIL = b"app.launchURL('http://exemple.invalid/')"
TINY = (300, 200)


def photograph(kind: str = "JPEG", **options: Any) -> bytes:
    return written(page(TINY).convert("RGB"), kind, **options)


def archive() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as opened:
        opened.writestr("virus.exe", b"MZ" + bytes(100))
    return out.getvalue()


# ---- What is no scan at all

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
NO_SCAN: dict[str, bytes] = {
    "nothing": b"",
    "an svg named pdf": SVG,
    "an svg with a declaration": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG,
    "a page named pdf": b"<!doctype html>" + SCRIPT,
    "a page before a pdf": b"<html>" + SCRIPT + text_pdf(),
    "a mark of byte order before a pdf": b"\xef\xbb\xbf" + text_pdf(),
    "a page before a photograph": SCRIPT + photograph(),
    "a gif that is an archive": written(page(TINY), "GIF") + archive(),
    "a gif that is a script": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
    "an archive": archive(),
    "an archive before a pdf": archive() + text_pdf(),
    "a word document": b"PK\x03\x04" + b"word/document.xml" + bytes(500),
    "an old word document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000),
    "a program": b"MZ\x90\0" + bytes(500),
    "a program of unix": b"\x7fELF\x02\x01\x01" + bytes(500),
    "postscript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file",
    "rich text": b"{\\rtf1\\object}",
    "a tiff": written(page(TINY), "TIFF"),
    "an icon": written(page(TINY), "ICO"),
    "an avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(500),
    "a film": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500),
    "a sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(500),
    "noise": random.Random(1).randbytes(50_000),
    "zeros": bytes(50_000),
}


# ---- Images


def jpeg_claiming(width: int, height: int, marker: int = 0xC0) -> bytes:
    """Write a JPEG that says it is that large, and holds next to nothing."""
    small = photograph(progressive=marker == 0xC2)
    at = small.index(bytes([0xFF, marker]))
    return small[: at + 5] + struct.pack(">HH", height, width) + small[at + 9 :]


def two_frames() -> bytes:
    """Write a small frame header first, and an enormous one behind it."""
    small = photograph()
    at = small.index(b"\xff\xc0")
    length = 2 + int.from_bytes(small[at + 2 : at + 4], "big")
    header = bytearray(small[at : at + length])
    header[5:9] = struct.pack(">HH", 65_500, 65_500)
    return small[: at + length] + bytes(header) + small[at + length :]


def folded(megabytes: int) -> bytes:
    fold = zlib.compressobj(9)
    return b"".join(fold.compress(bytes(1_000_000)) for _ in range(megabytes)) + fold.flush()


def png_of_zeros(side: int, depth: int, colour: int = 0) -> bytes:
    """Write a whole PNG of that many black pixels, a thousandth of their size."""
    row = bytes(side * depth * (4 if colour == 6 else 1) // 8 + 1)
    fold = zlib.compressobj(9)
    return png(side, side, b"".join(fold.compress(row) for _ in range(side)) + fold.flush(), depth=depth, colour=colour)


def jpeg_of_one_colour(mode: str, side: int) -> bytes:
    return written(Image.new(mode, (side, side)), "JPEG", quality=30)


PIXEL = zlib.compress(bytes(4))


def exif_loop() -> bytes:
    """Write notes whose directories lead back to each other, and claim four thousand million values."""
    entries = struct.pack(">HHII", 0x0112, 3, 0xFFFFFFFF, 8) + struct.pack(">HHII", 0x8769, 4, 1, 8)
    tiff = b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", 2) + entries + struct.pack(">I", 8)
    return with_part(b"\xff\xe1", b"Exif\0\0" + tiff)


def with_part(marker: bytes, body: bytes, times: int = 1) -> bytes:
    small = photograph()
    return small[:2] + (marker + struct.pack(">H", len(body) + 2) + body) * times + small[2:]


def animation(kind: str) -> bytes:
    frames = [
        Image.new("L", (60, 60), shade).convert("RGB") for shade in itertools.islice(itertools.cycle(range(256)), 800)
    ]
    return written(frames[0], kind, save_all=True, append_images=frames[1:])


def webp_claiming(width: int, height: int) -> bytes:
    canvas = (
        b"VP8X" + struct.pack("<IB3x", 10, 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )
    frame = photograph("WEBP")[12:]
    body = b"WEBP" + canvas + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic_claiming(width: int, height: int) -> bytes:
    return heic(page(TINY).convert("RGB")).replace(struct.pack(">II", *TINY), struct.pack(">II", width, height))


def heic_without_end() -> bytes:
    whole = heic(page(TINY).convert("RGB"))
    at = whole.index(b"meta") - 4
    return whole[:at] + b"\xff\xff\xff\xff" + whole[at + 4 :]


def spoilt(data: bytes, start: int, seed: int = 1) -> bytes:
    return data[:start] + random.Random(seed).randbytes(len(data) - start)


IMAGES: dict[str, Callable[[], bytes]] = {
    "one byte too many": lambda: photograph().ljust(MAX_BYTES + 1, b"\0"),
    "a jpeg of 65500 by 65500": lambda: jpeg_claiming(65_500, 65_500),
    "a progressive jpeg of 65500 by 65500": lambda: jpeg_claiming(65_500, 65_500, 0xC2),
    "a jpeg of 40 million pixels and one row": lambda: jpeg_claiming(8_000, 5_001),
    "a jpeg with a second, enormous frame": two_frames,
    "a jpeg cut short": lambda: photograph()[:-400],
    "three million comments": lambda: with_part(b"\xff\xfe", b"", 3_000_000),
    "a thousand passes": lambda: passes(1_000),
    "a png of 60000 by 60000": lambda: png(60_000, 60_000, PIXEL),
    "a png that unfolds to 400 million pixels": lambda: png_of_zeros(20_000, 1),
    "a png with a text of 200 MB": lambda: png(1, 1, PIXEL, chunk(b"zTXt", b"a\0\0" + folded(200))),
    "a png with an international text of 200 MB": lambda: png(
        1, 1, PIXEL, chunk(b"iTXt", b"a\0\1\0\0\0" + folded(200))
    ),
    "a png with a profile of 200 MB": lambda: png(1, 1, PIXEL, chunk(b"iCCP", b"a\0\0" + folded(200))),
    "a png of a million parts": lambda: png(1, 1, PIXEL, chunk(b"tEXt", b"a\0b") * 900_000),
    "a png with a false sum": lambda: photograph("PNG").replace(b"IDAT", b"IDAT\xff", 1),
    "a png cut short": lambda: photograph("PNG")[:-30],
    "a webp of 16383 by 16383": lambda: webp_claiming(16_383, 16_383),
    "a webp cut short": lambda: photograph("WEBP")[:-30],
    "a webp of noise": lambda: spoilt(photograph("WEBP"), 30),
    "a heic of 20000 by 20000": lambda: heic_claiming(20_000, 20_000),
    "a heic cut short": lambda: heic(page(TINY).convert("RGB"))[:-200],
    "a heic of noise": lambda: spoilt(heic(page(TINY).convert("RGB")), 200),
    "a heic whose box has no end": heic_without_end,
    "a heic in name only": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(3_000),
}


def passes(number: int) -> bytes:
    jpeg = photograph(progressive=True)
    return jpeg[:-2] + jpeg[jpeg.rindex(b"\xff\xda") : -2] * number + jpeg[-2:]


# Nothing wrong shows: kept or refused, as long as it ends.
ENDLESS: dict[str, Callable[[], bytes]] = {
    "a png that holds more than it says": lambda: png(30, 30, folded(400)),
    "a png of 39 million pixels": lambda: png_of_zeros(6_300, 8),
    "a png of 39 million pixels, some of them clear": lambda: png_of_zeros(6_300, 8, colour=6),
    "a png of 39 million deep pixels": lambda: png_of_zeros(6_300, 16),
    "a jpeg of 39 million pixels for a printer": lambda: jpeg_of_one_colour("CMYK", 6_300),
    "a webp of 39 million pixels": lambda: written(Image.new("RGB", (6_300, 6_300)), "WEBP", quality=1, method=0),
}
# Nothing of what follows the picture, or lies beside it, comes out.
POLYGLOTS: dict[str, Callable[[], bytes]] = {
    "a photograph and a page": lambda: photograph() + SCRIPT,
    "a photograph and an archive": lambda: photograph() + archive() + EVIL,
    "a photograph with a page in its comment": lambda: with_part(b"\xff\xfe", SCRIPT),
    "a photograph with a program in its notes": lambda: with_part(b"\xff\xe1", b"Exif\0\0MZ" + EVIL),
    "a photograph whose notes loop": exif_loop,
    "a photograph that notes no known orientation": lambda: photograph(exif=exif(99, Make=EVIL.decode())),
    "a photograph with notes of 60 kB, sixty times": lambda: with_part(b"\xff\xe1", b"Exif\0\0" + bytes(60_000), 60),
    "a png and a page": lambda: photograph("PNG") + SCRIPT,
    "a png with a page in its text": lambda: png(1, 1, PIXEL, chunk(b"tEXt", b"a\0" + SCRIPT)),
    "a png that moves 800 times": lambda: animation("PNG"),
    "a webp that moves 800 times": lambda: animation("WEBP"),
    "a webp and a page": lambda: photograph("WEBP") + SCRIPT,
    "a pdf and an archive": lambda: text_pdf() + archive() + EVIL,
    "a pdf and a page": lambda: text_pdf() + SCRIPT,
}
