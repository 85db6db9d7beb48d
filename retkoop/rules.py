"""The closing and « Bravo » checks: pure functions from facts to findings, all computed, never one at a time.

Each check states its invariant; the table of them is `CHECKS`. Source: the closing table of the domain reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from retkoop import reports, table_reports
from retkoop.facts import Entry, YearFacts
from retkoop.money import format_euros, has_too_much
from retkoop.school_year import french_date

BLOCKS = "bloque"
WARNS = "avertit"


class Subject(NamedTuple):
    """What a finding accuses, so that the screen can link to it; `number` 0 means the whole page.

    `code`: of a document, which one is asked for.
    """

    kind: str
    number: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not right: `level` is BLOCKS or WARNS, texts are French sentences."""

    code: str
    level: str
    message: str
    hint: str
    subject: Subject


Check = Callable[[YearFacts, date], list[Finding]]


def check_date(facts: YearFacts, today: date) -> list[Finding]:
    """DATE: today ≥ 31 August of the year, or the later day set by the AD."""
    opens = facts.year.closing_opens(facts.settings.closing_delay_days)
    if today >= opens:
        return []
    message = f"La clôture sera possible à partir du {french_date(opens)}."
    if facts.direct is not None:
        return [Finding("DATE", BLOCKS, message, "D’ici là, préparez votre compte rendu financier.", Subject("direct"))]
    hint = "D’ici là, continuez à tenir et à pointer votre cahier."
    return [Finding("DATE", BLOCKS, message, hint, Subject("ledger"))]


def check_allocation(facts: YearFacts, today: date) -> list[Finding]:
    """VENTILATION: every line satisfies bank + cash + régie = Σ income − Σ expenses."""
    return [
        Finding("VENTILATION", BLOCKS, *_explain_gap(entry, gap), Subject("entry", entry.number))
        for entry, gap in reports.red_entries(facts)
    ]


def _explain_gap(entry: Entry, gap: int) -> tuple[str, str]:
    """Say what the accounts of a line lack or have too much, and what to do."""
    named, amount = f"L’écriture {_name(entry.voucher, entry.label)}", format_euros(abs(gap))
    if has_too_much(gap, entry.moved):
        return f"{named} a {amount} ventilés de trop.", "Diminuez une des sommes."
    if gap == 2 * entry.moved:
        hint = "Une dépense va à un compte de charges, une recette à un compte de produits."
        return f"{named} est ventilée à l’envers : écart de {amount}.", hint
    return f"{named} est à ventiler : il manque {amount}.", "Choisissez un compte pour ce montant."


def _name(voucher: str, label: str) -> str:
    short = label if len(label) <= 60 else label[:59] + "…"
    return f"{voucher} « {short} »" if voucher else f"« {short} »"


def check_advances(facts: YearFacts, today: date) -> list[Finding]:
    """REGIES: each régie is at zero, not only their sum."""
    numbers = {advance.code: advance.number for advance in facts.advances}
    return [
        Finding(
            "REGIES",
            BLOCKS,
            f"Les régies d'avance ne sont pas équilibrées : régie {code}, {_explain_advance(held)}.",
            "Enregistrez les dépenses justifiées ou le reliquat rendu.",
            Subject("advance", numbers[code]),
        )
        for code, held in reports.advance_balances(facts).items()
        if held
    ]


def _explain_advance(held: int) -> str:
    if held > 0:
        return f"{format_euros(held)} ne sont ni justifiés ni rendus"
    return f"{format_euros(-held)} justifiés ou rendus de trop"


def check_statement(facts: YearFacts, today: date) -> list[Finding]:
    """RELEVE: the last statement's balance is entered and equals the solde après pointage."""
    gap = reports.statement_gap(facts)
    if gap == 0:
        return []
    subject = Subject("statement")
    if facts.statement is None or gap is None:
        message = "Le solde de votre dernier relevé de banque n’est pas saisi."
        return [Finding("RELEVE", BLOCKS, message, "Saisissez la date et le solde du relevé.", subject)]
    message = (
        f"Le relevé du {french_date(facts.statement.day)} porte {format_euros(facts.statement.balance)}, "
        f"le solde après pointage est de {format_euros(reports.ticked_balance(facts))} : "
        f"écart de {format_euros(gap)}."
    )
    hint = "Vérifiez le solde saisi, puis pointez ou dépointez les opérations en les comparant au relevé."
    if facts.direct is not None:
        hint = "Vérifiez les deux soldes, puis inscrivez chaque facture à payer et chaque produit à recevoir."
    return [Finding("RELEVE", BLOCKS, message, hint, subject)]


