"""PURE. `saisie_directe` in the exchange file: the figures of a CRF typed in directly, read strictly, and written."""

from __future__ import annotations

from typing import Any

from retkoop.chart import Chart
from retkoop.direct import DIRECT, MOST_OPERATIONS, in_chart_order
from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH, out_of_year
from retkoop.exchange_json import Node
from retkoop.facts import Allocation, DirectOperation, DirectReport
from retkoop.money import to_archive
from retkoop.school_year import SchoolYear


def read_direct(root: Node, mode: str, year: SchoolYear, chart: Chart) -> DirectReport | None:
    """Read it where the mode asks for it, and refuse it elsewhere; raises ArchiveFault."""
    node = root.member("saisie_directe")
    if mode != DIRECT:
        if "saisie_directe" in root.value:
            raise node.fault("l’exercice est en mode « cahier » : il n’a pas de saisie directe")
        return None
    if "saisie_directe" not in root.value:
        raise node.fault("clé absente")
    if root.member("ecritures").value:
        raise root.member("ecritures").fault("en saisie directe, il n’y a pas d’écriture")
    fields = node.fields("comptes banque caisse", "operations_en_cours")
    operations = fields["operations_en_cours"].items(MOST_OPERATIONS) if "operations_en_cours" in fields else ()
    return DirectReport(
        fields["banque"].amount(),
        fields["caisse"].amount(),
        _accounts(fields["comptes"], chart),
        tuple(_operation(each, number, year) for number, each in enumerate(operations, 1)),
    )


def _accounts(node: Node, chart: Chart) -> tuple[Allocation, ...]:
    """Read the total of each account, by its code; one at zero says nothing."""
    if not isinstance(node.value, dict):
        raise node.fault("un objet est attendu")
    node.refuse_key_given_twice()
    amounts = {}
    for code in node.value:
        if code not in chart:
            raise node.member(code).fault("ce compte n’existe pas")
        amounts[code] = node.member(code).amount()
    return in_chart_order(amounts, chart)


def _operation(node: Node, number: int, year: SchoolYear) -> DirectOperation:
    fields = node.fields("date libelle cheque montant")
    if not year.contains(day := fields["date"].day()):
        raise fields["date"].fault(out_of_year(year))
    if (amount := fields["montant"].amount()) == 0:
        raise fields["montant"].fault("le montant ne peut pas être nul")
    label, cheque = fields["libelle"].text(LABEL_LENGTH, 1), fields["cheque"].text(NUMBER_LENGTH)
    return DirectOperation(number, day, label, cheque, amount)


def direct_json(report: DirectReport | None) -> dict[str, Any]:
    """Give the key of the exchange file, or nothing for a cahier."""
    if report is None:
        return {}
    told: dict[str, Any] = {
        "comptes": {line.account: to_archive(line.amount) for line in report.accounts},
        "banque": to_archive(report.bank),
        "caisse": to_archive(report.cash),
    }
    if report.operations:
        told["operations_en_cours"] = [
            {
                "date": str(line.day),
                "libelle": line.label,
                "cheque": line.cheque,
                "montant": to_archive(line.amount),
            }
            for line in report.operations
        ]
    return {"saisie_directe": told}
