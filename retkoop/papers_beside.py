"""PURE. The papers of an exercice beside its figures: which operations are listed, and which paper is looked at.

The AD compares an operation with its paper: a choice (one account, those without paper, all) gives the operations, a
page of them at a time, and the papers among them follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retkoop.facts import Document, Entry, Scan, YearFacts
from retkoop.rules import entries_without_scan

ALL, WITHOUT, WAITING = "tout", "sans", "a-ranger"
# Operations listed at once: a page of them stays short beside the picture of a paper.
PAGE = 30


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored document: the scan of an operation (`entry`), one that waits for its operation, or one of the year."""

    file: Scan | Document
    entry: Entry | None = None

    @property
    def key(self) -> str:
        """Give what an address calls it: `piece` and `document` count apart."""
        return "document" if isinstance(self.file, Document) else "piece"


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown beside the figures: a page of the operations chosen, and the paper that is looked at, if any."""

    choice: str
    entries: tuple[Entry, ...] = ()
    total: int = 0
    page: int = 1
    paper: Paper | None = None
    before: Paper | None = None
    after: Paper | None = None
    place: int = 0
    papers: int = 0

    @property
    def last_page(self) -> int:
        """Give how many pages the operations fill."""
        return max(1, -(-self.total // PAGE))


def chosen_entries(facts: YearFacts, choice: str) -> tuple[Entry, ...]:
    """Give the operations of a choice in the order of the cahier; `choice` may be the code of an account."""
    if choice == ALL:
        return facts.entries
    if choice == WITHOUT:
        return without_paper(facts)
    return tuple(one for one in facts.entries if any(line.account == choice for line in one.allocations))


def without_paper(facts: YearFacts) -> tuple[Entry, ...]:
    """Give the operations that no paper proves, in the order of the cahier; internal transfers need none."""
    numbers = {entry.number for lacking in entries_without_scan(facts) for entry in lacking}
    return tuple(entry for entry in facts.entries if entry.number in numbers)


def scans_of(entries: Sequence[Entry]) -> tuple[Paper, ...]:
    """Give the scans of operations, in their order."""
    return tuple(Paper(scan, entry) for entry in entries for scan in entry.scans)


def beside(
    facts: YearFacts,
    documents: Sequence[Document],
    choice: str = "",
    page: int = 1,
    piece: int | None = None,
    document: int | None = None,
) -> Beside | None:
    """Give what is shown; None when the paper that is asked for is none of this exercice's."""
    entries = chosen_entries(facts, choice) if choice else ()
    if document is not None:
        return _among(tuple(Paper(one) for one in documents if one.digest), "document", document, choice, entries, page)
    if piece is None:
        return _page_of(Beside(choice), entries, page)
    papers = scans_of(entries)
    if not any(one.file.number == piece for one in papers):
        # It belongs to none of the operations chosen: all of them are its company.
        choice, entries = ALL, facts.entries
        papers = scans_of(entries)
    if any(one.number == piece for one in facts.inbox):
        choice, entries, papers = WAITING, (), tuple(map(Paper, facts.inbox))
    return _among(papers, "piece", piece, choice, entries, None)


def _among(
    papers: Sequence[Paper], key: str, number: int, choice: str, entries: Sequence[Entry], page: int | None
) -> Beside | None:
    place = next((at for at, one in enumerate(papers) if one.file.number == number and one.key == key), None)
    if place is None:
        return None
    paper = papers[place]
    if page is None:
        at = next((at for at, one in enumerate(entries) if paper.entry and one.number == paper.entry.number), 0)
        page = at // PAGE + 1
    shown = Beside(
        choice,
        paper=paper,
        before=papers[place - 1] if place else None,
        after=papers[place + 1] if place + 1 < len(papers) else None,
        place=place + 1,
        papers=len(papers),
    )
    return _page_of(shown, entries, page)


def _page_of(shown: Beside, entries: Sequence[Entry], page: int) -> Beside:
    last = max(1, -(-len(entries) // PAGE))
    page = max(1, min(page, last))
    return replace(shown, entries=tuple(entries[(page - 1) * PAGE : page * PAGE]), total=len(entries), page=page)
