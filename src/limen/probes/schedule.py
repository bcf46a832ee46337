"""What a run will ask: each target with its probe, or the reason for which it is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from limen.errors import Problem, UsageError
from limen.model.declaration import Declaration
from limen.probes.interface import Probe, Target
from limen.probes.redaction import holds_credential
from limen.probes.registry import probe_named, probe_names

_WITHOUT_ENDPOINT = frozenset({"secrets", "code"})
"""Probes that know where to look from another section of the declaration."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A target, and who asks it."""

    target: Target
    probe: Probe | None
    """None where nothing is asked."""
    reason: str = ""
    """Why nothing is asked; empty where something is."""


def planned(
    targets: Sequence[Target],
    *,
    names: Sequence[str] = (),
    only_flow: Sequence[str] = (),
    probes: Mapping[str, Probe] | None = None,
) -> list[Planned]:
    """Return what becomes of each target, in order.

    `names` and `only_flow` leave out all others; empty, they leave out none. `probes` are those of this folder by
    default.
    """
    return [_planned(target, names, only_flow, probes) for target in targets]


def _planned(
    target: Target, names: Sequence[str], only_flow: Sequence[str], probes: Mapping[str, Probe] | None
) -> Planned:
    if names and target.probe not in names:
        return Planned(target=target, probe=None, reason=f"left out: only {', '.join(names)} was asked for")
    if only_flow and not (target.section == "flow" and target.name in only_flow):
        return Planned(
            target=target, probe=None, reason=f"left out: only the flow {', '.join(only_flow)} was asked for"
        )
    if "+" in target.name and target.section == "system":
        return Planned(target=target, probe=None, reason=f"it names several things, {target.name}: declare one each")
    if not target.endpoint and target.probe not in _WITHOUT_ENDPOINT:
        return Planned(target=target, probe=None, reason="no endpoint is declared")
    if holds_credential(target.endpoint):
        reason = (
            "the endpoint has a credential in it: put it elsewhere, and name it as env:NAME, file:PATH or vault:PATH"
        )
        return Planned(target=target, probe=None, reason=reason)
    try:
        probe = probes[target.probe] if probes is not None else probe_named(target.probe)
    except KeyError:
        return Planned(target=target, probe=None, reason=f"this limen has no probe {target.probe}")
    except ImportError as error:
        return Planned(
            target=target, probe=None, reason=f"the probe {target.probe} needs {error.name}, which is missing"
        )
    return Planned(target=target, probe=probe)


def check_names(declaration: Declaration, names: Sequence[str], only_flow: Sequence[str]) -> None:
    """Raise UsageError, with what is nearest, for each name that is no probe's and each flow that is not probed."""
    problems = [
        Problem(message=f"there is no probe {name!r}", hint=_nearest(name, probe_names()))
        for name in names
        if name not in probe_names()
    ]
    probed = {str(request.flow) for request in declaration.probes}
    flows = {flow.id for flow in declaration.flows}
    for flow in only_flow:
        if flow not in flows:
            problems.append(Problem(message=f"there is no flow {flow!r}", hint=_nearest(flow, flows)))
        elif flow not in probed:
            hint = f'add one: probes: [{{probe: tls, flow: {flow}, endpoint: "HOST:PORT"}}]'
            problems.append(Problem(message=f"no probe asks the flow {flow}", hint=hint))
    if problems:
        raise UsageError(problems)


def _nearest(name: str, known: Sequence[str] | set[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), 1)
    return f'did you mean "{close[0]}"?' if close else f"expected one of: {', '.join(sorted(known)[:12])}"
