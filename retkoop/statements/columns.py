"""PURE. What each column of a bank's table holds: proposed by its head or its cells, as data that a person corrects."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from retkoop.coop_table import TextRow
from retkoop.statements.values import DAY_FIRST, day_order, decimal_mark, plain, read_cents, read_day

_SAMPLE = 400
_HEAD_WITHIN = 60


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column, counted from 0, holds what; `head` is the line of the titles, 0 when there is none.

    Either `amount`, signed or with `side` (D/C), or `debit` and `credit`.
    """

    head: int = 0
    day: int | None = None
    value_day: int | None = None
    labels: tuple[int, ...] = ()
    amount: int | None = None
    side: int | None = None
    debit: int | None = None
    credit: int | None = None
    cheque: int | None = None
    reference: int | None = None
    balance: int | None = None
    order: str = DAY_FIRST
    mark: str = ","

    @property
    def is_whole(self) -> bool:
        """Tell whether operations can be read by it."""
        return self.day is not None and self.moneys != ()

    @property
    def moneys(self) -> tuple[int, ...]:
        """Give the columns of amounts."""
        both = (self.amount,) if self.amount is not None else (self.debit, self.credit)
        return tuple(column for column in both if column is not None)


def titles_digest(rows: Sequence[TextRow], mapping: Mapping) -> str:
    """Give what tells the tables of one bank from those of another: their titles, or without any how wide they are."""
    titles = next((row.cells for row in rows if row.line == mapping.head), None)
    told = "|".join(map(plain, titles)) if titles else f"{max((len(row.cells) for row in rows), default=0)} colonnes"
    return sha256(told.encode()).hexdigest()


def to_json(mapping: Mapping) -> str:
    """Write a mapping as it is kept."""
    return json.dumps(asdict(mapping), separators=(",", ":"))


def from_json(text: str) -> Mapping:
    """Read a mapping that was kept."""
    told = json.loads(text)
    return Mapping(**{**told, "labels": tuple(told["labels"])})


# The first title that fits gives a column its role; the first column with a role keeps it, but for labels.
_ROLES = (
    ("none", r"franc|devise|currency|pointage|^categorie|^sous categorie|category|solde du compte au"),
    ("value_day", r"(date.*(valeur|value|val\b))|^valeur$|date ?val|value ?date"),
    ("day", r"date|^jour$|^day$"),
    ("balance", r"solde|balance"),
    ("side", r"^sens|debit.*credit|d/c|credit/debit"),
    ("debit", r"debit|depense|sortie|retrait|withdraw|money out"),
    ("credit", r"credit|recette|entree|versement|deposit|money in"),
    ("amount", r"montant|amount|^somme|valeur eur"),
    ("cheque", r"cheque|chq|check"),
    ("reference", r"reference|^ref\b|numero d'?operation|no d'?operation|^numero|^no\b|transaction id"),
    ("label", r"libelle|label|intitule|description|designation|operation|communication|motif|detail|information"
              r"|nature|objet|tiers|payee|memo|contrepartie|supplier|narrative|wording|type"),
)  # fmt: skip


def propose(rows: Sequence[TextRow]) -> Mapping:
    """Propose what the columns hold; `is_whole` is false when that cannot be told."""
    for place, row in enumerate(rows[:_HEAD_WITHIN]):
        named = _by_titles(row)
        if named.is_whole:
            return _told(rows[place + 1 :], named)
    return _by_cells(rows)


def _by_titles(row: TextRow) -> Mapping:
    found: dict[str, Any] = {}
    labels: list[tuple[int, int]] = []
    for column, cell in enumerate(row.cells):
        title = plain(cell)
        if not title or len(title) > 45 or re.search(r"\d{3}", title) or read_day(cell):
            continue
        role = next((name for name, pattern in _ROLES if re.search(pattern, title)), "")
        if role == "label":
            labels.append((0 if re.search(r"libelle|label|description|intitule", title) else 1, column))
        elif role == "side" and re.search(r"montant|amount", title):
            found.setdefault("amount", column)
        elif role not in ("", "none"):
            found.setdefault(role, column)
    if "day" not in found and "value_day" in found:
        found["day"] = found.pop("value_day")
    if "amount" in found:
        found.pop("debit", None)
        found.pop("credit", None)
    return Mapping(head=row.line, labels=tuple(column for _, column in sorted(labels)), **found)


def _told(rows: Sequence[TextRow], mapping: Mapping) -> Mapping:
    """Add how the days and amounts of these columns are written."""
    sample = rows[:_SAMPLE] if len(rows) <= 2 * _SAMPLE else [*rows[:_SAMPLE], *rows[-_SAMPLE:]]
    columns = mapping.moneys
    return replace(
        mapping,
        order=day_order(cell(row, mapping.day) for row in rows),
        mark=decimal_mark(cell(row, column) for row in sample for column in columns),
    )


def cell(row: TextRow, column: int | None) -> str:
    """Give a cell; nothing where the row is shorter."""
    text = row.cells[column] if column is not None and column < len(row.cells) else ""
    # What Excel is told to leave as text.
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text


def _by_cells(rows: Sequence[TextRow]) -> Mapping:
    """Tell the columns of a table without titles by what most of its dated rows hold."""
    dated = [row for row in rows[:_SAMPLE] if any(read_day(text) for text in row.cells)]
    if not dated:
        return Mapping()
    width = max(len(row.cells) for row in dated)
    texts = [[cell(row, column) for row in dated] for column in range(width)]
    days = [column for column in range(width) if _share(texts[column], lambda text: bool(read_day(text))) > 0.8]
    moneys = [column for column in range(width) if column not in days and _is_money(texts[column])]
    if not days or not moneys:
        return Mapping()
    words = [column for column in range(width) if column not in days + moneys and any(map(_has_words, texts[column]))]
    words.sort(key=lambda column: -sum(map(len, texts[column])))
    mapping = Mapping(
        day=days[0], value_day=days[1] if days[1:] else None, labels=tuple(words), **_money(texts, moneys)
    )
    return _told(rows, mapping)


def _money(texts: list[list[str]], moneys: list[int]) -> dict[str, Any]:
    """Tell one signed column, a débit and a crédit, or an amount and a running balance apart."""
    if len(moneys) == 1:
        return {"amount": moneys[0]}
    one, other = moneys[:2]
    if not any(a and b for a, b in zip(texts[one], texts[other], strict=True)):
        return {"debit": one, "credit": other, **({"balance": moneys[2]} if moneys[2:] else {})}
    return {"amount": one, "balance": other}


def _share(texts: list[str], holds: object) -> float:
    filled = [text for text in texts if text]
    return sum(map(holds, filled)) / len(texts) if filled and callable(holds) else 0.0


def _is_money(texts: list[str]) -> bool:
    filled = [text for text in texts if text]
    mark = decimal_mark(filled)
    written = [text for text in filled if read_cents(text, mark) is not None]
    return (
        bool(filled)
        and len(written) > 0.9 * len(filled)
        and any(re.search(r"[.,]\d{1,2}\b|^[-+]", text) for text in filled)
    )


def _has_words(text: str) -> bool:
    return re.search(r"[^\W\d_]{2}", text) is not None
