"""PDFs as attackers send them, made here: locked and broken ones, those that act, those that never end."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from tests.documents.hostile import EVIL, SCRIPT, TINY, folded, jpeg_claiming, spoilt
from tests.documents.pdfs import Change, jbig2_picture, pdf_of, picture, saved, text_pdf

# ---- PDFs that do something


def with_change(change: Change, pages: int = 1, **options: Any) -> bytes:
    with pikepdf.open(BytesIO(text_pdf(pages))) as pdf:
        change(pdf)
        return saved(pdf, **options)


def script() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String(EVIL))


def spec(pdf: Pdf) -> Dictionary:
    content = pdf.make_stream(EVIL, Type=Name.EmbeddedFile)
    return Dictionary(Type=Name.Filespec, F="virus.exe", UF="virus.exe", EF=Dictionary(F=content))


def on_click(**action: object) -> Change:
    return noted(Subtype=Name.Link, A=Dictionary(Type=Name.Action, **action))


def noted(**keys: object) -> Change:
    def change(pdf: Pdf) -> None:
        made = {key: value(pdf) if callable(value) else value for key, value in keys.items()}
        note = Dictionary(Type=Name.Annot, Rect=[0, 0, 200, 100], **made)
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])

    return change


def in_root(**keys: Callable[[Pdf], Any]) -> Change:
    def change(pdf: Pdf) -> None:
        for key, make in keys.items():
            pdf.Root["/" + key] = make(pdf)

    return change


def field(pdf: Pdf) -> Dictionary:
    """Make a form of one field that acts at each key, with its twin in XML."""
    one = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="montant", V="12,50", Rect=[0, 0, 90, 20],
            AA=Dictionary(K=script(), C=script()), DA="/F1 9 Tf",
        )
    )  # fmt: skip
    pdf.pages[0].Annots = Array([one])
    xfa = pdf.make_stream(b"<xdp:xdp><script>" + EVIL + b"</script></xdp:xdp>")
    return Dictionary(Fields=[one], CO=[one], NeedAppearances=True, XFA=Array([String("template"), xfa]))


def elsewhere(pdf: Pdf) -> None:
    """Draw what lies in a file of the machine."""
    stream = pdf.make_stream(b"")
    stream.F = String("/etc/passwd")
    stream.FFilter = Name.FlateDecode
    pdf.pages[0].Contents = Array([pdf.pages[0].Contents, stream])


def model(pdf: Pdf) -> Stream:
    return pdf.make_stream(EVIL, Type=Name("/3D"), OnInstantiate=pdf.make_stream(EVIL))


def behind_a_drawing(pdf: Pdf) -> None:
    form = pdf.make_stream(b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.Ref = Dictionary(F=spec(pdf), Page=0)
    form.OPI = Dictionary(X=String(EVIL))
    form.AF = Array([spec(pdf)])
    pdf.pages[0].Resources.XObject = Dictionary(X0=form, X1=pdf.make_stream(EVIL, Subtype=Name.PS))


ACTIVE: dict[str, Change] = {
    "a script by name": in_root(Names=lambda pdf: Dictionary(JavaScript=Dictionary(Names=["a", script()]))),
    "a script at opening": in_root(OpenAction=lambda pdf: script()),
    "a script at each moment": in_root(AA=lambda pdf: Dictionary(WC=script(), DS=script())),
    "a launch at opening": in_root(
        OpenAction=lambda pdf: Dictionary(S=Name.Launch, F=String(b"cmd.exe"), Win=Dictionary(F=String(EVIL)))
    ),
    "a launch on a click": on_click(S=Name.Launch, F=String(EVIL)),
    "a form that sends itself": on_click(S=Name.SubmitForm, F=String(EVIL)),
    "a link": on_click(S=Name.URI, URI=String(EVIL)),
    "a jump into another file": on_click(S=Name.GoToR, F=String(EVIL), D=[0, Name.Fit]),
    "a jump into an attachment": on_click(S=Name.GoToE, T=Dictionary(R=Name.C, N=String(EVIL))),
    "data to import": on_click(S=Name.ImportData, F=String(EVIL)),
    "a rendition with a script": on_click(S=Name.Rendition, OP=0, JS=String(EVIL)),
    "actions one after the other": on_click(S=Name.Named, N=Name.Print, Next=Array([script(), script()])),
    "an attachment": lambda pdf: pdf.attachments.__setitem__("virus.exe", EVIL),
    "an attachment on the page": noted(Subtype=Name.FileAttachment, FS=spec),
    "a portfolio": in_root(
        Collection=lambda pdf: Dictionary(View=Name.D, D="virus.exe"),
        Names=lambda pdf: Dictionary(EmbeddedFiles=Dictionary(Names=["virus.exe", spec(pdf)])),
    ),
    "a film on the page": noted(
        Subtype=Name.RichMedia, RichMediaContent=lambda pdf: Dictionary(Assets=Dictionary(Names=["a", spec(pdf)]))
    ),
    "a screen with a sound": noted(Subtype=Name.Screen, A=Dictionary(S=Name.Sound), AA=Dictionary(PO=script())),
    "a model in three dimensions": noted(Subtype=Name("/3D"), **{"3DD": model}),
    "a form in xml": in_root(AcroForm=field),
    "a file of the machine": elsewhere,
    "secrets behind a drawing": behind_a_drawing,
    "what its author wrote": in_root(Metadata=lambda pdf: pdf.make_stream(EVIL, Type=Name.Metadata, Subtype=Name.XML)),
}  # fmt: skip

# What must be nowhere in a PDF that is kept.
GONE = (
    EVIL, SCRIPT, b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/Launch", b"/SubmitForm", b"/URI", b"/GoToR",
    b"/GoToE", b"/ImportData", b"/Rendition", b"/EmbeddedFile", b"/EmbeddedFiles", b"/Filespec", b"/RichMedia",
    b"/3DD", b"/AcroForm", b"/XFA", b"/Collection", b"/Names", b"/Metadata", b"/Annots", b"/AF", b"/Ref", b"/OPI",
    b"/etc/passwd", b"virus.exe",
)  # fmt: skip


# ---- PDFs that never end


def contents(data: bytes, **keys: object) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Contents = Stream(pdf, data, **({"Filter": Name.FlateDecode} | keys))

    return change


def folded_thrice(pdf: Pdf) -> None:
    thrice = zlib.compress(zlib.compress(folded(300), 9), 9)
    pdf.pages[0].Contents = Stream(pdf, thrice, Filter=Array([Name.FlateDecode] * 3))


def heavy_font(pdf: Pdf) -> None:
    file = Stream(pdf, folded(80), Filter=Name.FlateDecode)
    pdf.pages[0].Resources.Font.F1.FontDescriptor = Dictionary(Type=Name.FontDescriptor, FontFile2=file)


def drawing_itself(pdf: Pdf) -> None:
    form = pdf.make_stream(b"/X0 Do /X0 Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
    form.Resources = Dictionary(XObject=Dictionary(X0=form))
    pdf.pages[0].Resources.XObject = Dictionary(X0=form)
    pdf.pages[0].Contents = pdf.make_stream(b"/X0 Do")


def drawings_in_drawings(pdf: Pdf) -> None:
    """Draw ten times what draws ten times what draws ten times… a thousand million strokes."""
    inner = pdf.make_stream(b"0 0 m 9 9 l S " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
    for _ in range(8):
        outer = pdf.make_stream(b"/X0 Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
        outer.Resources = Dictionary(XObject=Dictionary(X0=inner))
        inner = outer
    pdf.pages[0].Resources.XObject = Dictionary(X0=inner)
    pdf.pages[0].Contents = pdf.make_stream(b"/X0 Do")


def tiny_tiles(pdf: Pdf) -> None:
    tile = pdf.make_stream(
        b"0 0 1 1 re f", Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 1, 1],
        XStep=0.0001, YStep=0.0001, Resources=Dictionary(),
    )  # fmt: skip
    pdf.pages[0].Resources.Pattern = Dictionary(P0=tile)
    pdf.pages[0].Contents = pdf.make_stream(b"/Pattern cs /P0 scn 0 0 595 842 re f")


def endless_letters(pdf: Pdf) -> None:
    table = b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <00000000> <ffffffff> <0000> endbfrange"
    pdf.pages[0].Resources.Font.F1.ToUnicode = pdf.make_stream(table)


def box(*sides: object) -> Change:
    return lambda pdf: setattr(pdf.pages[0], "MediaBox", Array(list(sides)))


def page_tree_that_loops(pdf: Pdf) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def raw(body: bytes, pages: bytes = b"<</Type/Pages/Kids[3 0 R]/Count 1>>", trailer: bytes = b"") -> bytes:
    """Write a PDF by hand: catalog, pages, one page, and the objects of `body` from 4 on."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        pages,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>",
    ]
    found, offsets = b"%PDF-1.7\n", []
    for number, part in enumerate([*parts, body], 1):
        offsets.append(len(found))
        found += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(found)
    found += b"xref\n0 5\n0000000000 65535 f \n" + table
    return found + b"trailer\n<</Size 5/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        trailer.replace(b"HERE", b"%d" % start),
        start,
    )