def check_unticked(facts: YearFacts, today: date) -> list[Finding]:
    """NON_POINTEES: operations not ticked, last year's included, are at most the AD's limit."""
    count, limit = len(reports.outstanding(facts)), facts.settings.unticked_limit
    if count <= limit:
        return []
    message = f"{count} opérations ne sont pas pointées ; votre association départementale en admet {limit}."
    hint = "Pointez celles que vous voyez sur vos relevés."
    if facts.direct is not None and facts.direct.operations:
        hint = "Retirez celles que vous voyez sur vos relevés."
        return [Finding("NON_POINTEES", BLOCKS, message, hint, Subject("direct"))]
    return [Finding("NON_POINTEES", BLOCKS, message, hint, Subject("outstanding"))]


def check_vouchers_of_outstanding(facts: YearFacts, today: date) -> list[Finding]:
    """JUSTIFICATIFS: every unticked operation of this year has a PJ number and a scan.

    Typed in directly, an operation has no entry to join a scan to: the documents of the year ask for its proof.
    """
    return [
        Finding(
            "JUSTIFICATIFS",
            BLOCKS,
            f"L’écriture {_name(entry.voucher, entry.label)} n’est pas pointée et il lui manque {missing}.",
            "Pointez-la si elle est sur le relevé ; sinon, "
            + ("donnez-lui un numéro de PJ." if entry.scans else "joignez le scan de sa pièce : il la prouve."),
            Subject("entry" if entry.scans else "scans", entry.number),
        )
        for entry in facts.entries
        if entry.is_outstanding and (missing := _missing_proof(entry.voucher, bool(entry.scans)))
    ]


def entries_without_scan(facts: YearFacts) -> tuple[list[Entry], list[Entry]]:
    """Give the entries without scan: those that JUSTIFICATIFS asks for, then the others, save internal transfers."""
    lacking = [entry for entry in facts.entries if not entry.scans]
    asked = [entry for entry in lacking if entry.is_outstanding]
    return asked, [entry for entry in lacking if not entry.is_outstanding and not entry.is_transfer]


def next_without_scan(facts: YearFacts, entry: Entry) -> Entry | None:
    """Give the entry without scan that follows another one in those lists, the first after the last, if any is left."""
    rest = [other for lacking in entries_without_scan(facts) for other in lacking if other.number != entry.number]
    return next((other for other in rest if _rank(other) > _rank(entry)), rest[0] if rest else None)


def _rank(entry: Entry) -> tuple[bool, date, int]:
    return not entry.is_outstanding, entry.day, entry.number


def _missing_proof(voucher: str, scanned: bool) -> str:
    lacks = [] if voucher else ["son numéro de PJ"]
    lacks += [] if scanned else ["le scan de sa pièce justificative"]
    return " et ".join(lacks)


def check_cash(facts: YearFacts, today: date) -> list[Finding]:
    """CAISSE: cash never held or moved, or the year-end count equals the cash balance."""
    if not reports.cash_used(facts):
        return []
    balance, count = reports.cash_balance(facts), facts.last_count
    if count is None:
        moved = facts.direct.cash if facts.direct is not None else any(entry.cash for entry in facts.entries)
        held = "a servi cette année" if moved else "n’était pas vide au 1er septembre"
        return [_cash_finding(f"La caisse {held} (solde {format_euros(balance)}) et n’a pas été comptée.")]
    if count.total == balance:
        return []
    book = "le cahier" if facts.direct is None else "le compte rendu"
    message = (
        f"L’arrêté de caisse du {french_date(count.day)} compte {format_euros(count.total)}, {book} "
        f"dit {format_euros(balance)} : écart de {format_euros(count.total - balance)}."
    )
    return [_cash_finding(message)]


def _cash_finding(message: str) -> Finding:
    hint = "Comptez les billets et les pièces, puis saisissez l’arrêté de caisse."
    return Finding("CAISSE", BLOCKS, message, hint, Subject("cash"))


