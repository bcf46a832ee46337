"""Each code rule finds each of its samples and none of its counter-samples: one run of semgrep over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from limen.policy.location import policies_root
from limen.probes.code.languages import canonical
from limen.probes.code.rules import CATEGORIES, load_rules
from limen.probes.code.semgrep import analyse
from limen.probes.interface import AttemptError, Context
from tests.needs import need_semgrep

SAMPLES = Path(__file__).parent / "samples"
ENDINGS = {"python": ".py", "javascript": ".js", "java": ".java", "go": ".go"}
EVERYTHING = ("AES-256-GCM",)
"""Algorithms that are declared, so that every rule counts."""


def samples() -> dict[str, dict[str, list[str]]]:
    """Return the samples by rule."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(SAMPLES.glob("*.yaml")):
        found.update(yaml.safe_load(path.read_text(encoding="utf-8")))
    return found


def rules() -> list[dict[str, Any]]:
    """Return the rules as they are written."""
    files = sorted((policies_root() / "semgrep").glob("*.yaml"))
    return [rule for path in files for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]]


def context() -> Context:
    """Return a context with time."""

    def refuse(reference: str) -> Any:
        raise AttemptError(reference)

    import time

    return Context(deadline=time.monotonic() + 120, started_at=0, credential=refuse)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Rules that found something, by the name of the sample's file."""
    need_semgrep()
    place = tmp_path_factory.mktemp("samples")
    (place / "rules.yaml").write_bytes(load_rules((), EVERYTHING).document)
    (place / "code").mkdir()
    for rule, cases in samples().items():
        for kind, texts in cases.items():
            for number, text in enumerate(texts):
                name = f"{rule}.{kind}.{number}{ENDINGS[rule.split('-')[0]]}"
                (place / "code" / name).write_text(text, encoding="utf-8")
    answer = analyse(place, context())
    assert answer.problems == ()
    by_name: dict[str, set[str]] = {}
    for one in answer.found:
        by_name.setdefault(one.path, set()).add(one.rule)
    return by_name


CASES = [
    (rule, kind, number)
    for rule, cases in samples().items()
    for kind, texts in cases.items()
    for number in range(len(texts))
]


@pytest.mark.parametrize(("rule", "kind", "number"), CASES)
def test_a_sample(found: dict[str, set[str]], rule: str, kind: str, number: int) -> None:
    told = found.get(f"{rule}.{kind}.{number}{ENDINGS[rule.split('-', maxsplit=1)[0]]}", set())
    assert (rule in told) == (kind == "found"), samples()[rule][kind][number]


def test_every_rule_has_samples_of_both_kinds() -> None:
    assert {rule["id"] for rule in rules()} == set(samples())
    assert [name for name, cases in samples().items() if not cases["found"] or not cases["clean"]] == []


def test_every_rule_names_its_category_and_reads_a_language_that_is_known() -> None:
    assert {rule["metadata"]["limen"]["category"] for rule in rules()} == set(CATEGORIES)
    assert {canonical(one) for rule in rules() for one in rule["languages"]} == {
        "python", "javascript", "typescript", "java", "go",
    }  # fmt: skip


def test_a_rule_that_needs_a_declaration_is_left_out_without_it() -> None:
    with_it = load_rules((), ("AES-256-GCM", "AES-128-GCM")).categories
    without = load_rules((), ("AES-128-GCM",)).categories
    assert set(with_it) - set(without) == {"python-fernet-where-aes-256-is-declared"}


@pytest.mark.parametrize("text", ["", "rules: []", "rules: [1]", "rules: [{id: a.b}]", "a: [", "- 1", "rules: [{}]"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AttemptError, match=r"own\.yaml"):
        load_rules((path,), ())


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("rules: [{id: python-ecb-mode, languages: [python]}]", encoding="utf-8")
    with pytest.raises(AttemptError, match="a second rule is called python-ecb-mode"):
        load_rules((path,), ())
