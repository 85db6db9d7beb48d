"""PURE. The dashboard of an association départementale: its cooperatives in one school year, sorted and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import NamedTuple

from retkoop.characters import writable
from retkoop.ledger_search import plainly
from retkoop.numbering import natural_key
from retkoop.school_year import SchoolYear, french_date
from retkoop.sheet import AMOUNT, DATE, NUMBER, Cell, Column, Row, Sheet
from retkoop.year_summary import LEFT, STANDINGS, YearSummary

# In the words of one cooperative, then of several.
STANDING_WORDS = {
    "pas_prete": ("Pas prête", "Pas prêtes"), "prete": ("Prête", "Prêtes"), "envoyee": ("Envoyée", "Envoyées"),
    "a_completer": ("À compléter", "À compléter"), "validee": ("Validée", "Validées"),
}  # fmt: skip
# What is left, as short as a cell of the table asks for.
LEFT_WORDS = {
    "EXERCICE": "exercice pas ouvert", "CALCUL": "pas encore calculé", "VENTILATION": "à ventiler",
    "REGIES": "régies non soldées", "RELEVE": "relevé de banque", "NON_POINTEES": "trop de non pointées",
    "JUSTIFICATIFS": "justificatifs", "CAISSE": "caisse à compter", "SUBVENTIONS": "subventions", "BILAN": "bilan",
    "CLOTURE": "cahier à clore", "CRA": "CRA", "DOCUMENTS": "documents", "ENVOI": "à envoyer",
}  # fmt: skip
# Beyond this a search text is a mistake.
LONGEST = 100
UP, DOWN = "", "desc"
# The reports of a year are waited for from September on; after December, the running year matters more.
_SEASON = (9, 10, 11, 12)


class Contact(NamedTuple):
    """How a mandataire is reached."""

    name: str
    mail: str
    phone: str


@dataclass(frozen=True, slots=True)
class Line:
    """A cooperative in a school year: `state` of its exercice, None without one; `standing` and `left` on the day.

    `fresh` tells figures that are those of the moment from figures kept before the last writes.
    """

    identifier: str
    name: str
    uai: str
    place: str
    state: str | None
    standing: str
    left: tuple[str, ...]
    summary: YearSummary | None = None
    fresh: bool = True
    active_at: datetime | None = None
    active_who: str = ""
    contacts: tuple[Contact, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How the dashboard is looked at; every field is the text that the address holds, empty when it does not matter."""

    cherche: str = ""
    etat: str = ""
    constat: str = ""
    tri: str = ""
    sens: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Look:
        """Read what an address asks; what means nothing here is left out."""
        typed = {f.name: writable(values.get(f.name, "")).strip()[:LONGEST] for f in fields(cls)}
        known = {"etat": STANDINGS, "constat": LEFT, "tri": tuple(_ORDERS), "sens": (DOWN,)}
        return cls(**{n: text if n not in known or text in known[n] else "" for n, text in typed.items()})

    @property
    def params(self) -> dict[str, str]:
        """Give what an address has to hold to show the same."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}

    @property
    def filters(self) -> bool:
        """Tell whether any cooperative is left out."""
        return bool(self.cherche or self.etat or self.constat)

    def turned(self, order: str) -> dict[str, str]:
        """Give the parameters that sort by a column: the other way round when it is sorted by already."""
        other = DOWN if self.tri == order and self.sens == UP else UP
        kept = {name: text for name, text in self.params.items() if name not in ("tri", "sens")}
        return {**kept, "tri": order, **({"sens": other} if other else {})}

    def with_(self, **asked: str) -> dict[str, str]:
        """Give the parameters of the same look but for some; an empty one is left out."""
        return {name: text for name, text in {**self.params, **asked}.items() if text}


def _figure(name: str) -> Callable[[Line], float | None]:
    return lambda line: None if line.summary is None else getattr(line.summary, name)


def _active(line: Line) -> float | None:
    return line.active_at.timestamp() if line.active_at else None


# What each column is sorted by: a number, None where there is none, which comes last.
_ORDERS: dict[str, Callable[[Line], float | None]] = {
    "etat": lambda line: STANDINGS.index(line.standing),
    "reste": lambda line: len(line.left),
    "banque": _figure("bank"),
    "caisse": _figure("cash"),
    "resultat": _figure("result"),
    "activite": _active,
    "nom": lambda line: 0,
}


def chosen(lines: Iterable[Line], look: Look) -> tuple[Line, ...]:
    """Give the lines that are looked for, in the order that is asked for; by name where nothing else decides."""
    words = plainly(look.cherche).split()
    kept = [line for line in lines if _is_chosen(line, look, words)]
    # École 2 before École 10.
    kept.sort(key=lambda line: (natural_key(plainly(line.name)), line.identifier))
    if look.tri in ("", "nom"):
        return tuple(reversed(kept) if look.sens == DOWN else kept)
    order = _ORDERS[look.tri]
    told = [(value, line) for line in kept if (value := order(line)) is not None]
    told.sort(key=lambda pair: pair[0], reverse=look.sens == DOWN)
    return (*(line for _, line in told), *(line for line in kept if order(line) is None))


def _is_chosen(line: Line, look: Look, words: Sequence[str]) -> bool:
    if look.etat and line.standing != look.etat:
        return False
    if look.constat and look.constat not in line.left:
        return False
    said = plainly(" ".join((line.identifier, line.name, line.uai, line.place))) if words else ""
    return all(word in said for word in words)


def standing_counts(lines: Iterable[Line]) -> dict[str, int]:
    """Count the cooperatives of each standing, in the order of STANDINGS."""
    found = Counter(line.standing for line in lines)
    return {standing: found[standing] for standing in STANDINGS}


def left_counts(lines: Iterable[Line]) -> dict[str, int]:
    """Count the cooperatives by what is left to them, the most frequent first."""
    found = Counter(code for line in lines for code in line.left)
    return dict(sorted(found.items(), key=lambda item: (-item[1], LEFT.index(item[0]))))


def year_of_season(today: date, starts: Iterable[int]) -> SchoolYear:
    """Give the exercice that the association looks at: the one whose reports are due, else the running one.

    The nearest one that some cooperative has.
    """
    running = SchoolYear.containing(today).start
    wanted = running - 1 if today.month in _SEASON else running
    return SchoolYear(min(starts, key=lambda start: (abs(start - wanted), -start), default=wanted))


def deadline_in_words(year: SchoolYear, today: date) -> str:
    """Count the days down to 30 September, or up from it."""
    days, last = (year.deadline - today).days, french_date(year.deadline)
    if days > 1:
        return f"Il reste {days} jours avant le {last}."
    if days == 1:
        return f"Il reste un jour avant le {last}."
    if days == 0:
        return f"C’est aujourd’hui, {last}, le dernier jour."
    return f"Le dernier jour, {last}, est passé depuis {-days} jour{'s' if days < -1 else ''}."


def board_sheet(lines: Sequence[Line], year: SchoolYear) -> Sheet:
    """Give the lines as a sheet to take away, in their order; amounts in cents."""
    columns = (
        Column("Identifiant"), Column("Coopérative"), Column("UAI"), Column("Adresse"), Column("État"),
        Column("Ce qui reste à faire"), Column("Banque", AMOUNT), Column("Caisse", AMOUNT), Column("Résultat", AMOUNT),
        Column("Écritures", NUMBER), Column("À ventiler", NUMBER), Column("Non pointées", NUMBER),
        Column("Documents manquants", NUMBER), Column("Dernière activité", DATE), Column("Par"), Column("Mandataires"),
        Column("Téléphones"), Column("Adresses mail"), Column("Note"),
    )  # fmt: skip
    return Sheet(f"Coopératives {year.label}", columns, tuple(_row(line) for line in lines))


def _row(line: Line) -> Row:
    kept = line.summary
    figures: tuple[Cell, ...] = (None,) * 7
    if kept is not None:
        sums = (kept.bank, kept.cash, kept.result)
        figures = (*sums, kept.entries, kept.to_allocate, kept.unticked, kept.missing)
    return (
        line.identifier, line.name, line.uai, line.place, STANDING_WORDS[line.standing][0],
        ", ".join(LEFT_WORDS[code] for code in line.left), *figures,
        line.active_at.date() if line.active_at else None, line.active_who,
        ", ".join(contact.name for contact in line.contacts), _joined(contact.phone for contact in line.contacts),
        _joined(contact.mail for contact in line.contacts), line.note,
    )  # fmt: skip


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(text for text in texts if text)
