"""How what people sent is served: under names that say nothing, and a policy that lets nothing in it run."""

from __future__ import annotations

from collections.abc import Iterator
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import Protocol

from flask import Response, current_app, send_file

from retkoop import access, documents, fec
from retkoop.errors import NotFound, Refusal
from retkoop.exports.exchange import EXTENSIONS
from retkoop.exports.receipts import LARGEST_IN_MEMORY
from retkoop.exports.shelf import Shelf

PDF = "application/pdf"
# What the intake draws of every document (documents.CleanDocument), and of the pages of a PDF.
DRAWN = "image/webp"
LOGO = "image/png"


class Stored(Protocol):
    """A scan or a document of the year: bytes that lie in the storage under their digest."""

    @property
    def digest(self) -> str:
        """Give the digest of its bytes."""

    @property
    def thumb_digest(self) -> str:
        """Give the digest of its small picture."""

    @property
    def media_type(self) -> str:
        """Give what it is."""

    @property
    def pages(self) -> int:
        """Give how many pages it has; 0 when nobody has counted them."""


def whole(found: Stored, name: str) -> Response:
    """Serve all of it; `name` is what its file is called, without extension."""
    # Chrome's viewer refuses a sandboxed PDF: it is handed over instead, and opens on the computer.
    shown = "attachment" if found.media_type == PDF else "inline"
    return _served(_bytes(found.digest), found.media_type, f'{shown}; filename="{name}.{EXTENSIONS[found.media_type]}"')


def one_page(found: Stored, page: int, name: str) -> Response:
    """Serve the picture of one page of a PDF; an image is its own first page."""
    if not 1 <= page <= (found.pages or 1):
        raise NotFound(access.NOT_FOUND)
    if found.media_type != PDF:
        return whole(found, name)
    return _served(_drawn(found.digest, page), DRAWN, f'inline; filename="{name}-page-{page}.webp"')


def thumbnail(found: Stored, name: str) -> Response:
    """Serve its small picture."""
    return _served(_bytes(found.thumb_digest), DRAWN, f'inline; filename="{name}-vignette.webp"')


def logo(digest: str) -> Response:
    """Serve the logo of an association, which the intake has encoded."""
    return _served(_bytes(digest), LOGO, 'inline; filename="logo.png"')


def _drawn(digest: str, page: int) -> bytes:
    """Give the picture of a page, drawn by the first person who looks at it and kept for the others."""
    folder = current_app.config["RETKOOP"].rendered
    shelf, name = Shelf(folder) if folder else None, f"{digest}-{page}.webp"
    picture = shelf.found(name) if shelf else None
    if picture is None:
        # Those who had to wait for their turn mostly find it drawn.
        with documents.one_of_few():
            picture = shelf.kept(name, lambda: _draw(digest, page)) if shelf else _draw(digest, page)
    return picture


def _draw(digest: str, page: int) -> bytes:
    return documents.page_picture(_bytes(digest), page)


def _bytes(digest: str) -> bytes:
    data: bytes = current_app.config["STORAGE"].get(digest)
    return data


def _served(data: bytes, media_type: str, disposition: str) -> Response:
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = disposition
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return answer


def fec_file(lines: Iterator[bytes], name: str, empty: str) -> Response:
    """Send a FEC from a file, made line by line while there is a connection; refuse one without entry."""
    file = SpooledTemporaryFile(LARGEST_IN_MEMORY)  # noqa: SIM115 closed by whoever sends it
    try:
        head = next(lines)
        file.write(head)
        file.writelines(lines)
        size = file.seek(0, SEEK_END)
        if size == len(head):
            raise Refusal(empty)
    except BaseException:
        file.close()
        raise
    access.give_back()
    file.seek(0)
    answer = send_file(file, "text/plain", as_attachment=True, download_name=name, conditional=False)
    answer.headers["Content-Type"] = f"text/plain; charset={fec.ENCODING}"
    # The browser tells how much is left.
    answer.content_length = size
    return answer
