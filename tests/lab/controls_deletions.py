"""Records that limen.controls deletes when they may be deleted, and deletions of somebody who checks one thing less."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from limen.controls.deletion import DELETED, Deletions
from limen.controls.segment_files import Segment
from limen.loading.load import load
from limen.probes.running import run
from limen.records.attempts import ProbeRun
from tests.controls.deleting import APPROVERS, Place


class Unapproved(Deletions):
    """Takes every approval for granted."""

    def _judged(self, *given: Any, **named: Any) -> Any:
        return (), ()


class Hasty(Deletions):
    """Does not ask how old a record is."""

    def _old(self, segment: Segment, now: datetime) -> bool:
        return True


def _grown(folder: Path, kind: type[Deletions] = Deletions, days: Sequence[int] = (10, 10, 150)) -> Place:
    """Return a ledger of three segments; with these days between them, the first two are expired."""
    place = Place(folder)
    for count in days:
        place.grow()
        place.cut()
        place.later(count)
    place.grow()
    place.cut()
    place.grow(1)
    place.deletions = kind(
        place.declaration,
        "log",
        place.ledger,
        approvers=APPROVERS,
        holds=place.holds,
        anchoring=place.anchoring,
        tenant="t",
    )
    return place


def _delete(place: Place, *, approved: bool = True) -> None:
    request = place.deletions.request(7, "kept for long enough")
    place.deletions.delete(request, place.approvals(request) if approved else [], place.clock.now)
    place.ledger.close()


def _good(folder: Path) -> None:
    _delete(_grown(folder))


def _unapproved(folder: Path) -> None:
    _delete(_grown(folder, Unapproved), approved=False)


def _early(folder: Path) -> None:
    _delete(_grown(folder, Hasty, days=(10, 10, 10)))


def _silent(folder: Path) -> None:
    place = _grown(folder)
    place.ledger.close()
    (folder / place.bodies()[0]).unlink()


TWINS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "good": ("", _good),
    "without approvals": ("conformance.storage_retention::records.unapproved", _unapproved),
    "before their time": ("conformance.storage_retention::records.early", _early),
    "without a word": ("conformance.storage_retention::records.unexplained", _silent),
}
"""By name, the finding that must come of it, and what deletes."""


def observed(name: str, folder: Path) -> tuple[str, ProbeRun]:
    """Keep records, delete some and probe what is left."""
    TWINS[name][1](folder)
    options = {"records": {"sequence": "_seq", "deletions": DELETED}}
    text = f"""\
version: 1
system: {{id: lab}}
labels: {{levels: [public, internal], compartments: []}}
data: {{movement: {{label: {{level: internal}}, fields: [at], retention: P100D}}}}
zones: {{inside: {{trust: 2, clearance: {{level: internal}}}}}}
components:
  writer: {{zone: inside, kind: service, originates: [movement]}}
  log: {{zone: inside, kind: ledger, stores: [movement]}}
ledgers:
  log: {{component: log, tiers: [{{name: hot, until: P100D}}],
    deletion: {{approvers: [records-officer, legal-counsel]}}}}
flows: [{{id: write, from: writer, to: log, carries: [movement], returns: []}}]
probes: [{{probe: storage, component: log, endpoint: "file:log*.jsonl", options: {json.dumps(options)}}}]
"""
    path = folder / "boundaries.yaml"
    path.write_text(text, encoding="utf-8")
    return text, run(load(path).declaration, folder)
