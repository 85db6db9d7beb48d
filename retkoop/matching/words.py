"""PURE. What the words of a bank line and of an entry tell: the means of payment, the cheque, who it is about."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

CHEQUE, DEPOSIT, CASH, CARD, TRANSFER, DEBIT, FEE, INTEREST, UNKNOWN = (
    "cheque", "deposit", "cash", "card", "transfer", "debit", "fee", "interest", "unknown",
)  # fmt: skip
# Read in this order: « remise de chèques » is no cheque, « frais de virement » no transfer.
_MEANS = (
    (DEPOSIT, r"\b(rem|remise|remises|rcheq|bordereau)\b(?!.*\besp)|\bencaissement (de )?ch"),
    (CASH, r"\b(espece|especes|esp|vrst|versement|vers|depot|retrait|dab|gab|numeraire)\b"),
    (FEE, r"\b(frais|commission|commissions|comm|agios|tenue de c|cotis|cotisation|forfait|abonnement bancaire)"),
    (INTEREST, r"\b(interet|interets|int crediteurs|arrete de compte)\b"),
    (CHEQUE, r"\b(cheque|chq|ch|chque|cheq|chqe)\b"),
    (DEBIT, r"\b(prlv|prelevement|prelevt|prel|tip|sdd)\b"),
    (TRANSFER, r"\b(vir|virement|virt|virst|vrt|virmt|sct|trf|viremt)\b"),
    (CARD, r"\b(cb|carte|paiement|achat|facture carte|psc|tpe)\b"),
)  # fmt: skip
_NUMBERED = re.compile(
    r"\b(?:cheque|chque|cheq|chqe|chq|ch)\b(?: emis| paye| tire| compense)*[ .:]*(?:n|no|num|numero)?[ .:o]*0*(\d{3,})"
)
# What stands in labels without telling one operation from another.
_EMPTY = frozenset(
    """
    sepa vir virement recu emis de du des la le les en et au aux pour par inst instantane carte cb cheque chq remise
    prlv prelevement web ref facture paiement achat motif europeen permanent faveur compte date num numero cheques
    banque ecole versement cooperative scolaire sur un une
    """.split()  # noqa: SIM905 a page of quotes reads worse
)


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Write in small letters, without accents nor signs."""
    bare = unicodedata.normalize("NFKD", text.replace("°", "o")).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


@lru_cache(maxsize=20_000)
def means(label: str) -> str:
    """Tell by what means a bank line moved money."""
    words = plain(label)
    return next((name for name, pattern in _MEANS if re.search(pattern, words)), UNKNOWN)


def cheque_of(label: str, told: str, amount: int) -> str:
    """Give the number of the cheque that a line paid, without the zeros before it; nothing when it paid none."""
    if amount >= 0:
        return ""
    if re.fullmatch(r"0*[1-9]\d{2,}", told.strip()):
        return told.strip().lstrip("0")
    found = _NUMBERED.search(plain(label)) if means(label) in (CHEQUE, UNKNOWN) else None
    return found[1] if found else ""


def same_cheque(one: str, other: str) -> bool:
    """Compare two numbers; people and banks write the last digits only."""
    one, other = re.sub(r"\D", "", one).lstrip("0"), re.sub(r"\D", "", other).lstrip("0")
    if one == other:
        return len(one) >= 3
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and long.endswith(short)


@lru_cache(maxsize=20_000)
def numbers(label: str) -> tuple[str, ...]:
    """Give the long numbers of a label, without the zeros before them; one of them may be a cheque's."""
    return tuple(found.lstrip("0") for found in re.findall(r"\d{5,}", plain(label)) if len(found.lstrip("0")) >= 5)


def nearly_same_cheque(one: str, other: str) -> bool:
    """Tell whether one number is the other with one digit wrong or two changed over."""
    one, other = re.sub(r"\D", "", one).lstrip("0"), re.sub(r"\D", "", other).lstrip("0")
    if 4 <= len(one) < len(other):
        other = other[-len(one) :]
    if len(one) != len(other) or len(one) < 4:
        return False
    wrong = [at for at in range(len(one)) if one[at] != other[at]]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
    return len(wrong) == 1


@lru_cache(maxsize=20_000)
def telling(label: str) -> frozenset[str]:
    """Give the words of a label that tell who or what it is about."""
    return frozenset(
        word for word in plain(label).split() if len(word) > 2 and not word.isdigit() and word not in _EMPTY
    )


@lru_cache(maxsize=50_000)
def likeness(bank: str, book: str) -> float:
    """Tell from 0 to 1 how much of a bank's label an entry's label has; banks cut the words short."""
    said, written = telling(bank), telling(book)
    if not said or not written:
        return 0.0
    shared = sum(1 for word in said if any(alike(word, other) for other in written))
    return min(1.0, shared / min(len(said), len(written), 3))


@lru_cache(maxsize=100_000)
def alike(one: str, other: str) -> bool:
    """Compare two words, of which one may be cut short, or have lost letters inside."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if one == other or len(short) < 4 or short[0] != long[0]:
        return one == other
    if long.startswith(short):
        return True
    return short[-1] == long[-1] and len(long) - len(short) <= 3 and _has_in_order(long, short)


def _has_in_order(long: str, short: str) -> bool:
    letters = iter(long)
    return len(short) < len(long) and all(letter in letters for letter in short)
