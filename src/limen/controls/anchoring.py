"""Anchoring: a ledger's head and length, given to its witness as often as declared; what is overdue shows.

    anchoring = Anchoring(ledger, declaration.ledgers["cs-ledger"], witness, signer)
    anchoring.tick(now)    # from the service's schedule

An anchor that could not be given is recorded in the ledger and raised, and stays due. Serves NIST SP 800-53 AU-9(2),
AU-10 and SI-7, and 21 CFR 11.10(e).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import UNSET

from limen.controls.incident import Facts, Incidents
from limen.controls.ledger import Entry, Ledger, LedgerError
from limen.controls.witness import RefusedAnchorError, Witness, WitnessError, sign_anchor
from limen.errors import DeclarationError, Problem
from limen.integrity.anchors import Anchor
from limen.integrity.limen_v1 import Head
from limen.integrity.signatures import Signer
from limen.model.ledgers import Ledger as Declared
from limen.model.scalars import duration_seconds

KEPT, FAILED, OTHER = "anchor.kept", "anchor.failed", "anchor.refused"
"""Actions of the entries that say what became of an anchor; `refused` is a witness that has seen another history."""


class Anchoring:
    """What gives one ledger's anchors to its witness."""

    def __init__(
        self,
        ledger: Ledger,
        declared: Declared,
        witness: Witness,
        signer: Signer,
        *,
        tenant: str = "",
        actor: str = "limen",
        incidents: Incidents | None = None,
    ) -> None:
        """Keep the parts; `signer` is the ledger's anchor key, `incidents` hears of a witness that saw another history.

        Raises DeclarationError where the ledger declares no anchors.
        """
        if declared.anchors is UNSET:
            hint = "anchors: {every: PT1H, to: witness}"
            raise DeclarationError(Problem(message=f"the ledger {ledger.name} declares no anchors", hint=hint))
        self._ledger, self._witness, self._signer = ledger, witness, signer
        self._tenant, self._actor, self._incidents = tenant, actor, incidents
        self._to, self.every = declared.anchors.to, timedelta(seconds=duration_seconds(declared.anchors.every))

    @property
    def ledger(self) -> Ledger:
        """The ledger whose anchors it gives."""
        return self._ledger

    def last(self) -> Anchor | None:
        """Return the newest anchor of a head that the witness kept; raises WitnessError where that is not known."""
        heads = [one for one in self._witness.kept(self._ledger.name) if not one.base]
        return heads[-1] if heads else None

    def kept(self) -> tuple[Anchor, ...]:
        """Return every anchor that the witness is known to have kept, oldest first; raises WitnessError."""
        return self._witness.kept(self._ledger.name)

    def due(self, now: datetime) -> bool:
        """Return whether the next anchor is due; also where it is not known when the last one was given."""
        return self.overdue(now) >= timedelta(0)

    def overdue(self, now: datetime) -> timedelta:
        """Return how long the next anchor has been due: negative before, the longest there is where none was given."""
        try:
            last = self.last()
        except WitnessError:
            return timedelta.max
        if last is None:
            return timedelta.max
        gone = now - datetime.fromisoformat(last.at)
        # A last anchor of a time to come does not vouch for today.
        return timedelta.max if gone < -self.every else gone - self.every

    def tick(self, now: datetime) -> Anchor | None:
        """Give an anchor if one is due; return it. Raises what `give` raises."""
        return self.give(now) if self.due(now) else None

    def give(self, now: datetime) -> Anchor:
        """Give the ledger's head to the witness now, and record that.

        Raises RefusedAnchorError where the witness has seen another history, which starts an incident; WitnessError
        where it keeps nothing now; LedgerError where the ledger can't be read or written. Whatever is raised, it
        stays due.
        """
        mark = self._ledger.mark()
        return self.give_head(Head(hash=mark.hash, length=mark.length), mark.end, now)

    def give_head(self, head: Head, size: int, now: datetime, *, base: str = "") -> Anchor:
        """Give a head that the ledger has or had; `size` is in bytes of its text. Raises what `give` raises."""
        anchor = Anchor(
            ledger=self._ledger.name,
            length=head.length,
            head=head.hash,
            bytes=size,
            at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            to=self._to,
            base=base,  # type: ignore[arg-type]
        )
        try:
            kept = self._witness.keep(sign_anchor(anchor, self._signer))
        except RefusedAnchorError as error:
            self._failed(OTHER, anchor, error)
            if self._incidents is not None:
                facts = Facts(
                    reason="ledger_broken", ledger=anchor.ledger, component=self._to, seq=head.length, found=head.hash
                )
                self._incidents.report("chain-mismatch", facts)
            raise
        except WitnessError as error:
            self._failed(FAILED, anchor, error)
            raise
        self._record(KEPT, anchor, {})
        return kept

    def _failed(self, action: str, anchor: Anchor, error: WitnessError) -> None:
        """Record that the witness did not keep an anchor; where even that fails, what is raised says so."""
        try:
            self._record(action, anchor, {"why": error.problems[0].message[:200]})
        except LedgerError as second:
            raise WitnessError([*error.problems, *second.problems]) from None

    def _record(self, action: str, anchor: Anchor, more: dict[str, str]) -> None:
        details = {"length": anchor.length, "head": anchor.head, "to": anchor.to, "base": anchor.base} | more
        entry = Entry(tenant=self._tenant, actor=self._actor, action=action, record=anchor.ledger, details=details)
        self._ledger.append(entry)
