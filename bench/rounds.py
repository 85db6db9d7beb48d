"""What is asked of the server, and how it is timed: rounds in which every page takes its turn beside a static file."""

from __future__ import annotations

import itertools
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.books import LONG, MONTH, PASSWORD, SHORT, Book
from bench.client import Answer, Client

STATIC = "/static/icon.svg"
WARM_UPS = 3
_ROW = re.compile(r'id="ecriture-(\d+)"')
_keys = itertools.count()


@dataclass
class Page:
    """One request to be timed, and what puts things back after it."""

    name: str
    book: str
    ask: Callable[[], Answer]
    rounds: int = 1_000
    seconds: list[float] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def median(self) -> float:
        """Give the median of its times, in seconds."""
        return statistics.median(self.seconds)

    def time_once(self) -> None:
        """Ask once and keep the time."""
        self.answer = self.ask()
        self.seconds.append(self.answer.seconds)


def pages(port: int) -> list[Page]:
    """Give the pages, signed in where they ask for it; the first one is the static file."""
    visitor = Client(port)
    found = [Page("fichier statique", "", lambda: visitor.get(STATIC))]
    found.append(Page("connexion", "", lambda: visitor.get("/connexion")))
    for book in (LONG, SHORT):
        person = Client(port)
        person.sign_in(book.identifier, PASSWORD)
        found += _of_book(person, book)
    return found


def _of_book(person: Client, book: Book) -> list[Page]:
    def page(name: str, path: str, rounds: int = 1_000) -> Page:
        return Page(name, book.identifier, lambda: person.get(book.address + path), rounds)

    shown = person.get(f"{book.address}cahier?mois={MONTH}")
    return [
        page("cahier, toute l’année", "cahier?mois=tout"),
        page("cahier, un mois", f"cahier?mois={MONTH}"),
        page("classique, toute l’année", "cahier?mois=tout&vue=classique"),
        page("classique, un mois", f"cahier?mois={MONTH}&vue=classique"),
        page("recherche", "cahier?cherche=librairie"),
        Page("ajouter une écriture", book.identifier, _adding(person, book)),
        Page("pointer une écriture", book.identifier, _ticking(person, book, _first_tickable(shown.text))),
        page("clôture", "cloture"),
        page("CRF", "crf"),
        page("CRF en PDF", "crf.pdf", rounds=5),
        page("version imprimable", "cahier.pdf", rounds=3),
        page("cahier pour Excel", "cahier.xlsx", rounds=5),
    ]


def _adding(person: Client, book: Book) -> Callable[[], Answer]:
    """Add an entry in the view of one month; it is struck out afterwards, untimed, so that the year keeps its size."""
    path = f"{book.address}cahier"
    typed = {"date": "2024-11-28", "pj": "999", "libelle": "Librairie du Marché – Album", "nature": "depense"}
    typed |= {"moyen": "banque", "lignes-0-compte": "61800008", "lignes-0-montant": "12,50", "mois": MONTH}

    def add() -> Answer:
        answer = person.post(path, {**typed, "cle": f"banc-{book.entries}-{next(_keys)}"})
        number = max(int(found) for found in _ROW.findall(answer.text))
        person.post(f"{path}/ecritures/{number}/supprimer", {"mois": MONTH})
        return answer

    return add


def _first_tickable(text: str) -> int:
    return int(re.findall(r'id="p-(\d+)"', text)[0])


def _ticking(person: Client, book: Book, number: int) -> Callable[[], Answer]:
    """Take an entry's tick back, then tick it again, in turn."""
    wanted = itertools.cycle("01")
    path = f"{book.address}cahier/ecritures/{number}/pointage"
    return lambda: person.post(path, {"pointer": next(wanted), "mois": MONTH})


def measure(every: list[Page], rounds: int, deadline: float) -> int:
    """Time every page in each round, the static file before each of them; give how many rounds there was time for."""
    static, others = every[0], every[1:]
    for page in every:
        for _ in range(min(WARM_UPS, page.rounds)):
            page.ask()
    for done in range(rounds):
        if time.monotonic() > deadline:
            return done
        for page in others:
            if done < page.rounds:
                static.time_once()
                page.time_once()
    return rounds
