"""Small documents as people send them: pictures that differ by their colour, and a bill that says what it is."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from retkoop.actions.scans import Arrived, add_scan, take_in
from retkoop.exports.pdf import render
from retkoop.models import YearKey
from retkoop.storage import Storage
from tests.factories import SOMEONE

# Refused by its content, whatever its name says.
HOSTILE = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(colour: str = "teal", kind: str = "PNG", size: tuple[int, int] = (60, 90)) -> bytes:
    """Draw a sheet whose top left corner is black, so that a turn shows."""
    sheet = Image.new("RGB", size, colour)
    ImageDraw.Draw(sheet).rectangle((0, 0, size[0] // 3, size[1] // 3), fill="black")
    out = BytesIO()
    sheet.save(out, kind)
    return out.getvalue()


def bill(*lines: str) -> bytes:
    """Make a PDF of one page that says these lines."""
    return render(_sheet("".join(f"<p>{line}</p>" for line in lines)))


def pamphlet(*pages: str) -> bytes:
    """Make a PDF with one page for each text."""
    return render(_sheet("".join(f'<p style="break-before: page">{text}</p>' for text in pages)))


def _sheet(content: str) -> str:
    return f'<!DOCTYPE html><html lang="fr"><head><title>Papier</title></head><body>{content}</body></html>'


def arrived(storage: Storage, colour: str = "teal", name: str = "facture") -> Arrived:
    """Clean and store a picture."""
    return take_in(name, picture(colour), storage)


def a_scan(key: YearKey, storage: Storage, entry: int | None = 1, colour: str = "teal", name: str = "facture") -> int:
    """Join a picture to an entry, or put it in the inbox; give its number."""
    return add_scan(SOMEONE, key, arrived(storage, colour, name), entry).number
