"""The controls of limen as what the probes are tried on: each good, and each with twins that are a little broken.

The good one is made by limen.controls itself. A twin is a small weakening of it, kept in these files: the probe must
see it, and the rules must find it by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from limen.records.attempts import ProbeRun
from tests.lab import (
    controls_deletions,
    controls_keys,
    controls_ledgers,
    controls_logs,
    controls_sources,
    controls_tables,
)
from tests.lab.judging import findings_of
from tests.lab.kms import transit
from tests.lab.postgres import cluster

GOOD = "good"


class Servers:
    """What some of them need, started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._running = stack, {}  # type: ExitStack, dict[str, Any]

    def of(self, name: str) -> Any:
        """Return a running server: postgres or openbao."""
        if name not in self._running:
            started: Any = {"postgres": cluster, "openbao": transit}[name]()
            self._running[name] = self._stack.enter_context(started)
        return self._running[name]


class Twin(NamedTuple):
    """One thing that a probe is tried on."""

    kind: str
    """The probe, and where there are several kinds of place, which."""
    name: str
    finding: str
    """The finding that must come of it, as rule::path; empty for the good one."""
    observe: Callable[[Servers, Path], tuple[str, ProbeRun]]
    """Make it, probe it, and return the declaration's text and what was recorded."""
    also: frozenset[str] = frozenset()
    """Findings that are true of the good one as well."""


def twins() -> list[Twin]:
    """Return all of them."""
    return list(_twins())


def _twins() -> Iterator[Twin]:
    for name, (finding, _) in controls_ledgers.TWINS.items():
        yield Twin("ledger", name, finding, lambda _, folder, name=name: controls_ledgers.observed(name, folder))
    in_a_file = frozenset({controls_keys.KEPT_IN_A_FILE})
    for name, (finding, _) in controls_keys.FILES.items():
        yield Twin(
            "kms in a file",
            name,
            finding,
            lambda _, folder, name=name: controls_keys.in_a_file(name, folder),
            in_a_file,
        )
    for name, (finding, _) in controls_keys.BAO.items():
        yield Twin(
            "kms in OpenBao",
            name,
            finding,
            lambda servers, _, name=name: controls_keys.in_openbao(name, servers.of("openbao")),
        )
    for name, (finding, _) in controls_tables.TWINS.items():
        yield Twin(
            "tenancy",
            name,
            finding,
            lambda servers, _, name=name: controls_tables.observed(name, servers.of("postgres")),
        )
    for name, (finding, *_) in controls_sources.CODE.items():
        yield Twin("code", name, finding, lambda _, folder, name=name: controls_sources.analysed(name, folder))
    for name, (finding, _) in controls_sources.SECRETS.items():
        yield Twin("secrets", name, finding, lambda _, folder, name=name: controls_sources.searched(name, folder))
    for name, (finding, _) in controls_deletions.TWINS.items():
        yield Twin("storage", name, finding, lambda _, folder, name=name: controls_deletions.observed(name, folder))
    for name, (finding, _) in controls_logs.TWINS.items():
        yield Twin("leak", name, finding, lambda _, folder, name=name: controls_logs.observed(name, folder))


def found(text: str, recorded: ProbeRun) -> set[str]:
    """Return what the rules find in what was recorded, as rule::path."""
    return {"::".join((one.split("::")[0], one.split("::")[2])) for one in findings_of(text, recorded)}


@contextmanager
def servers() -> Iterator[Servers]:
    """Run what they need for as long as the block lasts."""
    with ExitStack() as stack:
        yield Servers(stack)
