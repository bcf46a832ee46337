"""All facts about one declaration: the network, where items can be, and the subjects that rules judge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from limen.analysis.access_subjects import duty_pair_table, role_table
from limen.analysis.assertions import assertion_table
from limen.analysis.borders import Borders
from limen.analysis.claims import claim_table
from limen.analysis.component_subjects import component_table
from limen.analysis.exposure import Exposures, exposures
from limen.analysis.exposure_subjects import exposure_table
from limen.analysis.flow_subjects import flow_table
from limen.analysis.integrity import integrity
from limen.analysis.key_subjects import key_table
from limen.analysis.key_uses import key_uses
from limen.analysis.kinds import KINDS
from limen.analysis.ledger_subjects import ledger_table, transfer_table
from limen.analysis.movement import Movement, movement
from limen.analysis.network import Network, build_network
from limen.analysis.observations import Observations, no_observations
from limen.analysis.path_subjects import path_table
from limen.analysis.place_subjects import data_table, zone_table
from limen.analysis.posture import Locate
from limen.analysis.principal_subjects import principal_table
from limen.analysis.probe_subjects import probe_table
from limen.analysis.recording import Recording
from limen.analysis.system_subjects import system_table
from limen.analysis.tenancy_subjects import tenant_pair_table, tenant_table
from limen.analysis.tenant_holdings import holdings
from limen.analysis.traffic import traffic
from limen.analysis.transformation_subjects import transformation_table
from limen.analysis.ways import build_ways
from limen.analysis.wire import Wires, wires
from limen.analysis.wire_subjects import wire_table
from limen.errors import DeclarationError
from limen.model.declaration import Declaration
from limen.records.subjects import SubjectTable

Progress = Callable[[str], None]
"""Told what is being worked on."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a declaration on a day."""

    network: Network
    """The declaration with integer ends."""
    exposures: Exposures
    """Where items can be, in which states."""
    wires: Wires
    """What moves over each flow, in which states."""
    movement: Movement
    """What each flow moves."""
    borders: Borders
    """What each flow crosses."""
    tables: dict[str, SubjectTable]
    """The subjects of every kind; a kind may have none."""
    context: dict[str, int]
    """What all rules may read besides their subject: `as_of`, the day of the law, as the integer yyyymmdd."""


def facts(
    declaration: Declaration,
    *,
    as_of: date,
    locate: Locate | None = None,
    progress: Progress | None = None,
    made: Callable[[SubjectTable], None] = lambda _: None,
    observations: Observations | None = None,
) -> Facts:
    """Return all facts about a declaration whose references were checked.

    Ages are those at the start of `as_of`; no clock is read. `locate` finds a declaration path in the text, for
    messages; `made` is told each kind's table when it is made; `observations` are those of this declaration, None
    where nothing was observed. Raises DeclarationError, with every problem, where
    flows inherit values that can't be ordered.
    """
    tell = progress or _silent
    tell("Numbering the declaration")
    network = build_network(declaration)
    borders = Borders(network)
    _check_postures(network, locate)
    tell("Following items")
    found = exposures(network)
    on_wire = wires(network, found)
    moved = movement(network, on_wire)
    trusted = integrity(network, found)
    tell("Describing subjects")
    recording = Recording(moved)
    sums = traffic(moved)
    held = holdings(found)
    uses = key_uses(network)
    tables: dict[str, SubjectTable] = {}

    def add(table: SubjectTable) -> None:
        tables[table.kind] = table
        made(table)

    add(system_table(declaration))
    add(zone_table(network, borders, found))
    add(component_table(moved, found, sums, recording, held))
    add(flow_table(moved, borders, recording))
    add(wire_table(on_wire))
    add(exposure_table(found, trusted))
    add(transformation_table(on_wire))
    add(data_table(network, found, sums, recording))
    add(key_table(network, uses, as_of, observations))
    add(role_table(moved))
    add(duty_pair_table(moved))
    add(tenant_table(network))
    add(tenant_pair_table(network, uses, held))
    add(ledger_table(moved, found, trusted))
    add(transfer_table(moved))
    tell("Finding ways")
    ways = build_ways(network, found.edges)
    add(assertion_table(ways, on_wire, borders))
    add(path_table(ways, borders, recording))
    add(claim_table(network, recording, observations))
    add(probe_table(declaration, observations))
    add(principal_table(declaration))
    for table in (no_observations() if observations is None else observations.tables()).values():
        add(table)
    return Facts(
        network=network,
        exposures=found,
        wires=on_wire,
        movement=moved,
        borders=borders,
        tables={kind: tables[kind] for kind in KINDS},
        context=context_of(as_of),
    )


def context_of(as_of: date) -> dict[str, int]:
    """Return what all rules may read besides their subject: `as_of` as the integer yyyymmdd."""
    return {"as_of": as_of.year * 10_000 + as_of.month * 100 + as_of.day}


def _check_postures(network: Network, locate: Locate | None) -> None:
    """Refuse what flows inherit and nobody can order; raises DeclarationError."""
    names, zone_of = network.zone_names, network.zone_of
    for flow, source, target in zip(network.flows, network.source, network.target, strict=True):
        network.postures.transit(flow, names[zone_of[source]], names[zone_of[target]])
    problems = network.postures.problems(network.declaration, locate)
    if problems:
        raise DeclarationError(problems)


def _silent(_: str) -> None:
    return None
