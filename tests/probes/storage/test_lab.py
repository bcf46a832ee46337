"""Every row of the laboratory's table: the defect is there, the probe sees it, and the rules make its findings."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from limen.probes.replaying import differences
from limen.records.attempts import ProbeRun
from tests.lab import storage as lab
from tests.lab.judging import findings_of

pytestmark = pytest.mark.xdist_group("storage")

ROWS = lab.rows()


class Stores:
    """The stores, each started when it is first asked for; trials, which wait for locks to end, run beside the rest."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, Any] = {}
        self._pool = stack.enter_context(ThreadPoolExecutor(12))
        self._begun: dict[tuple[str, str], tuple[lab.Made, Future[ProbeRun]]] = {}

    def of(self, name: str) -> Any:
        if name not in self._running:
            self._running[name] = self._stack.enter_context(lab.STORES[name]())
        return self._running[name]

    def begin(self, name: str, row: lab.Row) -> tuple[lab.Made, Future[ProbeRun]]:
        if (name, row.defect) not in self._begun:
            made = lab.make(name, self.of(name), row.defect)
            self._begun[name, row.defect] = made, self._pool.submit(lab.probed, made, row.trial)
        return self._begun[name, row.defect]


@pytest.fixture(scope="module")
def stores() -> Iterator[Stores]:
    with ExitStack() as stack:
        found = Stores(stack)
        yield found


@pytest.mark.parametrize(("name", "row"), ROWS, ids=lambda one: one if isinstance(one, str) else one.defect)
def test_a_row(stores: Stores, name: str, row: lab.Row) -> None:
    for other, one in ROWS:
        if other == name and one.trial:
            stores.begin(other, one)
    made, future = stores.begin(name, row)
    recorded = future.result(60)
    attempt, seen = recorded.attempts[0], lab.facts(recorded)
    found = findings_of(lab.declaration(made, row.trial), recorded)
    ours = [one for one in found if one.startswith("conformance.")]  # of the key, the probe kms is to tell
    told = sorted(f"{one.split('::')[0]}::{one.split('::')[-1]}" for one in ours)
    assert (attempt.status, told) == (row.status, sorted(row.findings)), f"{attempt.reason}\n{seen}\n{sorted(found)}"
    assert row.reason in attempt.reason
    assert {path: seen.get(path) for path in row.observation} == row.observation
    assert differences(recorded) == []
    for secret in made.credential.split(":")[1:]:
        assert secret not in repr(attempt)


def test_every_defect_that_is_asked_for_has_its_row() -> None:
    defects = {row.defect for _, row in ROWS}
    wanted = {*lab.DEFECTS, "locked version deletable", "public list", "denied everything", "suspended", "good"}
    assert wanted <= defects
    assert {row.defect for name, row in ROWS if not row.findings} == {"good", "volume", "database"}
