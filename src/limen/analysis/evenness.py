"""Flows that move the same items between the same zones, compared: none may be protected less than its peers."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UNSET

from limen.analysis.movement import Movement
from limen.analysis.network import Network
from limen.model.flows import Flow


class _Care(NamedTuple):
    """What is done for a flow, in a form that does not depend on which keys or ledgers serve it."""

    layers: tuple[tuple[str, int, int], ...]
    """Items that have layers, each with its numbers of seals and of signatures, sorted."""
    hops: tuple[str, ...]
    """Components on the way, in order."""
    permission: str
    """What is asked for; empty where nothing is."""
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    """Fields that move, where a flow says so, sorted."""


EVEN: tuple[str, ...] = ()
"""What is uneven about a flow that is like its peers: nothing."""

PARTLY_SIGNED = ("protection",)
"""What is uneven about a flow that signs one item and not another that goes the same way."""


def uneven(movement: Movement) -> list[tuple[str, ...]]:
    """Return for each flow the paths in which it is protected less than a peer, or otherwise, sorted.

    Peers move the same items between the same zones. Items that a flow moves one way are peers of one another, too, as
    to whether they are signed.
    """
    network, items = movement.network, movement.items
    # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
    memo: dict[tuple[int, ...], int] = {}
    codes: dict[_Care, int] = {}
    mixed: dict[tuple[int, int, int], bool] = {}
    found = [EVEN] * len(network.flows)
    groups: dict[tuple[int, int, int, int], dict[int, list[int]]] = {}
    zone_of = network.zone_of
    for index, (flow, source, target) in enumerate(zip(network.flows, network.source, network.target, strict=True)):
        alike = (id(flow.protection), id(flow.via), id(flow.authz), id(flow.fields))
        code = memo.get(alike)
        if code is None:
            code = memo[alike] = codes.setdefault(_care(flow), len(codes))
        forward, backward = items[2 * index], items[2 * index + 1]
        group = groups.setdefault((zone_of[source], zone_of[target], forward, backward), {})
        if code in group:
            group[code].append(index)
        else:
            group[code] = [index]
        if len(flow.protection) > 1:
            known = (alike[0], forward, backward)
            if known not in mixed:
                mixed[known] = any(_mixed(network, flow, side) for side in known[1:])
            if mixed[known]:
                found[index] = PARTLY_SIGNED
    cares = list(codes)
    for group in groups.values():
        if len(group) > 1:
            peers = [cares[code] for code in group]
            for code, flows in group.items():
                differing = _differing(cares[code], peers)
                if not differing:
                    continue
                both = tuple(sorted({*differing, *PARTLY_SIGNED}))
                for index in flows:
                    found[index] = both if found[index] else differing
    return found


def _mixed(network: Network, flow: Flow, moved: int) -> bool:
    """Return whether a flow signs some of the items that it protects and moves one way, and others not."""
    signed = {
        any(layer.signed is not UNSET for layer in layers)
        for name, layers in flow.protection.items()
        if moved >> network.item_index[name] & 1
    }
    return len(signed) > 1


def _care(flow: Flow) -> _Care:
    return _Care(
        layers=tuple(
            sorted(
                (
                    name,
                    sum(layer.signed is UNSET for layer in layers),
                    sum(layer.signed is not UNSET for layer in layers),
                )
                for name, layers in flow.protection.items()
                if layers
            )
        ),
        hops=tuple(hop.component for hop in flow.via),
        permission="" if flow.authz is UNSET or flow.authz.permission is UNSET else flow.authz.permission,
        fields=tuple(sorted((name, tuple(sorted(fields))) for name, fields in flow.fields.items())),
    )


def _differing(care: _Care, peers: list[_Care]) -> tuple[str, ...]:
    """Return the paths in which a flow falls behind a peer; a permission or a way of its own is a difference."""
    mine = {name: (seals, signs) for name, seals, signs in care.layers}
    found = set()
    for peer in peers:
        for name, seals, signs in peer.layers:
            own = mine.get(name, (0, 0))
            if own[0] < seals or own[1] < signs:
                found.add("protection")
        if care.permission != peer.permission:
            found.add("authz.permission")
        if care.hops != peer.hops:
            found.add("via")
        if _more(dict(care.fields), dict(peer.fields)):
            found.add("fields")
    return tuple(sorted(found))


def _more(mine: dict[str, tuple[str, ...]], theirs: dict[str, tuple[str, ...]]) -> bool:
    """Return whether a flow moves fields that a peer leaves out; without a list all fields of an item move."""
    return any(name not in mine or not set(mine[name]) <= set(fields) for name, fields in theirs.items())
