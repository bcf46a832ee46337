"""Every shipped rule gives random subjects equal answers and equal findings on all three engines."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
import pytest

from limen.analysis.facts import facts
from limen.loading.load import load
from limen.policy.canonical import canonical
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.engine import Answer, Job, PolicyEngine, Query
from limen.policy.index import schema_texts
from limen.policy.inspection import Entry
from limen.policy.judging import has, outcome_of
from limen.records.assessment import Outcome
from limen.records.subjects import SubjectTable
from limen.testing.strategies.subjects import constants_in, constants_of, near, parameters, subjects
from tests.equivalence.drawing import drawn
from tests.needs import REPOSITORY, need_program

SETS = 2
MOST_SETS = 8
"""Sets of parameters for each rule, more where not every kind of answer was seen; each costs a process of `opa`."""
SUBJECTS = int(os.environ.get("LIMEN_EXAMPLES", "60")) * 2 // 3
"""Subjects for each set, at most."""
DAYS = (20200101, 20260921, 20300101)
KINDS = {"applicable true", "applicable false", "holds true", "holds false"}
"""What must have been seen of every rule: a comparison of nothing proves nothing."""

RULES = sorted(load_catalog().entries)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped rules."""
    return load_catalog()


class Question(msgspec.Struct, frozen=True):
    """Subjects, and the parameters by which they are judged."""

    parameters: dict[str, Any]
    as_of: int
    subjects: list[dict[str, Any]]

    def job(self, catalog: Catalog, entry: Entry) -> Job:
        """The question as engines take it."""
        data = {"limen": {"parameters": self.parameters, "context": {"as_of": self.as_of}}}
        return Job(
            name=entry.rule.id,
            query=f"data.limen.rules.{entry.rule.id}",
            modules=catalog.modules(entry),
            data=msgspec.json.encode(data).decode(),
        )


def usual(catalog: Catalog, entry: Entry) -> dict[str, list[Any]]:
    """Return the values that the shipped profiles give to a rule's parameters, as rules see them."""
    return {
        name: [
            parameter.parse(file.profile.parameters[name])
            for file in catalog.profiles.values()
            if name in file.profile.parameters
        ]
        for name, parameter in entry.parameters.items()
    }


@cache
def reference() -> Mapping[str, SubjectTable]:
    """Return the subjects of the reference system, by kind."""
    return facts(load(REPOSITORY / "boundaries.yaml").declaration, as_of=datetime.date(2026, 9, 21)).tables


@cache
def real(kind: str) -> list[dict[str, Any]]:
    """Return the reference system's subjects of a kind, equal ones once."""
    table = reference()[kind]
    return [msgspec.json.decode(table.shape_json(shape)) for shape in range(table.shape_count)]


@cache
def tested() -> dict[str, dict[str, Any]]:
    """Return the subject that the tests of each rule on observations begin with; a declaration alone has none."""
    command = [need_program("opa"), "eval", "--format", "json", "--data", REPOSITORY / "rego" / "limen"]
    whole = subprocess.run([*command, "data.limen.rules.conformance"], check=True, capture_output=True).stdout
    packages = json.loads(whole)["result"][0]["expressions"][0]["value"]
    return {
        f"conformance.{name.removesuffix('_test')}": package["subject"]
        for name, package in packages.items()
        if name.endswith("_test")
    }


def questions(catalog: Catalog, entry: Entry) -> Iterator[Question]:
    """Yield questions: parameters, and subjects on both sides of them, half of them near the reference system's."""
    kind = entry.rule.subject
    values = usual(catalog, entry)
    constants = constants_of(entry.rule.source) | constants_in([one for many in values.values() for one in many])
    schema = msgspec.json.decode(schema_texts()[kind])
    bases = real(kind) or [tested()[entry.rule.id]]
    sets = drawn(parameters(entry.parameters, values, constants), MOST_SETS)
    for number in range(MOST_SETS):
        chosen = sets[number % len(sets)]
        both = constants | constants_in(chosen)
        many = drawn(subjects(schema, fields=entry.projection, constants=both), SUBJECTS // 2, number)
        if bases:
            many += drawn(near(bases, schema, fields=entry.projection, constants=both), SUBJECTS // 2, number)
        yield Question(chosen, DAYS[number % len(DAYS)], many)


def asked(engine: PolicyEngine, job: Job, question: Question) -> list[Answer]:
    """Return an engine's answers."""
    engine.prepare([job])
    (answers,) = engine.answer([Query(job.name, [msgspec.json.encode(one) for one in question.subjects])])
    return answers


def read(entry: Entry, answer: Answer, subject: dict[str, Any]) -> str:
    """Return what the host reads of an answer: whether the rule applies, and the checks whose needs are there.

    In one form, and without the words that an engine has for an error.
    """
    if not answer.ok:
        return "error"
    document = json.loads(answer.text or "{}")
    for name, check in entry.rule.checks.items():
        if not all(has(subject, need) for need in check.needs if "[]" not in need):
            document.get("checks", {}).pop(name, None)
    shown = {name: document[name] for name in ("applicable", "checks") if name in document}
    return canonical(json.dumps(shown))


def judged(entry: Entry, answer: Answer, subject: dict[str, Any]) -> Outcome:
    """Return what an answer means, without the words of the engine itself."""

    def elements(path: str) -> list[Any] | None:
        found: Any = subject
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, list) else None

    outcome = outcome_of(entry, answer, lambda path: has(subject, path), elements)
    return outcome if answer.ok else msgspec.structs.replace(outcome, reason="")


def shown(answer: Answer) -> set[str]:
    """Return of what kinds an answer is: applicable or not, a check that holds, one that does not."""
    document = json.loads(answer.text or "{}") if answer.ok else {}
    kinds = {f"applicable {str(document.get('applicable')).lower()}"}
    for check in document.get("checks", {}).values() if document.get("applicable") else ():
        heads = [check] if "holds" in check else [head for head in check.values() if isinstance(head, dict)]
        kinds |= {f"holds {str(head.get('holds')).lower()}" for head in heads}
    return kinds


@pytest.mark.parametrize("rule_id", RULES)
def test_random_subjects_are_judged_alike(rule_id: str, catalog: Catalog, engines: dict[str, PolicyEngine]) -> None:
    entry = catalog.entries[rule_id]
    seen: Counter[str] = Counter()

    always = re.search(r"^applicable := true$", entry.rule.source, re.MULTILINE)
    wanted = KINDS - {"applicable false"} if always else KINDS
    for number, question in enumerate(questions(catalog, entry)):
        if number >= (SETS if entry.parameters else 1) and wanted <= set(seen):
            break
        job = question.job(catalog, entry)
        answers = {name: asked(engine, job, question) for name, engine in engines.items()}
        for index, subject in enumerate(question.subjects):
            replies = {name: one[index] for name, one in answers.items()}
            different = list(dict.fromkeys(replies.values()))  # opa and opa-cli mostly say the same letter by letter
            texts = {read(entry, answer, subject) for answer in different}
            assert len(texts) == 1, (question.parameters, subject, replies)
            found = [judged(entry, answer, subject) for answer in different]
            assert all(one == found[0] for one in found), (question.parameters, subject, found)
            seen.update(shown(replies["opa"]))
    assert set(seen) & KINDS == wanted, "draw better: not every kind of answer was compared"
