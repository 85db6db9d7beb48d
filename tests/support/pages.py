"""Reading pages as the browser does: a linter for every page fetched, and the proof that a swap equals a reload."""

from __future__ import annotations

import copy
import io
import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, tostring

import html5lib

FIELDS = ("input", "select", "textarea")
TOKENS = ("csrf_token", "cle")


def parse(html: str) -> Element:
    """Parse a whole page strictly, without namespaces."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(io.StringIO(html))


def parse_fragment(html: str) -> Element:
    """Parse a fragment leniently enough to hold rows: a table row alone is read within a table body."""
    container = "tbody" if html.lstrip().startswith("<tr") else "div"
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser.parseFragment(io.StringIO(html), container=container)


def parse_answer(html: str) -> list[Element]:
    """Parse what htmx is answered, its partials apart as htmx itself reads them: one may hold a row too."""
    partials = re.findall(r"(<hx-partial[^>]*>)(.*?)</hx-partial>", html, re.DOTALL)
    main = re.sub(r"<hx-partial.*?</hx-partial>", "", html, flags=re.DOTALL)
    read = [*parse_fragment(main)] if main.strip() else []
    for tag, within in partials:
        partial = parse_fragment(f"{tag}</hx-partial>")[0]
        partial.extend(parse_fragment(within))
        read.append(partial)
    return read


def by_id(tree: Element, name: str) -> Element | None:
    """Find an element by its id."""
    return next((element for element in tree.iter() if element.get("id") == name), None)


def text_of(element: Element | None) -> str:
    """Give what a person reads of an element, its spaces made plain."""
    assert element is not None
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def lint(html: str) -> list[str]:
    """Give everything that is wrong with a page."""
    tree = parse(html)
    return [*_structure(tree), *_ids(tree), *_fields(tree), *_forms(tree), *_handlers(tree), *_targets(tree)]


def _structure(tree: Element) -> Iterator[str]:
    if tree.get("lang") != "fr":
        yield "the page is not marked lang=fr"
    headings = len(list(tree.iter("h1")))
    if headings != 1:
        yield f"{headings} h1"
    if not text_of(tree.find(".//title")):
        yield "no title"


def _ids(tree: Element) -> Iterator[str]:
    counts = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    yield from (f"id {name} is used {count} times" for name, count in counts.items() if count > 1)
    for element in tree.iter():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "list"):
            for name in (element.get(attribute) or "").split():
                if name not in counts:
                    yield f"{attribute}={name} leads nowhere"


def _fields(tree: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.iter("label")}
    for field in (element for name in FIELDS for element in tree.iter(name)):
        hidden = field.get("type") == "hidden"
        if not hidden and field.get("id") not in labelled and not field.get("aria-label"):
            yield f"field {field.get('name')} has no label"


def _forms(tree: Element) -> Iterator[str]:
    for form in tree.iter("form"):
        if form.get("action") is None or form.get("method") is None:
            yield "a form without action or method"
        names = [field.get("name") for field in form.iter("input")]
        if form.get("method") == "post" and "csrf_token" not in names:
            yield f"form {form.get('action')} has no csrf token"
        if form.get("method") == "get" and "csrf_token" in names:
            yield f"form {form.get('action')} would put the token in an address"


def _handlers(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        for attribute in element.attrib:
            if attribute.startswith(("on", "hx-on")) or attribute == "style":
                yield f"inline {attribute} on {element.tag}"
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"inline {element.tag}"


def _targets(tree: Element) -> Iterator[str]:
    known = {element.get("id") for element in tree.iter()}
    for element in tree.iter():
        target = element.get("hx-target")
        if target and target.removeprefix("#") not in known:
            yield f"hx-target {target} is not in the page"
        address = element.get("hx-post")
        if address and address not in (element.get("action"), element.get("formaction")):
            yield f"hx-post {address} is not what the form does without JavaScript"


def after_swap(page: str, answer: str, target: str) -> Element:
    """Give the page as it is once htmx has put an answer in it: the main swap, then the partials."""
    tree, received = parse(page), parse_answer(answer)
    partials = [element for element in received if element.tag == "hx-partial"]
    main = [element for element in received if element.tag != "hx-partial"]
    assert len(main) == 1, "an answer has one root beside its partials"
    _replace(tree, target, main[0])
    for partial in partials:
        assert partial.get("hx-swap") == "outerHTML"
        _replace(tree, (partial.get("hx-target") or "").removeprefix("#"), partial[0])
    return tree


def _replace(tree: Element, name: str, new: Element) -> None:
    for parent in tree.iter():
        for place, child in enumerate(list(parent)):
            if child.get("id") == name:
                copied = copy.deepcopy(new)
                copied.tail = child.tail
                parent[place] = copied
                return
    raise AssertionError(f"#{name} is not in the page")


def shown(tree: Element) -> str:
    """Give a page without what differs at each rendering: tokens, keys and passing messages."""
    tree = copy.deepcopy(tree)
    for element in tree.iter():
        if element.get("name") in TOKENS:
            element.attrib.pop("value", None)
        element.attrib.pop("hx-headers:inherited", None)
        if element.get("id") == "messages":
            for child in list(element):
                element.remove(child)
    body = tree.find("body")
    assert body is not None
    # The field of the scan bears the form's key in its name.
    html = re.sub(r"\bpieces-[\w-]{16}(?![\w-])", "pieces-", tostring(body, encoding="unicode"))
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html))
