"""PDFs that come in: only what their pages show goes on; locked, endless and damaged ones are refused."""

from __future__ import annotations

import subprocess
import sys
import time
import zlib
from io import BytesIO

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from retkoop.documents import RefusedDocument, apart, clean
from retkoop.documents.pdf import scrub
from tests.documents.makers import grain, written
from tests.documents.pdfs import TEXT, Change, everything, invoice, opened, saved, with_picture

SECRET = b"app.launchURL('http://exemple.invalid/')"


def script(pdf: Pdf) -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String(SECRET))


def attached(pdf: Pdf) -> Dictionary:
    content = pdf.make_stream(SECRET, Type=Name.EmbeddedFile)
    return Dictionary(Type=Name.Filespec, F="virus.exe", UF="virus.exe", EF=Dictionary(F=content))


# ---- An honest PDF


def test_it_accepts_an_honest_pdf() -> None:
    document = clean(invoice(pages=3))
    assert (document.media_type, document.extension, document.pages) == ("application/pdf", "pdf", 3)
    assert document.data.startswith(b"%PDF-1.7")
    assert everything(document.data).count(TEXT) == 3


def test_a_page_keeps_its_size_its_turn_and_its_font() -> None:
    def turn(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = 90
        pdf.pages[0].CropBox = Array([10, 10, 100, 50])

    page = opened(scrub(invoice(turn))[0]).pages[0]
    assert (list(page.MediaBox), list(page.CropBox)) == ([0, 0, 200, 100], [10, 10, 100, 50])
    assert page.Rotate == 90
    assert page.Resources.Font.F1.BaseFont == Name.Helvetica


def test_what_pages_inherit_is_kept() -> None:
    def inherit(pdf: Pdf) -> None:
        pdf.Root.Pages.Resources = pdf.pages[0].Resources
        pdf.Root.Pages.Rotate = 180
        del pdf.pages[0].Resources

    page = opened(scrub(invoice(inherit))[0]).pages[0]
    assert page.Rotate == 180
    assert page.Resources.Font.F1.BaseFont == Name.Helvetica


def test_what_was_typed_in_a_form_still_shows() -> None:
    def fill(pdf: Pdf) -> None:
        look = pdf.make_stream(b"BT (Montant : 12,50) Tj ET", Subtype=Name.Form, BBox=[0, 0, 90, 20])
        look.Type = Name.XObject
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T="montant",
                V="12,50",
                Rect=[0, 0, 90, 20],
                F=4,
                AP=Dictionary(N=look),
                AA=Dictionary(K=script(pdf)),
            )
        )
        pdf.pages[0].Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=[field], XFA=String(SECRET), CO=[field])

    content = everything(scrub(invoice(fill))[0])
    assert b"Montant : 12,50" in content
    for gone in (b"/AcroForm", b"/Annots", b"/Widget", b"/XFA", b"/AA", SECRET):
        assert gone not in content


def test_a_hidden_layer_stays_hidden_and_loses_its_rules() -> None:
    def layer(pdf: Pdf) -> None:
        usage = Dictionary(CreatorInfo=Dictionary(Creator=String(SECRET)))
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Brouillon", Usage=usage))
        pdf.pages[0].Resources.Properties = Dictionary(MC0=group)
        state = Dictionary(OFF=[group], AS=[Dictionary(Event=Name.View, OCGs=[group])])
        pdf.Root.OCProperties = Dictionary(OCGs=[group], D=state)

    pdf = opened(scrub(invoice(layer))[0])
    layers = pdf.Root.OCProperties
    assert layers.D.OFF[0].objgen == layers.OCGs[0].objgen == pdf.pages[0].Resources.Properties.MC0.objgen
    assert set(layers.D.keys()) == {"/BaseState", "/ON", "/OFF"}
    assert SECRET not in everything(saved(pdf))


# ---- What is taken out


def named_script(pdf: Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=["a", script(pdf)]))


def at_opening(pdf: Pdf) -> None:
    pdf.Root.OpenAction = script(pdf)