def locked() -> bytes:
    return with_change(lambda pdf: None, encryption=pikepdf.Encryption(owner="maitre", user="secret"), static_id=False)


def jbig2_claiming(image: Image.Image, claimed: tuple[int, int], said: tuple[int, int]) -> bytes:
    """Claim a size in JBIG2, and say another one in the PDF around it."""

    def change(pdf: Pdf) -> Stream:
        stream = jbig2_picture(image, claimed)(pdf)
        stream.Width, stream.Height = said
        return stream

    return pdf_of(change)


def objects(number: int) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Resources.Properties = Dictionary(
            A=Array([pdf.make_indirect(Dictionary()) for _ in range(number)])
        )

    return change


NOTHING = Image.new("1", TINY)
EMPTY_STREAM = b"<</Length 0>>stream\n\nendstream"
REFUSED: dict[str, Callable[[], bytes]] = {
    "a locked pdf": locked,
    "half a pdf": lambda: text_pdf(3)[: len(text_pdf(3)) // 2],
    "a pdf without its end": lambda: text_pdf()[:-40],
    "a pdf of 51 pages": lambda: text_pdf(51),
    "a pdf without a page": lambda: saved(pikepdf.new()),
    "a pdf with a page in its header": lambda: text_pdf().replace(b"%PDF-1.3", b"%PDF-1.3" + SCRIPT),
    "a pdf in name only": lambda: b"%PDF-1.7\n" + SCRIPT,
    "a pdf of noise": lambda: spoilt(text_pdf(), 9),
    "a page tree that loops": lambda: with_change(page_tree_that_loops),
    "a drawing that unfolds to 400 MB": lambda: with_change(contents(folded(400)), compress_streams=False),
    "a drawing folded three times": lambda: with_change(folded_thrice),
    "a font of 80 MB": lambda: with_change(heavy_font),
    "a picture of 9000 by 9000": lambda: pdf_of(picture(Image.new("RGB", TINY), b"", Width=9_000, Height=9_000)),
    "a jbig2 of 60000 by 60000": lambda: jbig2_claiming(NOTHING, (60_000, 60_000), (60_000, 60_000)),
    "a photograph of 65500 by 65500 in a pdf": lambda: pdf_of(
        picture(
            Image.new("RGB", TINY), jpeg_claiming(65_500, 65_500), Filter=Name.DCTDecode, Width=65_500, Height=65_500
        )
    ),
    "brackets without end": lambda: raw(b"[" * 200_000 + b"]" * 200_000),
    "a length that is its own length": lambda: raw(b"<</Length 4 0 R>>stream\nq Q\nendstream"),
}
# Nothing wrong shows, or what does shows nothing: kept or refused, as long as it ends.
ENDLESS: dict[str, Callable[[], bytes]] = {
    "a table of objects that leads to itself": lambda: raw(EMPTY_STREAM, trailer=b"/Prev HERE"),
    "a pdf that counts a thousand million pages": lambda: raw(
        EMPTY_STREAM, b"<</Type/Pages/Kids[3 0 R]/Count 1000000000>>"
    ),
    "a page that is its own parent": lambda: raw(EMPTY_STREAM, b"<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>"),
    "two hundred thousand objects": lambda: with_change(objects(200_000)),
    "a small picture that is a large jbig2": lambda: jbig2_claiming(NOTHING, (60_000, 60_000), TINY),
    "a drawing that draws itself": lambda: with_change(drawing_itself),
    "drawings in drawings": lambda: with_change(drawings_in_drawings),
    "ten million tiles": lambda: with_change(tiny_tiles),
    "letters without end": lambda: with_change(endless_letters),
    "a million strokes": lambda: with_change(contents(zlib.compress(b"0 0 m 500 500 l S\n" * 1_000_000))),
    "a page as large as a country": lambda: with_change(box(0, 0, 10**9, 10**9)),
    "a page of no size": lambda: with_change(box(0, 0, 0, 0)),
    "a page inside out": lambda: with_change(box(600, 800, -600, -800)),
    "a page whose size is a word": lambda: with_change(box(Name.A, "b", 3, 4)),
}
