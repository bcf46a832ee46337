"""YAML and JSON to plain values: what a text means, and every trouble that it may have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.loading.building import BrokenTextError, Builder
from limen.loading.json_events import JsonSyntaxError, json_events
from limen.loading.plain_json import DoubtError, plain_json
from limen.loading.yaml_events import HAS_LIBYAML, YamlSyntaxError, explain, yaml_events
from tests.loading.support import WHOLE


def build(text: str, libyaml: bool = HAS_LIBYAML) -> Any:
    builder = Builder()
    value = builder.build(yaml_events(text, libyaml))
    assert builder.troubles == []
    return value


def troubles(text: str) -> list[tuple[str, str]]:
    """Return each trouble's message and the text that it is about."""
    builder = Builder()
    try:
        builder.build(yaml_events(text))
    except BrokenTextError as error:
        builder.troubles.append(error.trouble)
    return [(trouble.message, text[trouble.start : trouble.end]) for trouble in builder.troubles]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ('"true"', "true"),
        ("tRUE", "tRUE"),
        ("12", 12),
        ("-12", -12),
        ("+7", 7),
        ("014", 14),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-31", "2026-01-31"),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ("nul", "nul"),
        ("''", ""),
        ("=", "="),
        (".", "."),
        ("123456789012345678", 123456789012345678),
        ("|\n    a\n    b\n", "a\nb\n"),
        ("{}", {}),
        ("[]", []),
        ("&a x", "x"),
        ("[&a {b: 1}, *a]", [{"b": 1}, {"b": 1}]),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    assert build(f"k: {text}") == {"k": value}
    assert type(build(f"k: {text}")["k"]) is type(value)


@pytest.mark.parametrize("text", ["~", "null", "Null", "NULL", ""])
def test_null_is_refused_at_its_place(text: str) -> None:
    assert troubles(f"a: [1]\nk: {text}\n") == [
        ("null is not allowed" if text else "a value is missing (null is not allowed)", text)
    ]


@pytest.mark.parametrize(
    "text", ["1.3", "1.", ".5", "1e3", "-2.5E-3", ".inf", "-.INF", ".nan", "1" * 19, "0x" + "f" * 20]
)
def test_numbers_that_are_no_integers_are_refused(text: str) -> None:
    assert troubles(f"k: {text}") == [(f'"{text}" is a number that no field takes', text)]


@pytest.mark.parametrize(
    ("text", "message", "about"),
    [
        ("a: 1\nb: 2\na: 3\n", '"a" is given twice', "a"),
        ('a: 1\n"a": 3\n', '"a" is given twice', '"a"'),
        ("x: {a: 1, a: 1}", '"a" is given twice', "a"),
        ("a: !!str 1", 'tags are not used here: "tag:yaml.org,2002:str"', "!!str 1"),
        ("a: !x {}", 'tags are not used here: "!x"', "!x {"),
        ("!!str a: 1", 'tags are not used here: "tag:yaml.org,2002:str"', "!!str a"),
        ("a: {b: 1}\n<<: {}", "merge keys (<<) are not used here", "<<"),
        ("1: a", 'a key must be text, found "1"', "1"),
        ("true: a", 'a key must be text, found "true"', "true"),
        ("~: a", 'a key must be text, found "~"', "~"),
        ("? [a]\n: b", "a key must be one word of text", "["),
        ("? {a: b}\n: b", "a key must be one word of text", "{"),
        ("a: &x b\n*x : c", "a key must be one word of text", "*x"),
        ("a: 1\n---\nb: 2\n", "a file holds one document; here starts a second", "---"),
        ("%YAML 1.1\n---\na: no\n", "only the directive %YAML 1.2 is understood", "%YAML 1.1\n---"),
        ("%TAG ! tag:x\n---\na: b\n", "only the directive %YAML 1.2 is understood", "%TAG ! tag:x\n---"),
        ("a: *x", 'no anchor "&x" stands before this alias', "*x"),
        ("a: &x [*x]", 'the alias "x" stands for itself', "*x"),
    ],
)
def test_troubles(text: str, message: str, about: str) -> None:
    assert troubles(text) == [(message, about)]


def test_the_first_of_two_equal_keys_counts_and_is_named() -> None:
    builder = Builder()
    assert builder.build(yaml_events("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")) == {"a": 1, "b": {"c": 1}}
    assert [(trouble.start, trouble.other) for trouble in builder.troubles] == [(17, 10), (22, 0)]


def test_all_troubles_are_found_at_once() -> None:
    assert len(troubles("a: ~\nb: 1.5\na: 1\nc: !t x\n<<: 1\n2: x\n")) == 6


