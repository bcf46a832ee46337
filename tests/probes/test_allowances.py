"""The allow-list: what it accepts, when, and what it refuses to be."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from limen.probes.allowances import Allowance, AllowList, load_allowances
from limen.probes.interface import AttemptError

NOW = int(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC).timestamp())


def allows(path: str, **fields: object) -> AllowList:
    return AllowList((Allowance(reason="why", path=path, **fields),), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a.py", "a.py", True),
        ("a.py", "b/a.py", False),
        ("*.py", "a.py", True),
        ("*.py", "b/a.py", False),
        ("**/*.py", "a.py", True),
        ("**/*.py", "c/b/a.py", True),
        ("tests/**", "tests/a/b.py", True),
        ("tests/**", "test/a.py", False),
        ("a?.py", "ab.py", True),
        ("a?.py", "a/.py", False),
        ("a.zip!*", "a.zip!b", True),
        ("a+(b).py", "a+(b).py", True),
        ("a.py", "a.py\n", False),
    ],
)
def test_paths(pattern: str, path: str, expected: bool) -> None:
    assert allows(pattern).excuses("rule", path) is expected


def test_all_that_an_entry_says_must_fit() -> None:
    both = allows("a.py", rule="r", digest="d")
    assert both.excuses("r", "a.py", "d")
    assert not both.excuses("other", "a.py", "d")
    assert not both.excuses("r", "b.py", "d")
    assert not both.excuses("r", "a.py", "other")


def test_an_entry_for_secrets_skips_no_file_and_the_other_way_round() -> None:
    assert not allows("a.py").skips("a.py")
    assert not allows("a.py", unscanned=True).excuses("r", "a.py")
    assert allows("a.py", unscanned=True).skips("a.py")


def test_the_last_day_counts() -> None:
    assert allows("a.py", until=datetime.date(2026, 11, 22)).excuses("r", "a.py")
    late = allows("a.py", until=datetime.date(2026, 11, 21))
    assert not late.excuses("r", "a.py")
    assert late.unused() == (1,)


def test_what_was_never_used_is_told() -> None:
    two = AllowList((Allowance(reason="a", path="a"), Allowance(reason="b", path="b")), NOW)
    assert two.unused() == (1, 2)
    two.excuses("r", "b")
    assert two.unused() == (1,)


@pytest.mark.parametrize("path", ["*", "**", "**/*", "/**", ""])
def test_an_entry_for_everything_is_refused(path: str) -> None:
    with pytest.raises(AttemptError, match="would accept everything"):
        allows(path, rule="r")


@pytest.mark.parametrize("fields", [{"rule": "r"}, {"digest": "d"}])
def test_an_entry_of_files_names_no_rule(fields: dict[str, str]) -> None:
    with pytest.raises(AttemptError, match="no rule and no digest"):
        allows("a", unscanned=True, **fields)


@pytest.mark.parametrize(
    "text",
    ["", "format: limen-allow-1", "format: limen-allow-1\nallow: [{path: a}]", "a: [", "- 1",
     "format: limen-allow-1\nallow: [{path: a, reason: b, other: c}]",
     "format: limen-allow-1\nallow: [{path: a, reason: b, until: soon}]", "\x00"],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "allow.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AttemptError, match=r"allow\.yaml is no allow-list"):
        load_allowances(path, NOW)


def test_a_date_is_read(tmp_path: Path) -> None:
    path = tmp_path / "allow.yaml"
    path.write_text("format: limen-allow-1\nallow: [{path: a, reason: b, until: 2026-11-30}]", encoding="utf-8")
    assert load_allowances(path, NOW).excuses("r", "a")
