"""The worker that makes HTML pages into tagged PDF documents: it alone imports WeasyPrint.

A long document comes in parts. Each is rendered by a fork of the worker, a few side by side, whose memory goes away
with it; the parts are then joined into one document with one structure tree, and compressed there.
"""

from __future__ import annotations

import gc
import io
import json
import os
import resource  # absent from Windows
import signal
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import IO, Any
from xml.etree import ElementTree

import pikepdf
import pydyf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from retkoop.exports.pdf import AT_ONCE, SECONDS, stylesheet
from retkoop.exports.pdf_text import remembering

IDLE_SECONDS = 300
DOCUMENTS_PER_WORKER = 100
MEMORY_BYTES = 2_000_000_000
# Pages asked for on screen go before those that are printed.
NICENESS = 5

_BROWSER_SHEET = CSS(string=stylesheet("print-browser"))
_FETCHER = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
_FONTS = FontConfiguration()
# What forks need not each load again: both weights of the font, and the way through a table.
_WARMING = """<!DOCTYPE html><html lang="fr"><title>Essai</title><body style="font-family: DejaVu Sans"><table>
<thead><tr><th scope="col">Date</th></tr></thead><tbody><tr><td>0123456789</td></tr></tbody></table></body></html>"""


def work(number: int) -> None:
    """Be the worker: answer each document received on the pipe, until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which closes the pipe when it is done
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe = Connection(number)
    rendered(_WARMING)
    gc.freeze()
    for _ in range(DOCUMENTS_PER_WORKER):
        if not pipe.poll(IDLE_SECONDS):
            return
        try:
            parts = json.loads(pipe.recv_bytes())
        except EOFError:
            return
        pipe.send_bytes(to_pdf(parts))


def to_pdf(parts: Sequence[str], at_once: int = AT_ONCE) -> bytes:
    """Make the HTML of the parts of a document into one PDF."""
    return join(_side_by_side(parts, at_once))


class _Page(HTML):
    """A page with our own browser sheet; well-formed markup is read by the standard library, in no time."""

    wrapper_element: Any

    def __init__(self, html: str) -> None:
        try:
            root = ElementTree.fromstring(html)  # noqa: S314 our own templates
        except ElementTree.ParseError:
            super().__init__(string=html, url_fetcher=_FETCHER)
        else:
            super().__init__(string="", url_fetcher=_FETCHER)
            self.wrapper_element = type(self.wrapper_element).from_html_root(root)
            self.etree_element = root

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_BROWSER_SHEET]


def rendered(html: str, part: int = 0) -> bytes:
    """Render in this very process, without compressing; an address that is not `data:` is left out."""

    def finish(document: Any, pdf: pydyf.PDF) -> None:
        _name_headers(pdf, part)
        _drop_spans(pdf)

    with remembering():
        document = _Page(html).write_pdf(
            pdf_variant="pdf/ua-1", pdf_forms=False, uncompressed_pdf=True, finisher=finish, font_config=_FONTS
        )
    assert isinstance(document, bytes)  # noqa: S101 no target was given
    return document


def _name_headers(pdf: pydyf.PDF, part: int) -> None:
    """Give header cells names that no other part has, to them and to the cells that they head, and list them in order.

    A name is one object, which its header cell and every cell that it heads share.
    """
    elements = [found for found in pdf.objects if isinstance(found, pydyf.Dictionary)]
    headers = [element for element in elements if "ID" in element]
    names = {id(element["ID"]): b"(%03x%05x)" % (part, rank) for rank, element in enumerate(headers)}
    for element in elements:
        about = element.get("A", {})
        if "Headers" in about:
            about["Headers"] = pydyf.Array(names[id(name)] for name in about["Headers"])
    for element in headers:
        element["ID"] = names[id(element["ID"])]
    pairs = [item for element in headers for item in (element["ID"], element.reference)]
    for element in elements:
        if element.get("Type") == "/StructTreeRoot":
            element["IDTree"] = pydyf.Dictionary({"Names": pydyf.Array(pairs)})


def _drop_spans(pdf: pydyf.PDF) -> None:
    """Let each element hold its marked text itself: WeasyPrint wraps every line of text in a Span that says nothing."""
    elements = {found.reference: found for found in pdf.objects if isinstance(found, pydyf.Dictionary)}
    spans = {
        reference: element
        for reference, element in elements.items()
        if element.get("S") == "/Span" and all(isinstance(kid, int) for kid in element["K"])
    }
    for element in elements.values():
        if "S" in element:
            element["K"][:] = [spans[kid]["K"][0] if kid in spans else kid for kid in element["K"]]
        for owners in element.get("Nums", ())[1::2]:
            owners[:] = [spans[owner]["P"] if owner in spans else owner for owner in owners]
    for span in spans.values():
        span.free = "f"


# ---- Parts


def _side_by_side(parts: Sequence[str], at_once: int) -> list[bytes]:
    """Render each part in a fork, `at_once` of them at the same time."""
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in parts]
        for number, (html, file) in enumerate(zip(parts, files, strict=True)):
            if number >= at_once:
                _wait()
            _fork(html, number, file)
        for _ in files[-at_once:]:
            _wait()
        return [_content(file) for file in files]


def _fork(html: str, number: int, file: IO[bytes]) -> None:
    if os.fork():
        return
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        gc.disable()  # all is given back at the end of this process
        file.write(rendered(html, number))
        file.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _wait() -> None:
    _, status = os.wait()
    if status:
        raise ChildProcessError(f"a part failed: {status}")


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def join(parts: Iterable[bytes]) -> bytes:
    """Join tagged documents: their pages, and their structure under the first one's root."""
    first, *others = parts
    with pikepdf.open(io.BytesIO(first)) as whole:
        for part in others:
            with pikepdf.open(io.BytesIO(part)) as more:
                _append(whole, more)
        made = io.BytesIO()
        # The same page gives the same bytes: no chance in the document’s name.
        whole.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return made.getvalue()


def _append(whole: pikepdf.Pdf, more: pikepdf.Pdf) -> None:
    """Add the pages of a part, then what they mean: the number of a page is its key in the parent tree."""
    before = len(whole.pages)
    whole.pages.extend(more.pages)
    for page in whole.pages[before:]:
        page.obj.StructParents += before
    root, added = whole.Root.StructTreeRoot, whole.copy_foreign(more.Root.StructTreeRoot)
    (document,), (part,) = root.K, added.K
    for element in part.K:
        element.P = document
        document.K.append(element)
    for place, item in enumerate(added.ParentTree.Nums):
        root.ParentTree.Nums.append(item if place % 2 else item + before)
    root.IDTree.Names.extend(added.IDTree.Names)
