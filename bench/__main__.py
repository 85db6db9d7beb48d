"""`python -m bench` (or `make bench`): start the server over made-up books, time its pages, print the ratios."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime
from types import FrameType

from bench import profiling, rounds, server
from bench.books import LONG, SHORT
from bench.rounds import Page

ROUNDS = 25
# Rounds end here even if fewer than ROUNDS were done: the whole stays under a minute and a half.
SECONDS = 50.0


def main() -> None:
    """Read the command line, and measure or profile."""
    options = _options()
    signal.signal(signal.SIGTERM, _leave)
    with server.database(options.postgres) as (url, folder):
        if options.profile:
            profiling.profile(url, folder)
            return
        with server.server(url, folder) as port:
            _measure(port, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Mesure la vitesse des pages.")
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL au lieu de SQLite (il faut ses programmes)")
    parser.add_argument("--profile", action="store_true", help="dit où passe le temps, au lieu de mesurer")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"nombre de tours (par défaut {ROUNDS})")
    return parser.parse_args()


def _leave(number: int, frame: FrameType | None) -> None:
    """End by an exception, so that the server and the folder are put away."""
    sys.exit(128 + number)


def _measure(port: int, options: argparse.Namespace) -> None:
    every = rounds.pages(port)
    cold = _first_pdf(every)
    done = rounds.measure(every, max(options.rounds, 1), time.monotonic() + SECONDS)
    engine = "PostgreSQL" if options.postgres else "SQLite"
    print(f"{datetime.now(UTC):%d/%m/%Y}, {engine}, Python {platform.python_version()}, {os.cpu_count()} cœurs,")
    print(f"charge {os.getloadavg()[0]:.1f} ; médiane de {done} tours, en multiples du fichier statique.\n")
    _print_ratios(every, cold)
    _print_growth(every)


def _first_pdf(every: list[Page]) -> float:
    """Time the very first document of the server, which starts the process that prints."""
    return next(page for page in every if page.name == "CRF en PDF").ask().seconds


def _print_ratios(every: list[Page], cold: float) -> None:
    static = every[0].median
    print(f"{f'Année de {LONG.entries} écritures':<26}{'× statique':>12}{'ms':>9}{'octets':>10}{'gzip':>9}")
    for page in every:
        if page.book == SHORT.identifier or page.answer is None:
            continue
        answer = page.answer
        print(f"{page.name:<26}{_row(page.median, static)}{len(answer.body):>10}{answer.wire:>9}")
        if page.name == "CRF en PDF":
            print(f"{'CRF en PDF, le premier':<26}{_row(cold, static)}   (une seule mesure)")


def _row(seconds: float, static: float) -> str:
    return f"{seconds / static:>12.1f}{seconds * 1000:>9.2f}"


def _print_growth(every: list[Page]) -> None:
    short = {page.name: page.median for page in every if page.book == SHORT.identifier}
    print(f"\n{f'{LONG.entries} écritures contre {SHORT.entries}':<26}{'rapport':>12}")
    for page in every:
        if page.book == LONG.identifier:
            print(f"{page.name:<26}{page.median / short[page.name]:>12.2f}")


if __name__ == "__main__":
    main()
