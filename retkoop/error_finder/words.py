"""PURE. What the error finder says, in French: each kind of mistake, its mend, and the rows in short."""

from __future__ import annotations

from retkoop.error_finder.evidence import Guess, Hole
from retkoop.facts import Entry, PriorOperation, YearFacts
from retkoop.money import format_euros
from retkoop.rules import Subject
from retkoop.school_year import french_date

# By code: what may have happened, and what to do.
WORDS = {
    "pointage_oublie": (
        "Une opération non pointée a exactement le montant de l’écart : la banque l’a peut-être déjà montrée.",
        "Cherchez-la sur vos relevés ; si elle y est, pointez-la.",
    ),
    "pointe_a_tort": (
        "Une opération pointée a exactement le montant de l’écart : elle n’est peut-être pas sur le relevé.",
        "Cherchez-la sur vos relevés ; si elle n’y est pas, dépointez-la.",
    ),
    "sens": (
        "Une dépense est peut-être saisie en recette, ou une recette en dépense.",
        "Comparez avec la pièce ; si le sens est faux, corrigez l’écriture.",
    ),
    "chiffres": (
        "Deux chiffres d’un montant sont peut-être inversés.",
        "Comparez le montant avec la pièce ou le relevé, et corrigez-le s’il est faux.",
    ),
    "montant": (
        "Un montant est peut-être mal saisi : un chiffre faux, oublié ou en trop, ou la virgule déplacée.",
        "Comparez le montant avec la pièce ou le relevé, et corrigez-le s’il est faux.",
    ),
    "doublon": (
        "Une opération est peut-être saisie deux fois.",
        "Comparez les deux écritures et leurs pièces ; s’il n’y a qu’une opération, supprimez l’écriture en trop.",
    ),
    "autre_exercice": (
        "Une écriture porte peut-être une date fausse et n’est pas de cet exercice.",
        "Vérifiez la date sur la pièce ; si l’opération est d’une autre année scolaire, retirez-la de ce cahier.",
    ),
    "moyen": (
        "Une opération de la caisse est peut-être saisie en banque, ou l’inverse.",
        "Vérifiez comment elle a été payée, et corrigez le moyen de paiement.",
    ),
    "report_double": (
        "Une opération de l’an dernier est peut-être saisie une seconde fois : le solde de départ la compte déjà.",
        "Si c’est la même, supprimez l’écriture et pointez l’opération de l’an dernier.",
    ),
    "ouverture": (
        "Un solde de départ est peut-être faux.",
        "Comparez les soldes de départ avec le bilan et le relevé de l’an dernier.",
    ),
    "releve": (
        "Le solde du relevé est peut-être mal saisi.",
        "Relisez le solde et la date sur votre dernier relevé.",
    ),
    "comptage": (
        "La caisse est peut-être mal comptée, à une pièce ou un billet près.",
        "Recomptez les pièces et les billets.",
    ),
    "comptage_avant": (
        "Des mouvements de caisse sont datés d’après le comptage, et font ensemble l’écart.",
        "Recomptez la caisse, et saisissez un nouvel arrêté.",
    ),
    "ensemble": (
        "Plusieurs opérations font ensemble exactement l’écart.",
        "Cherchez-les sur vos relevés : pointez celles qui y sont, dépointez les autres.",
    ),
    "ventilation": (
        "Une écriture n’est pas ventilée en entier, ou l’est trop : elle déséquilibre le bilan.",
        "Comparez le montant et les comptes de l’écriture avec la pièce.",
    ),
    "regie": (
        "Un mouvement d’une régie d’avance est peut-être faux ou oublié : elle n’est pas soldée.",
        "Comparez ce qui a été versé, justifié et rendu avec les pièces de la classe.",
    ),
    "date": (
        "Un mouvement de caisse porte peut-être une date fausse : la caisse passe sous zéro.",
        "Vérifiez la date sur la pièce.",
    ),
    "en_cours": (
        "Une opération en cours a exactement le montant de l’écart : la banque l’a peut-être déjà montrée.",
        "Cherchez-la sur vos relevés ; si elle y est, videz sa ligne.",
    ),
    "en_cours_sens": (
        "Une opération en cours est peut-être du mauvais côté : une facture à payer, ou un produit à recevoir.",
        "Comparez avec la pièce, et corrigez sa nature si elle est fausse.",
    ),
    "solde_saisi": (
        "Un solde recopié de votre cahier est peut-être faux.",
        "Comparez-le avec le solde de votre cahier au 31 août.",
    ),
    "compte_oublie": (
        "Le total d’un compte manque peut-être, ou n’est pas le bon.",
        "Comparez chaque compte avec les totaux de votre cahier.",
    ),
}  # fmt: skip
BY_NINE = "Deux chiffres d’un montant sont peut-être inversés : l’écart est un multiple de 9."
MISSING_HINT = "Cherchez ce montant sur vos relevés et parmi vos pièces ; s’il n’est pas au cahier, saisissez-le."
LACKING_HINT = "Cherchez ce montant parmi les chèques et les remises que vos relevés ne montrent pas encore."
_PLACES = {
    "statement": "solde du relevé", "opening": "soldes de départ", "cash": "arrêté de caisse",
    "direct_bank": "solde banque", "direct_cash": "solde caisse",
}  # fmt: skip