def at_each_moment(pdf: Pdf) -> None:
    pdf.Root.AA = Dictionary(WC=script(pdf))
    pdf.pages[0].AA = Dictionary(O=script(pdf))


def attachment(pdf: Pdf) -> None:
    pdf.attachments["virus.exe"] = SECRET


def attachment_on_the_page(pdf: Pdf) -> None:
    pin = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=attached(pdf))
    pdf.pages[0].Annots = Array([pdf.make_indirect(pin)])
    pdf.pages[0].AF = Array([attached(pdf)])


def link(action: Dictionary) -> Change:
    def change(pdf: Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 200, 100], A=action)
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])

    return change


def film(pdf: Pdf) -> None:
    rich = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9])
    rich.RichMediaContent = Dictionary(Assets=Dictionary(Names=["a.swf", attached(pdf)]))
    pdf.pages[0].Annots = Array([pdf.make_indirect(rich)])


def who_wrote_it(pdf: Pdf) -> None:
    pdf.docinfo["/Author"] = String(SECRET)
    pdf.Root.Metadata = pdf.make_stream(SECRET, Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.PieceInfo = Dictionary(Word=String(SECRET))
    pdf.pages[0].Metadata = pdf.make_stream(SECRET, Type=Name.Metadata, Subtype=Name.XML)


def table_of_contents(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Ouvrir", action=script(pdf)))


def thumbnail(pdf: Pdf) -> None:
    pdf.pages[0].Thumb = pdf.make_stream(SECRET, Subtype=Name.Image, Width=1, Height=1)


def behind_a_drawing(pdf: Pdf) -> None:
    form = pdf.make_stream(b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.PieceInfo = Dictionary(X=String(SECRET))
    form.AF = Array([attached(pdf)])
    form.Ref = Dictionary(F=attached(pdf), Page=0)
    form.OPI = Dictionary(X=String(SECRET))
    form.Resources = Dictionary(Hidden=Dictionary(A=script(pdf)))
    pdf.pages[0].Resources.XObject = Dictionary(X0=form)
    pdf.pages[0].Resources.Hidden = script(pdf)
    pdf.pages[0].Resources.Font.F1.Hidden = script(pdf)
    pdf.pages[0].Resources.Font.F1.Attached = Array([Array([attached(pdf)])])


def postscript(pdf: Pdf) -> None:
    drawing = pdf.make_stream(SECRET, Type=Name.XObject, Subtype=Name.PS)
    pdf.pages[0].Resources.XObject = Dictionary(X0=drawing)


HOSTILE: dict[str, Change] = {
    "a script by name": named_script,
    "a script at opening": at_opening,
    "a script at each moment": at_each_moment,
    "a script in the contents": table_of_contents,
    "an attachment": attachment,
    "an attachment on the page": attachment_on_the_page,
    "a film": film,
    "its author": who_wrote_it,
    "a thumbnail": thumbnail,
    "secrets behind a drawing": behind_a_drawing,
    "postscript": postscript,
    "a link": link(Dictionary(S=Name.URI, URI=String(SECRET))),
    "a program to launch": link(Dictionary(S=Name.Launch, F=String(SECRET))),
    "a form to send": link(Dictionary(S=Name.SubmitForm, F=String(SECRET))),
    "a jump elsewhere": link(Dictionary(S=Name.GoToR, F=String(SECRET), D=[0, Name.Fit])),
    "data to import": link(Dictionary(S=Name.ImportData, F=String(SECRET))),
    "a chain of actions": link(
        Dictionary(S=Name.Named, N=Name.Print, Next=Dictionary(S=Name.JavaScript, JS=String(SECRET)))
    ),
}
GONE = [
    SECRET, b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/Launch", b"/URI", b"/SubmitForm", b"/GoToR",
    b"/EmbeddedFile", b"/Filespec", b"/RichMedia", b"/AcroForm", b"/Names", b"/Metadata", b"/Info",
    b"/Outlines", b"/Annots", b"/AF", b"/PieceInfo", b"/Thumb", b"virus.exe",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_takes_out_everything_but_what_the_page_shows(name: str) -> None:
    source = invoice(HOSTILE[name])
    assert SECRET in everything(source)
    content = everything(scrub(source)[0])
    assert [word for word in GONE if word in content] == []
    assert TEXT in content


def test_a_drawing_whose_name_looks_like_an_action_is_kept() -> None:
    def draw(pdf: Pdf) -> None:
        form = pdf.make_stream(b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        pdf.pages[0].Resources.XObject = Dictionary(A=form, AA=form, JS=form, F=form)

    page = opened(scrub(invoice(draw))[0]).pages[0]
    assert set(page.Resources.XObject.keys()) == {"/A", "/AA", "/JS", "/F"}
    assert page.Resources.XObject.JS.read_bytes() == b"0 0 9 9 re f"


def test_what_follows_the_end_disappears() -> None:
    assert b"<script>" not in scrub(invoice() + b"<script>alert(1)</script>")[0]


def test_what_an_earlier_version_said_disappears() -> None:
    source = invoice().replace(b"%%EOF", b"%%EOF % oublier " + SECRET)
    assert SECRET not in scrub(source)[0]


# ---- What is refused


@pytest.mark.parametrize("strength", [2, 3, 4, 6])
def test_it_refuses_a_pdf_locked_with_a_password(strength: int) -> None:
    with pytest.raises(RefusedDocument, match="mot de passe"):
        clean(locked("secret", strength))


@pytest.mark.parametrize("strength", [2, 3, 4, 6])
def test_a_statement_that_only_forbids_copying_is_accepted_and_unlocked(strength: int) -> None:
    document = clean(locked("", strength))
    with pikepdf.open(BytesIO(document.data)) as pdf:
        assert not pdf.is_encrypted
    assert TEXT in everything(document.data)
    assert clean(document.data) == document


def locked(user: str, strength: int) -> bytes:
    """Lock a PDF by each of the ways that there are, from RC4 40 bits to AES 256; "" opens for everybody."""
    aes = strength >= 4
    lock = pikepdf.Encryption(owner="maitre", user=user, R=strength, aes=aes, metadata=aes)  # type: ignore[arg-type]
    return invoice(encryption=lock, static_id=False)


def test_it_refuses_more_than_50_pages() -> None:
    assert scrub(invoice(pages=50))[1] == 50
    with pytest.raises(RefusedDocument, match="50\u00a0pages"):
        clean(invoice(pages=51))


def test_it_refuses_a_pdf_without_a_page() -> None:
    with pytest.raises(RefusedDocument, match="aucune page"):
        clean(saved(pikepdf.new()))


def test_it_refuses_a_header_that_is_not_first() -> None:
    for before in (b" ", b"\n", b"<html>", b"\xef\xbb\xbf"):
        with pytest.raises(RefusedDocument, match="accepté"):
            clean(before + invoice())


def test_it_refuses_half_a_pdf() -> None:
    whole = invoice(pages=3)
    assert clean(whole)
    with pytest.raises(RefusedDocument, match="abîmé"):
        clean(whole[: len(whole) // 2])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9, 0.97])
@pytest.mark.parametrize("linearize", [False, True])
def test_it_refuses_a_pdf_cut_anywhere(share: float, linearize: bool) -> None:
    whole = invoice(pages=3, linearize=linearize)
    with pytest.raises((RefusedDocument, pikepdf.PdfError)):
        scrub(whole[: int(len(whole) * share)])


def test_it_refuses_a_page_whose_drawing_is_damaged() -> None:
    whole = invoice(lambda pdf: setattr(pdf.pages[0], "Contents", pdf.make_stream(TEXT * 99)))
    at = whole.index(b"stream\n") + 12
    damaged = whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 40]) + whole[at + 40 :]
    with pytest.raises(RefusedDocument, match="abîmé"):
        clean(damaged)


def test_it_refuses_a_pdf_in_name_only() -> None:
    for body in (b"", b"\n<script>alert(1)</script>", bytes(5_000)):
        with pytest.raises(RefusedDocument, match="abîmé"):
            clean(b"%PDF-1.7" + body)


def page_tree_that_loops(pdf: Pdf) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def test_it_refuses_a_page_tree_that_loops() -> None:
    with pytest.raises(RefusedDocument):
        clean(invoice(page_tree_that_loops))


def zeros(megabytes: int) -> bytes:
    """Fold that many megabytes of nothing into a thousandth of them."""
    fold = zlib.compressobj(1)
    return b"".join(fold.compress(bytes(1_000_000)) for _ in range(megabytes)) + fold.flush()


def test_it_refuses_a_picture_over_40_megapixels() -> None:
    for filters in ({}, {"Filter": Name.FlateDecode}, {"Filter": Name.DCTDecode}):
        with pytest.raises(RefusedDocument, match="pixels"):
            scrub(invoice(with_picture(9_000, 9_000, zlib.compress(b""), **filters)))


def test_it_refuses_a_stream_that_unfolds_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    less = "from retkoop.documents import child; child._MEMORY_BYTES = 300_000_000; child.answer()"
    monkeypatch.setattr(apart, "_CHILD", less)
    assert clean(invoice())
    bomb = zeros(400)
    started = time.perf_counter()
    with pytest.raises(RefusedDocument, match=r"compliqué|abîmé"):
        clean(invoice(with_picture(3_000, 3_000, bomb, Filter=Name.FlateDecode), compress_streams=False))
    assert time.perf_counter() - started < 10


def test_it_refuses_a_drawing_that_unfolds_without_end() -> None:
    def draw(megabytes: int) -> Change:
        def change(pdf: Pdf) -> None:
            pdf.pages[0].Contents = Stream(pdf, zeros(megabytes), Filter=Name.FlateDecode)

        return change

    assert scrub(invoice(draw(20)))[1] == 1
    with pytest.raises(RefusedDocument, match="compliqué"):
        scrub(invoice(draw(60)))


def test_a_pdf_that_takes_too_long_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    monkeypatch.setattr(apart, "_CHILD", endless)
    with pytest.raises(RefusedDocument, match="compliqué"):
        clean(invoice())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_pdf_never_keeps_a_script(data: st.DataObject) -> None:
    broken = bytearray(invoice(named_script, object_stream_mode=pikepdf.ObjectStreamMode.disable))
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(8, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        content = everything(scrub(bytes(broken))[0])
    except (RefusedDocument, pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        return  # in the child process any exception is a refusal
    assert b"/JavaScript" not in content


# ---- Clean again


CHANGES: dict[str, Change | None] = {
    "plain": None,
    "hostile": behind_a_drawing,
    "a heavy scan": with_picture(2_100, 1_500, written(grain(2_100, 1_500), "JPEG", quality=95), Filter=Name.DCTDecode),
    "a heavy drawing": with_picture(700, 600, zlib.compress(grain(700, 600).tobytes()), Filter=Name.FlateDecode),
    "a picture without a filter": with_picture(100, 90, grain(100, 90).tobytes()),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("linearize", [False, True])
def test_what_is_clean_comes_back_byte_for_byte(name: str, linearize: bool) -> None:
    source = invoice(CHANGES[name], pages=3, linearize=linearize)
    once = scrub(source)
    assert scrub(source) == once
    assert scrub(once[0]) == once


def test_cleaning_again_in_another_process_gives_the_same_document() -> None:
    once = clean(invoice(at_opening, pages=2))
    assert clean(once.data) == once


def test_the_server_itself_never_loads_the_libraries_that_open_pdf_and_heic() -> None:
    unwanted = "{'pikepdf', 'pypdfium2', 'pillow_heif', 'flask', 'peewee'}"
    code = f"import sys, retkoop.documents; print({unwanted} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert out.stdout.strip() == "set()"
