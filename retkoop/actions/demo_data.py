"""What the demonstration is made of: the scripts of its cooperatives, its people, and scans drawn for it.

A script (`retkoop/data/demo_*.json`) holds exercices by their rank (-1 the year before, 0 the current one); its days
are `month-day`, its amounts signed as in the exchange file.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from time import struct_time
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from retkoop.documents import CleanDocument, clean

PASSWORD = "quatre-cerises-au-marche"  # noqa: S105 shown to whoever starts the demonstration

_SCRIPTS = Path(__file__).parent.parent / "data"
_COOPS = ("tilleuls", "acacias", "glycines", "lilas", "cedres", "muriers")


class DemoPerson(NamedTuple):
    """Someone who signs in; `sees` is what the table of identifiers promises."""

    identifier: str
    role: str
    name: str
    coop: str | None
    sees: str

    @property
    def must_change(self) -> bool:
        """Tell who still has a first password: the mandataire of the new cooperative."""
        return self.coop == "075-0105"


PEOPLE = (
    DemoPerson(
        "075-0101", "mandataire", "Claire Bonnet", "075-0101",
        "Les Tilleuls : une année close, l’année en cours",
    ),
    DemoPerson(
        "075-0101-b", "mandataire", "Karim Haddad", "075-0101", "le même cahier, par l’autre mandataire"
    ),
    DemoPerson(
        "075-0101-verif", "verificateur", "Sophie Lemaire", "075-0101", "le même cahier, en lecture seule"
    ),
    DemoPerson(
        "075-0102", "mandataire", "Julien Garnier", "075-0102",
        "Les Acacias : l’année passée, prête à clore",
    ),
    DemoPerson(
        "075-0103", "mandataire", "Nadia Benali", "075-0103",
        "Les Glycines : plusieurs erreurs à corriger avant de clore",
    ),
    DemoPerson(
        "075-0104", "mandataire", "Hélène Weber", "075-0104",
        "Les Lilas (maternelle) : La Banque Postale, sans caisse, année en cours",
    ),
    DemoPerson(
        "075-0105", "mandataire", "Thomas Roche", "075-0105",
        "Les Cèdres : cahier neuf, mot de passe à changer",
    ),
    DemoPerson(
        "075-0106", "mandataire", "Anne Carlier", "075-0106",
        "Les Mûriers : année passée close, la nouvelle à ouvrir",
    ),
    DemoPerson("ad075", "ad", "Michel Aubert", None, "l’association départementale et ses six coopératives"),
    DemoPerson("federation", "federation", "Isabelle Moreau", None, "la fédération"),
)  # fmt: skip

_ROLES = {
    "mandataire": "mandataire",
    "verificateur": "vérificatrice",
    "ad": "association dép.",
    "federation": "fédération",
}


def identifiers() -> str:
    """Give the French table of who can sign in to the demonstration, and the password of all."""
    rows = [(person.identifier, f"{person.name}, {_ROLES[person.role]}", person.sees) for person in PEOPLE]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"  {row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}" for row in rows]
    return "\n".join(["Comptes de démonstration :", "", *lines, "", f"Mot de passe de tous les comptes : {PASSWORD}"])


def scripts() -> list[dict[str, Any]]:
    """Read the scripts of the cooperatives, in the order of their identifiers."""
    return [json.loads((_SCRIPTS / f"demo_{name}.json").read_text("utf-8")) for name in _COOPS]


# ---- Scans

_PAGE = (620, 877)  # A4 at 75 dpi: readable and light
# Fixed, so that the same demonstration gives the same bytes.
_PDF_DAY = struct_time((2024, 9, 1, 8, 0, 0, 6, 245, 0))


@lru_cache(maxsize=64)
def draw_scan(kind: str, label: str, day: date, cents: int) -> CleanDocument:
    """Draw a little invoice (money out) or payment advice (money in); `kind` is png, jpg or pdf."""
    who, _, what = label.partition(" – ")
    page = Image.new("L", _PAGE, 255)
    _write(page, who, what, day, cents)
    out = BytesIO()
    if kind == "jpg":
        # A photograph taken on a desk, a little askew.
        page = page.rotate(2, Image.Resampling.BICUBIC, expand=True, fillcolor=150)
    if kind == "pdf":
        page.save(out, "PDF", resolution=75, creationDate=_PDF_DAY, modDate=_PDF_DAY)
    else:
        page.save(out, "JPEG" if kind == "jpg" else "PNG", quality=80)
    return clean(out.getvalue())


def _write(page: Image.Image, who: str, what: str, day: date, cents: int) -> None:
    amount = f"{abs(cents) // 100},{abs(cents) % 100:02d} EUR"
    title = "FACTURE" if cents < 0 else "AVIS DE VERSEMENT"
    pen = ImageDraw.Draw(page)
    pen.rectangle((40, 40, 580, 120), outline=60, width=2)
    for x, y, size, text in (
        (60, 62, 30, who), (60, 150, 16, "Paris"), (380, 150, 16, f"Le {day:%d/%m/%Y}"),
        (60, 230, 26, title), (60, 275, 16, f"No {day:%Y%m}-{abs(cents) % 997:03d}"),
        (60, 330, 16, "Coopérative scolaire"), (70, 412, 15, "Désignation"), (450, 412, 15, "Montant"),
        (70, 460, 15, what[:38]), (450, 460, 15, amount), (300, 560, 20, "Total"), (450, 560, 20, amount),
        (60, 700, 13, "Règlement par chèque ou par virement"), (60, 800, 13, "Pièce fictive de démonstration"),
    ):  # fmt: skip
        pen.text((x, y), _plain(text), fill=30, font=_font(size))
    for y in (400, 440, 540):
        pen.line((60, y, 560, y), fill=90, width=1)


@lru_cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _plain(text: str) -> str:
    """Write in unaccented capitals, as tills do: the font that comes with Pillow has no accents."""
    replaced = text.replace("’", "'").replace("–", "-").replace("œ", "oe").upper()
    return unicodedata.normalize("NFKD", replaced).encode("ascii", "ignore").decode()
