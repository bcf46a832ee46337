"""The strict YAML of the policy side: what it refuses, and that it never raises anything but its family."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import DeclarationError, PolicyError
from limen.policy.documents import MAX_BYTES, convert, parse, read


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    counts: dict[str, int] = {}


def test_dates_numbers_and_booleans_mean_the_same_quoted_or_not() -> None:
    text = "a: 2026-09-21\nb: '2026-09-21'\nc: 1.3\nd: true\ne: 5\nf: yes\ng: -7\nh: 0x10\n"
    assert parse(text, "x", PolicyError).data == {
        "a": "2026-09-21",
        "b": "2026-09-21",
        "c": "1.3",
        "d": True,
        "e": 5,
        "f": "yes",
        "g": -7,
        "h": "0x10",
    }


REFUSED = {
    b"": "the file is empty",
    b"# only a comment": "the file is empty",
    b"a: 1\na: 2": "given twice",
    b"a: &x [1]\nb: *x": "anchors and aliases",
    b"a: null": "null is not allowed",
    b"a:": "null is not allowed",
    b"a: !!python/object:os.system x": "a YAML tag is not allowed",
    b"[1, 2]: 3": "a key must be text",
    b"a: [1": "not YAML",
    b"a:\n\t- b": "not YAML",
    b"\xff\xfe\x00": "not UTF-8",
    b"a: 1234567890123456789": "more than 18 digits",
    b"a: \x00": "not YAML",
    b"---\na: 1\n---\nb: 2": "second document",
    b"[" * 100_000: "nested more than 50",
    b"{a: " * 20_000: "nested more than 50",
    b"? " * 20_000: "nested more than 50",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:20]))
def test_a_text_is_refused_with_its_place(text: bytes) -> None:
    with pytest.raises(DeclarationError, match=REFUSED[text]) as caught:
        parse(text, "w.yaml", DeclarationError)
    assert all(problem.location and problem.location.file == "w.yaml" for problem in caught.value.problems)
    assert all(problem.location and problem.location.line >= 1 for problem in caught.value.problems)


def test_every_misfit_is_named_at_its_place() -> None:
    document = parse("nam: x\ncounts:\n  a: x\n  b: 1\n", "s.yaml", PolicyError)
    with pytest.raises(PolicyError) as caught:
        convert(document, Shape, PolicyError)
    found = {(p.message, p.hint, p.location.line if p.location else 0) for p in caught.value.problems}
    assert ("unknown key 'nam'", 'did you mean "name"?', 1) in found
    assert ("'name' is a required property", "", 1) in found
    assert ("'x' is not of type 'integer'", "", 3) in found


def test_files_that_can_not_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="can't read the file"):
        read(tmp_path / "absent.yaml", "absent.yaml", PolicyError)
    with pytest.raises(PolicyError, match="can't read the file"):
        read(tmp_path, "folder", PolicyError)
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PolicyError, match="larger than"):
        read(large, "large.yaml", PolicyError)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_text_raises_anything_else(text: bytes) -> None:
    with contextlib.suppress(PolicyError):
        convert(parse(text, "f", PolicyError), Shape, PolicyError)
