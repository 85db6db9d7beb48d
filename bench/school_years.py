"""Whole and right years for the error finder: three sources whose habits differ, drawn from a seed."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from random import Random

from bench import books
from retkoop import reports, scan_text
from retkoop.chart import Chart, read_chart
from retkoop.drafts import EntryDraft
from retkoop.exchange import DENOMINATIONS
from retkoop.exchange_reader import read_exchange
from retkoop.facts import Advance, Allocation, CashCount, Entry, Opening, PriorOperation, Scan, Statement, YearFacts
from retkoop.school_year import SchoolYear

YEAR = SchoolYear(2024)
ROOT = Path(__file__).parent.parent
CASES = ("ecole-101", "ecole-102-postale", "ecole-103-sans-caisse")
SOURCES = ("livres", "école", "cas")


def a_year(random: Random, source: str) -> YearFacts:
    """Draw a right year: everything agrees with a statement and a count that are true."""
    return agreeing({"livres": _of_books, "école": _of_school, "cas": _of_case}[source](random))


def agreeing(facts: YearFacts) -> YearFacts:
    """Give the year with the statement and the count that it explains."""
    facts = replace(facts, statement=Statement(YEAR.last_day, reports.ticked_balance(facts)))
    if not reports.cash_used(facts):
        return facts
    return replace(facts, counts=(CashCount(1, YEAR.last_day, _pieces(reports.cash_balance(facts))),))


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give entries in the order of the cahier."""
    return tuple(sorted(entries, key=lambda entry: (entry.day, entry.number)))


def _pieces(cents: int) -> tuple[tuple[int, int], ...]:
    pieces = []
    for value in DENOMINATIONS:
        number, cents = divmod(cents, value)
        pieces.append((value, number))
    return tuple(piece for piece in pieces if piece[1])


@cache
def chart() -> Chart:
    """Read the chart of accounts."""
    table = ROOT / "retkoop" / "data" / "plan_comptable_2024.csv"
    return read_chart(table.read_text("utf-8").splitlines())


def _entry(number: int, draft: EntryDraft, ticked_on: date | None, scans: tuple[Scan, ...] = ()) -> Entry:
    return Entry(
        number, draft.voucher, draft.day, draft.label, draft.cheque, draft.project, draft.bank, draft.cash,
        draft.advance, draft.advance_amount, ticked_on if draft.bank else None, draft.allocations, scans,
    )  # fmt: skip


# ---- The benchmark's books, put right


def _of_books(random: Random) -> YearFacts:
    """Take the benchmark's entries from another rank each time, and settle the régies."""
    size, first = random.randint(60, 300), random.randint(0, 4_000)
    drafts = [books.draft(first + rank, day) for rank, day in enumerate(sorted(books.days(size)))]
    drafts += [_justified(draft) for draft in drafts if draft.advance]
    entries = in_order(_entry(number, draft, draft.day) for number, draft in enumerate(drafts, 1))
    waiting = {entry.number for entry in [entry for entry in entries if entry.bank][-books.OUTSTANDING :]}
    entries = tuple(replace(entry, ticked_on=None) if entry.number in waiting else entry for entry in entries)
    advances = tuple(Advance(number, code, code) for number, code in enumerate(books.ADVANCES, 1))
    spent = -sum(min(entry.cash, 0) for entry in entries)
    prior = PriorOperation(1, date(2024, 6, 28), "Photographe", "7001", -9_000, date(2024, 9, 9))
    opening = Opening(250_000, spent, 250_000 + spent)
    return YearFacts(YEAR, "512", chart(), opening, entries, (prior,), advances)


def _justified(draft: EntryDraft) -> EntryDraft:
    day = min(draft.day + timedelta(days=20), YEAR.last_day)
    lines = (Allocation("61800008", draft.advance_amount),)
    return replace(
        draft, day=day, voucher=draft.voucher + "B", bank=0, advance_amount=-draft.advance_amount, allocations=lines
    )


# ---- The shared cases


def _of_case(random: Random) -> YearFacts:
    return _read_case(random.choice(CASES))


@cache
def _read_case(name: str) -> YearFacts:
    with zipfile.ZipFile(ROOT / "tests" / "cases" / name / "exercice.zip") as archive:
        read = read_exchange(archive.read("exercice.json"), lambda _: chart())
    entries = in_order(_entry(n, archived.draft, archived.ticked_on) for n, archived in enumerate(read.entries, 1))
    advances = tuple(Advance(number, *pair) for number, pair in enumerate(read.advances, 1))
    return YearFacts(
        read.year, read.coop.bank_account, chart(), read.opening, entries, read.priors, advances, grants=read.grants
    )


# ---- A school with habits of its own


def _of_school(random: Random) -> YearFacts:
    return SchoolHabits(random).facts()


