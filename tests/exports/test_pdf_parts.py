"""Documents made in parts, side by side: one document, one structure, and no process left behind."""

from __future__ import annotations

import io
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pikepdf
import pytest

from retkoop.errors import Busy
from retkoop.exports import pdf
from retkoop.exports.pdf import Renderer
from tests.support.tags import faults_of_tags

PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Partie {0}</title></head><body>
    <h1>Partie {0}</h1><table><thead><tr><th scope="col">PJ</th><th scope="col">Montant</th></tr></thead>
    <tbody><tr><th scope="row">{0}</th><td>12,00</td></tr></tbody></table>
    <p style="break-before: page">Fin de la partie {0}</p></body></html>"""
LONG = PAGE.replace("<p ", "<table>" + ("<tr>" + "<td>1</td>" * 16 + "</tr>") * 2_000 + "</table><p ")


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    """Give a renderer of this test's own."""
    made = Renderer()
    yield made
    made.end()


def parts(number: int) -> list[str]:
    return [PAGE.format(n) for n in range(1, number + 1)]


def text_of(document: bytes) -> str:
    command = ["pdftotext", "-", "-"]
    return subprocess.run(command, input=document, stdout=subprocess.PIPE, check=True).stdout.decode()


@pytest.mark.parametrize("number", [1, 2, 5])
def test_the_parts_make_one_tagged_document_in_their_order(renderer: Renderer, number: int) -> None:
    document = renderer.render(*parts(number))
    words = re.findall(r"Fin de la partie \d", text_of(document))
    assert words == [f"Fin de la partie {n}" for n in range(1, number + 1)]
    with pikepdf.open(io.BytesIO(document)) as found:
        assert len(found.pages) == 2 * number
        assert faults_of_tags(found) == []
        assert (found.Root.Lang, found.docinfo.Title) == ("fr", "Partie 1")
        assert found.open_metadata()["pdfuaid:part"] == "1"
        assert [element.S for element in found.Root.StructTreeRoot.K[0].K] == ["/H1", "/Table", "/P"] * number


def test_the_pages_of_a_part_are_their_own_in_the_structure(renderer: Renderer) -> None:
    with pikepdf.open(io.BytesIO(renderer.render(*parts(3)))) as found:
        numbers = {page.objgen: n for n, page in enumerate(found.pages)}
        assert [numbers[e.Pg.objgen] for e in found.Root.StructTreeRoot.K[0].K] == [0, 0, 1, 2, 2, 3, 4, 4, 5]


def test_each_element_holds_its_text_itself(renderer: Renderer) -> None:
    """A Span around every line of text would say nothing, and double what a part weighs."""
    with pikepdf.open(io.BytesIO(renderer.render(PAGE.format("<span>une</span><br>deux")))) as found:
        title, table, _ = found.Root.StructTreeRoot.K[0].K
        head, body = table.K
        assert [type(kid) for cell in (*head.K[0].K, *body.K[0].K[1:]) for kid in cell.K] == [int] * 3
        assert [kid.S for kid in title.K if isinstance(kid, pikepdf.Dictionary)] == ["/Span", "/NonStruct"]
        assert faults_of_tags(found) == []


def of_the_first_page(whole: pikepdf.Pdf) -> None:
    for page in whole.pages:
        page.obj.StructParents = 0


def of_nobody(whole: pikepdf.Pdf) -> None:
    del whole.Root.StructTreeRoot.ParentTree.Nums[-2:]


def without_index(whole: pikepdf.Pdf) -> None:
    whole.Root.StructTreeRoot.IDTree.Names = pikepdf.Array()


def of_another_parent(whole: pikepdf.Pdf) -> None:
    whole.Root.StructTreeRoot.K[0].K[-1].P = whole.Root.StructTreeRoot


def named_alike(whole: pikepdf.Pdf) -> None:
    for table in (element for element in whole.Root.StructTreeRoot.K[0].K if element.S == "/Table"):
        table.K[0].K[0].K[0].ID = pikepdf.String("pj")


@pytest.mark.parametrize("fault", [of_the_first_page, of_nobody, without_index, of_another_parent, named_alike])
def test_the_reading_of_tags_notices_a_fault(renderer: Renderer, fault: Callable[[pikepdf.Pdf], Any]) -> None:
    """Negative control: what a careless joining would leave is seen."""
    with pikepdf.open(io.BytesIO(renderer.render(*parts(2)))) as found:
        fault(found)
        assert faults_of_tags(found)


def test_documents_in_parts_and_in_one_follow_each_other(renderer: Renderer) -> None:
    assert "partie 3" in text_of(renderer.render(*parts(3)))
    worker = renderer._child
    assert "partie 2" not in text_of(renderer.render(*parts(1)))
    assert "partie 2" in text_of(renderer.render(*parts(2)))
    assert renderer._child is worker


def test_two_people_at_once_each_get_their_own(renderer: Renderer) -> None:
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda name: renderer.render(*(PAGE.format(f"{name}{n}") for n in (1, 2))), "AB"))
    assert [re.findall(r"Fin de la partie (\w+)", text_of(document)) for document in made] == [
        ["A1", "A2"],
        ["B1", "B2"],
    ]


def test_a_part_that_fails_refuses_the_document(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "import sys; from retkoop.exports import pdf_worker as w; w._Page = None; w.work(int(sys.argv[1]))"
    monkeypatch.setattr(pdf, "_CHILD", broken)
    with pytest.raises(Busy):
        renderer.render(*parts(3))


def test_too_slow_ends_every_process_at_once(renderer: Renderer) -> None:
    renderer.render(*parts(1))
    assert renderer._child is not None
    group = renderer._child.pid
    renderer.seconds = 1.0
    begun = time.monotonic()
    with pytest.raises(Busy):
        renderer.render(LONG, LONG, LONG)
    end = begun + pdf.SECONDS / 2
    while _lives(group) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(group)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
