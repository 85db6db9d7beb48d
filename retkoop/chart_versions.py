"""PURE. A version of the chart of accounts: read from a table, checked, written as a table, compared with another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from retkoop.chart import EXPENSE, INCOME, Account, Chart
from retkoop.coop_table import TextRow, Unreadable, read_table
from retkoop.sheet import Column, Sheet

LABEL_LENGTH, CONTENTS_LENGTH = 120, 500
MOST_ACCOUNTS = 200
# The columns of `data/plan_comptable_2024.csv`, in their order.
COLUMNS = ("code", "code_court", "sens", "libelle", "contenu", "particularite")
GRANTS, GOODS = "subvention", "inventaire"
# What an account may be besides an account, and the side where that means something.
PARTICULARITIES = {"": None, GRANTS: INCOME, GOODS: EXPENSE}
ADDED, WITHDRAWN, RENAMED, CHANGED = "ajouté", "retiré", "renommé", "modifié"
_CODE = re.compile(r"[67][0-9]{4}008")
_SIDES = {"6": EXPENSE, "7": INCOME}


class Fault(NamedTuple):
    """What is wrong in a table: its line, its column (empty for the whole line), and the sentence."""

    line: int
    column: str
    message: str


def account_of(code: str, label: str, contents: str = "", particularity: str = "") -> Account:
    """Make an account from its code, whose first digit tells its side: 6 is an expense, 7 an income."""
    return Account(code, code[:4], _SIDES[code[:1]], label, contents, particularity)


def read_version(data: bytes) -> tuple[Chart, tuple[Fault, ...]]:
    """Read a version as people send it, CSV or spreadsheet; with faults the chart is not to be used."""
    try:
        head, *rows = read_table(data)
    except Unreadable as unreadable:
        return Chart(()), (Fault(unreadable.line, "", unreadable.message),)
    faults = list(_faults_of_head(head))
    if faults:
        return Chart(()), tuple(faults)
    if len(rows) > MOST_ACCOUNTS:
        return Chart(()), (Fault(rows[MOST_ACCOUNTS].line, "", f"Un plan a {MOST_ACCOUNTS} comptes au plus."),)
    seen: dict[str, int] = {}
    accounts: list[Account] = []
    for row in rows:
        cells = _cells(head, row)
        faults += _faults_of_row(row, cells, len(head.cells), seen)
        seen.setdefault(cells["code"][:4], row.line)
        short, side = cells["code_court"], cells["sens"]
        texts = cells["libelle"], cells["contenu"], cells["particularite"]
        accounts.append(Account(cells["code"], short, side, *texts))
    chart = in_order(accounts)
    if not faults:
        faults = [Fault(1, "", message) for message in lacks(chart)]
    return chart, tuple(faults)


def in_order(accounts: Iterable[Account]) -> Chart:
    """Give a chart of these accounts, in the order of their codes."""
    return Chart(tuple(sorted(accounts, key=lambda account: account.code)))


def _faults_of_head(head: TextRow) -> Iterator[Fault]:
    named = [cell.lower() for cell in head.cells]
    for name in COLUMNS:
        if named.count(name) != 1:
            said = "manque" if name not in named else "est là plusieurs fois"
            yield Fault(head.line, name, f"La colonne « {name} » {said} dans la première ligne.")
    for cell in head.cells:
        if cell.lower() not in COLUMNS:
            yield Fault(head.line, cell[:40], f"Colonne inconnue. Les colonnes attendues : {', '.join(COLUMNS)}.")


def _cells(head: TextRow, row: TextRow) -> dict[str, str]:
    """Give the cells of a row by their column: those left out at its end are empty."""
    padded = (*row.cells, *[""] * len(head.cells))
    return {name.lower(): padded[place] for place, name in enumerate(head.cells)}


def _faults_of_row(row: TextRow, cells: dict[str, str], width: int, seen: dict[str, int]) -> Iterator[Fault]:
    if len(row.cells) > width:
        yield Fault(row.line, "", f"Cette ligne a {len(row.cells)} cellules, la première en a {width}.")
    code, short, side = cells["code"], cells["code_court"], cells["sens"]
    message = code_fault(code)
    if message:
        yield Fault(row.line, "code", message)
        return
    if code[:4] in seen:
        yield Fault(row.line, "code", f"Le compte {code[:4]} est déjà à la ligne {seen[code[:4]]}.")
    if short != code[:4]:
        yield Fault(row.line, "code_court", f"Les quatre premiers chiffres du code sont attendus : {code[:4]}.")
    if side != _SIDES[code[0]]:
        yield Fault(row.line, "sens", f"« {_SIDES[code[0]]} » est attendu pour un compte de classe {code[0]}.")
    for column, name in (("libelle", "label"), ("contenu", "contents"), ("particularite", "particularity")):
        found = text_faults(code[:1], cells["libelle"], cells["contenu"], cells["particularite"]).get(name)
        if found:
            yield Fault(row.line, column, found)


def code_fault(code: str) -> str:
    """Say why a code is not one of an account; empty when it is."""
    if _CODE.fullmatch(code):
        return ""
    return "Un code a huit chiffres : 6 ou 7 d’abord, 008 à la fin, par exemple 61800008."


def text_faults(kind: str, label: str, contents: str, particularity: str) -> dict[str, str]:
    """Say what is wrong with the texts of an account of class `kind` (6 or 7), by the name of its field."""
    faults = {}
    if not label:
        faults["label"] = "Un compte a un libellé."
    elif len(label) > LABEL_LENGTH:
        faults["label"] = f"Ce libellé est trop long : {LABEL_LENGTH} caractères au plus (ici {len(label)})."
    if len(contents) > CONTENTS_LENGTH:
        faults["contents"] = f"Ce contenu est trop long : {CONTENTS_LENGTH} caractères au plus (ici {len(contents)})."
    if particularity not in PARTICULARITIES:
        faults["particularity"] = f"« {GRANTS} », « {GOODS} » ou rien du tout est attendu."
    elif PARTICULARITIES[particularity] not in (None, _SIDES.get(kind)):
        faults["particularity"] = (
            f"Le tableau des subventions explique un produit : « {GRANTS} » ne va qu’à un compte de classe 7."
            if particularity == GRANTS
            else f"L’inventaire explique une charge : « {GOODS} » ne va qu’à un compte de classe 6."
        )
    return faults


def lacks(chart: Chart) -> tuple[str, ...]:
    """Say what a chart as a whole lacks: without them, checks of the closing would silently look at nothing."""
    wanted = {
        "Un plan a au moins un compte de charges (classe 6) : ajoutez-en un.": chart.of_side(EXPENSE),
        "Un plan a au moins un compte de produits (classe 7) : ajoutez-en un.": chart.of_side(INCOME),
        f"Il manque un compte « {GRANTS} » : c’est lui que le tableau des subventions explique."
        " Donnez cette particularité à un compte de produits.": chart.grant_codes,
        f"Il manque un compte « {GOODS} » : c’est lui que le cahier d’inventaire couvre."
        " Donnez cette particularité à un compte de charges.": chart.durable_codes,
    }
    return tuple(sentence for sentence, found in wanted.items() if not found)


def version_sheet(chart: Chart) -> Sheet:
    """Give a version as the table that `read_version` reads."""
    rows = ((a.code, a.short, a.side, a.label, a.contents, a.particularity) for a in chart)
    return Sheet("Plan comptable", tuple(Column(name) for name in COLUMNS), tuple(rows))


class Change(NamedTuple):
    """What becomes of an account from one version to the next: ADDED, WITHDRAWN, RENAMED or CHANGED."""

    kind: str
    before: Account | None
    after: Account | None

    @property
    def account(self) -> Account:
        """Give the account itself, as it is called last."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 a change is of an account that one of the versions has
        return found

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """Give what is worded otherwise: its name on the screen, before, and after."""
        if self.before is None or self.after is None:
            return ()
        named = (("Libellé", "label"), ("Contenu", "contents"), ("Particularité", "particularity"))
        pairs = ((words, getattr(self.before, name), getattr(self.after, name)) for words, name in named)
        return tuple((words, one or "aucun", other or "aucun") for words, one, other in pairs if one != other)

    @property
    def breaks(self) -> bool:
        """Tell whether entries in this account would be left without it, or without what it is checked by."""
        if self.before is None:
            return False
        return self.after is None or self.before.particularity != self.after.particularity


def compared(before: Chart, after: Chart) -> tuple[Change, ...]:
    """Give each account that is not the same in both versions, by its code."""
    codes = sorted({account.code for account in (*before, *after)})
    pairs = ((before.get(c), after.get(c)) for c in codes)
    return tuple(Change(_kind(one, other), one, other) for one, other in pairs if one != other)


def _kind(before: Account | None, after: Account | None) -> str:
    if before is None or after is None:
        return ADDED if before is None else WITHDRAWN
    return RENAMED if before.label != after.label else CHANGED
