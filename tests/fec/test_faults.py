"""Every kind of fault, planted at a random place of a good file, is found where it is.

`RETKOOP_SEED=12 pytest tests/fec/test_faults.py` plants them at the same places again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import date

import pytest

from retkoop.double_entry import double_entries
from retkoop.facts import Allocation, YearFacts
from retkoop.fec import ENCODING, FIELDS, Book, fec_of_coop, fec_of_department
from retkoop.fec_check import Fault, check_fec
from tests.support.year_facts import BOOKS, DURABLE, GRANTS, SALES, YEAR, entry, facts, prior

Rows = list[list[str]]
SEED = int(os.environ.get("RETKOOP_SEED", random.SystemRandom().randrange(10**6)))
PLACE = {name: place for place, name in enumerate(FIELDS)}


def a_year(chance: random.Random) -> YearFacts:
    """Give a year with every kind of entry, days in order, each account and class used several times."""
    days = sorted(date.fromordinal(YEAR.first_day.toordinal() + chance.randrange(360)) for _ in range(24))
    shapes = (
        {"bank": -1_200, "spent": 1_200}, {"cash": 550, "bank": 0, "sold": 550}, {"bank": 30_000, "granted": 30_000},
        {"bank": -9_900, "allocations": (Allocation(BOOKS, 4_900), Allocation(DURABLE, 5_000))},
        {"bank": 500, "cash": -500, "allocations": (), "voucher": ""},
        {"bank": -4_000, "advance": "CP", "advance_amount": 4_000, "allocations": ()},
        {"bank": 1_000, "advance": "CP", "advance_amount": -1_000, "allocations": ()},
        {"bank": 700, "allocations": (Allocation(SALES, 400), Allocation(GRANTS, 200))},
    )  # fmt: skip
    lines = [
        entry(number, day=day, label=f"Fête d’été n° {number}", **shapes[number % len(shapes)])
        for number, day in enumerate(days, 1)
    ]
    return facts(*lines, priors=(prior(), prior(2, 1_500)))


def good_files(chance: random.Random) -> tuple[bytes, bytes]:
    """Give the file of a cooperative, and that of a département."""
    books = [Book(f"075-010{n}", f"École n° {n}", a_year(chance), date(2025, 9, n)) for n in (1, 2, 3)]
    return b"".join(fec_of_coop(books[0])), b"".join(fec_of_department(books))


def rows_of(data: bytes) -> Rows:
    return [line.split("\t") for line in data.decode(ENCODING).split("\r\n")[:-1]]


def file_of(rows: Rows, separator: str = "\t", end: str = "\r\n") -> bytes:
    return "".join(separator.join(row) + end for row in rows).encode(ENCODING)


def a_row(rows: Rows, chance: random.Random, wanted: Callable[[list[str]], bool] = lambda row: True) -> list[str]:
    return chance.choice([row for row in rows[1:] if wanted(row)])


def entry_of(rows: Rows, row: list[str]) -> Rows:
    return [each for each in rows[1:] if each[2] == row[2]]


# ---- One line


def sets(name: str, value: str | Callable[[str], str]) -> Callable[[Rows, random.Random], None]:
    """Write something else into one field of a random line."""

    def plant(rows: Rows, chance: random.Random) -> None:
        row = a_row(rows, chance, lambda row: name not in ("Debit", "Credit") or row[PLACE[name]] != "0,00")
        row[PLACE[name]] = value(row[PLACE[name]]) if callable(value) else value

    return plant


def swaps(one: str, other: str) -> Callable[[Rows, random.Random], None]:
    """Put two fields of a random line in the place of each other."""

    def plant(rows: Rows, chance: random.Random) -> None:
        row = a_row(rows, chance, lambda row: row[PLACE[one]] != row[PLACE[other]])
        row[PLACE[one]], row[PLACE[other]] = row[PLACE[other]], row[PLACE[one]]

    return plant


def cent_more(rows: Rows, chance: random.Random) -> None:
    row = a_row(rows, chance)
    name = "Debit" if row[PLACE["Debit"]] != "0,00" else "Credit"
    row[PLACE[name]] = row[PLACE[name]][:-1] + str((int(row[PLACE[name]][-1]) + 1) % 10)


def both_sides(rows: Rows, chance: random.Random) -> None:
    row = a_row(rows, chance)
    row[PLACE["Debit"]] = row[PLACE["Credit"]] = "10,00"


def neither_side(rows: Rows, chance: random.Random) -> None:
    row = a_row(rows, chance)
    row[PLACE["Debit"]] = row[PLACE["Credit"]] = "0,00"


def one_field_more(rows: Rows, chance: random.Random) -> None:
    a_row(rows, chance).append("")


def one_field_less(rows: Rows, chance: random.Random) -> None:
    a_row(rows, chance).pop(chance.randrange(18))


def empty_line(rows: Rows, chance: random.Random) -> None:
    rows.insert(chance.randrange(1, len(rows)), [""])


def line_lost(rows: Rows, chance: random.Random) -> None:
    rows.remove(a_row(rows, chance))


def line_twice(rows: Rows, chance: random.Random) -> None:
    place = chance.randrange(1, len(rows))
    rows.insert(place, list(rows[place]))


# ---- Whole entries


def entry_lost(rows: Rows, chance: random.Random) -> None:
    last = rows[-1][2]
    for row in entry_of(rows, a_row(rows, chance, lambda row: row[2] != last)):
        rows.remove(row)


def entry_twice(rows: Rows, chance: random.Random) -> None:
    found = entry_of(rows, a_row(rows, chance))
    place = rows.index(found[-1]) + 1
    rows[place:place] = [list(row) for row in found]


def numbers_skip(rows: Rows, chance: random.Random) -> None:
    start = chance.randrange(2, int(rows[-1][2]) + 1)
    for row in rows[1:]:
        if int(row[2]) >= start:
            row[2] = str(int(row[2]) + 1)


def numbers_begin_late(rows: Rows, chance: random.Random) -> None:
    for row in rows[1:]:
        row[2] = str(int(row[2]) + chance.choice([1, 1]))


def number_used_again(rows: Rows, chance: random.Random) -> None:
    row = a_row(rows, chance, lambda row: int(row[2]) > 2)
    for each in entry_of(rows, row):
        each[2] = str(int(each[2]) - 2)


def two_entries_as_one(rows: Rows, chance: random.Random) -> None:
    # Not the last: it leaves no gap behind it, and may well be one entry with the one before.
    row = a_row(rows, chance, lambda row: 1 < int(row[2]) < int(rows[-1][2]))
    for each in entry_of(rows, row):
        each[2] = str(int(each[2]) - 1)


def auxiliary_without_name(rows: Rows, chance: random.Random) -> None:
    a_row(rows, chance, lambda row: not row[PLACE["CompAuxLib"]])[PLACE["CompAuxNum"]] = "X"


def entry_moved_to_the_end(rows: Rows, chance: random.Random) -> None:
    last = rows[-1][2]
    found = entry_of(rows, a_row(rows, chance, lambda row: row[2] != last))
    rows[:] = [row for row in rows if row not in found] + found


def renumbered_out_of_order(rows: Rows, chance: random.Random) -> None:
    """Two entries of different days change places, and their numbers with them."""
    first = a_row(rows, chance, lambda row: row[0].startswith("CC"))
    second = a_row(rows, chance, lambda row: row[0] == first[0] and row[3] != first[3])
    one, other = sorted([entry_of(rows, first), entry_of(rows, second)], key=lambda found: rows.index(found[0]))
    for row in one:
        row[2], number = other[0][2], row[2]
    for row in other:
        row[2] = number
    middle = rows[rows.index(one[-1]) + 1 : rows.index(other[0])]
    rows[rows.index(one[0]) : rows.index(other[-1]) + 1] = [*other, *middle, *one]


def all_of_the_entry(name: str, value: str) -> Callable[[Rows, random.Random], None]:
    def plant(rows: Rows, chance: random.Random) -> None:
        for row in entry_of(rows, a_row(rows, chance, lambda row: row[0].startswith("CC"))):
            row[PLACE[name]] = value

    return plant


# ---- The file


def header(change: Callable[[list[str], random.Random], None]) -> Callable[[Rows, random.Random], None]:
    return lambda rows, chance: change(rows[0], chance)


def two_names_swapped(names: list[str], chance: random.Random) -> None:
    one, other = chance.sample(range(18), 2)
    names[one], names[other] = names[other], names[one]


def two_columns_swapped(rows: Rows, chance: random.Random) -> None:
    for row in rows[1:]:
        row[PLACE["EcritureLib"]], row[PLACE["PieceDate"]] = row[PLACE["PieceDate"]], row[PLACE["EcritureLib"]]


def no_header(rows: Rows, chance: random.Random) -> None:
    del rows[0]


def no_entry(rows: Rows, chance: random.Random) -> None:
    del rows[1:]


# Each by its name: what it does to the lines, and the codes of which one at least must be found.
IN_LINES: dict[str, tuple[Callable[[Rows, random.Random], None], set[str]]] = {
    "un centime de trop": (cent_more, {"EQUILIBRE"}),
    "une ligne perdue": (line_lost, {"EQUILIBRE"}),
    "une ligne deux fois": (line_twice, {"DOUBLE"}),
    "une écriture perdue": (entry_lost, {"NUMERO"}),
    "une écriture deux fois": (entry_twice, {"DOUBLE"}),
    "un numéro sauté": (numbers_skip, {"NUMERO"}),
    "une numérotation qui commence à 2": (numbers_begin_late, {"NUMERO"}),
    "un numéro repris": (number_used_again, {"NUMERO"}),
    "deux écritures sous un numéro": (two_entries_as_one, {"NUMERO"}),
    "une écriture à la fin": (entry_moved_to_the_end, {"NUMERO"}),
    "deux écritures échangées": (renumbered_out_of_order, {"ORDRE"}),
    "un numéro avec des zéros": (sets("EcritureNum", lambda cell: f"0{cell}"), {"NUMERO"}),
    "un numéro vide": (sets("EcritureNum", ""), {"MANQUE"}),
    "débit et crédit": (both_sides, {"SENS"}),
    "ni débit ni crédit": (neither_side, {"SENS"}),
    "un montant au point décimal": (sets("Debit", lambda cell: cell.replace(",", ".")), {"MONTANT"}),
    "un montant sans centimes": (sets("Credit", lambda cell: cell[:-3]), {"MONTANT"}),
    "un montant à trois décimales": (sets("Debit", lambda cell: f"{cell}0"), {"MONTANT"}),
    "un montant négatif": (sets("Debit", lambda cell: f"-{cell}"), {"MONTANT"}),
    "un séparateur de milliers": (sets("Credit", lambda cell: f"1 {cell}"), {"MONTANT"}),
    "un montant en lettres": (sets("Debit", "douze"), {"MONTANT"}),
    "un montant avec l’euro": (sets("Credit", lambda cell: f"{cell} €"), {"MONTANT"}),
    "un montant vide": (sets("Credit", ""), {"MANQUE"}),
    "débit et crédit intervertis": (swaps("Debit", "Credit"), {"EQUILIBRE"}),
    "un jour avant l’exercice": (all_of_the_entry("EcritureDate", "20240831"), {"EXERCICE"}),
    "un jour après l’exercice": (all_of_the_entry("EcritureDate", "20250901"), {"EXERCICE"}),
    "un jour qui n’existe pas": (sets("EcritureDate", "20250229"), {"DATE"}),
    "une date française": (sets("EcritureDate", "04/11/2024"), {"DATE"}),
    "une date avec tirets": (sets("PieceDate", "2024-11-04"), {"DATE"}),
    "une date vide": (sets("ValidDate", ""), {"MANQUE"}),
    "une pièce d’après l’écriture": (all_of_the_entry("PieceDate", "20250901"), {"DATE"}),
    "une validation d’avant l’écriture": (all_of_the_entry("ValidDate", "20240815"), {"DATE"}),
    "deux dates dans une écriture": (sets("EcritureDate", "20250831"), {"ECRITURE"}),
    "deux libellés dans une écriture": (sets("EcritureLib", "Autre chose"), {"ECRITURE"}),
    "deux journaux dans une écriture": (sets("JournalCode", "OD"), {"ECRITURE"}),
    "un compte qui n’en est pas un": (sets("CompteNum", "6A"), {"FORME"}),
    "un compte vide": (sets("CompteNum", ""), {"MANQUE"}),
    "un compte qui change de nom": (sets("CompteLib", "Divers"), {"NOM"}),
    "un journal qui change de nom": (sets("JournalLib", "Divers"), {"NOM"}),
    "un libellé vide": (sets("EcritureLib", ""), {"MANQUE"}),
    "une pièce vide": (sets("PieceRef", ""), {"MANQUE"}),
    "un compte auxiliaire sans nom": (auxiliary_without_name, {"MANQUE"}),
    "un lettrage sans date": (sets("EcritureLet", "AA"), {"MANQUE"}),
    "une devise sans montant": (sets("Idevise", "EUR"), {"MANQUE"}),
    "une devise inconnue": (sets("Idevise", "euros"), {"FORME"}),
    "compte et nom intervertis": (swaps("CompteNum", "CompteLib"), {"FORME"}),
    "pièce et date interverties": (swaps("PieceRef", "PieceDate"), {"DATE"}),
    "pièce et libellé intervertis": (swaps("PieceRef", "EcritureLib"), {"ECRITURE"}),
    "code et nom du journal intervertis": (swaps("JournalCode", "JournalLib"), {"FORME"}),
    "nom du compte et libellé intervertis": (swaps("CompteLib", "EcritureLib"), {"ECRITURE"}),
    "deux dates interverties": (swaps("EcritureDate", "ValidDate"), {"ECRITURE", "EXERCICE"}),
    "une zone de trop": (one_field_more, {"ZONES"}),
    "une zone de moins": (one_field_less, {"ZONES"}),
    "une ligne vide": (empty_line, {"ZONES"}),
    "une tabulation dans un libellé": (sets("EcritureLib", "Fête\td’été".replace("’", "'")), {"ZONES"}),
    "une formule": (sets("EcritureLib", "=1+1"), {"FORMULE"}),
    "des guillemets": (sets("CompteLib", lambda cell: f'"{cell}"'), {"GUILLEMETS"}),
    "une espace devant": (sets("PieceRef", lambda cell: f" {cell}"), {"ESPACES"}),
    "un caractère de contrôle": (sets("EcritureLib", "Fête\x07"), {"CARACTERE"}),
    "une apostrophe de Windows": (sets("EcritureLib", "F\x92te"), {"CARACTERE"}),
    "deux noms de colonnes intervertis": (header(two_names_swapped), {"ENTETE"}),
    "un nom de colonne mal écrit": (header(lambda names, _: names.__setitem__(2, "EcritureNumero")), {"ENTETE"}),
    "des noms en capitales": (header(lambda names, _: names.__setitem__(0, "JOURNALCODE")), {"ENTETE"}),
    "une colonne de trop": (header(lambda names, _: names.append("Ajout")), {"ENTETE"}),
    "deux colonnes interverties": (two_columns_swapped, {"DATE"}),
    "sans première ligne": (no_header, {"ENTETE"}),
    "sans écriture": (no_entry, {"VIDE"}),
}  # fmt: skip
# And what is done to the bytes.
IN_BYTES: dict[str, tuple[Callable[[bytes, random.Random], bytes], set[str]]] = {
    "une marque UTF-8": (lambda data, _: b"\xef\xbb\xbf" + data, {"MARQUE"}),
    "une marque UTF-16": (lambda data, _: data.decode(ENCODING).encode("utf-16"), {"MARQUE"}),
    "de l’UTF-16 sans marque": (lambda data, _: data.decode(ENCODING).encode("utf-16-le"), {"CODAGE"}),
    "de l’UTF-8": (lambda data, _: data.replace(b"Fete", "Fête".encode()), {"CODAGE"}),
    "une ligne en UTF-8": (
        lambda data, _: data.replace(b"Fete", "Fête".encode(ENCODING)).replace(b"d'ete", "d'été".encode(), 1),
        {"CODAGE"},
    ),
    "des points-virgules": (lambda data, _: data.replace(b"\t", b";"), {"SEPARATEUR"}),
    "un octet nul": (lambda data, chance: _inserted(data, b"\0", chance), {"CODAGE"}),
    "un fichier coupé": (lambda data, chance: _cut(data, chance), {"FIN"}),
    "une fin de ligne différente": (lambda data, _: b"\n".join(data.rsplit(b"\r\n", 2)[:2]) + b"\r\n", {"FIN"}),
    "un fichier vide": (lambda data, _: b"", {"VIDE"}),
}


def _inserted(data: bytes, what: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + what + data[place:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    """Lose the end, from the middle of a line on: between two entries, nothing tells but the digest of the extract."""
    start = data.rindex(b"\n", 0, chance.randrange(len(data) // 2, len(data)))
    return data[: start + chance.randrange(2, 12)]


def found_in(data: bytes) -> tuple[Fault, ...]:
    return check_fec(data, YEAR.first_day, YEAR.last_day)


def test_there_are_more_than_forty_kinds_of_fault() -> None:
    assert len(IN_LINES) + len(IN_BYTES) >= 40


@pytest.mark.parametrize("which", [0, 1], ids=["coopérative", "département"])
def test_a_good_file_has_no_fault(which: int) -> None:
    data = good_files(random.Random(SEED))[which]
    assert found_in(data) == ()
    # What is planted is planted in lines read and written as they were.
    assert file_of(rows_of(data)) == data
    assert len(double_entries(a_year(random.Random(SEED)))) > 20


@pytest.mark.parametrize("which", [0, 1], ids=["coopérative", "département"])
@pytest.mark.parametrize("kind", IN_LINES)
def test_a_fault_in_a_line_is_found(kind: str, which: int) -> None:
    chance = random.Random(f"{SEED}:{kind}")
    data = good_files(chance)[which]
    rows, (plant, codes) = rows_of(data), IN_LINES[kind]
    plant(rows, chance)
    planted = file_of(rows)
    assert planted != data
    faults = found_in(planted)
    print(f"RETKOOP_SEED={SEED}", *faults[:3], sep="\n")
    assert codes & {fault.code for fault in faults}


@pytest.mark.parametrize("which", [0, 1], ids=["coopérative", "département"])
@pytest.mark.parametrize("kind", IN_BYTES)
def test_a_fault_in_the_bytes_is_found(kind: str, which: int) -> None:
    chance = random.Random(f"{SEED}:{kind}")
    data = good_files(chance)[which]
    plant, codes = IN_BYTES[kind]
    planted = plant(data, chance)
    assert planted != data
    faults = found_in(planted)
    print(f"RETKOOP_SEED={SEED}", *faults[:3], sep="\n")
    assert codes & {fault.code for fault in faults}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("EcritureDate", "20230101", "EXERCICE"), ("Debit", "1.5", "MONTANT"), ("CompteNum", "x", "FORME"),
        ("PieceDate", "hier", "DATE"), ("EcritureLib", "", "MANQUE"), ("Idevise", "?", "FORME"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_line_and_its_column(name: str, value: str, code: str) -> None:
    chance = random.Random(SEED)
    rows = rows_of(good_files(chance)[0])
    number = chance.randrange(2, len(rows))
    rows[number - 1][PLACE[name]] = value
    assert (code, number, name) in {fault[:3] for fault in found_in(file_of(rows))}


def test_every_fault_is_told_not_the_first_alone() -> None:
    rows = rows_of(good_files(random.Random(SEED))[0])
    rows[3][PLACE["EcritureLib"]], rows[9][PLACE["Debit"]], rows[12][PLACE["CompteNum"]] = "", "x", "?"
    found = {(fault.line, fault.column) for fault in found_in(file_of(rows))}
    assert found >= {(4, "EcritureLib"), (10, "Debit"), (13, "CompteNum")}


def test_bars_are_separators_too() -> None:
    rows = rows_of(good_files(random.Random(SEED))[0])
    assert found_in(file_of(rows, separator="|")) == ()
    assert found_in(file_of(rows, end="\n")) == ()


@pytest.mark.parametrize("size", [0, 1, 50, 5_000])
def test_no_bytes_are_too_odd(size: int) -> None:
    chance = random.Random(f"{SEED}:{size}")
    data = good_files(chance)[0]
    head = data[: data.index(b"\n") + 1]
    for odd in (chance.randbytes(size), head + chance.randbytes(size) + b"\n", head + b"\t" * 17 * size + b"\n"):
        assert found_in(odd)
