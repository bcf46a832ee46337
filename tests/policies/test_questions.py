"""policies/questions.yaml: a rule asks every question, of every kind of subject that it applies to."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from limen.analysis.schemas import subject_schemas
from limen.policy.catalog import Catalog, load_catalog
from tests.needs import REPOSITORY

TABLE: dict[str, dict[str, Any]] = yaml.safe_load((REPOSITORY / "policies" / "questions.yaml").read_text("utf-8"))
QUESTIONS = [
    (category, question, kinds) for category, entry in TABLE.items() for question, kinds in entry["questions"].items()
]
with (Path(__file__).parent / "questions.tsv").open(encoding="utf-8", newline="") as lines:
    ASKED = [(row["category"], row["question"]) for row in csv.DictReader(lines, delimiter="\t")]
"""The questions of the design, word for word: what the committed table must answer."""
CATEGORIES = list(dict.fromkeys(category for category, _ in ASKED))
UNJUDGED = {"tenant_pair"}
"""Kinds of subject that no rule of ours judges; the head of the table says why."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_questions_are_those_of_the_design(category: str) -> None:
    asked = [question for known, question in ASKED if known == category]
    found = list(TABLE[category]["questions"])
    assert found[: len(asked)] == asked
    assert category == "conformance" or len(found) == len(asked)  # each probe adds its own


def test_no_category_is_left_out_or_made_up(catalog: Catalog) -> None:
    assert list(TABLE) == CATEGORIES
    assert {entry.rule.category for entry in catalog.entries.values()} == set(CATEGORIES)


@pytest.mark.parametrize(("category", "question", "kinds"), QUESTIONS, ids=[question for _, question, _ in QUESTIONS])
def test_every_question_is_asked_of_each_kind_by_rules_of_its_category(
    category: str, question: str, kinds: dict[str, list[str]], catalog: Catalog
) -> None:
    assert kinds, question
    for kind, rules in kinds.items():
        assert rules, kind
        for rule_id in rules:
            rule = catalog.entries[rule_id].rule
            assert (rule.category, rule.subject) == (category, kind), rule_id


def test_every_rule_answers_a_question_or_stands_under_beyond(catalog: Catalog) -> None:
    named = {rule_id for _, _, kinds in QUESTIONS for rules in kinds.values() for rule_id in rules}
    beyond = [rule_id for entry in TABLE.values() for rule_id in entry.get("beyond", [])]
    assert set(catalog.entries) - named - set(beyond) == set(), "to be added to policies/questions.yaml"
    assert (named | set(beyond)) - set(catalog.entries) == set(), "to be taken out of policies/questions.yaml"
    assert named & set(beyond) == set()
    assert len(beyond) == len(set(beyond))
    for category, entry in TABLE.items():
        assert entry.keys() <= {"questions", "beyond"}
        assert [rule_id for rule_id in entry.get("beyond", []) if not rule_id.startswith(f"{category}.")] == []


def test_every_kind_of_subject_is_asked_about(catalog: Catalog) -> None:
    asked = {entry.rule.subject for entry in catalog.entries.values()}
    assert set(subject_schemas()) - asked == UNJUDGED


def test_there_are_at_least_eighty_rules(catalog: Catalog) -> None:
    assert len(catalog.entries) >= 80
