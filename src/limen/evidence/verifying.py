"""Verifying a pack: every check, in an order in which each finds what it needs; pure but for reading the pack.

What is believed comes from the auditor: a trust file, a head of the run log that is held, the pack before. Nothing in
the pack can make it believed.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec

from limen.evidence.checks import (
    core_format,
    e_signatures,
    files,
    heads,
    policy,
    population,
    previous,
    producers,
    redaction,
    run_log,
    statement,
    sums,
    times,
    timestamps,
    tree,
)
from limen.evidence.checks.interface import Check
from limen.evidence.checks.pack import Pack
from limen.evidence.checks.run_log import Run
from limen.evidence.log_entries import gaps
from limen.evidence.proof import Proof, proof
from limen.evidence.reading import PackFiles
from limen.integrity.notes import Checkpoint
from limen.integrity.trust import Trust
from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED

__all__ = ["Check", "Report", "verified"]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying a pack yields."""

    checks: tuple[Check, ...]
    """Every answer of every check, in their order."""
    trusted: bool
    """Whether there was a trust file."""
    redacted: bool
    withheld: int
    """Leaves whose content is not there."""
    system: str
    """Empty where no Statement says it; so with what follows."""
    assessed_at: str
    verdict: str
    root: str
    tree_size: int
    runs: tuple[Run, ...]
    """Every run that the log tells of, in its order."""
    gaps: tuple[str, ...]
    """What the log does not account for, in words."""
    proof: Proof
    """Until when the pack proves something."""

    @property
    def outcome(self) -> int:
        """1 where anything is broken; 3 where something is unchecked, or nobody is trusted; else 0."""
        states = {check.status for check in self.checks}
        if "broken" in states:
            return EXIT_FINDINGS
        return EXIT_UNASSESSED if "unchecked" in states or not self.trusted else EXIT_CONFORMING

    @property
    def words(self) -> str:
        """How it ended, in a line that says no more than is known."""
        kept = f"; {self.withheld} records withheld, not re-performable" if self.redacted else ""
        count = len({(one.name, one.file) for one in self.checks if one.status == "broken"})
        if count:
            return f"refused: {count} {'thing is' if count == 1 else 'things are'} broken{kept}"
        if not self.trusted:
            return f"intact, unauthenticated{kept}"
        open_ = sorted({one.name for one in self.checks if one.status == "unchecked"})
        return f"intact, but not all of it is proven ({', '.join(open_)}){kept}" if open_ else f"verified{kept}"


def verified(
    pack_files: PackFiles,
    trust: Trust | None,
    now: datetime.datetime,
    *,
    since: Checkpoint | None = None,
    previous_files: PackFiles | None = None,
    retention: Sequence[str] = (),
) -> Report:
    """Return what all checks say of a pack at a time (UTC).

    `since` is a head of the run log that the auditor holds, `previous_files` the pack before, `retention` durations
    (ISO 8601) for which it must be kept beside the declared ones; raises ValueError where one of them is none.
    """
    pack = Pack(pack_files, trust, now)
    log, wrong = run_log.read_log(pack)
    before = None if previous_files is None else Pack(previous_files, trust, now)
    found: list[Check] = []
    for answers in (
        files.check(pack),
        sums.check(pack),
        core_format.check(pack),
        redaction.check(pack),
        tree.check(pack),
        population.check(pack),
        statement.check(pack),
        timestamps.check(pack),
        times.check(pack),
        producers.check(pack),
        e_signatures.check(pack),
        e_signatures.manifestation(pack),
        run_log.check(pack, log, wrong),
        heads.checkpoint(pack, log),
        heads.witnesses(pack, log),
        heads.since(log, since),
        previous.check(pack, before),
    ):
        found += answers  # one after the other: later ones judge by the times that earlier ones found
    found += policy.check(pack, tuple(found))
    said = None if isinstance(pack.statement, ValueError) else pack.statement.said.predicate
    return Report(
        checks=tuple(found),
        trusted=trust is not None,
        redacted=pack.redacted,
        withheld=pack.withheld,
        system=said.system if said else "",
        assessed_at=said.assessed_at if said else "",
        verdict=said.verdict if said else "",
        root=pack.core.root if pack.core else "",
        tree_size=pack.core.size if pack.core else 0,
        runs=tuple(log.runs.values()),
        gaps=tuple(f"entry {gap.index}: {gap.words} ({gap.run})" for gap in gaps(log.entries)),
        proof=proof(pack, retention),
    )
