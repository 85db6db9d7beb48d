"""QR codes, drawn as the path of an SVG that a template holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import segno

# The white border that the norm asks for, in modules.
_BORDER = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code: `path` draws its dark modules as strokes one unit wide, in a square of `side` units."""

    address: str
    path: str
    side: int


def qr_code(address: str) -> QrCode:
    """Draw an address, so that a phone reads it from a screen that shines or is scratched (level M)."""
    code = segno.make(address, error="m", micro=False)
    rows = [bytes(row) for row in code.matrix_iter(border=_BORDER)]
    return QrCode(address, "".join(_strokes(rows)), len(rows))


def _strokes(rows: list[bytes]) -> Iterator[str]:
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x} {y}.5h{length}"
            x += length
