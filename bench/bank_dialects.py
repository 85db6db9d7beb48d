"""How nine made-up banks word their lines: with known words, cut short, talkative, by codes, or almost silent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

CHEQUE, CARD, DEBIT, PAID, RECEIVED, SLIP, CASH_IN, CASH_OUT, FEE, INTEREST = KINDS = (
    "cheque", "card", "debit", "paid", "received", "slip", "cash in", "cash out", "fee", "interest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What a bank knows of a movement: who is on the other side, what for, the cheque, the day of the purchase."""

    kind: str
    who: str
    what: str
    cheque: str
    day: date
    random: Random

    @property
    def digits(self) -> str:
        """Give a number that means nothing to the cooperative."""
        return f"{self.random.randrange(10**6):06d}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One bank: its words, and whether the cheque's number is in a field of its own."""

    name: str
    label: Callable[[Said], str]
    cheque_field: bool = False


def _upper(text: str) -> str:
    return text.upper()


def _plainly(said: Said) -> str:
    return {
        CHEQUE: f"CHEQUE {said.cheque}",
        CARD: f"CARTE {said.day:%d/%m} {_upper(said.who)}",
        DEBIT: f"PRELEVEMENT {_upper(said.who)} {said.digits}",
        PAID: f"VIREMENT A {_upper(said.who)}",
        RECEIVED: f"VIREMENT DE {_upper(said.who)} {_upper(said.what)}",
        SLIP: f"REMISE DE CHEQUES {said.digits}",
        CASH_IN: "VERSEMENT ESPECES GUICHET",
        CASH_OUT: "RETRAIT ESPECES",
        FEE: f"FRAIS TENUE DE COMPTE {said.day:%m/%y}",
        INTEREST: f"INTERETS {said.day.year}",
    }[said.kind]


def _short(said: Said) -> str:
    head = {
        CHEQUE: f"CHQ.{said.cheque}", CARD: f"FAC.{said.day:%d%m} ", DEBIT: "PRLV.", PAID: "VRT.EM.",
        RECEIVED: "VRT.RE.", SLIP: f"REM.CHQ {said.digits[:4]}", CASH_IN: "VRST.ESP", CASH_OUT: "RET.DAB",
        FEE: "COM.TRIM", INTEREST: "INT.CPTE",
    }[said.kind]  # fmt: skip
    return (head + (_upper(said.who) if said.kind in (CARD, DEBIT, PAID, RECEIVED) else ""))[:20].strip()


def _silent(said: Said) -> str:
    """Say nothing of how, and who only for what has a name."""
    side = "CR" if said.kind in (RECEIVED, SLIP, CASH_IN, INTEREST) else "DB"
    if said.kind == CHEQUE:
        return f"MVT {side} {said.cheque}"
    if said.kind in (CARD, DEBIT, PAID, RECEIVED):
        return f"MVT {side} {_upper(said.who)[:16]}"
    return f"MVT {side} {said.digits}"


def _talkative(said: Said) -> str:
    reference = f"REF {said.digits}{said.digits} ID {said.digits}X"
    return {
        CHEQUE: f"CHEQUE EMIS NUMERO {said.cheque.zfill(10)} PRESENTE LE {said.day:%d/%m/%Y} {reference}",
        CARD: f"PAIEMENT PAR CARTE X{said.digits[:4]} {_upper(said.who)} FR {said.day:%d/%m} {reference}",
        DEBIT: f"PRELEVEMENT EUROPEEN DE: {_upper(said.who)} MANDAT {said.digits} {reference}",
        PAID: f"VIREMENT EMIS VERS {_upper(said.who)} MOTIF: {_upper(said.what)} {reference}",
        RECEIVED: f"VIREMENT EN VOTRE FAVEUR DE {_upper(said.who)} MOTIF: {_upper(said.what)} {reference}",
        SLIP: f"REMISE CHEQUES BORDEREAU {said.digits} NOMBRE DE CHEQUES NON COMMUNIQUE {reference}",
        CASH_IN: f"DEPOT DE BILLETS AUTOMATE {said.digits} {reference}",
        CASH_OUT: f"RETRAIT AU DISTRIBUTEUR {said.day:%d/%m/%Y} 12H{said.digits[:2]} {reference}",
        FEE: f"FORFAIT ASSOCIATIONS DETAIL DES FRAIS {reference}",
        INTEREST: f"ARRETE DE COMPTE INTERETS CREDITEURS {reference}",
    }[said.kind]


def _bare(said: Said) -> str:
    return {
        CHEQUE: "Chèque", CARD: "Paiement carte", DEBIT: "Prélèvement", PAID: "Virement émis",
        RECEIVED: "Virement reçu", SLIP: "Remise de chèques", CASH_IN: "Versement", CASH_OUT: "Retrait",
        FEE: "Frais", INTEREST: "Intérêts",
    }[said.kind]  # fmt: skip


def _coded(said: Said) -> str:
    code = dict(zip(KINDS, ("E4", "K1", "P7", "T2", "T3", "R9", "S5", "S6", "F0", "I0"), strict=True))[said.kind]
    if said.kind == CHEQUE:
        return f"{code}/{said.digits}/{said.cheque}"
    return f"{code}/{said.digits}/{said.who if said.kind in (CARD, DEBIT, PAID, RECEIVED) else 'AGENCE 00417'}"


def _unnumbered(said: Said) -> str:
    return "CHEQUE COMPENSE" if said.kind == CHEQUE else _plainly(said)


def _names(said: Said) -> str:
    """Write as the new banks do: the name alone, as people know it."""
    if said.kind == CHEQUE:
        return f"Cheque n°{said.cheque}"
    if said.kind in (CARD, DEBIT, PAID, RECEIVED):
        return said.who + (f" · {said.what}" if said.kind == RECEIVED and said.random.random() < 0.5 else "")
    return {SLIP: "Encaissement", CASH_IN: "Dépôt", CASH_OUT: "Distributeur", FEE: "Abonnement", INTEREST: "Bonus"}[
        said.kind
    ]


def _last_digits(said: Said) -> str:
    if said.kind == CHEQUE:
        return f"CHEQUE TIRE {said.cheque[-4:]}"
    return re.sub(r"[AEIOU](?=\w{4})", "", _plainly(said))


DIALECTS = (
    Dialect("clair", _plainly), Dialect("coupé", _short), Dialect("muet", _silent), Dialect("bavard", _talkative),
    Dialect("nu", _bare, cheque_field=True), Dialect("codes", _coded), Dialect("sans n°", _unnumbered),
    Dialect("noms", _names), Dialect("4 chiffres", _last_digits),
)  # fmt: skip
