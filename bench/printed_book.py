"""`python -m bench.printed_book`: the printed cahier by our worker and by Chromium, the same HTML in turn."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from flask import Flask

from bench import books
from retkoop.application import create_app
from retkoop.chart import read_chart
from retkoop.config import Config
from retkoop.desks import YearDesk
from retkoop.exports import pdf
from retkoop.exports.pdf import Renderer
from retkoop.exports.shelf import Shelf
from retkoop.facts import Entry, Opening, PriorOperation, YearFacts
from retkoop.models import Cooperative, Person, Year
from retkoop.views import printing

ENTRIES = (100, 300, 1_000)
ROUNDS = 5
SAMPLE_SECONDS = 0.02
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-pdf-header-footer"]
CHART = Path(__file__).parent.parent / "retkoop/data/plan_comptable_2024.csv"


@dataclass
class Way:
    """One way to print: its times in seconds, the megabytes of its processes at their peak, its document's size."""

    name: str
    make: Callable[[], bytes]
    root: Callable[[], int] | None = None
    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0
    size: int = 0

    def time_once(self) -> None:
        """Print once, and keep the time."""
        start = time.perf_counter()
        self.size = len(self.make())
        self.seconds.append(time.perf_counter() - start)

    def weigh(self) -> None:
        """Print once more while its processes are weighed, which takes time of its own."""
        if self.root is not None:
            with _peak_of(self.root()) as peak:
                self.make()
            self.peak = peak[0]

    def told(self) -> str:
        """Give its line of the table."""
        first, median, best = self.seconds[0], statistics.median(self.seconds[1:]), min(self.seconds[1:])
        return f"{self.name:<34}{first:>10.2f}{median:>10.2f}{best:>9.2f}{self.peak:>9.0f}{self.size / 1024:>8.0f}"


def main() -> None:
    """Print a table per length of book."""
    parser = argparse.ArgumentParser(prog="python -m bench.printed_book", description="Mesure le cahier imprimé.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"nombre de tours (par défaut {ROUNDS})")
    parser.add_argument("--entries", type=int, nargs="+", default=ENTRIES, help="longueurs du cahier, en écritures")
    asked = parser.parse_args()
    rounds = max(asked.rounds, 1)
    print(f"{datetime.now(UTC):%d/%m/%Y}, Python {platform.python_version()}, {os.cpu_count()} cœurs,")
    print(f"médiane de {rounds} tours après un premier.\n")
    print(f"{'':<34}{'premier s':>10}{'médiane s':>10}{'au mieux':>9}{'crête Mo':>9}{'Ko':>8}")
    with tempfile.TemporaryDirectory(prefix="retkoop-bench-") as name:
        folder = Path(name)
        secret = "secret-of-the-bench" * 3
        app = create_app(Config(f"sqlite:///{folder}/unused.db", f"file:{folder}", secret, today=books.TODAY))
        for entries in asked.entries:
            for line in measured(app, entries, rounds, folder):
                print(line, flush=True)
            print(f"charge à la fin : {os.getloadavg()[0]:.1f}\n", flush=True)


def measured(app: Flask, entries: int, rounds: int, folder: Path) -> Iterator[str]:
    """Time every way in each round, then weigh it; give a line for each."""
    one, many, shelf = Renderer(seconds=120), Renderer(seconds=120), Shelf(folder / "imprimes")
    parts, (whole,) = html_of(app, entries, pdf.AT_ONCE), html_of(app, entries, 1_000)
    (folder / "book.html").write_text(whole)
    ways = [
        Way(f"{entries} écritures, le HTML seul", lambda: "".join(html_of(app, entries, pdf.AT_ONCE)).encode()),
        Way(f"{entries}, Retkoop, {len(parts)} partie(s)", lambda: many.render(*parts), lambda: _worker(many)),
        Way(f"{entries}, Retkoop, d’un seul tenant", lambda: one.render(whole), lambda: _worker(one)),
        Way(f"{entries}, Chromium", lambda: chromium(folder), os.getpid),
        Way(f"{entries}, exercice clos", lambda: shelf.rendered(parts, many.render)),
    ]
    try:
        for _ in range(rounds + 1):
            for way in ways:
                way.time_once()
        for way in ways:
            way.weigh()
    finally:
        one.end()
        many.end()
    yield from (way.told() for way in ways)


def html_of(app: Flask, entries: int, at_once: int) -> list[str]:
    """Give the HTML of a book in the parts that so many processes would share."""
    known, pdf.AT_ONCE = pdf.AT_ONCE, at_once
    try:
        with app.test_request_context():
            return printing.double_pages(desk(entries))
    finally:
        pdf.AT_ONCE = known


def desk(entries: int) -> YearDesk:
    """Give a cooperative whose year has so many entries, without a database."""
    coop = Cooperative(department="075", identifier="075-9300", name="Coopérative d’essai")
    made = YearDesk(coop, Person(), Year(department="075", coop="075-9300", start_year=books.YEAR.start))
    chart = read_chart(CHART.read_text("utf-8").splitlines())
    prior = PriorOperation(1, date(2024, 6, 28), "Photographe", "7001", -9_000, None)
    opening = Opening(250_000, 12_000, 262_000)
    made.facts = YearFacts(books.YEAR, "512", chart, opening, tuple(_entries(entries)), (prior,))
    return made


def _entries(number: int) -> Iterator[Entry]:
    for rank, day in enumerate(sorted(books.days(number))):
        draft = books.draft(rank, day)
        yield Entry(
            rank + 1, draft.voucher, day, draft.label, draft.cheque, draft.project, draft.bank, draft.cash,
            draft.advance, draft.advance_amount, day if draft.bank else None, draft.allocations,
        )  # fmt: skip


def chromium(folder: Path) -> bytes:
    """Print the whole book's HTML by the browser, started for it as a command."""
    target = folder / "book.pdf"
    # As nice as our worker (pdf_worker.py): on a busy machine, one would wait and not the other.
    command = ["nice", "-n", "5", CHROMIUM, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
    subprocess.run(
        [*command, (folder / "book.html").as_uri()],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return target.read_bytes()


def _worker(renderer: Renderer) -> int:
    assert renderer._child is not None
    return renderer._child.pid


@contextmanager
def _peak_of(root: int) -> Iterator[list[float]]:
    """Watch a process and all that it starts: the megabytes of their peak, shared pages counted once (PSS)."""
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], sum(map(_megabytes, _family(root))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _family(root: int) -> set[int]:
    """Give a process and its descendants; for this very process, only what descends from Chromium."""
    found: set[int] = set()
    new = {root} if root != os.getpid() else _children(root, "chrom")
    while new:
        found |= new
        new = {child for parent in new for child in _children(parent)} - found
    return found


def _children(parent: int, name: str = "") -> set[int]:
    try:
        listed = [
            child for task in Path(f"/proc/{parent}/task").glob("*/children") for child in task.read_text().split()
        ]
        return {int(child) for child in listed if name in Path(f"/proc/{child}/comm").read_text()}
    except OSError:
        return set()


def _megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
