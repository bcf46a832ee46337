"""Sharing decisions changes none: for every shipped rule, on generated subjects of every kind."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.errors import InternalError
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.decide import decide, jobs_of
from limen.policy.embedded import EmbeddedEngine
from limen.policy.index import schema_texts
from limen.policy.sharing import Grouping, _by_sorting
from limen.records.subjects import SubjectTable
from tests.policy.support import everything, table

CONTEXT = {"as_of": 20260101}
SCHEMAS = {kind: msgspec.json.decode(text) for kind, text in schema_texts().items()}


def values(schema: dict[str, Any], described: str = "") -> st.SearchStrategy[Any]:
    """Return values that fit a schema; texts come from the description, which names them."""
    described = schema.get("description", described)
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        required = set(schema.get("required", ()))
        fields = {name: values(part) for name, part in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: fields[name] for name in sorted(required)},
            optional={name: fields[name] for name in sorted(set(fields) - required)},
        )
    if kind == "array":
        return st.lists(values(schema.get("items", {}), described), max_size=2)
    if kind == "integer":
        return st.sampled_from([0, 1, 2, 3, 13, 86_400, 31_536_000, 10**9])
    if kind == "boolean":
        return st.booleans()
    if kind == "string":
        return st.sampled_from(sorted({*re.findall(r"[A-Za-z0-9][A-Za-z0-9_-]*", described), "phi", "AES-256", "x"}))
    return st.sampled_from([1, "x", True, [], {"x": 1}])


TABLES = st.fixed_dictionaries(
    {kind: st.lists(values(schema), min_size=1, max_size=4) for kind, schema in SCHEMAS.items()}
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def engine(catalog: Catalog) -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine.start(deadline=60) as running:
        running.prepare(jobs_of(catalog, everything(catalog), CONTEXT))
        yield running


@settings(max_examples=12)
@given(subjects=TABLES)
def test_shared_and_plain_decisions_agree(
    catalog: Catalog, engine: EmbeddedEngine, subjects: dict[str, list[dict[str, Any]]]
) -> None:
    tables = {kind: table(kind, found) for kind, found in subjects.items()}
    selection = everything(catalog)
    shared = decide(selection, tables, engine, scope="conformance")
    plain = decide(selection, tables, engine, scope="conformance", memo=False)
    for rule_id, one in shared.items():
        subject = tables[one.selected.rule.subject]
        for index in range(subject.size):
            assert one.outcome(subject, index) == plain[rule_id].outcome(subject, index), rule_id


@settings(max_examples=12)
@given(subjects=TABLES)
def test_what_is_absent_never_passes_a_check_that_needs_it(
    catalog: Catalog, engine: EmbeddedEngine, subjects: dict[str, list[dict[str, Any]]]
) -> None:
    tables = {kind: table(kind, found) for kind, found in subjects.items()}
    decided = decide(everything(catalog), tables, engine, scope="conformance")
    for rule_id, one in decided.items():
        kind = one.selected.rule.subject
        for index, given_subject in enumerate(subjects[kind]):
            for result in one.outcome(tables[kind], index).results:
                for need in one.selected.rule.checks[result.check].needs:
                    if "[]" not in need and not _has(given_subject, need):
                        assert result.status in ("not_assessed", "error"), (rule_id, result)


def _has(value: Any, path: str) -> bool:
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def wires(count: int) -> SubjectTable:
    """Return wires of which every second is sealed."""
    label = {"level": 3, "compartments": ["phi"], "text": "restricted {phi}"}
    subjects = [
        {"leaves_trust": True, "greatest_trust": 2, "plaintext": n % 2 == 1, "depth": n, "label": label}
        for n in range(count)
    ]
    return table("wire", subjects)


def test_a_projection_that_misses_a_field_ends_the_run(catalog: Catalog, engine: EmbeddedEngine) -> None:
    entry = catalog.entries["transit.unsealed_item"]
    assert "plaintext" in entry.projection
    kept = tuple(field for field in entry.projection if field not in ("plaintext", "depth"))
    wrong = everything(catalog, transit__unsealed_item=msgspec.structs.replace(entry, projection=kept))
    with pytest.raises(InternalError, match="shared and plain decisions of transit.unsealed_item differ"):
        decide(wrong, {"wire": wires(40)}, engine, seed=1)


def test_a_rule_is_asked_once_for_subjects_that_look_alike(catalog: Catalog) -> None:
    entry = catalog.entries["transit.tls_minimum"]
    alike = table("flow", [{"moves": 1, "in_transit": {"channel": "tls"}, "trust_change": n} for n in range(50)])
    sharing = Grouping(alike).by(entry.projection)
    assert list(sharing.first) == [0]
    assert set(sharing.groups) == {0}
    assert len(Grouping(alike).by(None).first) == 50


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.integers(-1, 40)), min_size=1, max_size=60))
def test_grouping_by_sorting_is_grouping_by_dictionary(rows: list[tuple[int, int, int]]) -> None:
    columns = [array("i", column) for column in zip(*rows, strict=True)]
    sharing = _by_sorting(columns)
    assert len(sharing.groups) == len(rows)
    for one, key in enumerate(rows):
        first = sharing.first[sharing.groups[one]]
        assert rows[first] == key
    assert len(sharing.first) == len(set(rows))
