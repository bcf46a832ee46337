"""JSON Lines: quick where nothing is wrong, exact where something is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import DeclarationError
from limen.loading import load
from limen.loading.building import Builder
from limen.loading.interning import Interner
from limen.loading.json_events import json_events
from limen.loading.lines import LineReader
from limen.loading.plain_json import DoubtError, plain_json
from limen.loading.sources import LinesSource
from limen.model.flows import Flow
from tests.loading.support import SOUND, load_text, problems, shown, underlined, write

ROOT = "include: [flows.jsonl]\n" + SOUND
FLOW: dict[str, Any] = {
    "id": "one",
    "from": "portal",
    "to": "gateway",
    "carries": ["packet"],
    "returns": [],
    "via": [{"component": "gateway", "tls": "terminate"}],
    "in_transit": {"protocol": "https", "tls": {"min": "1.3"}},
    "authz": {"roles": [], "network_location": False},
    "protection": {"packet": [{"field_encrypted": {"key": "k", "fields": ["serial"]}}]},
    "fields": {"packet": ["serial"]},
    "audit": {"ledger": "l", "by": "to"},
    "title": "a: title",
    "purpose": "why: because",
    "tenant": "site",
    "fallback_for": "upload",
}


def test_a_flow_of_every_field_is_read_the_quick_way() -> None:
    line = json.dumps(FLOW).encode()
    reader = LineReader(Interner())
    assert reader._flow(line) == reader._flow(line.replace(b'": ', b'" :')) == msgspec.convert(FLOW, Flow)
    assert reader._flow(line).in_transit is reader._flow(line).in_transit  # type: ignore[union-attr]


def test_blank_lines_and_line_ends_of_any_kind_are_passed_over(tmp_path: Path) -> None:
    one, two = (json.dumps({"id": name, "from": "portal", "to": "gateway"}) for name in ("one", "two"))
    loaded = load_text(tmp_path, ROOT, flows__jsonl=f"\ufeff{one}\r\n\r\n  \n{two}")
    assert [flow.id for flow in loaded.declaration.flows] == ["upload", "one", "two"]
    assert str(loaded.sources.locate("flows", "two", "to")) == "flows.jsonl:4:39"
    assert str(loaded.sources.locate("flows", "one", "to")) == "flows.jsonl:1:39"


def test_the_same_line_twice_is_declared_twice(tmp_path: Path) -> None:
    found = problems(tmp_path, ROOT, flows__jsonl='{"id":"upload","from":"portal","to":"gateway"}\n')
    assert shown(found) == ['flows.jsonl:1:7: "flows.upload" is declared twice; first at boundaries.yaml:13:10']


@pytest.mark.parametrize(
    ("line", "message", "about"),
    [
        ('{"id":"x","id":"y","from":"portal","to":"gateway"}', '"id" is given twice', '"id"'),
        ('{"id":"x","from":"portal","to":"gateway","to" : "gateway"}', '"to" is given twice', '"to"'),
        ('{"id":"x","from":"portal","to":"gateway","t\\u006f":"gateway"}', '"to" is given twice', '"t\\u006f"'),
        (
            '{"id":"x","from":"portal","to":"gateway","audit":{"by":"to","by":"to","ledger":"l"}}',
            '"by" is given twice',
            '"by"',
        ),
        ('{"id":"x","from":"portal","to":"gateway","title":null}', "null is not allowed", "null"),
        ('{"id":"x","from":"portal","to":"gateway","title":1.5}', '"1.5" is a number that no field takes', "1.5"),
        (
            '{"id":"x","from":"portal","to":"gateway","title":NaN}',
            "this line is not JSON: NaN and Infinity are not JSON",
            "N",
        ),
        ('{"id":"x","from":"portal"', 'this line is not JSON: expected "," or "}"', ""),
        ("5", "expected a flow: a JSON object", "5"),
        ("[]", "expected a flow: a JSON object", "[]"),
        ('{"id":"x","from":"portal","to":"gatewy"}', 'flows.x.to: no component is called "gatewy"', '"gatewy"'),
        ('{"id":"x","from":"portal","to":"gateway","tls":1}', 'flows.x.tls: unknown field "tls"', '"tls"'),
        ('{"id":"x","from":"portal","to":"a b"}', "flows.x.to: expected a name: ", '"a b"'),
        (
            '{"id":"x","from":"portal","to":"gateway","of":"store"}',
            'flows.x.of: expected storage; found "store"',
            '"store"',
        ),
        ('{"from":"portal","to":"gateway"}', "flows[1]: the field id is missing", '{"from":"portal","to":"gateway"}'),
        ('{"id":"x\\n","from":"portal","to":"gateway"}', "flows.x\\x0a.id: expected a name: ", '"x\\n"'),
        ('{"id":"x","from":"portal","to":"gateway","authz":' + "[" * 5000, "more than 64 levels of nesting", "["),
    ],
)
def test_mistakes_are_refused_at_their_place(tmp_path: Path, line: str, message: str, about: str) -> None:
    found = problems(tmp_path, ROOT, flows__jsonl=line + "\n")
    assert len(found) == 1
    assert message in found[0].message
    assert underlined(found[0]) == about
    assert found[0].location is not None
    assert (found[0].location.file, found[0].location.line) == ("flows.jsonl", 1)


def test_all_lines_are_examined(tmp_path: Path) -> None:
    lines = ["{", '{"id":"a","from":"portal","to":"gateway"}', '{"id":"b","from":"x","to":"gateway","z":1}', '"s"']
    found = problems(tmp_path, ROOT, flows__jsonl="\n".join(lines))
    assert [problem.location.line for problem in found if problem.location] == [1, 3, 3, 4]


def test_bytes_that_are_no_utf8_are_placed(tmp_path: Path) -> None:
    found = problems(tmp_path, ROOT, flows__jsonl=b'{"id":"a"}\n{"id":"\xe9\xff"}\n')
    assert "flows.jsonl:2:8: the text is not UTF-8: byte 0xe9" in shown(found)


def test_a_line_without_end_is_refused_without_reading_on(tmp_path: Path) -> None:
    root = write(tmp_path, boundaries__yaml=ROOT)
    with (tmp_path / "flows.jsonl").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(DeclarationError) as caught:
        load(root)
    assert shown(list(caught.value.problems)) == ["flows.jsonl:1:1: the line is longer than 1048576 bytes"]


# A line of JSON in which keys may be given twice, escaped, and surrounded by spaces, at any level.
space = st.sampled_from(["", "", "", " ", "\t", "  "])
letters = st.sampled_from(["a", ":", "é", '"', "\\", "null", ' ":', "b"])
text_values = st.lists(letters, max_size=3).map("".join)
keys = st.sampled_from(["ledger", "by", "redacts"])


@st.composite
def objects(
    draw: st.DrawFn, names: st.SearchStrategy[str], values: st.SearchStrategy[str], least: tuple[str, ...] = ()
) -> str:
    chosen = [*least, *draw(st.lists(names, max_size=3))]
    parts = []
    for name in chosen:
        key = json.dumps(name) if draw(st.integers(0, 9)) else '"' + "".join(f"\\u{ord(c):04x}" for c in name) + '"'
        value = json.dumps("x") if name in least else draw(values)
        parts.append(draw(space) + key + draw(space) + ":" + draw(space) + value + draw(space))
    return "{" + ",".join(parts) + "}"


texts = text_values.map(lambda text: json.dumps(text, ensure_ascii=False))
audits = objects(st.sampled_from(["by", "redacts", "ledger"]), st.sampled_from(['"to"', "true", '"x"']), ("ledger",))
lines = objects(
    st.sampled_from(["id", "title", "purpose", "audit", "fields", "via"]),
    texts | audits | st.sampled_from(["[]", "{}", '{"by":["to"]}', '{"a":["b"],"a":["b"]}']),
    ("id", "from", "to"),
)


@given(st.lists(lines, min_size=1, max_size=4))
def test_the_quick_way_accepts_only_what_the_slow_way_accepts_and_equally(written: list[str]) -> None:
    reader = LineReader(Interner())
    for line in written:
        flow = reader._flow(line.encode())
        if flow is not None:
            builder = Builder()
            assert flow == msgspec.convert(builder.build(json_events(line)), Flow)
            assert builder.troubles == []


@given(lines)
def test_the_quick_way_is_taken_wherever_it_can_be(line: str) -> None:
    flow = LineReader(Interner())._flow(line.encode())
    if flow is None and "\\" not in line:
        with pytest.raises((DoubtError, msgspec.ValidationError)):
            msgspec.convert(plain_json(line), Flow)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    path.write_bytes(data)
    found: list[str] = []
    read = list(LineReader(Interner()).read(LinesSource("x.jsonl", path), lambda message, *_: found.append(message)))
    solid = [line for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    assert len(read) + len(found) >= len(solid)