def missing_words(bank: int, cash: int) -> str:
    """Say what kind of operation would explain the gaps, were it missing."""
    if bank and cash and bank == -cash:
        way = "de la caisse à la banque" if bank > 0 else "de la banque à la caisse"
        return f"Un virement interne de {format_euros(abs(bank))} {way} manque peut-être au cahier."
    moved = bank + cash
    kind = "recette" if moved > 0 else "dépense"
    place = "en banque et en caisse" if bank and cash else "en banque" if bank else "en caisse"
    return f"Une {kind} de {format_euros(abs(moved))} {place} manque peut-être au cahier."


def lacking_words(amount: int) -> str:
    """Say which outstanding operation would explain the gap of figures typed in directly, were it missing."""
    kind = "Un produit à recevoir" if amount > 0 else "Une facture à payer"
    return f"{kind} de {format_euros(abs(amount))} manque peut-être parmi les opérations en cours."


def hole_words(hole: Hole) -> str:
    """Say where a missing operation may have fallen out."""
    return f"{hole.words}, après {_entry(hole.entry)}"


def guess_words(facts: YearFacts, guess: Guess) -> str:
    """Name the rows of a guess, and what would be right."""
    rows = [_row(facts, subject) for subject in guess.subjects]
    return (" et " if len(rows) == 2 else " ; ").join(rows) + _mend(guess)


def _mend(guess: Guess) -> str:
    """Say what would be right, and why."""
    amount = format_euros(abs(guess.amount or 0))
    match guess.code:
        case "moyen":
            return f" : à mettre {guess.reason}"
        case "comptage":
            return f" : une pièce ou un billet de {amount}"
        case "sens" if not guess.reason:
            right, typed = ("recette", "dépense") if (guess.amount or 0) > 0 else ("dépense", "recette")
            return f" : une {right} plutôt qu’une {typed}"
        case "sens":
            return f" : {guess.reason}"
        case "en_cours_sens":
            return f" : {'un produit à recevoir' if (guess.amount or 0) > 0 else 'une facture à payer'} ?"
        case "compte_oublie":
            return f" : il manque {amount} de {'produits' if (guess.amount or 0) > 0 else 'charges'}"
    would_be = "" if guess.amount is None else f" : le montant serait de {amount}"
    if not guess.reason:
        return would_be
    return f"{would_be} ({guess.reason})" if would_be else f" : {guess.reason}"


def _row(facts: YearFacts, subject: Subject) -> str:
    if subject.kind == "entry":
        return _entry(facts.by_number[subject.number])
    if subject.kind == "prior":
        return _prior(next(prior for prior in facts.priors if prior.number == subject.number))
    if subject.kind == "direct_operation" and facts.direct is not None:
        line = next(line for line in facts.direct.operations if line.number == subject.number)
        return f"opération en cours « {_short(line.label)} », {format_euros(abs(line.amount))}"
    if subject.kind == "direct_account":
        return _account(facts, subject.number)
    return _PLACES[subject.kind]


def _account(facts: YearFacts, number: int) -> str:
    if not number:
        return "charges et produits"
    account = facts.chart[str(number)]
    return f"compte {account.short} {account.label}"


def _entry(entry: Entry) -> str:
    voucher = f"PJ {entry.voucher} " if entry.voucher else ""
    return f"{voucher}« {_short(entry.label)} » du {french_date(entry.day)}, {_amount(entry)}"


def _amount(entry: Entry) -> str:
    """Write what an entry amounts to, with its columns when it has two of one receipt."""
    if entry.bank and entry.cash and not entry.is_transfer:
        return f"{format_euros(abs(entry.bank))} en banque et {format_euros(abs(entry.cash))} en caisse"
    return format_euros(abs(entry.bank or entry.cash or entry.advance_amount))


def _prior(prior: PriorOperation) -> str:
    return f"opération de l’an dernier « {_short(prior.label)} », {format_euros(abs(prior.amount))}"


def _short(label: str) -> str:
    return label if len(label) <= 60 else label[:59] + "…"
