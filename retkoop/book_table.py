"""PURE. A cahier kept elsewhere, in a spreadsheet: its columns, its lines as drafts, and which are here already.

Amounts in signed cents. A line without a date that bears an account shares out the amount of the one above.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from retkoop.chart import Chart
from retkoop.coop_table import TextRow
from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH, PROJECT_LENGTH, EntryDraft, draft_faults
from retkoop.facts import Allocation, Entry
from retkoop.numbering import natural_key
from retkoop.school_year import SchoolYear
from retkoop.statements.columns import cell
from retkoop.statements.values import DAY_FIRST, day_order, decimal_mark, plain, read_cents, read_day

MOST_LINES = 2_000
_HEAD_WITHIN = 40
# What a column may hold, in the words of the screen.
ROLES: Mapping[str, str] = {
    "day": "Date", "voucher": "N° de PJ", "label": "Libellé", "cheque": "N° de chèque",
    "bank_in": "Banque : recettes", "bank_out": "Banque : dépenses", "bank": "Banque, avec son signe",
    "cash_in": "Caisse : recettes", "cash_out": "Caisse : dépenses", "cash": "Caisse, avec son signe",
    "account": "Compte", "project": "Projet",
}  # fmt: skip
_MONEY = ("bank_in", "bank_out", "cash_in", "cash_out", "bank", "cash")
# How a title says where money goes, and which way.
_WHERE = (("cash", r"caisse|espece"), ("bank", r"banq|ccp|^montant"))
_WAY = (("_in", r"recette|entree|credit|encaiss"), ("_out", r"depense|sortie|debit|decaiss"))
# How a title says the rest; the first that fits wins.
_TITLES = (
    ("day", r"^date|^jour$"), ("cheque", r"cheque|chq"), ("voucher", r"\bpj\b|piece|justificatif|^no$|^numero$"),
    ("account", r"compte|imputation|^code|ventilation"), ("project", r"projet|^action"),
    ("label", r"libelle|designation|intitule|^objet|operation|^nature|^detail"),
)  # fmt: skip
_IGNORED = re.compile(r"solde|total|regie|a ventiler|pointee?")
_FOOT = re.compile(r"(sous )?total|solde|a reporter|report\b")
_ACCOUNT = re.compile(r"\b([67]\d{3}|[67]\d{7})\b")


@dataclass(frozen=True, slots=True)
class BookColumns:
    """Which column, counted from 0, holds what; `accounts` are those titled by an account, `head` the titles’ line."""

    head: int = 0
    roles: Mapping[str, int] = field(default_factory=dict)
    accounts: tuple[tuple[int, str], ...] = ()
    order: str = DAY_FIRST
    mark: str = ","

    @property
    def lacking(self) -> str:
        """Say what is missing to read lines by it; empty when nothing is."""
        if "day" not in self.roles:
            return "Dites quelle colonne est la date."
        if "label" not in self.roles:
            return "Dites quelle colonne est le libellé."
        if not any(name in self.roles for name in _MONEY):
            return "Dites quelle colonne est le montant : banque ou caisse, recettes ou dépenses."
        return ""


def to_json(columns: BookColumns) -> str:
    """Write what columns hold as it is kept."""
    return json.dumps(asdict(columns), separators=(",", ":"))


def from_json(text: str) -> BookColumns:
    """Read what was kept."""
    told = json.loads(text)
    return BookColumns(**{**told, "accounts": tuple((column, code) for column, code in told["accounts"])})


def propose_columns(rows: Sequence[TextRow], chart: Chart) -> BookColumns:
    """Propose what the columns hold by their titles, which may stand on two lines (« Banque » above « Recettes »)."""
    best = BookColumns()
    above: tuple[str, ...] = ()
    for place, row in enumerate(rows[:_HEAD_WITHIN]):
        found = _by_titles(row, above, chart)
        above = row.cells
        if not found.lacking:
            return _told(rows[place + 1 :], found)
        best = found if len(found.roles) > len(best.roles) else best
    return best


def _by_titles(row: TextRow, above: Sequence[str], chart: Chart) -> BookColumns:
    roles: dict[str, int] = {}
    accounts: list[tuple[int, str]] = []
    over = ""
    for column, text in enumerate(row.cells):
        over = (above[column] if column < len(above) else "") or over
        title = plain(text)
        code = account_of(text, chart)
        if code and len(title) > 3 and _ACCOUNT.match(title):
            accounts.append((column, code))
        elif title and not _IGNORED.search(title) and not read_day(text) and len(title) < 60:
            role = _role(title, plain(over))
            if role:
                roles.setdefault(role, column)
    return BookColumns(row.line, roles, tuple(accounts))


def _role(title: str, over: str) -> str:
    """Tell what a column with this title holds; the title above it says where money goes when it does not."""
    way = _first(_WAY, title)
    where = _first(_WHERE, title)
    if way or (where and _first(_TITLES, title) == ""):
        return (where or _first(_WHERE, over) or "bank") + way
    return _first(_TITLES, title)


def _first(patterns: Iterable[tuple[str, str]], title: str) -> str:
    return next((name for name, pattern in patterns if re.search(pattern, title)), "")


def _told(rows: Sequence[TextRow], columns: BookColumns) -> BookColumns:
    moneys = [column for name, column in columns.roles.items() if name in _MONEY]
    return replace(
        columns,
        order=day_order(cell(row, columns.roles["day"]) for row in rows),
        mark=decimal_mark(cell(row, column) for row in rows[:400] for column in moneys),
    )


def account_of(text: str, chart: Chart) -> str:
    """Give the account that a text names by its number, of four digits or eight; empty when it names none."""
    found = _ACCOUNT.search(text)
    if found is None:
        return ""
    return next((one.code for one in chart if found[1] in (one.code, one.short)), "")


class Fault(NamedTuple):
    """A line that cannot be read, and why."""

    line: int
    message: str


class BookLine(NamedTuple):
    """A line of the table, as an entry that is not stored yet."""

    line: int
    draft: EntryDraft


class Reading(NamedTuple):
    """The lines of a table, or what is wrong with it: all or nothing."""

    lines: tuple[BookLine, ...]
    faults: tuple[Fault, ...]


def read_book(rows: Sequence[TextRow], columns: BookColumns, year: SchoolYear, chart: Chart) -> Reading:
    """Read the lines of a table by what its columns hold."""
    lines: list[BookLine] = []
    faults: list[Fault] = []
    below = {name for name in ("bank_out", "cash_out") if _is_below_zero(rows, columns, name)}
    for row in rows:
        if row.line <= columns.head:
            continue
        try:
            _read_row(row, columns, chart, lines, below)
        except ValueError as fault:
            faults.append(Fault(row.line, str(fault)))
    if len(lines) > MOST_LINES:
        faults.append(Fault(lines[MOST_LINES].line, f"Ce tableau a plus de {MOST_LINES} écritures : coupez-le."))
    for one in lines:
        projects = [one.draft.project] if one.draft.project else []
        faults += [Fault(one.line, fault.message) for fault in draft_faults(one.draft, year, chart, (), projects)]
    if not lines and not faults:
        faults.append(Fault(columns.head, "Aucune écriture n’est lisible sous ces titres."))
    return Reading(() if faults else tuple(lines), tuple(sorted(faults)))


def _is_below_zero(rows: Sequence[TextRow], columns: BookColumns, name: str) -> bool:
    """Tell a column of expenses that are written below zero; the few of the other sign are refunds."""
    column = columns.roles.get(name)
    amounts = [read_cents(cell(row, column), columns.mark) or 0 for row in rows if row.line > columns.head]
    return sum(amount < 0 for amount in amounts) > sum(amount > 0 for amount in amounts)


def _read_row(
    row: TextRow, columns: BookColumns, chart: Chart, lines: list[BookLine], below: Collection[str]
) -> None:  # fmt: skip
    """Add a row to the lines, or its account to the line above; raise ValueError with a sentence."""
    told = {name: cell(row, column) for name, column in columns.roles.items()}
    moved = {name: _cents(told[name], columns.mark) for name in _MONEY if told.get(name)}
    spent = {name: moved.get(name, 0) * (1 if name in below else -1) for name in ("bank_out", "cash_out")}
    bank = moved.get("bank", 0) + moved.get("bank_in", 0) + spent["bank_out"]
    cash = moved.get("cash", 0) + moved.get("cash_in", 0) + spent["cash_out"]
    shared = _shared(row, columns, chart, told.get("account", ""), bank + cash)
    day = read_day(told["day"], columns.order)
    if day is None and any(_FOOT.match(plain(text)) for text in row.cells[:6]):
        return
    if day is None and told["day"] and (bank or cash):
        raise ValueError(f"La date « {told['day'][:20]} » n’est pas lisible.")
    if day is None:
        if shared and lines:
            _share(lines, bank, cash, shared)
        elif bank or cash:
            raise ValueError("La date de cette écriture manque.")
        return
    if bank or cash:
        lines.append(BookLine(row.line, _draft(day, bank, cash, shared, told)))


def _draft(day: date, bank: int, cash: int, shared: tuple[Allocation, ...], told: Mapping[str, str]) -> EntryDraft:
    transfer = bank == -cash and not shared
    return EntryDraft(
        day=day, label=told["label"][:LABEL_LENGTH], bank=bank, cash=cash, allocations=() if transfer else shared,
        voucher=told.get("voucher", "")[:NUMBER_LENGTH], cheque=told.get("cheque", "")[:NUMBER_LENGTH],
        project=told.get("project", "")[:PROJECT_LENGTH] or None,
    )  # fmt: skip


def _share(lines: list[BookLine], bank: int, cash: int, shared: tuple[Allocation, ...]) -> None:
    """Give more accounts to the line above: what its own row could not hold."""
    above = lines[-1]
    draft = above.draft
    lines[-1] = above._replace(
        draft=replace(
            draft, bank=draft.bank + bank, cash=draft.cash + cash, allocations=(*draft.allocations, *shared)
        )
    )  # fmt: skip


def _shared(row: TextRow, columns: BookColumns, chart: Chart, account: str, moved: int) -> tuple[Allocation, ...]:
    """Give what a row gives to accounts: by the columns titled by one, else all of it to the one that it names."""
    found = []
    for column, code in columns.accounts:
        text = cell(row, column)
        amount = _cents(text, columns.mark) if text else 0
        if amount:
            found.append(Allocation(code, amount))
    if found or not account:
        return tuple(found)
    code = account_of(account, chart)
    if not code:
        raise ValueError(f"Le compte « {account[:40]} » n’est pas dans le plan comptable.")
    return (Allocation(code, moved * chart.sign(code)),) if moved else ()


def _cents(text: str, mark: str) -> int:
    if text in ("-", "–"):
        return 0
    amount = read_cents(text, mark)
    if amount is None:
        raise ValueError(f"Le montant « {text[:40]} » n’est pas lisible.")
    return amount


# ---- Beside what is in the cahier already

SAME, CLOSE, NEW = "identique", "proche", "nouvelle"
_NEAR = timedelta(days=5)


class Compared(NamedTuple):
    """A line, what it is to the cahier, and the entry that it is the same as or close to."""

    line: int
    draft: EntryDraft
    what: str
    entry: Entry | None


def compare(lines: Iterable[BookLine], entries: Iterable[Entry]) -> tuple[Compared, ...]:
    """Tell of each line whether the cahier holds it: each entry stands for one line at most, exact ones first."""
    lines = tuple(lines)
    by_amounts: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        by_amounts[entry.bank, entry.cash].append(entry)
    taken: set[int] = set()
    found: dict[int, tuple[str, Entry]] = {}
    for what, alike in ((SAME, _is_same), (CLOSE, _is_close)):
        for place, one in enumerate(lines):
            if place not in found:
                others = by_amounts[one.draft.bank, one.draft.cash]
                match = next((e for e in others if e.number not in taken and alike(one.draft, e)), None)
                if match:
                    found[place] = what, match
                    taken.add(match.number)
    nothing: tuple[str, Entry | None] = (NEW, None)
    return tuple(Compared(*one, *found.get(place, nothing)) for place, one in enumerate(lines))


def _is_same(draft: EntryDraft, entry: Entry) -> bool:
    return draft.day == entry.day and plain(draft.label) == plain(entry.label)


def _is_close(draft: EntryDraft, entry: Entry) -> bool:
    same_voucher = bool(draft.voucher) and natural_key(draft.voucher) == natural_key(entry.voucher)
    return same_voucher or abs(draft.day - entry.day) <= _NEAR


def seal_of(compared: Iterable[Compared]) -> str:
    """Give a digest of what an import would do: what was previewed is what is written."""
    told = [(one.line, one.what, one.entry.number if one.entry else 0, repr(one.draft)) for one in compared]
    return sha256(repr(told).encode()).hexdigest()
