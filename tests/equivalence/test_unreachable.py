"""What is on the list and no rule can meet: the proofs that divergences.yaml names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.schemas import subject_schemas
from limen.model.scalars import duration_seconds
from limen.policy.builtins import SUM
from limen.policy.catalog import load_catalog
from limen.policy.decide import jobs_of
from limen.policy.embedded_child import HOST
from limen.policy.parameters import LARGEST
from limen.policy.paths import EXACT
from tests.equivalence.divergences import Construct, listed
from tests.policy.support import everything, table

UNREACHABLE = [construct for construct in listed() if construct.kept_out == "unreachable"]


@pytest.mark.parametrize("construct", UNREACHABLE, ids=lambda construct: construct.construct.replace(" ", "-"))
def test_each_proof_is_a_test_that_is_here(construct: Construct) -> None:
    named = re.search(r"test_unreachable\.py::(\w+)", construct.proof)
    assert named is not None
    assert callable(globals().get(named[1]))


@given(
    st.lists(st.dictionaries(st.sampled_from(["depth", "crossing", "label"]), st.none() | st.integers()), min_size=1)
)
def test_every_question_has_an_object_for_input(subjects: list[dict[str, int | None]]) -> None:
    asked = table("wire", subjects)
    for shape in range(asked.shape_count):
        for fields in (None, (), ("depth",), ("depth", "absent")):
            assert isinstance(msgspec.json.decode(asked.shape_json(shape, fields)), dict)


def test_no_sum_of_a_subject_is_beyond_what_engines_keep_exact() -> None:
    longest = duration_seconds("P999999Y999999M999999W999999DT999999H999999M999999S")
    whole = longest * 100_000  # elements of one list, each as long as can be declared
    assert longest < LARGEST
    assert whole < SUM < EXACT


def numbers_of(schema: Any, place: str) -> Iterator[str]:
    """Yield each place where a schema admits a fraction, null or a value of several types."""
    if isinstance(schema, dict):
        if "type" in schema and schema["type"] not in ("object", "array", "string", "integer", "boolean"):
            yield place
        if "description" in schema and "type" not in schema and "properties" not in schema:
            yield place
        for name, part in schema.get("properties", {}).items():
            yield from numbers_of(part, f"{place}.{name}")
        for name in ("items", "additionalProperties"):
            yield from numbers_of(schema.get(name), f"{place}[]")
        yield from (place for name in ("anyOf", "oneOf", "$ref", "enum") if name in schema and "type" not in schema)


def test_subjects_hold_no_fractions_and_no_null() -> None:
    # A claim's values are of the kind that its path has; a rule may show and compare them, and nothing else.
    untyped = {place for kind, schema in subject_schemas().items() for place in numbers_of(schema, kind)}
    assert untyped == {"claim.declared", "claim.observed"}


def test_data_and_packages_never_meet() -> None:
    catalog = load_catalog()
    selection = everything(catalog)
    for job in jobs_of(catalog, selection, {"as_of": 20260101}):
        data = msgspec.json.decode(job.data)
        assert list(data) == ["limen"]
        assert sorted(data["limen"]) == ["context", "parameters"]
        for name, text in job.modules:
            package = re.search(r"^package ([\w.]+)$", text, re.MULTILINE)
            assert package is not None, name
            assert package[1].split(".")[:2] in (["limen", "rules"], ["limen", "lib"])
    assert HOST == "limen.host"
