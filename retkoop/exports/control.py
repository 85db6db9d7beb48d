"""PURE. The control sheet of a year: every figure and check as the `controler` command prints them."""

from __future__ import annotations

from typing import Any

from retkoop import reports
from retkoop.facts import YearFacts
from retkoop.money import to_archive
from retkoop.rules import BLOCKS, CHECKS, Finding, Verdict

# The two warnings of the agreed sheet; later ones follow under a key of their own.
AGREED_WARNINGS = ("CAISSE_NEGATIVE", "INVENTAIRE")


def control_sheet(facts: YearFacts, verdict: Verdict) -> dict[str, Any]:
    """Give the sheet: amounts as strings in euros, checks as true when they hold."""
    account = reports.operating_account(facts)
    table = reports.reconciliation(facts)
    counted = facts.last_count
    upcoming = reports.next_opening(facts)
    others = [code for code, level, _ in CHECKS if level != BLOCKS and code not in AGREED_WARNINGS]
    return {
        "charges": _amounts(dict(account.expenses)),
        "produits": _amounts(dict(account.income)),
        "total_charges": to_archive(account.total_expenses),
        "total_produits": to_archive(account.total_income),
        "resultat": to_archive(account.result),
        "banque_cahier": to_archive(reports.bank_balance(facts)),
        "caisse_cahier": to_archive(reports.cash_balance(facts)),
        "solde_pointe": to_archive(reports.ticked_balance(facts)),
        "regies": _amounts(reports.advance_balances(facts)),
        "rapprochement": {
            "factures_a_payer": to_archive(table.to_pay),
            "produits_a_recevoir": to_archive(table.to_receive),
            "nombre": len(table.operations),
        },
        "bilan_comptable": _sheet(reports.balance_sheet(facts)),
        "bilan_releve": _sheet(reports.balance_sheet_from_statement(facts)),
        "caisse_comptee": to_archive(counted.total) if counted else None,
        "subventions": to_archive(reports.grants_listed(facts)),
        "controles": {code: verdict.holds(code) for code, level, _ in CHECKS if level == BLOCKS},
        "avertissements": {code: verdict.holds(code) for code in AGREED_WARNINGS},
        "cloture_possible": verdict.can_close,
        "ouverture_suivante": {
            "banque": to_archive(upcoming.bank),
            "caisse": to_archive(upcoming.cash),
            "report_a_nouveau": to_archive(upcoming.carried),
        },
        "autres_avertissements": {code: verdict.holds(code) for code in others},
        "constats": [_finding(finding) for finding in verdict.findings],
    }


def _amounts(amounts: dict[str, int]) -> dict[str, str]:
    return {name: to_archive(cents) for name, cents in amounts.items()}


def _sheet(sheet: reports.BalanceSheet) -> dict[str, str]:
    return _amounts({"actif": sheet.total_assets, "passif": sheet.total_liabilities, "ecart": sheet.gap})


def _finding(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "niveau": finding.level, "message": finding.message}
