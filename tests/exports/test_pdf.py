"""PDF documents: made apart, from what they are given only, by a worker that is replaced when it fails."""

from __future__ import annotations

import http.server
import io
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest

from retkoop.errors import Busy
from retkoop.exports import pdf
from retkoop.exports.pdf import Renderer

ROOT = Path(__file__).parents[2]
PAGE = '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Essai</title></head><body>{}</body></html>'
# Too long for the time given, whatever the machine.
LONG = PAGE.format("<table>" + ("<tr>" + "<td>1</td>" * 16 + "</tr>") * 2_000 + "</table>")


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    """Give a renderer of this test's own."""
    made = Renderer()
    yield made
    made.end()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server on this machine, and what was asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def text_of(document: bytes) -> str:
    command = ["pdftotext", "-", "-"]
    return subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()


def worker_of(renderer: Renderer) -> int:
    assert renderer._child is not None
    return renderer._child.pid


def is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_end(number: int) -> bool:
    end = time.monotonic() + 10
    while is_alive(number) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_alive(number)


def test_a_document_is_tagged_in_french_and_titled() -> None:
    document = pdf.render(PAGE.format("<h1>Bonjour</h1><p>l'été « 12,00 € »</p>"))
    assert "l'été « 12,00 € »" in text_of(document)
    with pikepdf.open(io.BytesIO(document)) as found:
        assert found.Root.MarkInfo.Marked
        assert found.Root.StructTreeRoot.K
        assert (found.Root.Lang, found.docinfo.Title) == ("fr", "Essai")
        assert found.open_metadata()["pdfuaid:part"] == "1"


def test_no_file_and_no_network_is_ever_read(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = listener
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">SECRET</text></svg>')
    style = tmp_path / "secret.css"
    style.write_text("body::before { content: 'SECRET' }")
    body = f"""<p>Texte</p><img alt="a" src="file:///etc/passwd"><img alt="b" src="{secret.as_uri()}">
        <img alt="c" src="{secret}"><img alt="d" src="{address}/image"><object data="{secret.as_uri()}"></object>
        <link rel="stylesheet" href="{style.as_uri()}"><link rel="stylesheet" href="{address}/style">
        <link rel="attachment" href="{secret.as_uri()}"><link rel="attachment" href="file:///etc/passwd">
        <style>@import url({address}/import); @font-face {{ font-family: X; src: url({address}/font) }}
        p {{ background: url({address}/back); font-family: X; list-style-image: url({secret.as_uri()}) }}</style>
        <svg xmlns="http://www.w3.org/2000/svg"><image href="{secret.as_uri()}"/><image href="{address}/svg"/></svg>"""
    document = pdf.render(PAGE.format(body))
    assert "Texte" in text_of(document)
    assert "SECRET" not in text_of(document)
    assert asked == []
    with pikepdf.open(io.BytesIO(document)) as found:
        assert not found.attachments
        assert not [item for item in found.objects if isinstance(item, pikepdf.Stream)
                    and item.get("/Subtype") == "/Image"]  # fmt: skip


def test_without_that_rule_the_same_page_would_read_them(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    """Negative control: WeasyPrint's own way of fetching does read the file and the network."""
    address, asked = listener
    style = tmp_path / "secret.css"
    style.write_text("body::before { content: 'SECRET' }")
    body = f'<link rel="stylesheet" href="{style.as_uri()}"><img alt="d" src="{address}/image"><p>Texte</p>'
    program = "import sys, weasyprint; weasyprint.HTML(string=sys.stdin.read()).write_pdf(sys.stdout.buffer)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=PAGE.format(body).encode(), capture_output=True, check=True)
    assert "SECRET" in text_of(done.stdout)
    assert asked == ["/image"]


@pytest.mark.parametrize("words", ["l’été &amp; « 12,00 € »", "l’été & « 12,00 € »<br>", "l’été &amp;\x02 « 12,00 € »"])
def test_what_is_well_formed_and_what_is_not_are_read_alike(words: str) -> None:
    page = PAGE.replace("doctype", "DOCTYPE").replace('"utf-8">', '"utf-8"/>')
    text = text_of(pdf.render(page.format(f"<p>{words}</p>")))
    assert "l’été &" in text
    assert "« 12,00 € »" in text


def test_a_picture_inside_the_page_is_shown() -> None:
    picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="  # noqa: E501
    with pikepdf.open(io.BytesIO(pdf.render(PAGE.format(f'<img alt="point" src="{picture}">')))) as found:
        assert found.pages[0].get_images()


def test_this_process_never_loads_weasyprint() -> None:
    program = """
import sys
from retkoop.exports import pdf
assert pdf.render("<html lang=fr><title>x</title><p>x").startswith(b"%PDF")
assert not [name for name in sys.modules if name.startswith(("weasyprint", "fontTools", "tinycss2"))]
"""
    assert subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT).returncode == 0


def test_a_worker_serves_many_documents(renderer: Renderer) -> None:
    renderer.render(PAGE.format("un"))
    first = worker_of(renderer)
    assert "deux" in text_of(renderer.render(PAGE.format("deux")))
    assert worker_of(renderer) == first


def test_a_dead_worker_is_replaced_and_nobody_notices(renderer: Renderer) -> None:
    renderer.render(PAGE.format("un"))
    first = worker_of(renderer)
    os.kill(first, 9)
    assert "deux" in text_of(renderer.render(PAGE.format("deux")))
    assert worker_of(renderer) != first


def test_a_document_too_slow_is_refused_and_the_next_one_is_made(renderer: Renderer) -> None:
    renderer.render(PAGE.format("un"))
    first = worker_of(renderer)
    renderer.seconds = 0.5
    with pytest.raises(Busy) as refused:
        renderer.render(LONG)
    assert (refused.value.status, refused.value.message) == (503, pdf.FAILED)
    assert wait_for_end(first)
    renderer.seconds = pdf.SECONDS
    assert "deux" in text_of(renderer.render(PAGE.format("deux")))


def test_a_document_that_kills_its_worker_is_refused(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_CHILD", "raise SystemExit(1)")
    with pytest.raises(Busy):
        renderer.render(PAGE.format("un"))


def test_who_waits_too_long_is_refused(renderer: Renderer) -> None:
    renderer.seconds = 0.05
    with renderer._turn, pytest.raises(Busy):
        renderer.render(PAGE.format("un"))


def test_several_threads_each_get_their_own_document(renderer: Renderer) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: text_of(renderer.render(PAGE.format(f"<p>numéro {n}.")))[:-1], range(16)))
    assert [text.strip() for text in made] == [f"numéro {n}." for n in range(16)]


