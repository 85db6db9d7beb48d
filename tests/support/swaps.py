"""What htmx does with a page, without a browser: what it would send, where the answer goes, what the page is then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import html5lib

from tests.support import pages

_ASKS = ("hx-get", "hx-post")


@dataclass(frozen=True, slots=True)
class Ask:
    """What an element of a page makes htmx ask: how, where, with which fields, and the id that the answer replaces."""

    method: str
    address: str
    fields: dict[str, Any]
    target: str


def asks(page: Element) -> Iterator[Ask]:
    """Give everything that a page makes htmx ask."""
    above = {child: parent for parent in page.iter() for child in parent}
    for element in page.iter():
        for name in _ASKS:
            if address := element.get(name):
                form = _form(page, above, element)
                fields = _fields(page, above, form) if form is not None else {}
                included = re.findall(r"\[name=(\w+)\]", element.get("hx-include") or "")
                fields |= {str(n): one.get("value") or "" for one in page.iter() if (n := one.get("name")) in included}
                if element.get("name"):
                    fields[str(element.get("name"))] = element.get("value") or ""
                yield Ask(name[3:].upper(), address, fields, _target(above, element))


def ask_for(page: Element, address: str) -> Ask:
    """Give what a page makes htmx ask of an address, `*` in it being anything; a query names one of several."""
    path, wanted = urlsplit(address).path, dict(parse_qsl(urlsplit(address).query))
    for ask in asks(page):
        there = urlsplit(ask.address)
        if fnmatch(there.path, path) and wanted.items() <= {**dict(parse_qsl(there.query)), **ask.fields}.items():
            return ask
    raise AssertionError(f"nothing in the page asks for {address}")


def filled(page: Element, typed: Mapping[str, Any], address: str = "") -> str:
    """Give a page as it is once somebody typed in its fields; in those of one form when it sends to that address."""
    above = {child: parent for parent in page.iter() for child in parent}
    form = next((one for one in page.iter("form") if one.get("action") == address), None)
    for field in page.iter():
        name = field.get("name", "")
        if form is not None and field.tag in pages.FIELDS and _form(page, above, field) is not form:
            continue
        if name not in typed or field.get("type") in ("hidden", "file") or field.tag == "button":
            continue
        if field.tag == "select":
            for option in field.iter("option"):
                option.attrib.pop("selected", None)
                if option.get("value") == typed[name]:
                    option.set("selected", "")
        elif field.get("type") == "checkbox":
            field.attrib.pop("checked", None)
            if field.get("value") in typed[name]:
                field.set("checked", "")
        elif field.tag == "textarea":
            field.text = typed[name]
        else:
            field.set("value", typed[name])
    return text(page)


def text(page: Element) -> str:
    """Write a page as HTML again."""
    said = html5lib.serialize(page, tree="etree", omit_optional_tags=False, quote_attr_values="always")
    return f"<!doctype html>{said}"


def _form(page: Element, above: Mapping[Element, Element], element: Element) -> Element | None:
    if element.get("form"):
        return pages.by_id(page, str(element.get("form")))
    return next((one for one in _upwards(above, element) if one.tag == "form"), None)


def _upwards(above: Mapping[Element, Element], element: Element | None) -> Iterator[Element]:
    while element is not None:
        yield element
        element = above.get(element)


def _fields(page: Element, above: Mapping[Element, Element], form: Element) -> dict[str, Any]:
    """Give what a form sends: its fields, those that belong to it from afar, and no button."""
    found: dict[str, Any] = {}
    for field in page.iter():
        name = field.get("name")
        if field.tag not in pages.FIELDS or not name or _form(page, above, field) is not form:
            continue
        if field.get("type") == "file" or (field.get("type") == "checkbox" and field.get("checked") is None):
            continue
        chosen = [one.get("value") or "" for one in field.iter("option") if one.get("selected") is not None]
        found[name] = (chosen or [""])[0] if field.tag == "select" else field.get("value") or ""
    return found


def _target(above: Mapping[Element, Element], element: Element) -> str:
    """Find the id that an answer replaces: said by the element, or by what it lies in."""
    said = element.get("hx-target") or next(
        one.get("hx-target:inherited") or "" for one in _upwards(above, element) if one.get("hx-target:inherited")
    )
    if said.startswith("closest "):
        return next(str(one.get("id")) for one in _upwards(above, element) if one.tag == said.removeprefix("closest "))
    return said.removeprefix("#")
