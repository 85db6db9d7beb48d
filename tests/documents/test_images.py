"""Images that come in: recognised by content, upright, bare, small; anything else refused with a sentence."""

from __future__ import annotations

import re
import struct
import time
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, PngImagePlugin

from retkoop.documents import CleanDocument, RefusedDocument, apart, clean, common, images
from retkoop.documents.parts import strip_jpeg
from retkoop.errors import Busy
from tests.documents.makers import chunk, drawing, exif, heic, read, resembles, written

LOCATION = b"48.8566 N 2.3522 E"


def photograph(width: int, height: int) -> Image.Image:
    """Make a picture with detail everywhere, as a camera does."""
    grain = Image.effect_noise((width // 4, height // 4), 60).resize((width, height))
    light = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (grain, light, Image.blend(grain, light, 0.5)))


def png_header(width: int, height: int, *between: bytes) -> bytes:
    """Claim a size in a PNG that holds almost nothing."""
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + size + b"".join(between) + pixels + chunk(b"IEND", b"")


HONEST = {
    "png": written(drawing(), "PNG"),
    "jpg": written(drawing(), "JPEG", quality=92),
    "webp": written(drawing(), "WEBP"),
    "heic": heic(drawing()),
}
MEDIA = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "heic": "image/jpeg"}


# ---- What is accepted


@pytest.mark.parametrize("kind", HONEST)
def test_it_accepts_an_honest_image_of_each_kind(kind: str) -> None:
    document = clean(HONEST[kind])
    assert (document.media_type, document.pages) == (MEDIA[kind], 1)
    assert document.extension == {"heic": "jpg"}.get(kind, kind)
    assert resembles(read(document), drawing())


def test_a_heic_of_an_iphone_becomes_a_jpeg() -> None:
    assert read(clean(HONEST["heic"])).format == "JPEG"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_it_accepts_every_kind_of_colour_that_scanners_write(mode: str) -> None:
    image = drawing().convert("L").convert("I").point(lambda v: v * 256) if mode[0] == "I" else drawing()
    kind = {"CMYK": "JPEG", "F": "JPEG"}.get(mode, "PNG")
    image = image.convert("L" if mode == "F" else mode)
    expected = drawing().convert("L") if mode[0] == "I" else image
    assert resembles(read(clean(written(image, kind))), expected)


# ---- What is refused

REFUSED = {
    "an empty file": b"",
    "an svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "an svg with a declaration": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a word document": b"PK\x03\x04" + bytes(60),
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "an old word document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a gif": written(drawing(), "GIF"),
    "a bmp": written(drawing(), "BMP"),
    "a tiff": written(drawing(), "TIFF"),
    "an avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(100),
    "a film": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100),
    "a sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(30),
    "text": "Facture n° 12".encode(),
    "a program": b"\x7fELF" + bytes(60),
    "an image after a page": b"<html>" + HONEST["png"],
    "postscript": b"%!PS-Adobe-3.0",
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_what_is_neither_a_photograph_nor_a_pdf_and_says_what_is(name: str) -> None:
    with pytest.raises(RefusedDocument) as refused:
        clean(REFUSED[name])
    assert all(kind in refused.value.message for kind in ("PDF", "JPEG", "PNG", "WebP", "HEIC"))
    assert refused.value.status == 422


def test_the_sentences_are_typeset_in_french() -> None:
    sentences = [text for name, text in vars(common).items() if name.isupper() and isinstance(text, str)]
    sentences = [text for text in sentences if " " in text and "import" not in text]
    assert len(sentences) >= 8
    for sentence in sentences:
        assert sentence.endswith(".")
        assert not re.search(r"[^\u00a0][:;!?]|'|« | »|\d [A-Za-z]", sentence), sentence


def test_it_refuses_more_than_15_megabytes_before_looking() -> None:
    with pytest.raises(RefusedDocument, match="15\u00a0Mo"):
        clean(HONEST["jpg"].ljust(common.MAX_BYTES + 1, b"\0"))
    assert clean(HONEST["jpg"].ljust(common.MAX_BYTES, b"\0")).extension == "jpg"


@pytest.mark.parametrize("side", [6_400, 10_000, 20_000, 60_000])  # under, above Pillow's warning, its error
def test_it_refuses_over_40_megapixels_without_decoding_them(side: int) -> None:
    started = time.perf_counter()
    with pytest.raises(RefusedDocument, match="pixels"):
        clean(png_header(side, side))
    assert time.perf_counter() - started < 0.5


