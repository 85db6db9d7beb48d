"""More than sixty files made to harm: refused with a sentence, or kept without their sting; bounded, never a fault."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from retkoop.documents import apart
from retkoop.forms.scans import document_name
from tests.documents import hostile, hostile_pdfs
from tests.documents.pdfs import everything

REFUSED = {
    **{name: lambda data=data: data for name, data in hostile.NO_SCAN.items()},
    **hostile.IMAGES,
    **hostile_pdfs.REFUSED,
}
NEUTRALISED = {
    **hostile.POLYGLOTS,
    **{name: lambda change=change: hostile_pdfs.with_change(change) for name, change in hostile_pdfs.ACTIVE.items()},
}
ENDLESS = {**hostile.ENDLESS, **hostile_pdfs.ENDLESS}
# Forty megapixels in four colours, four times (WebP's own decoder keeps two); and the bound of the child.
MOST_HERE, MOST_APART = 750_000_000, 1_500_000_000
# Another user waits for a turn of the interpreter, never for a whole decoding.
LONGEST_PAUSE = 5.0


@dataclass(frozen=True)
class Judged:
    """What became of each file, and where what was kept lies."""

    verdicts: dict[str, dict[str, Any]]
    pause: float
    folder: Path

    def kept(self, name: str) -> bytes:
        return (self.folder / f"{name}.clean").read_bytes()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Clean them all, one after the other, in one process apart: its memory is that of cleaning."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in {**REFUSED, **NEUTRALISED, **ENDLESS}.items():
        (folder / name).write_bytes(make())
    command = [sys.executable, "-m", "tests.documents.judge", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)
    found = json.loads(done.stdout)
    return Judged(found["verdicts"], found["pause"], folder)


def test_there_are_more_than_sixty() -> None:
    assert len({*REFUSED, *NEUTRALISED, *ENDLESS}) >= 60


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_french_sentence(judged: Judged, name: str) -> None:
    verdict = judged.verdicts[name]
    assert set(verdict) == {"sentence", "status", "here", "apart", "seconds"}
    assert verdict["status"] == 422
    assert re.fullmatch(r"(Ce|Cette|Les) [^\n]{30,200}\.", verdict["sentence"])


@pytest.mark.parametrize("name", NEUTRALISED)
def test_it_is_kept_without_its_sting(judged: Judged, name: str) -> None:
    assert "extension" in judged.verdicts[name], judged.verdicts[name]
    data = judged.kept(name)
    if judged.verdicts[name]["extension"] == "pdf":
        shown = everything(data)
        assert [word for word in hostile_pdfs.GONE if word in shown] == []
        assert b"Librairie" in shown
    else:
        assert not any(word in data for word in (hostile.SCRIPT, hostile.EVIL, b"PK\x03\x04", b"Exif", b"<script"))
        with Image.open(BytesIO(data)) as image:
            image.load()
            assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("name", ENDLESS)
def test_it_ends_either_way(judged: Judged, name: str) -> None:
    verdict = judged.verdicts[name]
    assert "fault" not in verdict
    assert verdict.get("status", 422) == 422
    if verdict.get("extension") == "pdf":
        assert everything(judged.kept(name))
    elif "extension" in verdict:
        Image.open(BytesIO(judged.kept(name))).load()


def test_memory_is_bounded(judged: Judged) -> None:
    assert max(verdict["here"] for verdict in judged.verdicts.values()) < MOST_HERE
    assert max(verdict["apart"] for verdict in judged.verdicts.values()) < MOST_APART


def test_time_is_bounded(judged: Judged) -> None:
    """By the wall that ends the process apart, and nothing else is long."""
    assert max(verdict["seconds"] for verdict in judged.verdicts.values()) < apart._WALL_SECONDS + 5


def test_others_are_served_meanwhile(judged: Judged) -> None:
    assert judged.pause < LONGEST_PAUSE


# ---- Controls: each sting is there before


@pytest.mark.parametrize("name", NEUTRALISED)
def test_the_sting_is_there_before(name: str) -> None:
    data = NEUTRALISED[name]()
    if name in hostile_pdfs.ACTIVE:
        data = everything(data)
        assert any(word in data for word in hostile_pdfs.GONE)
    elif "moves" not in name and "million" not in name:
        assert any(word in data for word in (hostile.SCRIPT, hostile.EVIL, b"Exif"))


# ---- Names


@pytest.mark.parametrize(
    "name",
    [
        "../../x", "..\\..\\x.pdf", "/etc/passwd", "C:\\autoexec.bat", "a\0b.pdf", "\u202egpj.exe", "x" * 300,
        "é" * 300 + ".pdf", "", ".", "..", " ", "\n", "con.pdf", "a\r\nSet-Cookie: b.pdf", "\ud800.pdf",
        "\u200b\u200f.pdf", "<script>.pdf",
    ],
)  # fmt: skip
def test_a_name_is_data(name: str) -> None:
    kept = document_name(name)
    assert 0 < len(kept) <= 120
    assert not set(kept) & set("/\\\0\n\r\u202e\u200f\ud800")
    assert kept.strip(". ") == kept
