"""PURE. What the journal says, in words: the name of an action, and what it changed, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from retkoop.chart import Chart
from retkoop.money import format_euros
from retkoop.school_year import french_date

# The fields of the journal's lines, in the words of the screen.
FIELDS = {
    "pj": "N° de PJ", "date": "Date", "libelle": "Libellé", "cheque": "N° de chèque", "projet": "Projet",
    "banque": "Banque", "caisse": "Caisse", "regie": "Régie", "ventilation": "Ventilation",
    "pointage": "Vue sur le relevé", "nom": "Nom", "clos": "Clos", "organisation": "Organisme", "kind": "Nature",
    "purpose": "Objet", "day": "Date", "amount": "Montant", "voucher": "N° de PJ", "designation": "Désignation",
    "supplier": "Fournisseur", "bought_on": "Date d’achat", "value": "Valeur", "place": "Emplacement",
    "disposed_on": "Sortie le", "disposal_reason": "Motif de la sortie", "disposal_value": "Valeur de cession",
    "label": "Libellé", "ticked_on": "Vue sur le relevé", "holder": "Titulaire", "code": "Code",
    "coupures": "Pièces et billets", "piece": "Pièce", "ecriture": "Écriture", "ecritures": "Écritures",
    "quarts": "Quarts de tour", "rang": "Rang", "document": "Document", "pour": "Donné comme",
    "envoye_le": "Envoyé le", "contact": "Contact", "adresse": "Adresse", "telephone": "Téléphone", "mail": "Mail",
    "schema": "Identifiants", "logo": "Logo", "texte_accueil": "Page d’accueil", "texte_cloture": "Page de clôture",
    "texte_documents": "Page des documents", "texte_validation": "Mail de validation", "exercice": "À partir de",
    "limite": "Opérations non pointées admises", "delai": "Clôture possible à partir du",
    "presentation": "Présentation du bilan", "fichier": "Fichier", "lignes": "Lignes", "montant": "Montant",
    "depointees": "Opérations dépointées", "signatures": "Signatures du quitus",
    "non_demandes": "Documents non demandés", "propres": "Documents de l’association",
}  # fmt: skip
# The parts of the settings of an association.
SETTINGS_PARTS = {
    "contact": "Contact", "identifiants": "Identifiants", "textes": "Textes", "logo": "Logo",
    "regles": "Clôture, bilan et quitus", "documents": "Documents demandés",
}  # fmt: skip
_SCHEMES = {"numero": "numéro", "uai": "UAI"}
_AMOUNTS = {"banque", "caisse", "amount", "value", "disposal_value"}
_DAYS = {"date", "pointage", "day", "bought_on", "disposed_on", "ticked_on", "envoye_le"}
# What an action was done to.
_SUBJECTS = {
    "ecriture": "l’écriture", "projet": "le projet", "operation": "l’opération de l’année passée",
    "releve": "le solde du relevé", "arrete": "l’arrêté de caisse", "subvention": "la subvention",
    "bien": "le bien durable", "regie": "la régie", "ouverture": "les soldes de départ", "exercice": "l’exercice",
    "piece": "la pièce", "bordereau": "le bordereau de remise", "journal": "une action",
    "cra": "le compte rendu d’activité", "document": "le document",
    "echantillon": "l’échantillon des pièces", "verification": "la pièce vérifiée",
    "crf": "le compte rendu financier", "validation": "la validation",
    "adhesion": "l’adhésion", "paiement": "le paiement de l’adhésion",
    "releve-importe": "le relevé de banque lu", "ligne-de-releve": "la ligne du relevé",
    "reprise": "la reprise d’un cahier tenu ailleurs",
    "réouverture": "la réouverture", "contrôle": "le contrôle sur place", "reglages": "les réglages",
}  # fmt: skip
# An action by its name, and as what one has done.
_DEEDS = {
    "ajout": ("l’ajout", "ajouté"), "modification": ("la modification", "modifié"),
    "suppression": ("la suppression", "supprimé"), "rétablissement": ("le rétablissement", "rétabli"),
    "pointage": ("le pointage", "pointé"), "dépointage": ("le dépointage", "dépointé"),
    "saisie": ("la saisie", "saisi"), "relevé": ("la saisie", "saisi"), "report": ("la modification", "modifié"),
    "réunion": ("la réunion", "réuni"), "fermeture": ("la fermeture", "fermé"),
    "réouverture": ("la réouverture", "rouvert"), "rotation": ("la rotation", "tourné"),
    "remplacement": ("le remplacement", "remplacé"), "rattachement": ("le rattachement", "joint"),
    "mise en attente": ("la mise en attente", "mis en attente"),
    "mise en premier": ("la mise en premier", "mis en premier"),
    "envoi": ("la note d’envoi", "noté comme envoyé"),
    "envoi repris": ("la reprise de l’envoi", "noté comme non envoyé"),
    "sortie": ("la sortie", "sorti"), "passage à la suite": ("le passage à la suite", "complété"),
    "tirage": ("le tirage", "tiré"), "vérification": ("la vérification", "vérifié"),
    "mise en saisie directe": ("la mise en saisie directe", "mis en saisie directe"),
    "réglages": ("la modification", "modifié"),
    "programmation": ("la programmation", "programmé"), "échec": ("l’échec", "manqué"),
    "contrôle sur place": ("le résultat", "noté"),
    "demande": ("la demande", "demandé"), "annulation de la demande": ("l’annulation de la demande", "annulé"),
    "annulation de la programmation": ("l’annulation de la programmation", "déprogrammé"),
    "déclaration": ("la déclaration", "déclaré"), "encaissement": ("l’encaissement", "encaissé"),
    "tarifs": ("le changement de tarifs", "changé les tarifs"),
    "lecture": ("la lecture", "lu"), "rapprochement": ("le rapprochement", "rapproché"),
    "mise à l’écart": ("la mise à l’écart d’une proposition", "écarté une proposition"),
    "reprise d’un cahier": ("la reprise", "repris"),
    "annulation d’une reprise": ("l’annulation", "annulé"),
    "mise de côté": ("la mise de côté", "mis de côté"), "reprise": ("la reprise", "repris"),
    "retour au cahier": ("le retour au cahier", "remis en cahier"),
}  # fmt: skip
UNDO = "annulation"


class Told(Protocol):
    """A line of the journal: what was done, to what, and the JSON values of before and after."""

    @property
    def action(self) -> str:
        """Give the name of the action."""

    @property
    def subject(self) -> str:
        """Give what it was done to, `ecriture:27`."""

    @property
    def before(self) -> Any:
        """Give what there was."""

    @property
    def after(self) -> Any:
        """Give what there is since."""


class _Line(NamedTuple):
    action: str
    subject: str
    before: Any = None
    after: Any = None


class Difference(NamedTuple):
    """One field before and after, in words; empty texts where there was nothing."""

    field: str
    before: str
    after: str


def taken_back(line: Told) -> Told | None:
    """Give the action that an undo took back, or None for any other line."""
    return _Line(*line.before) if line.action == UNDO and isinstance(line.before, list) else None


def deed(line: Told, label: str = "", again: bool = False) -> str:
    """Tell a person what they did: « Vous avez ajouté l’écriture 31, OCCE – Adhésion, 100,00 € ».

    `label` is what its subject is called today; `again` tells an undo of an undo, after which the action stands.
    """
    taken = taken_back(line)
    if taken:
        return f"Vous avez {'rétabli' if again else 'annulé'} {_noun(taken)} {_of(_object(taken, label))}"
    return f"Vous avez {_DEEDS.get(line.action, (line.action, line.action))[1]} {_object(line, label)}"


def title(line: Told, about: str = "", again: bool = False, label: str = "") -> str:
    """Name what was done in the history of `about`, which is not named again: « Ajout », « Annulation de l’ajout ».

    `label` is what its subject is called, where the line of the journal says only its number.
    """
    taken = taken_back(line)
    named = taken or line
    words = _noun(named) if named.subject == about else f"{_noun(named)} {_of(_object(named, label))}"
    if taken:
        return f"{'Rétablissement' if again else 'Annulation'} {_of(words)}"
    plain = words.removeprefix("le ").removeprefix("la ").removeprefix("l’")
    return plain[:1].upper() + plain[1:]


def _noun(line: Told) -> str:
    return _DEEDS.get(line.action, (line.action, ""))[0]


def _of(words: str) -> str:
    """Put « de » before words that begin with their article."""
    if words.startswith(("le ", "les ")):
        return ("du " if words.startswith("le ") else "des ") + words.partition(" ")[2]
    return words if words.startswith("dans ") else f"de {words}"


def entry_in_words(voucher: str, label: str, amount: int) -> str:
    """Call an entry as people do: « 31, OCCE – Adhésion, 100,00 € »; the amount, in cents, loses its sign."""
    return ", ".join([*filter(None, (voucher, label)), *([format_euros(abs(amount))] if amount else [])])


def _object(line: Told, label: str = "") -> str:
    """Name what an action was done to, as much of it as the journal tells."""
    kind = line.subject.partition(":")[0]
    words = _SUBJECTS.get(kind, kind)
    told = [value for value in (line.after, line.before) if isinstance(value, Mapping)]
    if line.action == "saisie" and told:
        return f"dans la régie {told[0].get('code')} : {label or told[0].get('ecritures')}"
    if kind == "ecriture":
        return f"{words} {label or _entry(told)}"
    if kind == "releve" and isinstance(line.after, list):
        return f"{words} du {_day(line.after[0])}, {format_euros(line.after[1])}"
    if kind == "arrete" and told:
        return f"{words} du {_day(told[0]['date'])}, {format_euros(sum(each * n for each, n in told[0]['coupures']))}"
    return words + _named(label or _name(told)) + _amount(told) + _change(line, kind)


def _entry(told: Sequence[Mapping[str, Any]]) -> str:
    if not told:
        return "supprimée depuis"
    bank, cash, advance = told[0].get("banque") or 0, told[0].get("caisse") or 0, told[0].get("regie")
    moved = bank + cash + (advance[1] if advance else 0)
    return entry_in_words(told[0].get("pj", ""), told[0].get("libelle", ""), moved or bank or cash)


def _day(day: str) -> str:
    return french_date(date.fromisoformat(day[:10]))


def _named(name: str) -> str:
    return f" « {name} »" if name else ""


def _name(told: Sequence[Mapping[str, Any]]) -> str:
    """Give what a line of the journal calls its subject; what it was called before is told apart."""
    names = ("libelle", "nom", "organisation", "designation", "label", "code", "piece", "document", "fichier")
    return next((str(value[name]) for value in reversed(told) for name in names if value.get(name)), "")


def _amount(told: Sequence[Mapping[str, Any]]) -> str:
    amount = next((value[name] for value in told for name in ("amount", "value") if value.get(name)), 0)
    return f", {format_euros(abs(amount))}" if amount else ""


def _change(line: Told, kind: str) -> str:
    """Tell what became of a project's name, or which entry a scan went to."""
    before, after = (value if isinstance(value, Mapping) else {} for value in (line.before, line.after))
    if kind == "projet" and before.get("nom") and after.get("nom"):
        joined = line.action == "réunion"
        return f" au projet « {after['nom']} »" if joined else f", renommé « {after['nom']} »"
    if kind == "piece" and after.get("ecriture"):
        return f" à l’écriture {after['ecriture']}"
    return ""


