"""Where the time of a request goes, by cProfile, in this process: without the network and the server's threads."""

from __future__ import annotations

import cProfile
import pstats
import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from bench.books import LONG, MONTH, PASSWORD, TODAY
from retkoop.application import create_app
from retkoop.config import Config

REQUESTS = 30
LINES = 22
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def profile(url: str, folder: Path) -> None:
    """Print the costliest functions of the whole year's page, of the month's page, of a tick and of an entry."""
    app = create_app(Config(url, f"file:{folder}/pieces", "secret-of-the-bench" * 3, today=TODAY))
    for name, ask in _requests(app).items():
        ask()
        profiler = cProfile.Profile()
        profiler.enable()
        for _ in range(REQUESTS):
            ask()
        profiler.disable()
        print(f"\n==== {name} ({REQUESTS} requêtes)")
        pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(LINES)


def _requests(app: Flask) -> dict[str, Callable[[], object]]:
    client = app.test_client()
    token = _token(client.get("/connexion").text)
    signed = {"identifiant": LONG.identifier, "mot_de_passe": PASSWORD, "csrf_token": token}
    client.post("/connexion", data=signed)
    book = f"{LONG.address}cahier"
    page = client.get(f"{book}?mois={MONTH}").text
    number, wanted, keys = re.findall(r'id="p-(\d+)"', page)[0], iter("01" * 100), iter(range(1_000))
    typed = {"date": "2024-11-28", "libelle": "Album", "nature": "depense", "moyen": "banque", "mois": MONTH}
    typed |= {"lignes-0-compte": "61800008", "lignes-0-montant": "12,50"}

    def post(path: str, **fields: str) -> object:
        answer = client.post(path, data={"csrf_token": _token(page), **fields}, headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.text[:500]
        return answer

    return {
        "cahier, toute l’année": lambda: client.get(f"{book}?mois=tout"),
        "cahier, un mois": lambda: client.get(f"{book}?mois={MONTH}"),
        "pointer une écriture": lambda: post(f"{book}/ecritures/{number}/pointage", pointer=next(wanted), mois=MONTH),
        "ajouter une écriture": lambda: post(book, **typed, cle=f"profil-{next(keys)}"),
    }


def _token(text: str) -> str:
    found = _TOKEN.search(text)
    assert found is not None
    return found[1]
