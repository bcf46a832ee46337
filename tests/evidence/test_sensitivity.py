"""What rules and probes notice: read from what `limen mutate` really prints, and what nobody measured is said."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from limen.evidence.sensitivity import (
    DeclarationScore,
    KnownBadResults,
    PolicyScore,
    Used,
    read_evidence,
    sensitivity,
)

POLICY = {
    "score": 90.0,
    "at_least": 95.0,
    "partial": True,
    "rules": [
        {
            "rule": name,
            "module_sha256": "a" * 64,
            "killed": 9,
            "timeout": 0,
            "survived": 1,
            "equivalent": 2,
            "refused": 3,
            "problem": "",
            "mutants": [],
        }
        for name in ("transit.tls_minimum", "lib.sets")
    ],
}
DECLARATION = {
    "declaration": "/x/boundaries.yaml",
    "system": "clinic",
    "partial": False,
    "score": 0.99,
    "at_least": 0.98,
    "known_findings": ["a"],
}
BAD = {
    "known_bad": [
        {"probe": "tls", "version": "2", "case": "expired", "noticed": True, "expected": ["a.b::c"]},
        {"rule": "keys.at_rest", "version": "b" * 64, "case": "none", "noticed": False},
    ]
}


USED = Used(
    system="clinic",
    rules={"keys.at_rest": "b" * 64, "transit.tls_minimum": "a" * 64, "zones.unused": "c" * 64},
    probes={"leak": "1", "tls": "2"},
)


def text(value: object) -> bytes:
    return json.dumps(value).encode()


def test_the_three_forms_are_told_apart() -> None:
    assert isinstance(read_evidence(text(POLICY)), PolicyScore)
    assert isinstance(read_evidence(text(DECLARATION)), DeclarationScore)
    assert isinstance(read_evidence(text(BAD)), KnownBadResults)


def test_what_was_used_gets_what_belongs_to_it_and_the_rest_is_named() -> None:
    given = {f"000{n}.json": read_evidence(text(one)) for n, one in enumerate((POLICY, DECLARATION, BAD), 1)}
    found = sensitivity(USED, given)
    numbers = {"killed": 9, "timeout": 0, "survived": 1, "equivalent": 2, "refused": 3, "problem": ""}
    assert found == {
        "declaration": [{"file": "0002.json", "score": 0.99, "at_least": 0.98, "partial": False, "known_findings": 1}],
        "rules": [
            {
                "rule": "keys.at_rest",
                "mutation": [],
                "known_bad": [{"file": "0003.json", "case": "none", "noticed": False, "expected": []}],
            },
            {"rule": "transit.tls_minimum", "mutation": [{"file": "0001.json", **numbers}], "known_bad": []},
        ],
        "probes": [
            {
                "probe": "tls",
                "known_bad": [{"file": "0003.json", "case": "expired", "noticed": True, "expected": ["a.b::c"]}],
            }
        ],
        "unused": [],
        "without": {"declaration": False, "rules": ["zones.unused"], "probes": ["leak"]},
    }


def test_nothing_given_is_said_of_everything() -> None:
    found = sensitivity(Used(system="clinic", rules={"a.b": "c" * 64}, probes={"tls": "1"}), {})
    assert found["without"] == {"declaration": True, "rules": ["a.b"], "probes": ["tls"]}


def changed(what: str, value: object) -> Used:
    return msgspec.structs.replace(USED, **{what: value})


@pytest.mark.parametrize(
    ("used", "about", "why"),
    [
        (changed("system", "ward"), ("0002.json", "declaration"), "it is about another system"),
        (
            changed("rules", USED.rules | {"transit.tls_minimum": "d" * 64}),
            ("0001.json", "transit.tls_minimum"),
            "it is about another version of the rule",
        ),
        (
            changed("rules", USED.rules | {"keys.at_rest": "d" * 64}),
            ("0003.json", "keys.at_rest"),
            "it is about another version of the rule",
        ),
        (changed("probes", {"tls": "3"}), ("0003.json", "tls"), "it is about another version of the probe"),
    ],
)
def test_evidence_of_something_else_counts_for_nothing_and_that_is_said(
    used: Used, about: tuple[str, str], why: str
) -> None:
    given = {f"000{n}.json": read_evidence(text(one)) for n, one in enumerate((POLICY, DECLARATION, BAD), 1)}
    found = sensitivity(used, given)
    assert found["unused"] == [{"file": about[0], "about": about[1], "why": why}]
    without = found["without"]
    assert about[1] in (*without["rules"], *without["probes"], *(["declaration"] if without["declaration"] else []))


def test_evidence_that_does_not_say_of_what_it_is_counts_for_nothing() -> None:
    bare = {"known_bad": [{"probe": "tls", "case": "expired", "noticed": True}]}
    old = {name: value for name, value in DECLARATION.items() if name != "system"}
    rules = [{name: value for name, value in one.items() if name != "module_sha256"} for one in POLICY["rules"]]
    given = {f"{n}.json": read_evidence(text(one)) for n, one in enumerate((bare, old, POLICY | {"rules": rules}))}
    found = sensitivity(USED, given)
    assert [one["why"] for one in found["unused"]] == [
        "it does not say of which version of the probe",
        "it does not say of which system it is",
        "it does not say of which version of the rule",
    ]
    assert (found["declaration"], found["rules"], found["probes"]) == ([], [], [])


def test_everything_that_is_wrong_is_said() -> None:
    bad = {"known_bad": [{"case": "", "noticed": 1, "probe": "x"}, {"noticed": True, "rules": "x"}]}
    with pytest.raises(ValueError, match="no result of limen mutate") as caught:
        read_evidence(text(bad))
    said = str(caught.value)
    for words in ("known_bad.0.case", "known_bad.0.noticed", "known_bad.1: 'case' is a required", "'rules' was"):
        assert words in said, said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"known_bad": [{"case": "x", "noticed": True}]}, "either a probe or a rule"),
        ({"known_bad": [{"case": "x", "noticed": True, "probe": "a", "rule": "b"}]}, "either a probe or a rule"),
        ({"known_bad": [{"case": "x", "noticed": "yes", "probe": "a"}]}, "no result of limen mutate"),
        ({"score": 1}, "no result of limen mutate"),
        ([], "expected an object"),
    ],
)
def test_what_is_neither_is_refused(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_evidence(text(value))


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        read_evidence(b'{"known_bad": [], "known_bad": []}')


@given(st.binary(max_size=200))
@example(b"[" * 100_000)
def test_rubbish_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is no|it is not|it is nested|expected an object|no result"):
        read_evidence(content)
