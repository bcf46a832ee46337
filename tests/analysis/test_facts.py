"""All tables of all systems: strict inputs, one name each, details, and no verdict that hangs on names or order."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.facts import Facts
from limen.analysis.kinds import KINDS
from limen.analysis.system_subjects import SECTIONS
from limen.errors import DeclarationError
from limen.loading import load
from limen.model.declaration import Declaration
from tests.analysis.subjects import facts_of, facts_on
from tests.analysis.systems import converted, declared_systems

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SYSTEMS = sorted(path.parent.name for path in EXAMPLES.glob("*/boundaries.yaml"))
_DECODERS = {kind: msgspec.json.Decoder(struct, strict=True) for kind, struct in KINDS.items()}


def check_tables(found: Facts) -> None:
    """Every kind has a table, whose inputs decode strictly to its struct and whose names differ."""
    assert list(found.tables) == list(KINDS)
    for kind, table in found.tables.items():
        assert table.kind == kind
        names = Counter(table.names())
        assert [name for name, number in names.items() if number > 1] == []
        for shape in range(table.shape_count):
            written = table.shape_json(shape)
            read = msgspec.json.encode(_DECODERS[kind].decode(written))
            assert json.loads(read) == json.loads(written), f"{kind}: a field that the kind does not have, or lacks"


def check_details(found: Facts) -> None:
    """Every subject's details can be had, and point into the declaration."""
    for table in found.tables.values():
        for index in range(table.size):
            detail = table.details(index)
            assert detail.path[0] in Declaration.__struct_fields__
            assert detail.title


@pytest.fixture(scope="module", params=SYSTEMS)
def example(request: pytest.FixtureRequest) -> Declaration:
    """Each example in turn."""
    return load(EXAMPLES / str(request.param) / "boundaries.yaml").declaration


def test_every_example_gives_all_tables_with_details(example: Declaration) -> None:
    found = facts_on(example)
    check_tables(found)
    check_details(found)
    assert found.tables["system"].size == 1
    assert list(found.tables["flow"].names()) == [f"flow:{flow.id}" for flow in example.flows]
    assert found.context == {"as_of": 20261122}


def _without(declaration: Declaration, section: str) -> Declaration:
    """The declaration without a section, and without what can't be read when it is gone."""
    blank = msgspec.convert({"version": 1, "system": {"id": "blank"}}, Declaration)
    gone = {section} | ({"flows", "ledgers"} if section == "components" else set())
    return msgspec.structs.replace(declaration, **{name: getattr(blank, name) for name in gone})


@pytest.mark.parametrize("section", SECTIONS)
def test_a_removed_section_still_gives_all_tables_and_is_named(example: Declaration, section: str) -> None:
    found = facts_on(_without(example, section))
    check_tables(found)
    check_details(found)
    table = found.tables["system"]
    missing = json.loads(table.json(0))["missing_sections"]
    assert section in missing


@given(declared_systems())
def test_every_system_gives_all_tables_with_details(declared: dict[str, Any]) -> None:
    found = facts_on(converted(declared))
    check_tables(found)
    check_details(found)


_NAMED = ("zones", "components", "data", "keys", "tenants")


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Plain values with every name replaced, keys of mappings and references such as key:NAME too."""
    if isinstance(value, dict):
        return {_renamed(key, names): _renamed(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, names) for part in value]
    if isinstance(value, str):
        sort, colon, name = value.rpartition(":")
        return f"{sort}{colon}{names.get(name, name)}"
    return value


def _shapes(found: Facts) -> dict[str, Counter[str]]:
    """The inputs of each kind, without names: how often each occurs."""
    return {
        kind: Counter(json.dumps(json.loads(table.json(index)), sort_keys=True) for index in range(table.size))
        for kind, table in found.tables.items()
        # A claim's declared value may be a name, such as the key of a medium.
        if kind != "claim"
    }


@given(declared_systems())
def test_renaming_changes_no_input(declared: dict[str, Any]) -> None:
    listed = [name for section in _NAMED for name in declared[section]]
    used = ["report", "receipt", "west", "root", "inner", "outer", *(flow["id"] for flow in declared["flows"])]
    names = {name: f"zz-{len(listed) + len(used) - place}-x" for place, name in enumerate([*listed, *used])}
    labels = {name: name for name in ("phi", "trial", "internal", "secret", "public")}
    renamed = _renamed(declared, names | labels)
    assert _shapes(facts_on(converted(renamed))) == _shapes(facts_on(converted(declared)))


@given(declared_systems(), st.integers(0, 2**32))
def test_reordering_changes_no_input(declared: dict[str, Any], seed: int) -> None:
    order = random.Random(seed)
    shuffled = dict(declared)
    for section in _NAMED:
        entries = list(declared[section].items())
        order.shuffle(entries)
        shuffled[section] = dict(entries)
    for section in ("flows", "transfers"):
        shuffled[section] = order.sample(declared[section], len(declared[section]))

    def named(found: Facts) -> dict[str, Any]:
        return {
            table.name(index): json.loads(table.json(index))
            for table in found.tables.values()
            for index in range(table.size)
        }

    assert named(facts_on(converted(shuffled))) == named(facts_on(converted(declared)))


def test_what_cannot_be_ordered_is_refused_with_every_flow_that_inherits_it() -> None:
    zones = {
        "one": {"trust": 1, "posture": {"in_transit": {"protocol": "https"}}},
        "two": {"trust": 2, "posture": {"in_transit": {"protocol": "grpcs"}}},
    }
    components = {"a": {"zone": "one"}, "b": {"zone": "two"}}
    flows = [{"from": "a", "to": "b", "carries": []}, {"from": "b", "to": "a", "carries": []}]
    with pytest.raises(DeclarationError) as caught:
        facts_of(components, flows, zones=zones)
    assert [problem.message.split(" gives")[0] for problem in caught.value.problems] == ["flow f0", "flow f1"]


def test_progress_is_told_in_order() -> None:
    said: list[str] = []
    from limen.analysis.facts import facts
    from tests.analysis.subjects import AS_OF
    from tests.analysis.systems import system

    facts(system({"a": {}}, [{"from": "a", "to": "a"}]), as_of=AS_OF, progress=said.append)
    assert said == ["Numbering the declaration", "Following items", "Describing subjects", "Finding ways"]
