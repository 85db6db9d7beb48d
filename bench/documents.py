"""`python -m bench.documents`: what cleaning a scan costs, in time and memory, its small picture included."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image

from retkoop.documents import CleanDocument, clean, images
from tests.documents.makers import A4, PHONE, heic, page, seen, written
from tests.documents.pdfs import fax_picture, jpeg_picture, pdf_of, text_pdf

ROUNDS = 5
SAMPLES: dict[str, Callable[[], bytes]] = {
    "JPEG, 12 mégapixels": lambda: written(seen(page(PHONE)), "JPEG", quality=92),
    "HEIC, 12 mégapixels": lambda: heic(seen(page(PHONE), 8), quality=70),
    "PNG, 3 mégapixels": lambda: written(seen(page((1_512, 2_016))), "PNG", compress_level=1),
    "WebP, 12 mégapixels": lambda: written(seen(page(PHONE)), "WEBP", quality=90, method=0),
    "PDF, 4 pages, 8 Mo": lambda: pdf_of(*(jpeg_picture(seen(page(A4, number), 6), 91) for number in range(4))),
    "PDF, 10 pages, 12 Mo": lambda: pdf_of(
        *(jpeg_picture(seen(page(A4, number), 6).convert("L"), 80) for number in range(10))
    ),
    "PDF, un fax": lambda: pdf_of(fax_picture(page(A4).convert("1"))),
    "PDF, 3 pages de texte": lambda: text_pdf(3),
}
MEGABYTE = 1_000_000


def main() -> None:
    """Read the command line; measure every sample, each in a fresh process, or one of them here."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.documents", description="Mesure la prise en charge des pièces."
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"nombre de tours (par défaut {ROUNDS})")
    parser.add_argument("--un", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.un:
        print(json.dumps(measured(options.un.read_bytes(), options.rounds)))
    else:
        _measure_all(options.rounds)


def measured(data: bytes, rounds: int) -> dict[str, float]:
    """Clean a document several times: seconds, and the most bytes that this process and those apart held."""
    document, peaks = clean(data), _peaks()
    times, worked = zip(*(_seconds(lambda: clean(data)) for _ in range(rounds)), strict=True)
    _, small = _seconds(lambda: images.thumbnail(Image.open(BytesIO(document.data)))) if _is_image(document) else (0, 0)
    return {
        "clean": statistics.median(times),
        "worked": statistics.median(worked),
        "small": small,
        "page": len(document.data) / document.pages,
        "thumbnail": len(document.thumbnail or b""),
        **peaks,
    }


def _is_image(document: CleanDocument) -> bool:
    return document.media_type.startswith("image/")


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Give how long it took, and how long the processors worked, those of the processes apart included."""
    start, before = time.perf_counter(), _worked()
    work()
    return time.perf_counter() - start, _worked() - before


def _worked() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peaks() -> dict[str, float]:
    # getrusage would count the memory of the process that started this one.
    here = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1_024
    return {"here": here, "apart": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1_024}


def _measure_all(rounds: int) -> None:
    print(f"{datetime.now(UTC):%d/%m/%Y}, Python {platform.python_version()}, {os.cpu_count()} cœurs,")
    print(f"charge {os.getloadavg()[0]:.1f} ; médiane de {rounds} tours.\n")
    print(f"{'':<24}{'reçu, Mo':>10}{'ms':>7}{'ms CPU':>9}{'dont vign.':>12}{'ko/page':>9}{'vign., ko':>11}", end="")
    print(f"{'Mo ici':>8}{'Mo à part':>11}")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in SAMPLES.items():
            path = Path(folder) / "piece"
            path.write_bytes(make())
            _print(name, path.stat().st_size, _apart(path, rounds))


def _apart(path: Path, rounds: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.documents", "--rounds", str(rounds), "--un", str(path)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def _print(name: str, size: int, found: dict[str, float]) -> None:
    small = f"{found['small'] * 1000:>12.0f}" if found["small"] else f"{'à part':>12}"
    print(
        f"{name:<24}{size / MEGABYTE:>10.1f}{found['clean'] * 1000:>7.0f}{found['worked'] * 1000:>9.0f}{small}", end=""
    )
    print(f"{found['page'] / 1000:>9.0f}{found['thumbnail'] / 1000:>11.1f}", end="")
    print(f"{found['here'] / MEGABYTE:>8.0f}{found['apart'] / MEGABYTE:>11.0f}")


if __name__ == "__main__":
    main()
