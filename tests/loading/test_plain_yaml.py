"""The quick way through YAML: it gives what the events give, or refuses."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml import YAMLError

from limen.errors import DeclarationError
from limen.loading import load
from limen.loading.building import ROW, BrokenTextError, Builder, Marks
from limen.loading.plain_json import DoubtError
from limen.loading.plain_yaml import plain_yaml
from limen.loading.yaml_events import yaml_events

SOUND = """\
# before
version: 1
system: {id: s}
flows:
  - id: a
    from: b
    carries: [x, "y: z"]  # why

    # between
    in_transit: {protocol: https, tls: {min: "1.3"}}
  - id: c
  - from: 'it''s'
    carries: [x, "y: z"]  # why
# after
zones:
  b: {trust: 2}
"""


def places(marks: Marks) -> dict[Any, tuple[int, ...]]:
    rows: dict[Any, int] = {(section,): row for section, row in marks.sections.items()}
    rows |= {(section, entry): row for section, known in marks.entries.items() for entry, row in known.items()}
    return {path: tuple(marks.rows[row * ROW : row * ROW + ROW]) for path, row in rows.items()}


def slowly(text: str) -> tuple[Any, Any]:
    marks = Marks(3, array("q"))
    builder = Builder(marks)
    value = builder.build(yaml_events(text))
    assert not builder.troubles
    return value, places(marks)


def quickly(text: str) -> tuple[Any, Any]:
    marks = Marks(3, array("q", [7] * ROW))
    try:
        value = plain_yaml(text, marks)
    except DoubtError:
        assert marks.rows == array("q", [7] * ROW)
        assert not marks.sections
        raise
    return value, places(marks)


@pytest.mark.parametrize(
    "text",
    [
        SOUND,
        SOUND.replace("\n  ", "\n").replace("\nb:", "\n  b:"),
        SOUND.replace("version", "---\nversion"),
        SOUND[: SOUND.index("# after")],
        SOUND[: SOUND.index("# after")].rstrip("\n"),
        SOUND.replace("{trust: 2}", "&b {trust: 2}") + "  c: *b\n",
        SOUND.replace("[x,", "[ü, \U0001d518,"),
        SOUND.replace("from: b", "from: 5"),
        SOUND.replace("from: b", "from: True"),
        SOUND.replace("from: b", "from: 'R&D'"),
        SOUND.replace("from: b", "from: b "),
    ],
)
def test_it_gives_what_the_events_give(text: str) -> None:
    value, rows = quickly(text)
    assert (value, rows) == slowly(text)
    assert list(value) == list(slowly(text)[0])


def test_equal_lines_are_one_object() -> None:
    flows = quickly(SOUND)[0]["flows"]
    assert flows[0]["carries"] is flows[2]["carries"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from: b", "from: b\n    from: b"),
        ("from: b", "from: b\n      more"),
        ("from: b", "from: |\n      more"),
        ("from: b", 'from: "b'),
        ("from: b", "from: &b b"),
        ("from: b", "from: *b"),
        ("from: b", "from: !t b"),
        ("from: b", "from: null"),
        ("from: b", "from: 1.5"),
        ("from: b", "true: b"),
        ("from: b", "from:"),
        ("from: b", "from: b: c"),
        ("from: b", "from: b\u2028    to: c"),
        ("from: b", "from:\tb"),
        ("from: b", "from: " + "[" * 20 + "]" * 20),
        ("- id: c", "- {id: c}"),
        ("  - id: c", "   - id: c"),
        ("  - id: c", "---\n  - id: c"),
        ("# after", "# after\nflows: []"),
        ("# after", "# after\n}"),
        ("# before", 'a: "'),
        ("# before", "--- |"),
        ("{id: s}", "{id: s"),
        ("flows:", "flows: "),
    ],
)
def test_it_refuses_what_it_can_not_be_sure_of(old: str, new: str) -> None:
    assert old in SOUND
    with pytest.raises(DoubtError):
        quickly(SOUND.replace(old, new, 1))


LINES = st.sampled_from(
    [
        "  - id: a",
        "    from: b",
        "    to: [c, d]",
        '    title: "x',
        '    y"',
        "    via:",
        "      - c",
        "",
        "# c",
        "  # c",
        "zones: {}",
        "    of: 'a'  # b",
        "    of: &a b",
        "    to: *a",
        "  -",
        "- id: a",
        "   to: b",
        "    to: {a: b",
        "    }",
        "    tenant: no",
        "    tenant: ~",
        "    audit: |",
        "flows:",
        '"',
        "...",
        "---",
        "  - - id: b",
        "    ? a",
        "    : b",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=3))
def test_whatever_it_accepts_the_events_give_too(lines: list[str], before: list[str]) -> None:
    text = "\n".join([*before, "flows:", "  - id: a", *lines]) + "\n"
    try:
        found = quickly(text)
    except DoubtError:
        return
    try:
        expected = slowly(text)
    except (YAMLError, BrokenTextError) as error:
        raise AssertionError(text) from error
    assert found == expected


def test_a_mistake_on_equal_lines_is_reported_for_each(tmp_path: Path) -> None:
    flow = "  - id: {}\n    from: a\n    to: a\n    returns: []\n    in_transit: {{protocol: https, tsl: {{}}}}\n"
    text = "version: 1\nsystem: {id: s}\nzones: {z: {trust: 1}}\ncomponents:\n  a: {zone: z, kind: service}\nflows:\n"
    path = tmp_path / "boundaries.yaml"
    path.write_text(text + flow.format("one") + flow.format("two"), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load(path)
    found = [problem for problem in caught.value.problems if "tsl" in problem.message]
    assert [problem.location.line for problem in found if problem.location is not None] == [11, 16]
