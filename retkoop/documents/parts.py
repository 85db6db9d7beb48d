"""The parts of an image file, read without decoding a pixel."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A file of a few megabytes can hold millions of empty parts, or thousands of passes over 40 megapixels.
_MAX_PARTS = 20_000
_MAX_JPEG_PARTS = 2_000
_MAX_JPEG_SCANS = 100

_MARKER = re.compile(rb"\xff+([\x01-\xfe])")
_AFTER_SCAN = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")
# Frames, tables, scans. What is left out (APPn, comments) never changes a pixel, save the two below.
_JPEG_NEEDED = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD} - {0xC8}


def strip_jpeg(data: bytes) -> bytes:
    """Drop metadata, thumbnails and whatever follows the image; raise ValueError when it has no end."""
    kept = [part for marker, part in _jpeg_parts(data) if _is_needed(marker, part)]
    return b"\xff\xd8" + b"".join(kept) + b"\xff\xd9"


def _is_needed(marker: int, part: bytes) -> bool:
    bare_jfif = marker == 0xE0 and part[4:9] == b"JFIF\0" and len(part) == 18
    adobe = marker == 0xEE and part[4:9] == b"Adobe" and len(part) == 16
    return marker in _JPEG_NEEDED or bare_jfif or adobe


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    position, scans = 2, 0
    for _ in range(_MAX_JPEG_PARTS):
        found = _MARKER.search(data, position)
        if found is None:
            raise ValueError("no end of image")
        marker, start = found[1][0], found.end() - 2
        if marker == 0xD9:
            return
        position = _jpeg_part_end(data, marker, start)
        scans += marker == 0xDA
        if scans > _MAX_JPEG_SCANS:
            raise ValueError("too many scans")
        yield marker, data[start:position]
    raise ValueError("too many segments")


def _jpeg_part_end(data: bytes, marker: int, start: int) -> int:
    if marker == 0x01 or 0xD0 <= marker <= 0xD8:
        return start + 2
    end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    if marker != 0xDA:
        return end
    following = _AFTER_SCAN.search(data, end)
    return following.start() if following else len(data)


def is_whole_png(data: bytes) -> bool:
    """Tell whether a PNG has its last part, without too many before."""
    position = 8
    for _ in range(_MAX_PARTS):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if end > len(data):
            break
        if data[position + 4 : position + 8] == b"IEND":
            return True
        position = end
    return False


def is_bare_webp(data: bytes) -> bool:
    """Tell a file that is one still frame: no metadata, no animation, no tail."""
    whole = int.from_bytes(data[4:8], "little") + 8
    frame = int.from_bytes(data[16:20], "little")
    return data[12:16] in (b"VP8 ", b"VP8L") and whole == 20 + frame + frame % 2 == len(data)


def is_lossless_webp(data: bytes) -> bool:
    """Tell whether the frame of a bare WebP keeps every pixel."""
    return data[12:16] == b"VP8L"