def differences(before: Any, after: Any, chart: Chart) -> tuple[Difference, ...]:
    """Give the fields that an action changed; a first saying gives them all."""
    old, new = (value if isinstance(value, Mapping) else {} for value in (before, after))
    # A field that the later line does not name did not change.
    names = [name for name in FIELDS if name in (new or old)]
    told = ((name, old.get(name), new.get(name) if new else None) for name in names)
    return tuple(
        Difference(FIELDS[name], in_words(name, one, chart), in_words(name, other, chart))
        for name, one, other in told
        if in_words(name, one, chart) != in_words(name, other, chart)
    )


def in_words(name: str, value: Any, chart: Chart) -> str:
    """Write the value of a field of the journal as a person reads it."""
    if value in (None, "", [], {}):
        return ""
    if name in _AMOUNTS and isinstance(value, int):
        return format_euros(value) if value else ""
    if name in _DAYS and isinstance(value, str):
        return french_date(date.fromisoformat(value[:10]))
    if name == "schema":
        return _SCHEMES.get(str(value), str(value))
    if name == "ventilation":
        return ", ".join(f"{_short(code, chart)} {format_euros(amount)}" for code, amount in value)
    if name == "regie" and isinstance(value, list):
        return f"{value[0]} {format_euros(value[1])}"
    return str(value)


def _short(code: str, chart: Chart) -> str:
    return chart[code].short if code in chart else code
