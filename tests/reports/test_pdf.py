"""The PDF says what the other reports say, in the same bytes anywhere, on pages that an archive accepts."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from lxml import etree
from pypdf import PdfReader, PdfWriter

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports.pages.glyphs import BREAK, drawn, said
from limen.reports.pages.manifestation import render as manifestation
from limen.reports.pdf import render
from tests.needs import REPOSITORY, need_program
from tests.reports.building import HOSTILE, boundary_map, conforming, crossing, finding, many, sample
from tests.reports.hostility import around, hostile
from tests.reports.kinds import readable
from tests.reports.observed import observed
from tests.reports.test_manifestation import PAYLOADS
from tests.reports.test_pdf_map import chain
from tests.reports.verapdf import judged

TEMPLATES = REPOSITORY / "src" / "limen" / "reports" / "templates"
TYPST = (
    '#read("/etc/passwd")',
    '#eval("1+1")',
    "= Heading",
    "*strong* _emph_ `raw`",
    "$x^2$",
    "@reference <label>",
    "// gone",
    "/* gone */",
    '#import "@preview/x:1.0.0"',
    "\\u{4e2d} ~ -- --- ...",
    '#image("x.svg")',
    "- item\n+ item\n/ term: x",
)
"""What the typesetter would take for markup."""


def made(assessment: Assessment) -> bytes:
    return render(assessment, Options())


def reader(assessment: Assessment) -> PdfReader:
    return PdfReader(io.BytesIO(made(assessment)))


def words(assessment: Assessment) -> str:
    return readable("pdf", made(assessment))


def pages_of(assessment: Assessment) -> list[str]:
    """Return each page's words, by a program that is quick where there are many."""
    done = subprocess.run(
        [need_program("pdftotext"), "-layout", "-", "-"], input=made(assessment), capture_output=True, check=True
    )
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


def packed(text: str) -> str:
    """Return text without its white space: where lines end is the paper's affair."""
    return "".join(text.split())


@pytest.mark.parametrize("assessment", [sample(), conforming(), observed()], ids=["sample", "conforming", "observed"])
def test_verdict_and_every_finding_are_there(assessment: Assessment) -> None:
    text = packed(words(assessment))
    assert packed(assessment.verdict()) in text
    for one in assessment.findings:
        for told in (
            one.message,
            one.rule,
            one.id,
            one.waiver,
            *([one.fingerprint] if one.disposition == "open" else []),
        ):
            assert packed(told) in text, told
    for one in assessment.findings:
        if one.disposition == "open":
            assert packed(f"Fix{one.remediation}") in text
    for note in assessment.notes:
        assert packed(note) in text
    for deviation in assessment.deviations:
        assert packed(f"{deviation.parameter} is {deviation.actual} in place of {deviation.expected}") in text
    for rule_id, row in assessment.decisions.items():
        assert packed(rule_id + row.selected.rule.title) in text


def test_findings_stand_under_their_flow_worst_first_and_accepted_ones_apart() -> None:
    text = words(sample()).split("3 Findings")[-1]  # behind the contents
    headings = (
        "3.1 key:phi-data-key",
        "3.2 Flow store: automation → clinical-db",
        "3.3 Flow site-upload: site-portal → gateway",
        "3.4 waiver:",
        "4 Accepted findings",
        "waived high",
        "approved by ciso until 2027-01-01: legacy",
    )
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)
    assert "clinical-db receives it over store, in plaintext (assumed: the flow does not say what it carries)" in text


def test_sections_that_have_nothing_say_so() -> None:
    text = words(conforming())
    assert "3 Findings None. 5 decisions: 0 error, 0 fail, 0 not assessed, 5 pass" in text
    assert "4 Accepted findings No finding is waived, in the baseline or inherited." in text


def test_what_was_observed_stands_beside_what_is_declared_only_where_something_was() -> None:
    text = words(observed())
    assert "5 Declared and observed 8 claims: 2 contradicted, 1 in error" in text
    assert "flow weak in_transit.tls.min 1.3 - 1.3 1.2 60 min ago contradicted" in text
    assert "Declared and observed" not in words(sample())