def test_yaml_1_2_may_be_said() -> None:
    assert build("%YAML 1.2\n---\na: no\n...\n") == {"a": "no"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n...\n"])
def test_an_empty_text_is_none(text: str) -> None:
    assert Builder().build(yaml_events(text)) is None


def test_depth_is_bounded() -> None:
    assert build("[" * 64 + "]" * 64)
    assert troubles("[" * 65 + "]" * 65)[0][0] == "more than 64 levels of nesting"


def test_aliases_are_bounded() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert troubles(text) == [("aliases stand for more than 1,000,000 nodes", "*a4")]


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("a:\n\tb: 1\n", "a tab can't indent YAML", 3),
        ("a: b: c", '":" is not allowed here', 4),
        ("a: [1", "the text ends too early: something was opened and never closed", 3),
        ("a: 'x", "the text ends too early: something was opened and never closed", 3),
        ("a: @x", "a value can't start with @", 3),
        ("a: `x", "a value can't start with `", 3),
        ("a: \x07", "the character U+0007 is not allowed", 3),
        ("{a: 1}}", "this is not YAML: did not find expected <document start>", 6),
        ('a: "\\q"', "this is not YAML: found unknown escape character while parsing a quoted scalar", 4),
    ],
)
def test_syntax_errors_are_explained(text: str, message: str, at: int) -> None:
    import yaml

    with pytest.raises(yaml.YAMLError) as caught:
        Builder().build(yaml_events(text, libyaml=True))
    with pytest.raises(YamlSyntaxError) as explained:
        explain(caught.value, text)
    assert (str(explained.value), explained.value.index) == (message, at)
    assert explained.value.hint


def test_without_libyaml_the_same_language_is_read() -> None:
    text = (WHOLE / "boundaries.yaml").read_text(encoding="utf-8")
    assert build(text, libyaml=False) == build(text, libyaml=True)


plain = st.recursive(
    st.booleans() | st.integers(-(10**17), 10**17) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
indents = st.sampled_from([None, 0, 3])


@given(plain, indents, st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    builder = Builder()
    assert builder.build(json_events(text)) == value
    assert builder.troubles == []
    try:
        assert plain_json(text) == value
    except DoubtError:
        assert "null" in text or "\\ud" in text.lower()


json_like = st.text(alphabet='{}[]",:\\ \n\tabu0123456789.eE+-', max_size=24) | st.lists(
    st.sampled_from(
        ['{"a":', '"a":1', "{", "}", "[", "]", ",", ":", "null", "true", "NaN", '"\\ud800"', "1.5", "01", '"b"', " "]
    ),
    max_size=10,
).map("".join)


@given(json_like)
def test_the_quick_way_never_accepts_what_the_slow_way_refuses(text: str) -> None:
    builder = Builder()
    try:
        slow: Any = builder.build(json_events(text))
    except (JsonSyntaxError, BrokenTextError):
        slow = DoubtError
    try:
        quick: Any = plain_json(text)
    except DoubtError:
        return
    assert (quick, builder.troubles) == (slow, [])


@given(json_like)
def test_json_syntax_is_judged_as_the_standard_library_does(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda word: 1 // 0)
        right = True
    except (ValueError, ZeroDivisionError):
        right = False
    if right and "\\ud" not in text:
        list(json_events(text))
    elif not right:
        with pytest.raises(JsonSyntaxError) as caught:
            list(json_events(text))
        assert 0 <= caught.value.index <= len(text)


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("", "the text ends too early", 0),
        ('{"a": 1', 'expected "," or "}"', 7),
        ('{"a": 1,}', "expected a key in double quotes", 8),
        ("{a: 1}", "expected a key in double quotes", 1),
        ('{"a" 1}', 'expected ":" after the key', 5),
        ("[1 2]", 'expected "," or "]"', 3),
        ("[1,]", "expected a value", 3),
        ("[01]", "expected a value", 1),
        ("[NaN]", "NaN and Infinity are not JSON", 1),
        ("-Infinity", "NaN and Infinity are not JSON", 0),
        ("1 2", "expected nothing more after the value", 2),
        ('"a\nb"', "a string is not closed on its line, or holds a wrong escape", 0),
        ('"\\ud800"', "expected a whole character, found half of a surrogate pair", 0),
    ],
)
def test_json_syntax_errors(text: str, message: str, at: int) -> None:
    with pytest.raises(JsonSyntaxError) as caught:
        list(json_events(text))
    assert (str(caught.value), caught.value.index) == (message, at)
