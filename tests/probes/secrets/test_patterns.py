"""Each pattern finds each of its samples and none of its decoys, and no file of patterns holds a secret itself."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest

from limen.policy.location import policies_root
from limen.probes.interface import AttemptError
from limen.probes.secrets.patterns import SecretPattern, compile_pattern, load_patterns, read_patterns
from limen.probes.secrets.searching import Searcher
from tests.lab.samples import fill

PATTERNS = load_patterns()
SEEDS = 8


@cache
def searcher() -> Searcher:
    return Searcher(PATTERNS)


def ids(text: str) -> set[str]:
    return {hit.pattern.id for hit in searcher().search(text.encode())}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.id)
def test_a_pattern(pattern: SecretPattern) -> None:
    for number in range(SEEDS):
        chance = random.Random(f"{pattern.id} {number}")
        for sample in pattern.samples:
            text = fill(sample, chance)
            assert pattern.id in ids(text), sample
            assert pattern.id in ids(f"before\n  {text}\nafter\n"), sample
        for decoy in pattern.decoys:
            assert pattern.id not in ids(fill(decoy, chance)), decoy


def test_every_pattern_has_a_decoy() -> None:
    assert [one.id for one in PATTERNS if not one.decoys] == []


def test_there_are_well_over_a_hundred_providers() -> None:
    assert len({one.provider for one in PATTERNS}) > 150
    assert len(PATTERNS) > 240


def test_a_file_of_patterns_holds_no_secret() -> None:
    for path in sorted((policies_root() / "secrets").glob("*.yaml")):
        assert searcher().search(path.read_bytes()) == []


@pytest.mark.parametrize("around", ['"{}"', "'{}'", "({})", "\\n{}\\n", "{},", "key={};", "<a>{}</a>", "\t{}\r\n"])
def test_a_token_is_found_in_any_surroundings(around: str) -> None:
    token = fill("ghp_{alnum:36}", random.Random(1))
    assert ids(around.format(token)) == {"github-token"}


def test_a_token_within_a_longer_word_is_none() -> None:
    token = fill("ghp_{alnum:36}", random.Random(1))
    assert ids(f"x{token}") == set()
    assert ids(f"{token}x") == set()


def test_of_two_that_overlap_the_more_telling_is_told() -> None:
    token = fill("ghp_{alnum:36}", random.Random(2))
    assert ids(f'api_token = "{token}"') == {"github-token"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no file of patterns"),
        ("format: other\npatterns: []", "no file of patterns"),
        ("a: [", "no file of patterns"),
        ("format: limen-secret-patterns-1\npatterns: [{id: a}]", "no file of patterns"),
        ("format: limen-secret-patterns-1\npatterns: [{id: a, provider: b, keywords: [Ab], pattern: c, samples: [d]}]",
         "small letters"),
        ("format: limen-secret-patterns-1\npatterns: [{id: a, provider: b, keywords: [], pattern: c, samples: [d]}]",
         "needs keywords"),
        ("format: limen-secret-patterns-1\npatterns: [{id: a, provider: b, keywords: [ab], pattern: c, samples: []}]",
         "no sample"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AttemptError, match=words):
        read_patterns(path)


def test_own_patterns_stand_beside_ours_and_none_replaces_one(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    one = "{id: ID, provider: Us, keywords: [corp-], pattern: 'corp-[0-9]{8}', samples: ['corp-{digit:8}']}"
    text = f"format: limen-secret-patterns-1\npatterns:\n  - {one}\n"
    path.write_text(text.replace("ID", "corp-key"), encoding="utf-8")
    assert load_patterns([path])[-1].id == "corp-key"
    path.write_text(text.replace("ID", "github-token"), encoding="utf-8")
    with pytest.raises(AttemptError, match="a second pattern is called github-token"):
        load_patterns([path])
    with pytest.raises(AttemptError, match="can't be read"):
        load_patterns([tmp_path / "gone.yaml"])


@pytest.mark.parametrize("pattern", ["(?=a)", "a(", "a{1,5000}", r"\1"])
def test_what_is_no_re2_is_refused(pattern: str) -> None:
    one = SecretPattern(id="own", provider="Us", keywords=("ab",), pattern=pattern, samples=("ab",))
    with pytest.raises(AttemptError, match="the pattern own is no RE2"):
        compile_pattern(one)