_SHOPS = (
    "Librairie Le Passage – Albums", "Papeterie Centrale – Fournitures", "Ferme des Coquelicots – Visite",
    "Cars Meunier – Transport", "Jeux & Cour – Ballons", "La Poste – Timbres", "Boulangerie Petit – Galettes",
    "Jardinerie du Lac – Terreau", "Cinéma Rex – École et cinéma", "Compagnie du Tilleul – Spectacle",
    "Musée des Beaux-Arts – Entrées", "Supermarché – Goûter", "Imprimerie Vasseur – Programmes",
)  # fmt: skip
_CLASSES = ("PS-MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2", "ULIS")
_SALES = ("Vente de gâteaux", "Marché de Noël", "Kermesse", "Tombola", "Vente de calendriers", "Photos de classe")
_MONTHS = ("septembre", "octobre", "novembre", "décembre", "janvier", "février", "mars", "avril", "mai", "juin")


class SchoolHabits:
    """One school: what it pays each month, its round prices, its cash box, its numbers, how fast its cheques go."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.size = random.randint(60, 300)
        self.cents = random.uniform(0.2, 0.9)
        self.by_cheque = random.uniform(0.1, 0.8)
        self.in_cash = random.choice((0.0, 0.15, 0.3, 0.45))
        self.told = random.choice((0.0, 0.0, 0.3, 0.6))
        self.sided = random.random() < 0.3
        self.says_cash = random.random() < 0.4
        self.cheque = random.randint(1_000_000, 9_000_000)
        self.opening_cash = random.randint(0, 20_000) if self.in_cash else 0
        self.drafts: list[EntryDraft] = []

    def facts(self) -> YearFacts:
        """Draw the year."""
        self._monthly()
        self._repeated()
        self._advances()
        while len(self.drafts) < self.size:
            self._something()
        drafts = self._through_the_cash_box(sorted(self.drafts, key=lambda draft: draft.day))
        entries = tuple(self._written(number, draft) for number, draft in enumerate(self._numbered(drafts), 1))
        advances = tuple(Advance(number, code, code) for number, code in enumerate(_CLASSES, 1))
        bank = self.random.randint(80_000, 700_000)
        opening = Opening(bank, self.opening_cash, bank + self.opening_cash)
        return YearFacts(YEAR, "512", chart(), opening, entries, tuple(self._priors()), advances)

    def _price(self, middle: float = 6_000, spread: float = 1.0) -> int:
        cents = int(middle * math.exp(self.random.gauss(0, spread)))
        if self.random.random() < self.cents:
            return max(cents, 150)
        return max(round(cents / 100) * 100, 200)

    def _day(self) -> date:
        day = YEAR.first_day + timedelta(days=int(self.random.betavariate(1.1, 1.2) * 340))
        return day if day.month not in (8,) or self.random.random() < 0.2 else day - timedelta(days=45)

    def _spend(self, day: date, label: str, amount: int, account: str = "61800008") -> None:
        lines: tuple[Allocation, ...] = (Allocation(account, amount),)
        if amount > 2_000 and self.random.random() < 0.08:
            part = amount // 3
            lines = (Allocation(account, amount - part), Allocation("65000008", part))
        self.drafts.append(EntryDraft(day, label, bank=-amount, allocations=lines))

    def _receive(self, day: date, label: str, amount: int, account: str = "70800008") -> None:
        lines = (Allocation(account, amount),)
        if self.random.random() < self.in_cash:
            words = " (espèces)" if self.says_cash else ""
            self.drafts.append(EntryDraft(day, label + words, cash=amount, allocations=lines))
        elif self.in_cash and amount > 3_000 and self.random.random() < 0.08:
            cash = self.random.randint(1, 4) * 500
            self.drafts.append(EntryDraft(day, label, bank=amount - cash, cash=cash, allocations=lines))
        else:
            self.drafts.append(EntryDraft(day, label, bank=amount, allocations=lines))

    def _monthly(self) -> None:
        fee = self.random.randint(250, 950)
        for rank, month in enumerate(_MONTHS[: self.random.randint(0, 10)]):
            day = date(2024 + (rank > 3), (8 + rank) % 12 + 1, self.random.randint(2, 6))
            self._spend(day, f"Frais de tenue de compte {month}", fee, "65000008")

    def _repeated(self) -> None:
        """Pay the same price again and again: the pool, a subscription, an intervention."""
        for label in self.random.sample(("Piscine – Créneaux", "Intervenant musique", "Poney-club – Séance"), 2):
            price, start = self._price(9_000, 0.4), YEAR.first_day + timedelta(days=self.random.randint(10, 120))
            for rank in range(self.random.randint(0, self.size // 12)):
                day = start + timedelta(days=7 * rank)
                self._spend(min(day, YEAR.last_day), f"{label} {self.random.choice(_CLASSES)}", price)

    def _advances(self) -> None:
        for code in self.random.sample(_CLASSES, self.random.randint(0, 3)):
            given, day = self.random.choice((5_000, 10_000, 15_000)), date(2024, 10, self.random.randint(1, 30))
            spent = given - self.random.randint(0, given // 3)
            later = day + timedelta(days=self.random.randint(20, 200))
            label = f"Régie d’avance {code}"
            lines = (Allocation("61800008", spent),)
            self.drafts.append(EntryDraft(day, label, bank=-given, advance=code, advance_amount=given))
            self.drafts.append(EntryDraft(later, label, advance=code, advance_amount=-spent, allocations=lines))
            if given > spent:
                back = given - spent
                self.drafts.append(EntryDraft(later, label, bank=back, advance=code, advance_amount=-back))

    def _something(self) -> None:
        day, draw = self._day(), self.random.random()
        group = self.random.choice(_CLASSES)
        if draw < 0.55:
            self._spend(day, f"{self.random.choice(_SHOPS)} {group}", self._price())
        elif draw < 0.75:
            unit = self.random.choice((300, 500, 750, 1_000, 1_200, 1_500))
            self._receive(day, f"Participation des familles {group}", unit * self.random.randint(5, 28))
        elif draw < 0.92:
            amount = self.random.randint(40, 900) * self.random.choice((10, 50, 50, 100))
            self._receive(day, f"{self.random.choice(_SALES)} {group}", amount, "70700008")
        elif draw < 0.95:
            amount = self._price(1_500)
            lines = (Allocation("61800008", -amount),)
            self.drafts.append(EntryDraft(day, f"{self.random.choice(_SHOPS)} – avoir", bank=amount, allocations=lines))
        elif self.in_cash:
            self.drafts.append(EntryDraft(day, "Remise d’espèces en banque", bank=1, cash=-1))

    def _through_the_cash_box(self, drafts: list[EntryDraft]) -> list[EntryDraft]:
        """Pay small things in cash and carry notes to the bank, as long as the box holds enough."""
        held, done = self.opening_cash, []
        for _, of_day in groupby(drafts, key=lambda draft: draft.day):
            for draft in sorted(of_day, key=lambda draft: -draft.cash):
                if draft.bank == 1:
                    moved = held // 1_000 * 1_000 if self.random.random() < 0.5 else held * 2 // 3
                    draft = replace(draft, bank=moved, cash=-moved)
                elif self._is_small(draft, held) and self.random.random() < self.in_cash:
                    draft = replace(draft, bank=0, cash=draft.bank)
                held += draft.cash
                done += [draft] if draft.bank or draft.cash or draft.advance_amount else []
        return done

    def _is_small(self, draft: EntryDraft, held: int) -> bool:
        return -min(3_000, held) <= draft.bank < 0 and not draft.advance

    def _numbered(self, drafts: list[EntryDraft]) -> list[EntryDraft]:
        """Give vouchers in the school's scheme and cheques in their order."""
        used = {"": 0, "D": 0, "R": 0}
        done = []
        for draft in drafts:
            head = ("R" if draft.bank + draft.cash > 0 else "D") if self.sided else ""
            used[head] += 1
            draft = replace(draft, voucher=f"{head}{used[head]:02d}")
            if draft.bank < 0 and self.random.random() < self.by_cheque:
                self.cheque += 1
                draft = replace(draft, cheque=str(self.cheque))
            done.append(draft)
        return done

    def _written(self, number: int, draft: EntryDraft) -> Entry:
        """Tick as the bank shows it: a cheque after weeks, one in sixty never, nothing after the last statement."""
        seen = draft.day + timedelta(days=self.random.randint(3, 45) if draft.cheque else self.random.randint(0, 5))
        shown = seen <= YEAR.last_day and not (draft.cheque and self.random.random() < 1 / 60)
        return _entry(number, draft, seen if shown else None, self._scans(number, draft))

    def _scans(self, number: int, draft: EntryDraft) -> tuple[Scan, ...]:
        """Join a scan, whose text tells what was paid among other amounts when it is not a photograph."""
        amount = abs(draft.bank + draft.cash) or abs(draft.advance_amount)
        told = scan_text.Told((draft.day,), (amount, amount * 5 // 6, amount // 6))
        text = scan_text.written(told) if self.random.random() < self.told else ""
        return (Scan(number, "application/pdf", f"pj-{number}", f"digest-{number}", told=text),)

    def _priors(self) -> Iterable[PriorOperation]:
        for number in range(1, self.random.randint(0, 5) + 1):
            amount, sign = self._price(), self.random.choice((-1, -1, 1))
            seen = date(2024, 9, self.random.randint(2, 28)) if self.random.random() < 0.85 else None
            label = self.random.choice(_SHOPS) if sign < 0 else "Remise de chèques"
            cheque = str(self.cheque - 500 - number) if sign < 0 else ""
            yield PriorOperation(number, date(2024, 7, number), label, cheque, sign * amount, seen)
