"""Nothing is escaped wrongly: hostile text leaves the structure of every format as harmless text would."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from limen.cli.commands.crossings import as_csv
from limen.reports import Options, formats, report
from limen.reports.maps.dot import dot
from limen.reports.maps.mermaid import mermaid
from limen.reports.maps.svg import svg
from tests.reports.building import FLOWS, HOSTILE, Words, boundary_map, crossing, sample
from tests.reports.hostility import around, hostile
from tests.reports.kinds import readable

_ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def rendered(name: str, text: str) -> str:
    """Return a report of the sample with text around every free text; decoding fails on what is no UTF-8."""
    return readable(name, report(name).render(sample(around(text)), Options()))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:16]))
@pytest.mark.parametrize("name", formats())
def test_no_format_lets_a_control_or_bidirectional_character_through(name: str, text: str) -> None:
    found = rendered(name, text)
    assert not _ESCAPES.search(found.replace("\t", ""))


@given(hostile)
@example("".join(HOSTILE))
def test_text_has_no_escape_sequence_without_colour_and_the_same_lines(text: str) -> None:
    options = Options(width=0)  # not wrapped
    lines = report("text").render(sample(around(text)), options).decode().split("\n")
    assert len(lines) == len(report("text").render(sample(), options).decode().split("\n"))
    assert not any("\x1b" in line or "\r" in line for line in lines)


@given(hostile)
@example("".join(HOSTILE))
def test_coloured_text_has_only_our_own_escape_sequences(text: str) -> None:
    found = report("text").render(sample(around(text)), Options(color=True, width=0)).decode()
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", found)


@given(hostile)
@example("".join(HOSTILE))
def test_json_and_json_lines_say_what_was_said(text: str) -> None:
    document = json.loads(rendered("json", text))
    spelt = "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)
    assert document["title"] == f"{spelt}Serialization and trials{spelt}"
    lines = rendered("jsonl", text).split("\n")
    assert [json.loads(line)["type"] for line in lines[:-1]] == [
        json.loads(line)["type"] for line in rendered("jsonl", "").split("\n")[:-1]
    ]


class _Outline(HTMLParser):
    """Every element with the names of its attributes, in order, and every reference."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, ...]] = []
        self.references: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.references += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment",))


@given(hostile)
@example("".join(HOSTILE))
def test_html_has_the_same_elements_and_attributes_whatever_text_holds(text: str) -> None:
    found, harmless = _Outline(rendered("html", text)), _Outline(rendered("html", "x"))
    assert found.elements == harmless.elements
    assert found.references == harmless.references
    assert all(reference.startswith("#") or reference == "data:," for reference in found.references)


@given(hostile)
@example("".join(HOSTILE))
def test_html_has_the_same_elements_whatever_names_hold(text: str) -> None:
    def outline(names: Words) -> list[tuple[str, ...]]:
        rows = tuple(crossing(f, s, t, names=names) for f, s, t, c in FLOWS if c)
        assessment = sample(crossings=rows, map=boundary_map(names=names), system=names("rx"))
        return _Outline(report("html").render(assessment, Options()).decode()).elements

    assert outline(around(f"x{text[:60]}x")) == outline(lambda name: f"x{name}x")


def _shape(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(element.tag, tuple(sorted(element.attrib))) for element in ElementTree.fromstring(text).iter()]


@given(hostile)
@example("".join(HOSTILE))
def test_junit_has_the_same_elements_whatever_text_holds(text: str) -> None:
    assert _shape(rendered("junit", text)) == _shape(rendered("junit", "x"))


@given(hostile)
@example("".join(HOSTILE))
def test_github_commands_stay_one_a_line(text: str) -> None:
    lines, harmless = rendered("github", text).split("\n"), rendered("github", "x").split("\n")
    command = re.compile(r"::(error|warning|notice) ([a-z]+=[^,:\n]*)(,[a-z]+=[^,:\n]*)*::")
    assert (
        [command.match(line)[0] for line in lines[:-1]]
        == [  # type: ignore[index]
            command.match(line)[0]
            for line in harmless[:-1]  # type: ignore[index]
        ]
    )


_ALLOWED = {
    "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "br", "details", "summary", "blockquote", "ul", "li",
    "strong",
}  # fmt: skip


@given(hostile)
@example("".join(HOSTILE))
def test_markdown_has_no_link_image_code_html_mention_or_issue(text: str) -> None:
    source = rendered("markdown", text)
    page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source)
    outline = _Outline(page)
    assert {element[0].removeprefix("/") for element in outline.elements} <= _ALLOWED
    assert all(len(element) == 1 for element in outline.elements)  # no attribute at all
    assert outline.elements.count(("details",)) == outline.elements.count(("/details",)) == 2
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        assert len(re.findall(r"<t[hd]>", row)) == 4
    assert "://" not in source
    assert not re.search(r"www\.", source, re.IGNORECASE)
    assert not re.search(r"@\w|#\d|gh-\d", _text(page), re.IGNORECASE)


def _text(page: str) -> str:
    class Text(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    parser = Text()
    parser.feed(page)
    return parser.said


@given(hostile)
@example("".join(HOSTILE))
def test_markdown_fits_into_a_comment(text: str) -> None:
    assert len(rendered("markdown", text)) < 65_536


@given(hostile)
@example("".join(HOSTILE))
def test_sarif_text_holds_no_link_of_its_own(text: str) -> None:
    log = json.loads(rendered("sarif", text))
    said = [result["message"]["text"] for result in log["runs"][0]["results"]]
    assert said
    assert not any("](" in words for words in said)


@given(hostile)
@example("".join(HOSTILE))
def test_drawings_have_the_same_structure_whatever_names_hold(text: str) -> None:
    found = boundary_map(around(text), around(text[:200]))
    harmless = boundary_map(str, lambda name: f"x{name}x")
    assert _shape(svg(found)) == _shape(svg(harmless))
    quoted = re.compile(r'"(?:[^"\\]|\\.)*"')
    assert quoted.sub("Q", dot(found)) == quoted.sub("Q", dot(harmless))
    plain = re.compile(r'"[^"\n]*"')
    assert plain.sub("Q", mermaid(found)) == plain.sub("Q", mermaid(harmless))
    for said in plain.findall(mermaid(found)):
        assert re.fullmatch(r'"(?:[^\W_]|[ .,\-_·/]|#\d+;)*"', said)


@given(hostile)
@example("".join(HOSTILE))
@example("=1+1")
@example("  @SUM(A1)")
def test_csv_has_the_same_cells_and_none_that_a_spreadsheet_would_run(text: str) -> None:
    rows = tuple(crossing(f, s, t, around(text), around(text)) for f, s, t, c in FLOWS if c)
    found = list(csv.reader(io.StringIO(as_csv(rows).decode(), newline="")))
    assert [len(row) for row in found] == [len(found[0])] * (len(rows) + 1)
    for row in found[1:]:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row if not cell.lstrip("-").isdigit())
