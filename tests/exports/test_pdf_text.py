"""Lines of text laid out once: the same document as without that memory, byte for byte, and truly less work.

WeasyPrint runs in processes apart, as everywhere. A WeasyPrint that changed inside fails here first.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bench.printed_book import desk
from retkoop import book_groups
from retkoop.views import printing

ROOT = Path(__file__).parents[2]
# Each document with and without the memory, whether they are alike but for their identifier, and how many
# lines WeasyPrint laid out and painted by itself.
PROGRAM = """
import collections, contextlib, json, re, sys
from weasyprint.draw import text as drawing
from weasyprint.layout import block, inline
from retkoop.exports import pdf_text, pdf_worker

calls = collections.Counter()

def counted(module, name):
    known = getattr(module, name)
    def count(*arguments, **named):
        calls[name] += 1
        return known(*arguments, **named)
    setattr(module, name, count)
    return count

counted(inline, "iter_line_boxes")
block.iter_line_boxes = inline.iter_line_boxes
drawing.draw_first_line = pdf_text._draw_first_line = counted(drawing, "draw_first_line")
ours = pdf_text.remembering

def made(html, memory):
    calls.clear()
    pdf_worker.remembering = memory
    document = re.sub(rb"/ID ?\\[.*?\\]", b"", pdf_worker.rendered(html))
    return document, [calls["iter_line_boxes"], calls["draw_first_line"]]

found = []
for html in json.load(sys.stdin):
    (with_it, few), (without, many) = made(html, ours), made(html, contextlib.nullcontext)
    found.append([with_it == without, few, many])
json.dump(found, sys.stdout)
"""
PAGE = """<!DOCTYPE html><html lang="fr"><head><title>Essai</title><style>
    .pre {{ white-space: pre }} .right {{ text-align: right }} .center {{ text-align: center }}
    table {{ table-layout: fixed; width: 90mm }} {}</style></head>
    <body><table class="pre"><tbody>{}</tbody></table></body></html>"""
WORDS = ("Stylos", "Stylos", "12,00", "1 234,56", "Cahiers", "Cahiers", "AVATAR", "office")


def compared(*pages: str, also: str = "") -> list[Any]:
    """Give for each page whether it is the same without the memory, and the lines laid out and painted each way."""
    command = [sys.executable, "-c", PROGRAM.replace("found = []", f"found = []; {also}")]
    done = subprocess.run(command, input=json.dumps(pages).encode(), stdout=subprocess.PIPE, cwd=ROOT, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def rows(*words: str, kind: str = "", also: str = "") -> str:
    return "".join(f'<tr><td class="{kind}">{word}</td><td>{also}</td></tr>' for word in words)


TRICKY = {
    "left": rows(*WORDS),
    "right": rows(*WORDS, kind="right"),
    "centre": rows(*WORDS, kind="center"),
    "wider than its cell": rows("x", "un texte bien plus large que la cellule " * 3, *WORDS, kind="right"),
    "the widest first": rows("un texte bien plus large que la cellule " * 3, *WORDS, kind="right"),
    "several lines": rows("une\ndeux", "une\ndeux", "\n\n", "trois\n\nquatre", *WORDS, kind="center"),
    "another font": rows("a", "中文", "中文", "a中", "\N{GRINNING FACE}", "\N{GRINNING FACE}", *WORDS),
    "from right to left": rows("a", "שלום", "שלום", *WORDS),
    "spaces and tabs": rows("a", " a ", "  ", "a\tb", "a\tb", *WORDS),
    "letters apart": rows(*WORDS, kind="apart"),
    "inside": rows("<strong>Stylos</strong>", "<strong>Stylos</strong> verts", *WORDS),
    "another colour and size": rows(*WORDS, kind="big") + rows(*WORDS),
    "wrapping beside": rows(*WORDS, also='<p class="wrap">un texte qui tient sur plusieurs lignes</p>' * 2),
    "beside a float": rows(*WORDS, also='<span class="float">F</span>Stylos'),
    "cut short": rows("un texte bien plus large que la cellule " * 3, *WORDS, kind="short"),
    "underlined": rows(*WORDS, kind="under"),
    "on several pages": rows(*(WORDS * 30)),
    "indented": rows(*WORDS, kind="far") + rows(*WORDS, kind="far right"),
    "of no size": rows(*WORDS, kind="none"),
}
STYLE = """.apart { letter-spacing: 2pt; word-spacing: 3pt } .big { font-size: 20pt; color: #a00 }
    .far { text-indent: 8mm } .wrap { white-space: normal; text-align: justify; width: 25mm }
    .float { float: right } .under { text-decoration: underline }
    .short { overflow: hidden; text-overflow: ellipsis } .none { font-size: 0 }"""


def test_what_is_difficult_comes_out_the_same() -> None:
    found = compared(*(PAGE.format(STYLE, body) for body in TRICKY.values()))
    assert [name for name, (same, *_) in zip(TRICKY, found, strict=True) if not same] == []


@pytest.fixture
def book(app: Flask) -> list[str]:
    """Give the parts of a small cahier, and of the same gathered by project."""
    made = desk(60)
    with app.test_request_context():
        return [*printing.double_pages(made), *printing.groups(made, book_groups.PROJECT)]


def test_the_cahier_comes_out_the_same_with_less_work(book: list[str]) -> None:
    for same, (laid_out, painted), (all_laid_out, all_painted) in compared(*book):
        assert same
        assert laid_out < all_laid_out / 3
        assert painted < all_painted * 0.9


def test_the_comparison_sees_a_difference() -> None:
    """Negative control: a memory that would mistake one text for another is noticed."""
    careless = "pdf_text._fitted = lambda model, *others: model"
    assert [same for same, *_ in compared(PAGE.format(STYLE, TRICKY["left"]), also=careless)] == [False]