def test_a_claim_of_39_megapixels_is_only_damaged() -> None:
    with pytest.raises(RefusedDocument, match="abîmé"):
        clean(png_header(6_200, 6_200))


def test_it_refuses_a_heic_over_40_megapixels() -> None:
    small = heic(Image.new("RGB", (64, 64)))
    claim = small.replace(struct.pack(">II", 64, 64), struct.pack(">II", 9_000, 9_000))
    assert claim != small
    with pytest.raises(RefusedDocument, match=r"pixels|abîmé"):
        clean(claim)


@pytest.mark.parametrize("kind", HONEST)
def test_it_refuses_an_image_cut_short(kind: str) -> None:
    whole = HONEST[kind]
    cuts = [len(whole) // 2] if kind == "heic" else [*range(12, len(whole), 53), len(whole) - 2, len(whole) - 1]
    for cut in cuts:
        with pytest.raises(RefusedDocument):
            clean(whole[:cut])


def test_a_heic_that_breaks_its_decoder_is_a_refusal() -> None:
    broken = bytearray(HONEST["heic"])
    broken[len(broken) // 3 :] = b"\xa5" * (len(broken) - len(broken) // 3)
    with pytest.raises(RefusedDocument, match="abîmé"):
        clean(bytes(broken))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["png", "jpg", "webp"]), st.data())
