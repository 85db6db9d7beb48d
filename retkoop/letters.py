"""PURE. What the product writes to people by mail: the words of each letter, kept as data and put in form when sent.

A letter holds no secret: where its link opens something (a password, the end of reminders), `{secret}` stands for what
is put in when it is sent, and nobody reads it on a screen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from retkoop.school_year import french_date

SECRET = "{secret}"  # noqa: S105 the place of one
LONGEST_LIST = 30
NEW_PASSWORD = f"/mot-de-passe/nouveau/{SECRET}"
STEP_WORDS = {"cahier": "le cahier", "cra": "le CRA", "crf": "le CRF", "documents": "les documents"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject, what is said, and one link: its words, and its address on this site."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...] = ()
    words: str = ""
    address: str = ""
    closing: str = ""

    def as_json(self) -> str:
        """Write the letter as it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Letter:
        """Read a letter that was kept."""
        told = json.loads(text)
        return cls(**{**told, "paragraphs": tuple(told["paragraphs"]), "points": tuple(told["points"])})


def greeting(name: str) -> str:
    """Greet somebody by their name, or without one."""
    return f"Bonjour {name}," if name else "Bonjour,"


def validated(name: str, coop: str, label: str, home: str, own: Sequence[str] = ()) -> Letter:
    """Tell a mandataire that the AD has validated the year; `own`: what it says besides, in its own words."""
    return Letter(
        f"Votre CRF {label} est validé",
        greeting(name),
        (
            f"Votre association départementale a validé le compte rendu financier {label} de la coopérative {coop}.",
            "Le PDF du CRF validé est sur la page d’accueil de la coopérative : gardez-le avec vos papiers. "
            "L’exercice est désormais figé.",
            *own,
        ),
        words="Voir le CRF validé",
        address=home,
        closing="Merci pour votre travail.",
    )


def sent_back(name: str, coop: str, label: str, step: str, reason: str, mend: str) -> Letter:
    """Tell a mandataire that the AD sends the year back: why, and at which step."""
    return Letter(
        f"Votre exercice {label} est à compléter",
        greeting(name),
        (
            f"Votre association départementale vous renvoie l’exercice {label} de la coopérative {coop}.",
            f"À reprendre : {STEP_WORDS[step]}.",
            f"Motif : {reason}",
            "Corrigez, puis envoyez de nouveau l’exercice depuis la page « Ce qu’il reste à faire ».",
        ),
        words="Reprendre l’exercice",
        address=mend,
    )


def reminder(name: str, coop: str, label: str, deadline: date, late: bool, left: Sequence[str], path: str) -> Letter:
    """Remind a mandataire of what is left to do before the deadline, or since it has passed."""
    more = len(left) - LONGEST_LIST
    points = (*left[:LONGEST_LIST], *([f"et {more} autres points"] if more > 0 else []))
    awaited = "était attendu" if late else "est attendu"
    return Letter(
        f"Exercice {label} : ce qu’il reste à faire" + ("" if late else f" avant le {french_date(deadline)}"),
        greeting(name),
        (
            f"L’exercice {label} de la coopérative {coop} n’est pas encore envoyé à votre association départementale. "
            f"Il {awaited} le {french_date(deadline)} au plus tard. Voici ce qu’il reste à faire :",
        ),
        points,
        "Voir ce qu’il reste à faire",
        path,
    )


def new_password(name: str, identifier: str, hours: int) -> Letter:
    """Give the way to a new password to whoever forgot theirs."""
    return Letter(
        "Choisir un nouveau mot de passe",
        greeting(name),
        (
            f"Un nouveau mot de passe a été demandé pour l’identifiant {identifier}.",
            f"Le lien ci-dessous sert une seule fois, pendant {hours} heures.",
        ),
        words="Choisir un nouveau mot de passe",
        address=NEW_PASSWORD,
        closing="Si vous n’avez rien demandé, ne faites rien : votre mot de passe actuel reste le bon.",
    )


def link_given(name: str, identifier: str, who: str, hours: int) -> Letter:
    """Tell somebody that a link to their account was given, and to whom: it is not in this letter."""
    return Letter(
        "Un lien d’activation a été créé pour votre compte",
        greeting(name),
        (
            f"{who} a créé un lien qui permet de choisir un nouveau mot de passe pour le compte {identifier}.",
            f"Il sert une seule fois, pendant {hours} heures ; votre mot de passe actuel reste le bon jusque-là.",
        ),
        words="Se connecter",
        address="/connexion",
        closing="Si vous n’aviez rien demandé, prévenez vos collègues : ce lien ouvre votre compte à qui l’utilise.",
    )


def second_factor_lifted(name: str, identifier: str, who: str) -> Letter:
    """Tell somebody that no code is asked for any more when they sign in, and who decided so."""
    return Letter(
        "Votre double authentification est arrêtée",
        greeting(name),
        (
            f"La double authentification du compte {identifier} vient d’être arrêtée par {who} : "
            "le mot de passe suffit désormais pour se connecter.",
            "Toutes les sessions ouvertes ont été fermées. À la prochaine connexion, ajoutez un nouveau téléphone.",
        ),
        words="Se connecter",
        address="/connexion",
        closing="Si vous n’étiez pas au courant, changez votre mot de passe et prévenez vos collègues.",
    )


def codes_guessed(name: str, identifier: str) -> Letter:
    """Warn somebody that their password was right, and the code that came after it wrong, several times."""
    return Letter(
        "Des codes faux ont été essayés sur votre compte",
        greeting(name),
        (
            f"Quelqu’un a donné le mot de passe du compte {identifier}, puis plusieurs codes faux.",
            "Si c’était vous, il n’y a rien à faire : vérifiez l’heure de votre téléphone, puis recommencez.",
        ),
        words="Changer de mot de passe",
        address="/mot-de-passe",
        closing="Si ce n’était pas vous, changez votre mot de passe : quelqu’un d’autre le connaît.",
    )
