"""What makes a tagged PDF whole: one tree of structure, in which each marked text has its one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf


def faults_of_tags(document: pikepdf.Pdf) -> list[str]:
    """Name what is wrong with the structure of a document; a sound one has no fault."""
    root = document.Root.StructTreeRoot
    faults = [] if document.Root.MarkInfo.Marked else ["not marked"]
    if len(root.K) != 1 or root.K[0].S != "/Document":
        faults.append("not one document at the root")
    elements = list(_elements(root.K[0], root))
    faults += [f"a {element.S} whose parent is another" for element, parent in elements if parent != element.P]
    return faults + _of_marks(document, [element for element, _ in elements]) + _of_headers(document, elements)


def _elements(element: Any, parent: Any) -> Iterator[tuple[Any, Any]]:
    yield element, parent
    for child in element.K:
        if isinstance(child, pikepdf.Dictionary):
            yield from _elements(child, element)


def _of_marks(document: pikepdf.Pdf, elements: list[Any]) -> list[str]:
    """Compare what the tree says of each page's marked content with what the parent tree says."""
    keys = [int(page.obj.StructParents) for page in document.pages]
    faults = [] if keys == list(range(len(keys))) else [f"pages numbered {keys}"]
    numbers = {page.objgen: number for number, page in enumerate(document.pages)}
    nums = document.Root.StructTreeRoot.ParentTree.Nums
    held = {int(nums[n]): nums[n + 1] for n in range(0, len(nums), 2)}
    faults += [] if sorted(held) == keys else ["a parent tree of other pages"]
    for element in elements:
        for mark in element.K:
            if not isinstance(mark, int):
                continue
            page = held.get(numbers[element.Pg.objgen])
            if page is None or mark >= len(page) or page[mark].objgen != element.objgen:
                faults.append(f"the mark {mark} of a {element.S} belongs to another")
    return faults


def _of_headers(document: pikepdf.Pdf, elements: list[tuple[Any, Any]]) -> list[str]:
    """Compare the names of header cells with those that cells ask for."""
    named = [(bytes(element.ID), element.objgen) for element, _ in elements if "/ID" in element]
    names = document.Root.StructTreeRoot.IDTree.Names
    listed = [(bytes(names[n]), names[n + 1].objgen) for n in range(0, len(names), 2)]
    faults = [] if sorted(named) == listed else ["the index of names is not theirs, or not in order"]
    faults += [] if len(dict(named)) == len(named) else ["a name given twice"]
    known = dict(named)
    for element, parent in elements:
        if element.S in ("/TD", "/TH") and parent.S != "/TR":
            faults.append("a cell without a row")
        if element.S == "/TD" and not {bytes(name) for name in element.A.Headers} <= known.keys():
            faults.append("a cell that names no header")
    return faults