def test_a_damaged_image_is_refused_or_comes_out_clean(kind: str, data: st.DataObject) -> None:
    broken = bytearray(HONEST[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(8, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        document = clean(bytes(broken))
    except RefusedDocument:
        return
    assert clean(document.data) == document


# ---- Hostile work


@pytest.mark.parametrize(
    "hostile",
    [
        png_header(10, 10, chunk(b"tEXt", b"a\0b") * 900_000),
        png_header(10, 10, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000)))),
        HONEST["jpg"][:2] + b"\xff\xfe\0\2" * 3_000_000 + HONEST["jpg"][2:],
    ],
    ids=["a million empty texts", "a text of 80 MB", "three million comments"],
)
def test_it_refuses_quickly_what_is_only_made_to_take_long(hostile: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(RefusedDocument):
        clean(hostile)
    assert time.perf_counter() - started < 2


def test_it_refuses_thousands_of_passes_over_one_photograph() -> None:
    jpeg = written(drawing(), "JPEG", progressive=True)
    last_pass = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    with pytest.raises(RefusedDocument, match="abîmé"):
        clean(jpeg[:-2] + last_pass * 1_000 + jpeg[-2:])
    assert clean(jpeg[:-2] + last_pass * 10 + jpeg[-2:]).extension == "jpg"


def test_a_process_apart_that_hangs_or_fails_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_WALL_SECONDS", 0.3)
    monkeypatch.setattr(apart, "_CHILD", "import time; time.sleep(60)")
    with pytest.raises(RefusedDocument, match="compliqué"):
        clean(HONEST["heic"])
    monkeypatch.setattr(apart, "_WALL_SECONDS", 10)
    monkeypatch.setattr(apart, "_CHILD", "import os; os.abort()")
    with pytest.raises(RefusedDocument, match="abîmé"):
        clean(HONEST["heic"])


def test_the_process_apart_is_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETKOOP_SECRET_KEY", "secret")
    monkeypatch.setattr(apart, "_CHILD", "import os; print(sorted(os.environ))")
    assert b"PATH" in apart.run_apart("heic", b"")
    assert b"RETKOOP" not in apart.run_apart("heic", b"")


def test_the_process_apart_is_bounded_in_memory_time_and_files(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = (
        "from retkoop.documents import child; import resource as r; child._bound_this_process();"
        "print([r.getrlimit(x)[1] for x in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)])"
    )
    monkeypatch.setattr(apart, "_CHILD", bounds)
    assert apart.run_apart("heic", b"").strip() == b"[1500000000, 30, 0, 0]"


def test_only_a_few_documents_are_opened_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(apart, "_FEW", apart.threading.BoundedSemaphore(1))
    with apart.one_of_few(), pytest.raises(Busy):
        clean(HONEST["png"])
    assert clean(HONEST["png"])


def test_pillow_keeps_its_own_guards() -> None:
    from PIL import ImageFile

    assert Image.MAX_IMAGE_PIXELS == 1024 * 1024 * 1024 // 4 // 3
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    assert common.MAX_PIXELS < Image.MAX_IMAGE_PIXELS


# ---- What comes out


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_turns_a_photograph_upright(kind: str, orientation: int) -> None:
    from PIL import ImageOps

    sideways = written(drawing(), kind, exif=exif(orientation), lossless=True)
    expected = ImageOps.exif_transpose(Image.open(BytesIO(sideways)))
    assert resembles(read(clean(sideways)), expected)
    assert 0x0112 not in read(clean(sideways)).getexif()


def test_it_turns_a_heic_upright() -> None:
    assert read(clean(heic(drawing(120, 80), exif=exif(6).tobytes()))).size == (80, 120)


def with_metadata(kind: str) -> bytes:
    profile = b"\0" * 36 + b"acsp" + LOCATION * 20
    if kind == "heic":
        return heic(drawing(), exif=exif(Make=LOCATION.decode()).tobytes())
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", LOCATION.decode())
    texts.add_itxt("XML:com.adobe.xmp", LOCATION.decode())
    options: dict[str, Any] = {"exif": exif(Make=LOCATION.decode()), "icc_profile": profile}
    options |= {"png": {"pnginfo": texts}, "jpg": {"comment": LOCATION, "xmp": LOCATION}}.get(kind, {"xmp": LOCATION})
    return written(drawing(), {"jpg": "JPEG"}.get(kind, kind.upper()), **options)


@pytest.mark.parametrize("kind", HONEST)
def test_nothing_of_where_and_how_it_was_taken_remains(kind: str) -> None:
    source = with_metadata(kind)
    assert LOCATION in source
    document = clean(source)
    assert LOCATION not in document.data
    assert not read(document).getexif()
    assert not {"icc_profile", "comment", "xmp", "exif"} & set(read(document).info)


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_a_second_file_hidden_behind_an_image_disappears(kind: str) -> None:
    tail = b"<script>alert(1)</script>%PDF-1.7" + b"PK\x03\x04" * 50
    assert clean(HONEST[kind] + tail).data == clean(HONEST[kind]).data or kind == "webp"
    assert b"script" not in clean(HONEST[kind] + tail).data
    assert b"PK\x03\x04" not in clean(HONEST[kind] + tail).data


def test_a_second_file_hidden_in_the_parts_of_an_image_disappears() -> None:
    hidden = b"<script>alert(1)</script>"
    jpeg = HONEST["jpg"]
    for marker in (b"\xff\xfe", b"\xff\xe1", b"\xff\xed", b"\xff\xef"):
        part = marker + struct.pack(">H", len(hidden) + 2) + hidden
        for source in (jpeg, clean(jpeg).data):
            assert hidden not in clean(source[:2] + part + source[2:]).data
    png = HONEST["png"]
    assert hidden not in clean(png[:33] + chunk(b"prVt", hidden) + png[33:]).data


def test_it_shrinks_a_photograph_to_2000_pixels_and_much_fewer_bytes() -> None:
    source = written(photograph(4_000, 3_000).filter(ImageFilter.GaussianBlur(4)), "JPEG", quality=92)
    document = clean(source)
    assert read(document).size == (2_000, 1_500)
    assert read(document).info["progressive"]
    assert len(document.data) < len(source) / 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_rough_picture_goes_down_the_ladder_until_it_weighs_what_a_page_may(kind: str) -> None:
    rough = photograph(2_000, 1_500)
    document = clean(written(rough, kind, quality=92))
    assert len(document.data) <= common.PAGE_BYTES
    assert 1_200 <= max(read(document).size) < 2_000
    # Encoded as the finest step has it, it would weigh too much; one that fits is not degraded further.
    assert len(written(rough, "JPEG", quality=80)) > common.PAGE_BYTES
    light = images.fit([rough], 1_000_000)[0]
    assert Image.open(BytesIO(light)).size == (2_000, 1_500)


def test_the_images_of_a_page_go_down_together() -> None:
    rough = photograph(1_000, 1_000).filter(ImageFilter.GaussianBlur(1))
    alone, (one, other) = images.fit([rough], 200_000)[0], images.fit([rough, rough], 200_000)
    assert one == other
    assert len(one) < len(alone) <= 200_000
    assert len(one + other) <= 200_000


def test_it_shrinks_a_scan_of_each_colour() -> None:
    for mode in ("L", "P", "RGBA"):
        document = clean(written(drawing(2_100, 1_000).convert(mode), "PNG"))
        assert read(document).size == (2_000, 952)
        assert document.extension == "png"


def test_black_and_white_stays_as_fine_as_300_dots_an_inch() -> None:
    for width, expected in ((3_508, (3_508, 1_000)), (4_000, (3_600, 900))):
        document = clean(written(drawing(width, 1_000).convert("1", dither=Image.Dither.NONE), "PNG"))
        assert (read(document).size, document.extension) == (expected, "png")


def test_a_heavy_png_becomes_a_jpeg_and_a_light_one_stays() -> None:
    heavy, light = photograph(1_000, 800), drawing(1_000, 800)
    assert clean(written(heavy, "PNG")).extension == "jpg"
    assert clean(written(light, "PNG")).extension == "png"


def test_a_light_png_loses_no_pixel() -> None:
    see_through = drawing().convert("RGBA")
    see_through.putalpha(Image.linear_gradient("L").resize(see_through.size))
    for image in (see_through, drawing(), drawing().convert("L")):
        assert read(clean(written(image, "PNG"))).tobytes() == image.tobytes()


def test_what_was_transparent_is_white_once_in_jpeg() -> None:
    clear = Image.new("RGBA", (1_000, 1_000), (0, 0, 0, 0))
    assert Image.open(BytesIO(images.encode_jpeg(clear))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_film_comes_out_as_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
    document = clean(written(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert getattr(read(document), "n_frames", 1) == 1
    assert resembles(read(document), frames[0])


def test_the_second_picture_of_a_telephone_disappears() -> None:
    both = written(drawing(), "MPO", save_all=True, append_images=[drawing().rotate(180)])
    assert clean(both).data.count(b"\xff\xd8\xff") == 1


# ---- Clean again


def test_cleaning_is_the_same_each_time() -> None:
    for source in HONEST.values():
        assert clean(source) == clean(source)


SOURCES = {
    "a drawing": drawing(),
    "a photograph": photograph(900, 700),
    "a large photograph": photograph(2_100, 700),
    "noise": Image.frombytes("RGB", (700, 700), zlib.compress(bytes(5_000_000), 0)[5_000 : 5_000 + 1_470_000]),
    "grey": drawing().convert("L"),
    "a palette": photograph(300, 200).quantize(17),
    "one pixel": Image.new("RGB", (1, 1), "red"),
    "a line": Image.new("L", (5_000, 1), 7),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_is_clean_comes_back_byte_for_byte(kind: str, name: str) -> None:
    source = SOURCES[name] if kind == "PNG" else SOURCES[name].convert("RGB")
    once = clean(written(source, kind, **({} if kind == "PNG" else {"quality": 96})))
    assert clean(once.data) == once


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA"]), st.integers(1, 40), st.integers(1, 40), st.data())
def test_a_clean_png_comes_back_byte_for_byte(mode: str, width: int, height: int, data: st.DataObject) -> None:
    noise = Image.frombytes(
        "L", (width, height), data.draw(st.binary(min_size=width * height, max_size=width * height))
    )
    once = clean(written(noise.convert("RGB").convert(mode), "PNG"))
    assert clean(once.data) == once


def test_a_palette_with_a_clear_colour_comes_back_byte_for_byte() -> None:
    once = clean(written(drawing().quantize(4), "PNG", transparency=0))
    assert clean(once.data) == once
    assert read(once).mode == "RGBA"


def test_a_jpeg_compressed_enough_is_not_blurred_again() -> None:
    coarse = written(photograph(600, 400), "JPEG", quality=60)
    fine = written(photograph(600, 400), "JPEG", quality=95)
    assert clean(coarse).data == strip_jpeg(coarse)
    assert len(clean(fine).data) < len(fine)


def test_the_coarseness_that_is_compared_is_that_of_our_own_jpegs() -> None:
    for quality in (images.LADDER[0][1], images.LADDER[-1][1]):
        ours = Image.open(BytesIO(written(drawing(), "JPEG", quality=quality)))
        assert tuple(sum(table) for table in ours.quantization.values()) == images.COARSENESS[quality]  # type: ignore[attr-defined]


def test_stripping_changes_no_pixel() -> None:
    source = with_metadata("jpg")
    before, after = Image.open(BytesIO(source)), Image.open(BytesIO(strip_jpeg(source)))
    assert before.tobytes() == after.tobytes()


def test_the_digest_names_the_content() -> None:
    document = CleanDocument(b"abc", "image/png", "png", 1)
    assert document.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