def test_the_metadata_say_what_it_is() -> None:
    found = reader(sample())
    assert found.metadata is not None
    assert found.metadata.title == "Serialization and trials"
    assert found.metadata.subject == sample().verdict()
    assert str(found.metadata.creation_date) == "2026-11-22 05:00:00+00:00"  # assessed_at, no clock
    assert found.trailer["/Root"]["/Lang"] == "en"
    assert found.trailer["/Root"]["/MarkInfo"]["/Marked"]
    packet = etree.fromstring(found.trailer["/Root"]["/Metadata"].get_object().get_data())
    names = {"pdfaid": "http://www.aiim.org/pdfa/ns/id/", "pdfuaid": "http://www.aiim.org/pdfua/ns/id/"}

    def value(name: str) -> str:
        return packet.xpath(f"string(//{name})", namespaces=names) or packet.xpath(
            f"string(//@{name})", namespaces=names
        )

    assert (value("pdfaid:part"), value("pdfaid:conformance"), value("pdfuaid:part")) == ("2", "A", "1")


def test_the_outline_leads_through_it() -> None:
    found = reader(sample())
    top = [entry.title for entry in found.outline if not isinstance(entry, list)]
    assert top == ["1 Summary", "2 Boundary map", "3 Findings", "4 Accepted findings", "5 Crossings", "6 Controls",
                   "7 Rules", "8 Inputs", "9 How to verify"]  # fmt: skip
    [below] = [entry for entry in found.outline if isinstance(entry, list)]
    assert below[1].title == "3.2 Flow store: automation → clinical-db"


@pytest.mark.parametrize("assessment", [sample(), many(300)], ids=["sample", "many"])
def test_every_page_says_whose_it_is_when_how_it_ended_and_how_many_there_are(assessment: Assessment) -> None:
    pages = pages_of(assessment)
    assert len(pages) == len(reader(assessment).pages)
    for number, page in enumerate(pages, 1):
        for told in ("Serialization and trials", "assessed 2026-11-22T05:00:00Z", assessment.verdict()):
            assert told in page
        assert f"page {number} of {len(pages)}" in page


def test_long_lists_are_cut_with_a_count() -> None:
    def told(assessment: Assessment) -> str:
        return " ".join(pages_of(assessment))

    text = told(many(10_000))
    assert "… and 9,900 more findings: the JSON report has them all." in text
    assert text.count("Fingerprint") == 100
    rows = tuple(crossing(f"f{n}", "gateway", "automation") for n in range(300))
    assert "… and 200 more crossings: the JSON report has them all." in told(sample(crossings=rows))
    accepted = tuple(finding("a.b", f"flow:{n}", number=n, disposition="waived") for n in range(101))
    assert "… and 1 more accepted finding: the JSON report has them all." in told(sample(findings=accepted))
    base = observed()
    claims = tuple(itertools.islice(itertools.cycle(base.reconciliation), 300))
    attempts = tuple(itertools.islice(itertools.cycle(base.attempts), 400))
    text = told(observed(reconciliation=claims, attempts=attempts, decisions={}))
    assert "… and 200 more claims" in text
    assert "… and 300 more attempts" in text


def test_a_hundred_thousand_decisions_are_summed_up_quickly() -> None:
    assessment = many(100_000)
    started = time.process_time()
    content = made(assessment)
    assert time.process_time() - started < 6  # about 1 s; the room is for slow and shared machines
    assert len(content) < 5_000_000


PROGRAM = """
import hashlib
from limen.reports import Options
from limen.reports.pages.manifestation import render as manifestation
from limen.reports.pdf import render
from tests.reports.building import sample
from tests.reports.observed import observed
from tests.reports.test_manifestation import PAYLOADS
from tests.reports.test_pdf_map import chain
for content in (render(sample(), Options()), render(observed(), Options(color=True, width=7)), manifestation(PAYLOADS)):
    print(hashlib.sha256(content).hexdigest())
"""


