"""What every part of the intake shares: bounds, sentences, and the document once clean."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from retkoop.errors import Refusal
from retkoop.scan_text import Told

MAX_BYTES = 15_000_000
MAX_PIXELS = 40_000_000
PAGE_BYTES = 290_000  # what a scanned page may weigh, so that ten years of them stay cheap and quick to open

ACCEPTED = "Envoyez un PDF ou une image JPEG, PNG, WebP ou HEIC."
EMPTY = f"Ce fichier est vide. {ACCEPTED}"
UNKNOWN = f"Ce type de fichier n’est pas accepté. {ACCEPTED}"
OFFICE = f"Les archives et documents bureautiques ne sont pas acceptés\u00a0: faites-en un PDF. {ACCEPTED}"
TOO_HEAVY = "Ce fichier dépasse 15\u00a0Mo\u00a0: réduisez-le, ou envoyez-le en plusieurs parties."
TOO_LARGE = "Cette image dépasse 40\u00a0millions de pixels\u00a0: refaites-la en définition plus faible."
DAMAGED = "Ce fichier est incomplet ou abîmé\u00a0: vérifiez qu’il s’ouvre, puis envoyez-le de nouveau."
TOO_MUCH_WORK = "Ce fichier est trop compliqué pour être vérifié\u00a0: imprimez-le ou photographiez-le."
ENCRYPTED = (
    "Ce PDF est protégé par un mot de passe\u00a0: enregistrez-en une version sans mot de passe, ou imprimez-le en PDF."
)
TOO_MANY_PAGES = "Ce PDF a plus de 50\u00a0pages\u00a0: envoyez-le en plusieurs parties."
NO_PAGE = "Ce PDF ne contient aucune page\u00a0: vérifiez qu’il s’ouvre, puis envoyez-le de nouveau."
BUSY = "Beaucoup de documents arrivent au même moment\u00a0: réessayez dans un instant."


class RefusedDocument(Refusal):
    """A file that cannot be kept, with the sentence that says why."""


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """What may be stored and served; `pages` is 1 for an image.

    `thumbnail`: a small WebP of the first page, None when it cannot be drawn; `told`: what the text of a PDF tells.
    """

    data: bytes
    media_type: str
    extension: str
    pages: int = 1
    thumbnail: bytes | None = None
    told: Told = field(default_factory=Told)

    @property
    def digest(self) -> str:
        """Name the content: SHA-256, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()
