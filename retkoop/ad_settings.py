"""PURE. What an association départementale settles for its cooperatives: who it is, its words, the rules of a year.

Who it is and its words hold from the moment they are saved. Rules bear the first exercice that they hold for: a year
uses the newest ones that are not after it, and those of a validated year do not change any more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from retkoop.coop_identity import EITHER
from retkoop.facts import OwnDocument, Settings
from retkoop.required_documents import WAIVABLE

# Bounds of what people type; the database knows them too (0018).
LONGEST_TEXT, MOST_LINES = 600, 8
LONGEST_LABEL, LONGEST_HINT, MOST_DOCUMENTS = 80, 200, 8
# Two vérificateurs sign at least; beyond three, and three more lines, the quitus does not hold on its page.
VERIFIERS, LONGEST_SIGNER, MOST_SIGNERS = (2, 3), 40, 3
MOST_UNTICKED = 999
_LINK = re.compile(r"https://[A-Za-z0-9][^\s<>\"«»]*")
_AFTER_LINK = ".,;:!?)’'"


@dataclass(frozen=True, slots=True)
class Profile:
    """How an association presents itself and what it writes to its mandataires; empty until it says so.

    `logo` is the digest of a picture of the storage. Texts are plain, of a few lines.
    """

    name: str = ""
    contact: str = ""
    address: str = ""
    phone: str = ""
    mail: str = ""
    scheme: str = EITHER
    logo: str = ""
    home_text: str = ""
    closing_text: str = ""
    documents_text: str = ""
    validation_text: str = ""

    @property
    def is_reachable(self) -> bool:
        """Tell whether it says how it is reached."""
        return any((self.contact, self.address, self.phone, self.mail))

    @property
    def lines(self) -> tuple[str, ...]:
        """Give who it is and how it is reached, as it signs: a line each."""
        if not self.is_reachable:
            return ()
        reached = (("Téléphone : ", self.phone), ("Mail : ", self.mail))
        told = (self.contact, *self.address.splitlines(), *(words + said for words, said in reached if said))
        return (self.name, *filter(None, told))


class Piece(NamedTuple):
    """A part of a text: plain words, or a link, whose `address` is then what is written."""

    words: str
    address: str = ""


def pieces(line: str) -> tuple[Piece, ...]:
    """Part a line at its https links; the mark that ends a sentence is not part of one."""
    found, at = [], 0
    for match in _LINK.finditer(line):
        address = match[0].rstrip(_AFTER_LINK)
        if len(address) > len("https://"):
            found += [Piece(line[at : match.start()]), Piece(address, address)]
            at = match.start() + len(address)
    return tuple(piece for piece in (*found, Piece(line[at:])) if piece.words)


def paragraphs(text: str) -> tuple[str, ...]:
    """Give the lines of a text, those that are empty left out."""
    return tuple(line for line in text.split("\n") if line)


def read_rules(row: Mapping[str, Any]) -> Settings:
    """Read the rules of a row of `department_rules`."""
    return Settings(
        row["unticked_limit"], row["closing_delay_days"], row["presentation"], verifiers=row["verifiers"],
        signers=tuple(json.loads(row["signers"])), waived=frozenset(row["waived"].split()),
        own_documents=tuple(OwnDocument(*told) for told in json.loads(row["own_documents"])),
    )  # fmt: skip


def written_rules(settings: Settings) -> dict[str, Any]:
    """Give the columns of rules."""
    own = [[one.number, one.label, one.hint] for one in settings.own_documents]
    return {
        "unticked_limit": settings.unticked_limit, "closing_delay_days": settings.closing_delay_days,
        "presentation": settings.presentation, "verifiers": settings.verifiers,
        "signers": _json(settings.signers), "waived": " ".join(sorted(settings.waived)), "own_documents": _json(own),
    }  # fmt: skip


def _json(value: Iterable[Any]) -> str:
    return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))


def asked_stamp(settings: Settings) -> str:
    """Tell which documents are asked for besides or less than by default; empty when it is the default."""
    told = sorted(settings.waived), sorted(one.number for one in settings.own_documents)
    return sha256(repr(told).encode()).hexdigest()[:12] if any(told) else ""


def seal(values: Mapping[str, Any]) -> str:
    """Give the fingerprint of what a form showed: what was changed meanwhile by somebody else gives another one."""
    return sha256(repr(sorted(values.items())).encode()).hexdigest()[:24]


# The parts of the page, each saved by itself: its columns, and what its line of journal calls them.
PROFILE_PARTS: dict[str, dict[str, str]] = {
    "contact": {"contact": "contact", "address": "adresse", "phone": "telephone", "mail": "mail"},
    "identifiants": {"scheme": "schema"},
    "textes": {
        "home_text": "texte_accueil", "closing_text": "texte_cloture", "documents_text": "texte_documents",
        "validation_text": "texte_validation",
    },
    "logo": {"logo": "logo"},
}  # fmt: skip
RULES_PARTS: dict[str, tuple[str, ...]] = {
    "regles": ("unticked_limit", "closing_delay_days", "presentation", "verifiers", "signers"),
    "documents": ("waived", "own_documents"),
}


def profile_part(profile: Profile, part: str) -> dict[str, Any]:
    """Give what a part of the page shows of a profile."""
    return {name: getattr(profile, name) for name in PROFILE_PARTS[part]}


def rules_part(settings: Settings, part: str) -> dict[str, Any]:
    """Give what a part of the page shows of the rules of a year."""
    shown = {name: getattr(settings, name) for name in RULES_PARTS[part]}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in shown.items()}


PRESENTATIONS = {"comptable": "solde du cahier (présentation comptable)", "releve": "solde du relevé de banque"}


def told_rules(settings: Settings, part: str) -> dict[str, Any]:
    """Give what a part of the rules says, in the words of the journal."""
    if part == "regles":
        return {
            "limite": str(settings.unticked_limit), "delai": _day(settings.closing_delay_days),
            "presentation": PRESENTATIONS[settings.presentation],
            "signatures": ", ".join((f"{settings.verifiers} vérificateurs", *settings.signers)),
        }  # fmt: skip
    own = " ; ".join(f"{one.label} ({one.hint})" if one.hint else one.label for one in settings.own_documents)
    return {"non_demandes": ", ".join(WAIVABLE[kind] for kind in sorted(settings.waived)), "propres": own}


def _day(delay: int) -> str:
    day = date(2001, 8, 31) + timedelta(delay)
    month = {8: "août", 9: "septembre"}.get(day.month)
    return f"{'1er' if day.day == 1 else day.day} {month}" if month else f"31 août, et {delay} jours"


def frozen(first_year: int, versions: Iterable[int], validated: Iterable[int]) -> tuple[int, ...]:
    """Give the validated years that rules from `first_year` on would be those of."""
    until = min((one for one in versions if one > first_year), default=None)
    return tuple(year for year in sorted(validated) if first_year <= year and (until is None or year < until))


COLUMNS = tuple(field.name for field in fields(Profile) if field.name != "name")