def check_grants(facts: YearFacts, today: date) -> list[Finding]:
    """SUBVENTIONS: the table's sum equals account 7410."""
    listed, received = reports.grants_listed(facts), reports.grants_received(facts)
    if listed == received:
        return []
    message = (
        f"Le tableau des subventions totalise {format_euros(listed)}, le compte 7410 {format_euros(received)} : "
        f"écart de {format_euros(listed - received)}."
    )
    hint = "Inscrivez chaque subvention publique dans le tableau ; un don d’association va au compte 7500."
    return [Finding("SUBVENTIONS", BLOCKS, message, hint, Subject("grants"))]


# What makes actif differ from passif, in words, and where it is mended.
_CAUSES = {
    "regies": ("des régies d’avance non soldées", "advances"),
    "ventilation": ("des montants non ventilés", "red"),
    "report": ("le report à nouveau, qui n’est pas égal à la banque et à la caisse de départ", "opening"),
    "saisie": ("les soldes et les comptes saisis, qui ne donnent pas le même résultat", "direct"),
}


def check_balance_sheet(facts: YearFacts, today: date) -> list[Finding]:
    """BILAN: actif − passif = 0; otherwise one finding says which causes make it up."""
    gap = reports.balance_sheet(facts).gap
    if gap == 0:
        return []
    causes = reports.gap_causes(facts)
    shares = [f"{_CAUSES[cause.code][0]} ({format_euros(cause.amount)})" for cause in causes]
    message = f"La différence entre l’actif et le passif est de {format_euros(gap)} : {', '.join(shares)}."
    main = max(causes, key=lambda cause: abs(cause.amount))
    return [Finding("BILAN", BLOCKS, message, "Corrigez d’abord ces points.", _subject_of_cause(facts, main.code))]


def _subject_of_cause(facts: YearFacts, cause: str) -> Subject:
    """Lead to the very row where there is one."""
    if cause == "ventilation":
        return Subject("entry", reports.red_entries(facts)[0][0].number)
    if cause == "regies":
        return check_advances(facts, facts.year.last_day)[0].subject
    return Subject(_CAUSES[cause][1])


class ExplainedCause(NamedTuple):
    """A cause of the gap of the bilan for the screen: its words, its share in cents, where it is mended."""

    words: str
    amount: int
    subject: Subject


def explained_gap(facts: YearFacts) -> tuple[ExplainedCause, ...]:
    """Say in words what makes actif differ from passif; the shares add up to the gap."""
    return tuple(
        ExplainedCause(_CAUSES[cause.code][0], cause.amount, _subject_of_cause(facts, cause.code))
        for cause in reports.gap_causes(facts)
    )


def check_negative_cash(facts: YearFacts, today: date) -> list[Finding]:
    """CAISSE_NEGATIVE: the cash balance is never below zero at the end of a day."""
    low = table_reports.lowest_cash(facts)
    if low is None:
        return []
    day, balance = low
    message = f"La caisse serait négative le {french_date(day)} ({format_euros(balance)}) : c’est impossible."
    hint = "Cherchez une recette oubliée, une date ou un moyen (banque ou caisse) à corriger ce jour-là."
    moved = [entry.number for entry in facts.entries if entry.day == day and entry.cash < 0]
    elsewhere = Subject("opening" if facts.direct is None else "direct")
    subject = Subject("entry", moved[-1]) if moved else elsewhere
    return [Finding("CAISSE_NEGATIVE", WARNS, message, hint, subject)]


def check_inventory(facts: YearFacts, today: date) -> list[Finding]:
    """INVENTAIRE: the goods of the year's inventory cover account 6800."""
    bought, listed = reports.durable_goods_bought(facts), reports.inventory_of_year(facts)
    if listed >= bought:
        return []
    message = (
        f"Le cahier d’inventaire porte {format_euros(listed)} d’achats de l’année, "
        f"le compte 6800 {format_euros(bought)}."
    )
    hint = "Inscrivez au cahier d’inventaire chaque bien durable acheté."
    return [Finding("INVENTAIRE", WARNS, message, hint, Subject("inventory"))]


