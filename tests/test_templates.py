"""The files that browsers get: nothing inline, nothing unescaped, nothing from elsewhere, nothing heavy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*"))
# Paper is rendered by us and never served as a page, nor is what is taken away: their stylesheet lies within.
SCREENS = [name for name in TEMPLATES if not name.startswith(("print/", "archives/"))]

FORBIDDEN = {
    "unescaped data": r"\|\s*safe\b|autoescape\s+false|\bMarkup\b|\|\s*tojson",
    "an inline handler": r"\son[a-z]+\s*=|hx-on|\bjs:|javascript:",
    "an inline style": r"\sstyle\s*=|<style",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "another origin": r"//[a-z0-9-]+\.[a-z]|(?:src|href|action)=\"(?:https?:|//)|srcset|<(?:iframe|object|embed)",
    "an unquoted attribute": r"\s[a-z-]+=\{\{",
    "money arithmetic": r"\{\{[^}]*/\s*100\b|\|\s*float\b|\|\s*round\b",
    "a query": r"\.select\(|\.get_by_id\(|\.execute\(|\.where\(",
}


def faults(text: str) -> list[str]:
    """Name what a template must not hold."""
    bare = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    return [name for name, pattern in FORBIDDEN.items() if re.search(pattern, bare, re.IGNORECASE)]


@pytest.mark.parametrize("name", SCREENS)
def test_it_holds_nothing_forbidden(name: str) -> None:
    assert faults((ROOT / "templates" / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{{ entry.label | safe }}", "unescaped data"), ("{% autoescape false %}", "unescaped data"),
        ('<p onclick="x">', "an inline handler"), ('<a hx-vals="js:x">', "an inline handler"),
        ('<a href="javascript:x">', "an inline handler"), ('<p style="x">', "an inline style"),
        ("<script>x</script>", "an inline script"), ('<img src="//cdn.example/x">', "another origin"),
        ('<script src="https://cdn.example/x.js">', "another origin"), ("<p id={{ x }}>", "an unquoted attribute"),
        ("{{ entry.bank / 100 }}", "money arithmetic"), ("{{ Entry.select().count() }}", "a query"),
    ],
)  # fmt: skip
def test_a_fault_put_in_on_purpose_is_seen(text: str, named: str) -> None:
    assert named in faults(text)


def test_paper_is_escaped_too() -> None:
    for name in set(TEMPLATES) - set(SCREENS):
        found = set(faults((ROOT / "templates" / name).read_text("utf-8")))
        assert found <= {"an inline style", "unescaped data"}, name
        unescaped = re.findall(r"\{\{([^}]*)\|\s*safe", (ROOT / "templates" / name).read_text("utf-8"))
        assert {text.strip() for text in unescaped} <= {"css"}, name


def test_every_template_parses_and_escapes(app: Flask) -> None:
    assert len(TEMPLATES) > 40
    for name in TEMPLATES:
        app.jinja_env.get_template(name)
        # The text of a mail is no markup: what is escaped there would be read as such.
        assert app.select_jinja_autoescape(name) == (not name.endswith(".txt"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_is_short(name: str) -> None:
    assert len((ROOT / "templates" / name).read_text("utf-8").splitlines()) <= 120


def test_only_the_filter_and_our_own_style_sheet_are_markup() -> None:
    package = ROOT / "retkoop"
    users = {
        path.relative_to(package).as_posix(): path.read_text("utf-8").count("Markup(") for path in package.rglob("*.py")
    }
    assert {name: count for name, count in users.items() if count} == {"filters.py": 1, "exports/pdf.py": 1}


@pytest.mark.parametrize("hostile", ["<b>", '"', "'", "&", "« <i> » : ;", "</script>"])
def test_the_typographic_filter_escapes(app: Flask, hostile: str) -> None:
    shown = str(app.jinja_env.filters["typo"](hostile))
    # A straight apostrophe may stay: no attribute of ours is written between apostrophes but the two that hold JSON.
    assert not set('<>"') & set(shown)


def test_our_own_script_and_styles_stay_small_and_plain() -> None:
    ours = {path.name: path.read_text("utf-8") for path in (ROOT / "static").glob("*.js") if "htmx" not in path.name}
    script = "".join(ours.values())
    sizes = {name: len(text.encode()) for name, text in ours.items()}
    # Every page loads app.js, and at most one of the others.
    assert sizes.pop("app.js") + max(sizes.values()) < 6 * 1024
    for name in SCREENS:
        assert len(re.findall(r"asset\('(?!app|htmx)[a-z]+\.js'\)", (ROOT / "templates" / name).read_text("utf-8"))) < 2
    assert not re.search(
        r"innerHTML|insertAdjacentHTML|\beval\b|new Function|document\.write|https?://|fetch\(", script
    )
    sheets = {path.name: path.read_text("utf-8") for path in (ROOT / "static" / "css").glob("*.css")}
    assert len(sheets["retkoop.css"].encode()) < 15 * 1024
    assert len(sheets["book.css"].encode()) < 5 * 1024  # the grids' own
    assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//|expression\(", "".join(sheets.values()))


def test_nothing_else_is_served() -> None:
    served = {path.suffix for path in (ROOT / "static").rglob("*") if path.is_file()}
    assert served <= {".js", ".css", ".svg", ".png", ".ico", ".woff2"}
    for drawing in (ROOT / "static").rglob("*.svg"):
        assert not re.search(r"<script|\son[a-z]+=|href=", drawing.read_text("utf-8"))
