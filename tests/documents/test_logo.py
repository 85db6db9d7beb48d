"""The logo of an association: whatever comes in, a small picture of nothing but pixels goes out, or a sentence."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from retkoop.documents.common import RefusedDocument
from retkoop.documents.logo import LIGHT, MAX_BYTES, MAX_HEIGHT, MAX_WIDTH, clean_logo
from tests.support.papers import HOSTILE, pamphlet, picture


def read(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(60, 40), (3_000, 1_000), (400, 1_200)])
def test_it_is_a_small_png_of_the_same_shape(kind: str, size: tuple[int, int]) -> None:
    made = read(clean_logo(picture("teal", kind, size)))
    assert made.format == "PNG"
    assert made.width <= min(size[0], MAX_WIDTH)
    assert made.height <= min(size[1], MAX_HEIGHT)
    assert abs(made.width / made.height - size[0] / size[1]) < 0.03 * size[0] / size[1]


def test_what_is_transparent_is_white_and_what_else_was_in_the_file_is_gone() -> None:
    image, file = Image.new("RGBA", (40, 40), (0, 0, 0, 0)), BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret"
    image.save(file, "PNG", exif=exif)
    assert b"secret" in file.getvalue()
    made = clean_logo(file.getvalue())
    assert read(made).convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    assert b"secret" not in made


def test_a_photograph_is_made_light() -> None:
    file = BytesIO()
    Image.effect_noise((600, 300), 120).convert("RGB").save(file, "PNG")
    assert len(file.getvalue()) > LIGHT
    assert len(clean_logo(file.getvalue())) < 600 * 300


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"), (b"<svg/>", "pas accepté"), (b"PK\x03\x04", "Envoyez une image"),
        (pamphlet("Page"), "ni un PDF"), (b"\x89PNG\r\n\x1a\n", "abîmé"), (picture()[:-20], "abîmé"),
        (picture(size=(400, 4)), "trop petite"), (b"\xff\xd8\xff" + b"0" * MAX_BYTES, "2\u00a0Mo"),
        (HOSTILE, "pas accepté"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_with_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(RefusedDocument, match=said):
        clean_logo(data)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    file = BytesIO()
    Image.new("1", (10_000, 5_000)).save(file, "PNG")
    with pytest.raises(RefusedDocument, match="millions de pixels"):
        clean_logo(file.getvalue())