def check_voucher_numbers(facts: YearFacts, today: date) -> list[Finding]:
    """PJ: numbers are present and not used twice; internal transfers need none."""
    used = Counter(entry.voucher for entry in facts.entries if entry.voucher)
    findings = []
    for entry in facts.entries:
        if not entry.voucher and not entry.is_transfer:
            message = f"L’écriture {_name('', entry.label)} n’a pas de numéro de PJ."
        elif used[entry.voucher] > 1:
            also = f"{used[entry.voucher]} écritures, dont {_name('', entry.label)} du {french_date(entry.day)}"
            message = f"Le numéro de PJ {entry.voucher} sert à {also}."
        else:
            continue
        hint = "Donnez à chaque pièce son propre numéro."
        findings.append(Finding("PJ", WARNS, message, hint, Subject("entry", entry.number)))
    return findings


def check_advance_ceiling(facts: YearFacts, today: date) -> list[Finding]:
    """REGIE_PLAFOND: no régie was ever above the ceiling (150 €) outstanding."""
    held: dict[str, int] = {}
    ceiling = facts.settings.advance_ceiling
    over: dict[str, tuple[int, int]] = {}
    for entry in facts.entries:
        if entry.advance is None:
            continue
        held[entry.advance] = held.get(entry.advance, 0) + entry.advance_amount
        if held[entry.advance] > max(ceiling, over.get(entry.advance, (0, 0))[0]):
            over[entry.advance] = (held[entry.advance], entry.number)
    return [
        Finding(
            "REGIE_PLAFOND",
            WARNS,
            f"La régie {code} est montée à {format_euros(amount)} ; le plafond est de {format_euros(ceiling)}.",
            "Versez les avances en plusieurs fois, au fur et à mesure des justificatifs.",
            Subject("entry", number),
        )
        for code, (amount, number) in over.items()
    ]


# Every check of a year, in the order that people read them: what blocks, then what warns.
CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("DATE", BLOCKS, check_date),
    ("VENTILATION", BLOCKS, check_allocation),
    ("REGIES", BLOCKS, check_advances),
    ("RELEVE", BLOCKS, check_statement),
    ("NON_POINTEES", BLOCKS, check_unticked),
    ("JUSTIFICATIFS", BLOCKS, check_vouchers_of_outstanding),
    ("CAISSE", BLOCKS, check_cash),
    ("SUBVENTIONS", BLOCKS, check_grants),
    ("BILAN", BLOCKS, check_balance_sheet),
    ("CAISSE_NEGATIVE", WARNS, check_negative_cash),
    ("INVENTAIRE", WARNS, check_inventory),
    ("PJ", WARNS, check_voucher_numbers),
    ("REGIE_PLAFOND", WARNS, check_advance_ceiling),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All the findings of a year on a day."""

    findings: tuple[Finding, ...]

    def holds(self, code: str) -> bool:
        """Tell whether a check found nothing: « Bravo »."""
        return all(finding.code != code for finding in self.findings)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Give what stands against closing."""
        return tuple(finding for finding in self.findings if finding.level == BLOCKS)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Give what deserves a look and does not stand against closing."""
        return tuple(finding for finding in self.findings if finding.level == WARNS)

    @property
    def early(self) -> Finding | None:
        """Give the finding that the day has not come, if it has not: nobody can mend it."""
        return next((finding for finding in self.blocking if finding.code == "DATE"), None)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Give what stands against closing and can be mended, which every screen counts: DATE apart."""
        return tuple(finding for finding in self.blocking if finding.code != "DATE")

    @property
    def can_close(self) -> bool:
        """Tell whether the cahier may be closed."""
        return not self.blocking


def verdict(facts: YearFacts, today: date) -> Verdict:
    """Run every check and keep every finding."""
    return Verdict(tuple(finding for _, _, check in CHECKS for finding in check(facts, today)))


def report_is_correct(verdict: Verdict) -> bool:
    """Tell whether the CRF « semble correct »: all that blocks closing holds, DATE apart.

    A report drawn up before 31 August may be right: it is early, not wrong.
    """
    return not faults_of_report(verdict)


def faults_of_report(verdict: Verdict) -> tuple[Finding, ...]:
    """Give what makes the CRF wrong: the blocking findings, DATE apart."""
    return verdict.faults