def test_the_bytes_are_the_same_wherever_and_whenever_they_are_made(tmp_path: Path) -> None:
    places = (
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "77", "HOME": str(tmp_path)},
    )
    said_there = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={"PATH": "/nowhere", "PYTHONPATH": str(REPOSITORY), **place},
        ).stdout
        for place in places
    ]  # fmt: skip
    here = hashlib.sha256(made(sample())).hexdigest()
    assert said_there[0] == said_there[1]
    assert said_there[0].splitlines()[0] == here


def test_the_folder_that_we_are_in_does_not_matter_nor_that_it_is_gone(tmp_path: Path) -> None:
    program = (
        "import hashlib, os\n"
        "from limen.reports import Options\n"
        "from limen.reports.pdf import render\n"
        "from tests.reports.building import sample\n"
        "os.rmdir(os.getcwd())\n"
        "print(hashlib.sha256(render(sample(), Options())).hexdigest())\n"
    )
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=gone, capture_output=True, text=True, check=True,
        env={"PATH": "/nowhere", "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.stdout.strip() == hashlib.sha256(made(sample())).hexdigest()


def test_templates_read_no_file_no_package_and_no_text_as_markup() -> None:
    for template in TEMPLATES.glob("*.typ"):
        source = template.read_text("utf-8")
        assert not re.search(r"#?\b(import|include|read|eval|plugin|yaml|toml|csv|xml|cbor)\b *[\"(]", source), template
        assert re.findall(r"(?:json|image)\((?!bytes\(sys\.inputs\.)", source) == [], template


@pytest.mark.parametrize("text", [*HOSTILE, *TYPST], ids=lambda text: repr(text[:16]))
def test_what_texts_hold_is_drawn_and_is_no_markup(text: str) -> None:
    found = reader(sample(around(text)))
    shown = packed("".join(page.extract_text() for page in found.pages))
    told = packed(drawn(f"{text}Mend transit.tls_minimum{text}"))
    if len(text) < 900:
        assert told in shown.replace("\N{MINUS SIGN}", "-")
    assert len(found.outline) == len(reader(sample(around("x"))).outline)
    assert not [
        a for page in found.pages for a in page.get("/Annots", []) if "/A" in a.get_object()
    ]  # no link leads out
    assert "/Names" not in found.trailer["/Root"] or "/JavaScript" not in found.trailer["/Root"]["/Names"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("中文", "\\u4e2d\\u6587"),
        ("😀", "\\U0001f600"),
        ("\u202eabc", "\\u202eabc"),
        ("e\u0301", "é"),
        ("x\u0301", "x\\u0301"),
        ("soft\u00adhyphen", "soft\\u00adhyphen"),
        ("สวัสดี", "\\u0e2a\\u0e27\\u0e31\\u0e2a\\u0e14\\u0e35"),
        ("Łódź, Ærø, Ωμέγα, Привет", "Łódź, Ærø, Ωμέγα, Привет"),
        ("≥ 1 → 2 · 3 — 4 “5” €", "≥ 1 → 2 · 3 — 4 “5” €"),
        ("\x00\x1b\x7f", "\\u0000\\u001b\\u007f"),
    ],
)
def test_what_no_font_draws_is_spelt_out(text: str, shown: str) -> None:
    assert drawn(text) == shown
    assert packed(shown) in packed(words(sample(owner=text)))


@settings(max_examples=40, deadline=None)
@given(hostile)
@example("".join(HOSTILE))
@example("שלום עולם (1) abc")
def test_any_text_at_all_can_be_drawn_and_nothing_of_it_is_lost(text: str) -> None:
    shown = Counter(packed(readable("pdf", manifestation([{**PAYLOADS[0], "role": text}]))))
    wanted = Counter(packed(drawn(text)[:1_990]))
    assert not wanted - shown


def test_every_character_that_is_called_drawable_is_in_a_font() -> None:
    every = [chr(code) for code in range(0x20, 0x3000) if drawn(chr(code)) == chr(code) != " "]
    assert len(every) > 2_500
    rows = tuple(" ".join(every[n : n + 500]) for n in range(0, len(every), 500))
    made(conforming(notes=rows))  # the typesetter refuses what no font has


