"""What was rendered is kept by content: never another document, never a broken one, never too much."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from retkoop.exports.shelf import Shelf


class Printer:
    """Renders, and counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, *parts: str) -> bytes:
        self.asked.append(parts)
        return b"%PDF-" + "|".join(parts).encode() + b"\n%%EOF\n"


@pytest.fixture
def printer() -> Printer:
    """Give a printer that has printed nothing."""
    return Printer()


def test_the_same_source_is_rendered_once(tmp_path: Path, printer: Printer) -> None:
    first = Shelf(tmp_path / "imprimes").rendered(["a", "b"], printer)
    assert Shelf(tmp_path / "imprimes").rendered(["a", "b"], printer) == first
    assert len(printer.asked) == 1


def test_the_least_difference_is_another_document(tmp_path: Path, printer: Printer) -> None:
    shelf = Shelf(tmp_path)
    sources = [["a", "b"], ["ab"], ["a", "b", ""], ["b", "a"], ["a", "b "]]
    made = [shelf.rendered(source, printer) for source in sources]
    assert len(printer.asked) == len(set(made)) == len(sources)


def test_another_version_of_the_printer_renders_again(
    tmp_path: Path, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shelf(tmp_path).rendered(["a"], printer)
    monkeypatch.setattr("retkoop.exports.shelf.version", lambda name: "999")
    Shelf(tmp_path).rendered(["a"], printer)
    assert len(printer.asked) == 2


def test_a_document_cut_short_is_rendered_again(tmp_path: Path, printer: Printer) -> None:
    whole = Shelf(tmp_path).rendered(["a"], printer)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(whole[:7])
    assert Shelf(tmp_path).rendered(["a"], printer) == whole
    assert kept.read_bytes() == whole


def test_the_folder_never_grows_beyond_its_bound_and_what_was_asked_for_last_stays(
    tmp_path: Path, printer: Printer
) -> None:
    shelf = Shelf(tmp_path, largest=60)
    for source in ("a", "b", "c"):
        shelf.rendered([source], printer)
    for rank, file in enumerate(sorted(tmp_path.iterdir(), key=lambda file: file.read_bytes())):
        os.utime(file, (1_000 + rank, 1_000 + rank))
    shelf.rendered(["a"], printer)
    for source in ("d", "e"):
        shelf.rendered([source], printer)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 60
    asked = len(printer.asked)
    shelf.rendered(["a"], printer)
    assert len(printer.asked) == asked
    shelf.rendered(["b"], printer)
    assert len(printer.asked) == asked + 1


def test_only_its_owner_reads_the_folder(tmp_path: Path, printer: Printer) -> None:
    Shelf(tmp_path / "imprimes").rendered(["a"], printer)
    assert (tmp_path / "imprimes").stat().st_mode & 0o077 == 0
    (kept,) = (tmp_path / "imprimes").iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_keeps_nobody_from_printing(tmp_path: Path, printer: Printer) -> None:
    (tmp_path / "imprimes").write_text("un fichier à la place du dossier")
    assert Shelf(tmp_path / "imprimes").rendered(["a"], printer).startswith(b"%PDF")


def test_what_could_not_be_rendered_is_not_kept(tmp_path: Path) -> None:
    def broken(*parts: str) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Shelf(tmp_path).rendered(["a"], broken)
    assert list(tmp_path.iterdir()) == []
