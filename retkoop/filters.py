"""What templates write: amounts, days, and the words of the trade with their one-sentence help."""

from __future__ import annotations

import secrets
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from retkoop import clock
from retkoop.ad_settings import paragraphs, pieces
from retkoop.audit import OPERATOR
from retkoop.money import format_amount, format_euros, gap_in_words
from retkoop.school_year import french_date, month_name

# The trade's words and the sentence behind each `?`.
GLOSSARY = {
    "PJ": "Pièce justificative : la facture, le ticket ou le bordereau qui prouve l’opération. Numérotez-les.",
    "Pointage": "Pointer, c’est dire que l’opération a été vue sur le relevé de banque.",
    "Ventilation": "Dire à quel compte va chaque montant : à quoi l’argent a servi, d’où il vient.",
    "Régie d’avance": "Argent confié à une classe, qu’elle justifie par des factures ou qu’elle rend.",
    "Virement interne": "Argent qui passe de la caisse à la banque ou l’inverse : ni dépense, ni recette.",
    "Report à nouveau": "Ce que la coopérative possédait au 1er septembre ; ce n’est pas une recette.",
    "Solde après pointage": "Ce que la banque devrait afficher : le solde de départ et les opérations pointées.",
    "Caisse": "Les pièces et les billets que la coopérative détient.",
    "Subvention": "Argent public : État, région, département, commune. Un don d’association n’en est pas une.",
    "Biens durables": "Le matériel de la coopérative qui sert plusieurs années, inscrit au cahier d’inventaire.",
    "Clôture": "La fin du cahier de l’année : ensuite plus rien n’y change.",
    "Bilan simplifié": "Ce que la coopérative possède, et d’où cela vient : les deux totaux doivent être égaux.",
    "Rapprochement bancaire": "Le tableau qui explique la différence entre le relevé de banque et le cahier.",
}


# What a browser may offer to send as a scan; an iPhone then converts its pictures by itself.
ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,application/pdf"


@lru_cache(maxsize=8192)
def signed(cents: int) -> str:
    """Write a movement with its sign, so that colour is never the only difference."""
    return ("+" if cents > 0 else "") + format_amount(cents)


def share(tenths: int) -> str:
    """Write tenths of a percent as French people read them: `3,5 %`."""
    return f"{tenths // 10},{tenths % 10}\u00a0%"


def typographic(text: object) -> Markup:
    """Give a text its French non-breaking spaces before « : ; ! ? » and inside « »."""
    # The agreed phrases keep their straight apostrophe, also in the page's own bytes.
    written = str(escape(text)).replace("&#39;", "'")
    for mark in (":", ";", "!", "?", "»", "€"):
        written = written.replace(f" {mark}", f"\u00a0{mark}")
    return Markup(written.replace("« ", "«\u00a0"))  # noqa: S704 escaped two lines above


def author(who: str) -> str:
    """Name who acted: a command is run by the association départementale."""
    return "l’association départementale" if who == OPERATOR.name else who


def init_app(app: Flask) -> None:
    """Give templates their filters."""
    # A cahier shows few different days, many times each: writing one costs more than looking it up.
    day = lru_cache(maxsize=2048)(french_date)
    app.jinja_env.filters.update(
        euros=format_euros,
        montant=format_amount,
        signe=signed,
        part=share,
        manque=gap_in_words,
        jour=day,
        mois=month_name,
        typo=typographic,
        instant=clock.told,
        auteur=author,
        morceaux=pieces,
        lignes=paragraphs,
    )
    app.jinja_env.globals.update(glossary=GLOSSARY, fresh_key=lambda: secrets.token_urlsafe(12), accept=ACCEPTED)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