def test_long_words_may_break_and_what_is_copied_is_what_was_said() -> None:
    assert BREAK not in drawn(f"a{BREAK}b")
    assert said("short.words-stay_whole") == "short.words-stay_whole"
    assert said("a-rather-long-name/of-something.else").split(BREAK) == [
        "a-", "rather-", "long-", "name/", "of-", "something.", "else",
    ]  # fmt: skip
    assert [len(part) for part in said("x" * 30).split(BREAK)] == [12, 12, 6]
    assert said("y" * 3_000).replace(BREAK, "") == "y" * 1_999 + "…"
    assert BREAK not in "".join(page.extract_text() for page in reader(sample(owner="z" * 900)).pages)


@pytest.mark.parametrize("part", ["W" * 400, "w_x." * 100, "ЖЩ" * 200, "mm " * 130])
def test_nothing_runs_off_the_page(tmp_path: Path, part: str) -> None:
    """Whatever is long: each word of each page lies between the margins, and above the foot."""
    long, names, drawing = around(part), around(part.replace(" ", "-")), around("a-long-name.of-letters" * 20)
    rows = tuple(crossing(f"f{n}", "gateway", "automation", long, names) for n in range(2))
    base = observed(long, crossings=rows, map=boundary_map(long, drawing), system=names("s"), declaration=names("d"))
    one = sample(long).findings[1]
    replaced = msgspec.structs.replace(one, message=part * 4, path=names("p"), subject=names("s"), rule=names("r"),
                                       controls=(names("c"),), actual=b'"' + part.encode() + b'"')  # fmt: skip
    path = tmp_path / "long.pdf"
    path.write_bytes(made(msgspec.structs.replace(base, findings=(replaced, *sample(long).findings))))
    done = subprocess.run([need_program("pdftotext"), "-bbox", path, "-"], capture_output=True, timeout=60, check=True)
    pages = list(etree.fromstring(done.stdout, etree.XMLParser(recover=True)).iter("{*}page"))
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        width, height = float(page.get("width")), float(page.get("height"))
        for word in page.iter("{*}word"):
            box = [float(word.get(name)) for name in ("xMin", "yMin", "xMax", "yMax")]
            assert box[0] >= 30, (number, word.text)
            assert box[1] >= 20, (number, word.text)
            assert box[2] <= width - 30, (number, word.text)
            assert box[3] <= height - 20, (number, word.text)


def test_archives_accept_it(tmp_path: Path) -> None:
    crowd = msgspec.structs.replace(boundary_map(), nodes=boundary_map().nodes * 60)
    cases = {
        "observed": observed(), "many": many(60), "a3": sample(map=chain(12)), "crowd": sample(map=crowd),
        "partial": sample(partial="only rule x"),
        "empty": sample(findings=(), crossings=(), decisions={}, controls={}),
        "hostile": conforming(around("".join((*HOSTILE[:18], *TYPST, "中😀שלום")))),
    }  # fmt: skip
    files = []
    for name, assessment in cases.items():
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(made(assessment))
    for flavour in ("2a", "ua1"):
        assert judged(flavour, *files) == dict.fromkeys((path.name for path in files), "PASS")


def test_the_validator_would_say_so_if_it_were_none(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    writer = PdfWriter(clone_from=reader(conforming()))
    del writer.root_object["/Metadata"]
    writer.write(broken)
    assert judged("2a", broken) == {"broken.pdf": "FAIL"}


def test_without_the_typesetter_it_says_what_to_install() -> None:
    program = (
        "import sys\n"
        "sys.modules['typst'] = None\n"
        "from limen.errors import UsageError\n"
        "from limen.reports import Options\n"
        "from limen.reports.pdf import render\n"
        "from tests.reports.building import sample\n"
        "try:\n    render(sample(), Options())\n"
        "except UsageError as error:\n    print(error.problems[0].message, '|', error.problems[0].hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "a PDF needs the typesetter typst | pip install 'limen[evidence]'\n"
