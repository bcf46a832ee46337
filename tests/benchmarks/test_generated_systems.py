"""The generated systems: the same for every tool, every time, and valid declarations."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from benchmarks.declaration import inventory, json_lines, sections, yaml_declaration
from benchmarks.dense import dense_lines, dense_sections
from benchmarks.generate import NOTATIONS, generate, model_path
from benchmarks.peers import flowstrider_model, pytm_script
from benchmarks.topology import Topology, build
from limen.model.declaration import Declaration


@pytest.fixture(scope="module")
def topology() -> Topology:
    """A system of 600 flows: more than one cell."""
    return build(600)


def _declared(topology: Topology) -> dict[str, Any]:
    return yaml.load("\n".join(yaml_declaration(topology)), Loader=yaml.CSafeLoader)  # type: ignore[no-any-return]


def test_has_the_flows_that_were_asked_for_with_unique_ids(topology: Topology) -> None:
    assert len({flow.id for flow in topology.flows}) == len(topology.flows) == 600
    assert len({component.id for component in topology.components}) == len(topology.components) == 60


def test_uses_every_zone_kind_and_posture(topology: Topology) -> None:
    assert {component.zone for component in topology.components} == {zone.id for zone in topology.zones}
    kinds = {"partner", "gateway", "service", "broker", "datastore", "ledger", "secret-store"}
    assert {component.kind for component in topology.components} == kinds
    assert {flow.posture.tls for flow in topology.flows} == {None, "1.1", "1.2", "1.3"}


def test_writes_the_same_bytes_each_time(tmp_path: Path) -> None:
    digests = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        for notation in NOTATIONS:
            generate(build(200), notation, folder)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        digests.append([(path.relative_to(folder), hashlib.sha256(path.read_bytes()).digest()) for path in files])
    assert digests[0] == digests[1]
    assert len(digests[0]) == 8


def test_another_seed_draws_another_system(topology: Topology) -> None:
    assert build(600, seed=7).flows != topology.flows


@pytest.mark.parametrize("flows", [0, 49])
def test_refuses_too_few_flows(flows: int) -> None:
    with pytest.raises(ValueError, match="at least 50 flows"):
        build(flows)


def test_refuses_an_unknown_notation(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected one of yaml, jsonl"):
        model_path("toml", tmp_path)


def test_yaml_and_json_lines_declare_the_same(topology: Topology) -> None:
    apart = sections(topology, include=("inventory.json", "flows.jsonl")) | inventory(topology)
    apart["flows"] = [json.loads(line) for line in json_lines(topology)]
    del apart["include"]
    assert _declared(topology) == json.loads(json.dumps(apart))


def test_is_a_valid_declaration_whose_references_exist(topology: Topology) -> None:
    declaration = msgspec.convert(_declared(topology), Declaration)
    components, keys, items = set(declaration.components), set(declaration.keys), set(declaration.data)
    assert {flow.source for flow in declaration.flows} | {flow.target for flow in declaration.flows} == components
    for flow in declaration.flows:
        assert isinstance(flow.carries, tuple)
        assert isinstance(flow.returns, tuple)
        assert items.issuperset((*flow.carries, *flow.returns, *flow.protection))
        if isinstance(flow.authz, msgspec.Struct):
            assert set(declaration.roles).issuperset(flow.authz.roles)
        if isinstance(flow.audit, msgspec.Struct):
            assert flow.audit.ledger in declaration.ledgers
        assert keys.issuperset(layer.sealed for layers in flow.protection.values() for layer in layers)
    for component in declaration.components.values():
        assert component.zone in declaration.zones
        assert keys.issuperset((*component.opens_with, *component.seals_with))
        assert items.issuperset((*component.stores, *component.originates))


def _pytm_flows(script: str) -> Iterator[tuple[str, str, str]]:
    """Source, target and name of each Dataflow, with the components' own names."""
    names: dict[str, str] = {}
    for statement in ast.parse(script).body:
        if not isinstance(statement, ast.Assign | ast.Expr) or not isinstance(statement.value, ast.Call):
            continue
        call = statement.value
        if isinstance(call.func, ast.Name) and call.func.id == "Dataflow":
            source, target, name = call.args
            assert isinstance(source, ast.Name)
            assert isinstance(target, ast.Name)
            yield names[source.id], names[target.id], ast.literal_eval(name)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names[statement.targets[0].id] = ast.literal_eval(call.args[0])


@pytest.mark.parametrize("answers", [True, False])
def test_peers_get_the_same_flows(topology: Topology, *, answers: bool) -> None:
    expected = [(flow.source.id, flow.target.id, flow.id) for flow in topology.flows]
    if answers:
        expected += [(flow.target.id, flow.source.id, f"{flow.id}-answer") for flow in topology.flows if flow.returns]
        assert len(expected) > 1_000
    assert sorted(_pytm_flows("\n".join(pytm_script(topology, answers=answers)))) == sorted(expected)
    diagram = json.loads(flowstrider_model(topology, answers=answers))["dfd"]
    edges = [(edge["source_id"], edge["sink_id"], edge["id"]) for edge in diagram["edges"].values()]
    assert sorted(edges) == sorted(expected)
    assert set(diagram["nodes"]) == {component.id for component in topology.components}


def test_dense_system_links_every_component_to_every_other() -> None:
    declared = dense_sections(20, 10)
    declared["flows"] = [json.loads(line) for line in dense_lines(20)]
    declaration = msgspec.convert(declared, Declaration)
    nodes = list(declaration.components)
    assert {(flow.source, flow.target) for flow in declaration.flows} == {
        (a, b) for a in nodes for b in nodes if a != b
    }
    assert {flow.carries for flow in declaration.flows} == {msgspec.UNSET}
    originated = [item for component in declaration.components.values() for item in component.originates]
    assert sorted(originated) == sorted(declaration.data)


def test_dense_ring_has_the_degree_that_was_asked_for() -> None:
    flows = [json.loads(line) for line in dense_lines(20, degree=3)]
    assert [flow["to"] for flow in flows if flow["from"] == "node-19"] == ["node-0", "node-1", "node-2"]
    assert len(flows) == 60


def test_dense_refuses_items_that_would_start_nowhere() -> None:
    with pytest.raises(ValueError, match="at most 5 items"):
        dense_sections(5, 6)