def test_the_worker_ends_with_the_process_that_started_it_even_killed() -> None:
    program = """
import os, sys
from retkoop.exports import pdf
pdf.render("<html lang=fr><title>x</title><p>x")
print(pdf._renderer._child.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT, check=False)
    assert done.returncode == -9
    assert wait_for_end(int(done.stdout))


def test_a_fork_has_a_worker_of_its_own() -> None:
    program = """
import os
from retkoop.exports import pdf
page = "<html lang=fr><title>x</title><p>{}"
pdf.render(page.format("parent"))
first = pdf._renderer._child.pid
if os.fork() == 0:
    made = pdf.render(page.format("enfant"))
    good = made.startswith(b"%PDF") and pdf._renderer._child.pid != first
    pdf._renderer.end()
    os._exit(0 if good else 1)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
pdf.render(page.format("parent encore"))
assert pdf._renderer._child.pid == first
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_worker_knows_no_secret_of_ours(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETKOOP_SECRET_KEY", "hors-de-vue")
    renderer.render(PAGE.format("un"))
    assert b"hors-de-vue" not in Path(f"/proc/{worker_of(renderer)}/environ").read_bytes()


def printed() -> list[Path]:
    """Give the templates of printed documents, and those of the screen that they include."""
    papers = list((ROOT / "templates/print").glob("*.html"))
    included = {name for paper in papers for name in re.findall(r'include "([^"]+)"', paper.read_text("utf-8"))}
    return [*papers, *(ROOT / "templates" / name for name in sorted(included) if not name.startswith("print/"))]


def test_our_browser_sheet_knows_each_tag_of_the_printed_documents() -> None:
    """A tag that it does not know is laid out inside the line, as a `strong` is."""
    selectors = re.sub(r"/\*.*?\*/|\{.*?\}", " ", pdf.stylesheet("print-browser"), flags=re.DOTALL)
    known = set(re.findall(r"\b[a-z][a-z0-9]*\b", selectors)) | {"a", "span"}
    pages = [path.read_text("utf-8") for path in printed()]
    assert len(pages) > 15
    used = {tag for page in pages for tag in re.findall(r"<([a-z][a-z0-9]*)", page)} - {
        "form",
        "input",
        "button",
        "label",
        # Within an SVG (the square of a QR code), which is drawn and not laid out.
        "path",
    }
    assert len(used) > 10
    assert used <= known


def test_the_style_sheet_is_ours_and_asks_for_nothing() -> None:
    css = pdf.stylesheet()
    assert "@page" in css
    assert "url(" not in css
    assert "@import" not in css
    assert "</" not in css
