"""Made-up years: what the cahier holds, what the bank shows of it, and which line settles which entries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from bench.bank_dialects import (
    CARD,
    CASH_IN,
    CASH_OUT,
    CHEQUE,
    DEBIT,
    DIALECTS,
    FEE,
    INTEREST,
    PAID,
    RECEIVED,
    SLIP,
    Dialect,
    Said,
)  # fmt: skip
from bench.bank_habits import Habits
from bench.bank_names import FAMILIES, GOODS, PAYERS, SALES, SHOPS
from retkoop.matching import ENTRY, PRIOR, Operation
from retkoop.statements.model import BankLine

FIRST, LAST = date(2024, 9, 1), date(2025, 8, 31)
_LAGS = {CHEQUE: (1, 40), CARD: (0, 4), DEBIT: (0, 3), PAID: (0, 3), RECEIVED: (0, 3), SLIP: (0, 5), CASH_IN: (0, 5),
         CASH_OUT: (0, 1), FEE: (0, 1), INTEREST: (0, 1)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BankYear:
    """A year, and the places of the operations that each line settles; `kinds` of these links, for the tables."""

    seed: int
    dialect: Dialect
    operations: tuple[Operation, ...]
    lines: tuple[BankLine, ...]
    truth: tuple[frozenset[int], ...]
    kinds: tuple[str, ...]


@dataclass
class _Making:
    random: Random
    dialect: Dialect
    habits: Habits
    operations: list[Operation] = field(default_factory=list)
    shown: list[tuple[BankLine, list[int], str]] = field(default_factory=list)
    next_cheque: int = 0
    slips: int = 0

    # ---- The two books

    def write(self, day: date, label: str, amount: int, cheque: str = "", kind: str = ENTRY, **more: bool | int) -> int:
        """Write an operation in the cahier; give its place."""
        self.operations.append(Operation(kind, len(self.operations), day, label, amount, cheque, **more))  # type: ignore[arg-type]
        return len(self.operations) - 1

    def show(self, how: str, day: date, amount: int, places: list[int], link: str = "", who: str = "", what: str = "",
             cheque: str = "", first: date | None = None) -> None:  # fmt: skip
        """Show a line at the bank, after the lag of its means of payment; never after the year."""
        shortest, longest = _LAGS[how]
        # Most cheques come soon, some very late.
        lag = (
            min(longest, shortest + int(self.random.expovariate(1 / 9)))
            if how == CHEQUE
            else self.random.randint(shortest, longest)
        )
        seen = day + timedelta(lag)
        if seen > LAST or seen < FIRST:
            return
        label = self.dialect.label(Said(how, who, what, cheque, day, self.random))
        line = BankLine(seen, label, amount, cheque if self.dialect.cheque_field else "")
        self.shown.append((line, places, link or how))

    # ---- What people draw

    def a_day(self) -> date:
        """Draw a day of school: few in summer."""
        return FIRST + timedelta(int(self.random.triangular(0, 363, 60 if self.random.random() < 0.4 else 250)))

    def price(self) -> int:
        """Draw an amount: round ones come back, others hardly."""
        if self.random.random() < self.habits.round:
            return 500 * self.random.randint(2, 60)
        kind = self.random.random()
        if kind < 0.4:
            return 100 * self.random.randint(5, 400)
        return self.random.randint(300, 60_000)

    def label(self, who: str, what: str) -> str:
        """Write an entry's label as this cooperative does."""
        return f"{who} – {what}" if self.random.random() < self.habits.tells_who else what.capitalize()

    def trade_name(self, who: str) -> str:
        """Give the name that the bank knows: the same, cut, with its legal form, or another altogether."""
        kind = self.random.random()
        if kind < 0.12:
            return self.random.choice(
                ("SUMUP MARCHAND", "SAS HOLDING RM", "ZETTLE 4471", "EURL PRADEL", "GIE SERVICES")
            )
        if kind < 0.3:
            return f"SARL {who}"
        return who[: self.random.randint(8, 14)] if kind < 0.45 else who

    def cheque_number(self) -> str:
        """Take the next cheque of the book, rarely a new book."""
        self.next_cheque += 1 if self.random.random() > 0.02 else self.random.randint(200, 90_000)
        return f"{self.next_cheque:07d}"

    def typed(self, cheque: str) -> str:
        """Type a cheque's number: sometimes not, sometimes wrong."""
        if self.random.random() > self.habits.typed_number:
            return ""
        if self.random.random() < self.habits.wrong_number:
            digits, at = list(cheque), self.random.randrange(3, 6)
            if self.random.random() < 0.5 and digits[at] != digits[at + 1]:
                digits[at], digits[at + 1] = digits[at + 1], digits[at]
            else:
                digits[at] = str((int(digits[at]) + self.random.randint(1, 9)) % 10)
            return "".join(digits)
        return cheque

    def book_day(self, day: date) -> date:
        """Give the day that is written: people who write late put another one."""
        moved = day + timedelta(self.random.randint(1, 8)) if self.random.random() < self.habits.late else day
        return min(max(moved, FIRST), LAST)

    # ---- What happens

    def spend(self, how: str, who: str, what: str, amount: int, day: date, link: str = "") -> None:
        """Pay someone."""
        cheque = self.cheque_number() if how == CHEQUE else ""
        typed = self.typed(cheque) if cheque else ""
        written = amount
        digits = str(amount)
        swaps = [at for at in range(len(digits) - 1) if digits[at] != digits[at + 1] and (at or digits[1] != "0")]
        if swaps and self.random.random() < self.habits.wrong_amount:
            at = self.random.choice(swaps)
            written = int(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])
        place = self.write(self.book_day(day) if how != CHEQUE else day, self.label(who, what), -written, typed)
        if self.random.random() < self.habits.never:
            return
        if how == CHEQUE and not link:
            link = "chèque sans n°" if not typed else "chèque, n° faux" if typed != cheque else "chèque"
        true = [place] if written == amount else []
        self.show(how, day, -amount, true, link if true else "montant faux", self.trade_name(who), what, cheque)

    def expense(self) -> None:
        """Draw an expense."""
        how = (
            CHEQUE
            if self.random.random() < self.habits.by_cheque
            else self.random.choices((CARD, PAID, DEBIT), (5, 4, 1))[0]
        )
        self.spend(how, self.random.choice(SHOPS), self.random.choice(GOODS), self.price(), self.a_day())

    def refund(self) -> None:
        """Draw a receipt by transfer."""
        who, day, amount = self.random.choice((*PAYERS, *SHOPS)), self.a_day(), self.price()
        place = self.write(self.book_day(day), self.label(who, "participation"), amount)
        self.show(RECEIVED, day, amount, [place], who=self.trade_name(who), what="participation")

    def grants(self) -> None:
        """Draw one transfer for several grants."""
        who, day = self.random.choice(PAYERS[:3]), self.a_day()
        places = [
            self.write(day, f"{who} – Subvention {what}", 1_000 * self.random.randint(3, 90))
            for what in self.random.sample(GOODS, self.random.randint(2, 3))
        ]
        total = sum(self.operations[place].amount for place in places)
        self.show(RECEIVED, day, total, places, "virement groupé", who, "subventions")

    def deposit(self, cash: bool = False) -> None:
        """Draw a paying-in slip: one entry for the whole, or one for each receipt."""
        day, count = self.a_day(), self.random.choice((1, 1, 2, 3, 4, 6, 8))
        what, how = self.random.choice(SALES), CASH_IN if cash else SLIP
        if count == 1 or self.random.random() < 0.3:
            place = self.write(day, what + (" (espèces)" if cash else ""), self.price())
            if self.random.random() > self.habits.never:
                self.show(how, day, self.operations[place].amount, [place], "remise" if not cash else "espèces reçues")
            return
        slip = None
        if self.random.random() < self.habits.uses_slips:
            self.slips += 1
            slip = self.slips
        spread = self.random.choice((0, 0, 2, 6))
        same = self.random.choice((0, 500, 1_200, 0))
        places = []
        for _ in range(min(count, 4) if cash else count):
            amount = same or self.price() // 4 + 100
            when = max(FIRST, day - timedelta(self.random.randint(0, spread)))
            name = self.random.choice(FAMILIES)
            text = f"{what} (espèces)" if cash else f"Famille {name} – {what}"
            places.append(self.write(when, text, amount, slip=slip))  # type: ignore[arg-type]
        total = sum(self.operations[place].amount for place in places)
        self.show(how, day, total, places, "bordereau" if slip else "remise groupée")

    def carried(self) -> None:
        """Carry coins and notes to the bank, or take some out."""
        day, out = self.a_day(), self.random.random() < 0.15
        amount = 1_000 * self.random.randint(2, 20) if out else self.random.randint(1_000, 60_000)
        text = "Retrait d’espèces pour la caisse" if out else "Versement d’espèces à la banque"
        place = self.write(day, text, -amount if out else amount, is_cash=True)
        self.show(CASH_OUT if out else CASH_IN, day, -amount if out else amount, [place])

    def one_cheque_for_several(self) -> None:
        """Pay several entries with one cheque."""
        day, cheque, who = self.a_day(), self.cheque_number(), self.random.choice(SHOPS)
        places = [self.write(day, f"{who} – {what}", -self.price(), cheque) for what in self.random.sample(GOODS, 2)]
        total = sum(self.operations[place].amount for place in places)
        self.show(CHEQUE, day, total, places, "un chèque, plusieurs écritures", who, "", cheque)

    def the_bank_itself(self) -> None:
        """Take fees and give interests, which the cahier has or has not."""
        cents = self.random.randint(150, 1_600)
        for month in sorted(self.random.sample(range(12), self.random.choice((4, 12)))):
            day = FIRST + timedelta(30 * month + 2)
            kept = self.habits.fees_kept and self.random.random() > 0.1
            places = [self.write(day, "Banque – Frais de tenue de compte", -cents)] if kept else []
            self.show(FEE, day, -cents, places, "frais" if kept else "frais absents")
        day = date(2025, 1, 2)
        amount = self.random.randint(20, 900)
        kept = self.random.random() < 0.5
        self.show(
            INTEREST, day, amount, [self.write(day, "Intérêts", amount)] if kept else [], "" if kept else "absents"
        )

    def unknown(self) -> None:
        """Show a line that nobody wrote down."""
        how = self.random.choice((CARD, RECEIVED, CHEQUE, SLIP))
        amount = self.price()
        who = self.random.choice(SHOPS)
        cheque = self.cheque_number() if how == CHEQUE else ""
        self.show(how, self.a_day(), amount if how in (RECEIVED, SLIP) else -amount, [], "absente", who, "", cheque)

    # ---- Amounts that come back on purpose

    def subscriptions(self) -> None:
        """Let twenty families pay the same, by transfer or by cheques paid in together."""
        amount, start = self.random.choice((2_500, 2_000, 1_500)), FIRST + timedelta(self.random.randint(5, 40))
        families = self.random.sample(FAMILIES, 20)
        by_transfer = [name for name in families if self.random.random() < self.random.choice((0.0, 0.5, 1.0))]
        for name in by_transfer:
            day = start + timedelta(self.random.randint(0, 30))
            place = self.write(day, f"Cotisation famille {name}", amount)
            self.show(RECEIVED, day, amount, [place], "cotisation", f"M OU MME {name}", "coopérative")
        others = [name for name in families if name not in by_transfer]
        while others:
            batch, others = others[:7], others[7:]
            day = start + timedelta(self.random.randint(0, 30))
            self.slips += 1
            slip = self.slips if self.random.random() < self.habits.uses_slips else None
            places = [self.write(day, f"Cotisation famille {name}", amount, slip=slip) for name in batch]  # type: ignore[arg-type]
            self.show(SLIP, day, amount * len(batch), places, "cotisations groupées")

    def the_same_bus(self) -> None:
        """Pay the same to the same people several times."""
        who, amount, how = self.random.choice(SHOPS), self.price(), self.random.choice((CHEQUE, PAID, CARD))
        day = self.a_day()
        for _ in range(self.random.randint(2, 4)):
            self.spend(how, who, "transport", amount, min(day, LAST), "le même car")
            day += timedelta(self.random.choice((0, 7, 14, 40)))

    def monthly(self) -> None:
        """Pay the same every month."""
        amount, who = self.price() // 5 + 100, "Revue des Petits"
        for month in range(10):
            self.spend(DEBIT, who, "abonnement", amount, FIRST + timedelta(10 + 30 * month), "mensuel")

    def twins(self) -> None:
        """Let two of one amount happen on one day."""
        amount, day = self.price(), self.a_day()
        for who in self.random.sample(SHOPS, 2):
            self.spend(self.random.choice((CARD, CHEQUE)), who, self.random.choice(GOODS), amount, day, "jumelles")

    def last_year(self) -> None:
        """Bring operations over that the bank had not shown."""
        for _ in range(self.random.randint(0, 6)):
            day = FIRST - timedelta(self.random.randint(1, 50))
            receipt = self.random.random() < 0.25
            cheque = "" if receipt else self.cheque_number()
            amount = self.price() if receipt else -self.price()
            who = self.random.choice(SHOPS)
            place = self.write(
                day, f"{who} – {self.random.choice(GOODS)}", amount, self.typed(cheque) if cheque else "", PRIOR
            )
            lag = (FIRST - day).days
            if self.random.random() < 0.9:
                self.show(SLIP if receipt else CHEQUE, day + timedelta(lag), amount, [place], "report", who, "", cheque)

    def year(self, seed: int) -> BankYear:
        """Let a year happen."""
        self.last_year()
        self.the_bank_itself()
        chance = self.random.random
        for happens, event in (
            (0.4, self.subscriptions),
            (0.7, self.the_same_bus),
            (0.4, self.monthly),
            (0.5, self.twins),
        ):
            if chance() < happens:
                event()
        events = (self.expense, self.refund, self.deposit, lambda: self.deposit(cash=True), self.carried, self.grants,
                  self.one_cheque_for_several, self.unknown)  # fmt: skip
        while len(self.operations) < self.habits.size:
            self.random.choices(events, (60, 9, 16, 3, 5, 1.5, 1, 2))[0]()
        return self._closed(seed)

    def _closed(self, seed: int) -> BankYear:
        """Put the lines in the bank's order; number the entries in the book's."""
        self.random.shuffle(self.shown)
        self.shown.sort(key=lambda each: each[0].day)
        ticked: set[int] = set()
        if self.random.random() < 0.1:
            until = FIRST + timedelta(self.random.randint(30, 150))
            ticked = {place for line, places, _ in self.shown if line.day <= until for place in places}
        order = sorted(range(len(self.operations)), key=lambda place: (self.operations[place].day, place))
        at = {place: number for number, place in enumerate(order)}
        operations = [
            replace(self.operations[place], number=number, ticked=place in ticked) for number, place in enumerate(order)
        ]
        return BankYear(
            seed, self.dialect, tuple(operations), tuple(line for line, _, _ in self.shown),
            tuple(frozenset(at[place] for place in places) for _, places, _ in self.shown),
            tuple(kind for _, _, kind in self.shown),
        )  # fmt: skip


def bank_year(seed: int, dialect: Dialect | None = None, **habits_changed: float) -> BankYear:
    """Draw a year from a seed; the dialects come in turn."""
    random = Random(seed)
    habits = replace(Habits.drawn(random), **habits_changed)  # type: ignore[arg-type]
    making = _Making(
        random, dialect or DIALECTS[seed % len(DIALECTS)], habits, next_cheque=random.randint(10**6, 9 * 10**6)
    )
    return making.year(seed)
