"""The worker that makes HTML pages into tagged PDF documents: it alone imports WeasyPrint.

A long document comes in parts. Each is rendered by a fork of the worker, a few side by side, whose memory goes away
with it; the parts are then joined into one document with one structure tree.
"""

from __future__ import annotations

import gc
import io
import json
import os
import re
import resource  # absent from Windows
import signal
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import IO, Any

import pikepdf
import pydyf
from weasyprint import CSS, HTML
from weasyprint.html import UA
from weasyprint.urls import URLFetcher

from retkoop.exports.pdf import AT_ONCE, SECONDS

IDLE_SECONDS = 300
DOCUMENTS_PER_WORKER = 100
MEMORY_BYTES = 2_000_000_000
# Pages asked for on screen go before those that are printed.
NICENESS = 5

# These rules give every element of the page five styles more, for footnotes that no document of ours has.
_FOOTNOTES = re.compile(r"^::(?:footnote|note)-.*$", re.MULTILINE)
_BROWSER_SHEET = CSS(string=_FOOTNOTES.sub("", UA))


def work(number: int) -> None:
    """Be the worker: answer each document received on the pipe, until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which closes the pipe when it is done
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe = Connection(number)
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
    return rendered(parts[0]) if len(parts) == 1 else join(_side_by_side(parts, at_once))


class _Page(HTML):
    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_BROWSER_SHEET]


def rendered(html: str, part: int = 0) -> bytes:
    """Render in this very process; an address that is not `data:` is left out, the document is made without it."""

    def finish(document: Any, pdf: pydyf.PDF) -> None:
        _index(pdf, part)

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    page = _Page(string=html, url_fetcher=fetcher)
    document = page.write_pdf(pdf_variant="pdf/ua-1", pdf_forms=False, finisher=finish)
    assert isinstance(document, bytes)  # noqa: S101 no target was given
    return document


def _index(pdf: pydyf.PDF, part: int) -> None:
    """Make the names of header cells differ from those of other parts, and list them as PDF asks.

    A name is one object, which its header cell and every cell that it heads share.
    """
    named = [found for found in pdf.objects if isinstance(found, pydyf.Dictionary) and "ID" in found]
    for element in named:
        element["ID"].string = f"{part:03d}-{element['ID'].string}"
    named.sort(key=lambda element: element["ID"].string)
    pairs = [item for element in named for item in (element["ID"], element.reference)]
    for found in pdf.objects:
        if isinstance(found, pydyf.Dictionary) and found.get("Type") == "/StructTreeRoot":
            found["IDTree"] = pydyf.Dictionary({"Names": pydyf.Array(pairs)})


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
        whole.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
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
