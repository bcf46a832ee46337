"""Tiers: segments of a ledger move from hot to warm to cold by their age, and are one chain in all of them.

    tiers = Tiers(ledger, declaration.ledgers["cs-ledger"], worm=worm, cold=cold, proof=proof)
    tiers.run(now)       # every day; goes on where it was interrupted

A segment leaves a tier when its youngest record is old enough. Warm: a copy in a store that is written once, and the
file read-only. Cold: compressed, sealed, proved to exist, and only then are the plain records removed. The chain is
verified before and after each step, every step is recorded in the ledger, and at every moment one whole copy is there.
Serves NIST SP 800-53 AU-11, AU-9(3), SI-12 and SC-28, 21 CFR 11.10(c), 21 CFR 1304.04(a) and 45 CFR 164.316(b)(2)(i).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from limen.adapters.ledgers.blocks import aligned
from limen.adapters.whole_files import READ_ONLY, write_whole
from limen.controls.cold_storage import Cold, Proof, proved, statement
from limen.controls.ledger import BrokenLedgerError, Entry, LedgerError, Line
from limen.controls.segment_files import Segment, SegmentFiles, lines
from limen.controls.segments import SegmentedLedger
from limen.controls.tier_entries import MOVED, Entries, Moved, Said, agree, entries_of
from limen.controls.worm import Kept, WormStore
from limen.errors import DeclarationError, Problem
from limen.integrity.canonical import canonical
from limen.integrity.chains import Stretch, joined, origin
from limen.integrity.verifying import Expected, skipped, verified
from limen.model.ledgers import Ledger as Declared
from limen.model.ledgers import Tier
from limen.model.scalars import duration_seconds

Kind = Literal["hot", "warm", "cold"]
_PLAIN = Expected()
MARGIN = timedelta(days=30)
"""How much longer than its tier an object stays locked, so that the next tier has it before, even if weeks late."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One segment and the tier that it is to reach next."""

    segment: Segment
    to: Kind


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the folder of one segment: whoever made it need not be us."""

    segment: Segment
    plain: bool
    """Whether its records lie there in plaintext."""
    notes: dict[Moved, dict[str, Any] | None]


class Tiers:
    """What moves one ledger's segments through its declared tiers."""

    def __init__(
        self,
        ledger: SegmentedLedger,
        declared: Declared,
        *,
        worm: WormStore | None = None,
        cold: Cold | None = None,
        proof: Proof | None = None,
        tenant: str = "",
        actor: str = "limen",
    ) -> None:
        """Keep the parts; raises DeclarationError where a declared tier could not be what it is declared to be."""
        self._ledger, self._worm, self._cold, self._proof = ledger, worm, cold, proof
        self._tenant, self._actor = tenant, actor
        self.tiers = dict(_kinds(ledger.name, declared))
        problems = [*_lacking(self.tiers, worm, cold, proof)]
        if problems:
            raise DeclarationError(problems)

    def plan(self, now: datetime) -> tuple[Step, ...]:
        """Return the next step of each segment that is due; raises LedgerError where the segments can't be read."""
        found = []
        for segment in self._ledger.present():
            step = self._next(segment, now)
            if step is not None:
                found.append(Step(segment=segment, to=step))
        return tuple(found)

    def run(self, now: datetime) -> tuple[Step, ...]:
        """Do every step that is due, oldest segments first; return them.

        Raises LedgerError, WormError, EnvelopeError or AuthorityError where a step fails: what was done before stays
        done, the segment stays whole where it was, and the next run begins with it.
        """
        done: list[Step] = []
        while steps := self.plan(now):
            for step in steps:
                try:
                    self._do(step, now)
                except OSError as error:
                    message = f"{step.segment.stem} can't become {step.to}: {error.strerror}"
                    raise LedgerError(message) from None
                done.append(step)
        return tuple(done)

    def check(self) -> None:
        """Verify every segment in every copy: chain, digests, locks and proofs; raises what is wrong with the first.

        What was done with a segment is what the ledger's own entries say: the notes beside it must agree with them,
        and where they are gone the copies are looked at all the same.
        """
        # Looked at before the entries are read: a step that is under way records first, and then leaves its traces.
        folder = [self._seen(segment) for segment in self._ledger.present()]
        entries = entries_of([one.segment for one in folder], self._ledger.read())
        for one in folder:
            self._checked(one, entries)

    def restore(self, segment: Segment) -> None:
        """Put a segment's records back from the copy that is written once, after verifying that.

        Which copy that is, the ledger's later entries say. Raises WormError or LedgerError where there is no good one.
        """
        files, seen = self._files, self._seen(segment)
        entries = entries_of([segment], self._after(segment))
        state: Moved = "cold" if not seen.plain and (segment.stem, "cold") in entries else "warm"
        said = self._recorded(seen, state, entries)
        kept = None if said is None else self._kept(seen, state, said)
        if kept is None or self._worm is None:
            raise LedgerError(f"{segment.stem} has no copy that is written once")
        self._worm.check(kept)
        if state == "warm":
            for _ in lines(self._ledger.chain, segment, self._worm.pieces(kept)):
                pass
        path = files.body(segment) if state == "warm" else files.sealed(segment)
        try:
            write_whole(path, self._worm.pieces(kept), disk=files.disk)
        except OSError as error:
            raise LedgerError(f"{segment.stem} can't be restored: {error.strerror}") from None
        for _ in self._ledger.read_segment(segment):
            pass

    @property
    def _files(self) -> SegmentFiles:
        return self._ledger.files

    def _seen(self, segment: Segment) -> _Seen:
        plain, noted = self._files.body(segment).exists(), self._files.noted
        return _Seen(
            segment=segment, plain=plain, notes={"warm": noted(segment, "warm"), "cold": noted(segment, "cold")}
        )

    def _after(self, segment: Segment) -> Iterator[Line]:
        """Yield the entries behind a segment; of a later one that is damaged, too, those before the damage."""
        end = segment.last
        for later in self._ledger.present():
            if later.first > segment.last:
                with contextlib.suppress(LedgerError):
                    yield from self._ledger.read_segment(later)
                end = later.last
        yield from self._ledger.read(end + 1)

    def _checked(self, seen: _Seen, entries: Entries) -> None:
        """Verify what the ledger says that there is of one segment besides its records."""
        segment = seen.segment
        for state in MOVED.values():
            said = self._recorded(seen, state, entries)
            if said is None:
                continue
            now = state == "cold" or (segment.stem, "cold") not in entries
            tier = self.tiers.get(state)
            if now and tier is not None and tier.worm and said.worm is None:
                hint = f"the tier {tier.name} is declared as written once"
                raise LedgerError(Problem(message=f"{segment.stem} has no copy that is written once", hint=hint))
            kept = self._kept(seen, state, said)
            if kept is not None and self._worm is not None:
                self._worm.check(kept)
            # Recorded and not noted yet, with the plain records still there: the step is under way, or done again.
            if state == "cold" and not (seen.plain and seen.notes["cold"] is None):
                self._frozen(seen, said)
        if not seen.plain and (segment.stem, "cold") not in entries:
            raise self._files.broken(f"nothing records that the plain records of {segment.stem} may be gone")

    def _recorded(self, seen: _Seen, state: Moved, entries: Entries) -> Said | None:
        """Return the entry that a segment's note is of, the newest without one; None where it was not moved there."""
        found, noted = entries.get((seen.segment.stem, state), []), seen.notes[state]
        if noted is not None:
            found = [one for one in found if agree(one.worm, noted.get("worm"))]
            if not found:
                raise self._files.broken(f"what is noted of {seen.segment.stem} as {state} is not what is recorded")
        return found[-1] if found else None

    def _kept(self, seen: _Seen, state: Moved, said: Said) -> Kept | None:
        """Return the copy that is written once, which must be of the segment; None where there is none."""
        if said.worm is None:
            return None
        noted = seen.notes[state] or {}
        try:
            kept = msgspec.convert(noted.get("worm", said.worm), Kept)
        except msgspec.ValidationError:
            raise self._files.broken(f"nothing says where the copy of {seen.segment.stem} is") from None
        if kept.sha256 != (seen.segment.sha256 if state == "warm" else said.sealed):
            raise self._files.broken(f"the copy of {seen.segment.stem} is of something else")
        return kept

    def _frozen(self, seen: _Seen, said: Said) -> None:
        """Verify that the sealed records are those that are recorded and noted, and proved where that is declared."""
        segment, noted = seen.segment, seen.notes["cold"]
        found = statement(segment, self._files.sealed(segment))
        if noted is None or noted.get("statement") != found or found["sealed"] != said.sealed:
            raise self._files.broken(f"{segment.stem} is not what was sealed, or its note is gone")
        tier = self.tiers.get("cold")
        declared = tier is not None and tier.proof_of_existence not in (UNSET, "none")
        if self._proof is not None and (declared or said.proved):
            proved(self._files, segment, self._proof)

    def _state(self, segment: Segment) -> Kind:
        if self._files.noted(segment, "cold") is not None and not self._files.body(segment).exists():
            return "cold"
        return "warm" if self._files.noted(segment, "warm") is not None else "hot"

    def _next(self, segment: Segment, now: datetime) -> Kind | None:
        """Return the tier that a segment goes to next; None where it is where it belongs."""
        age = now - datetime.fromisoformat(segment.newest)
        kinds = list(self.tiers)
        left = sum(age >= timedelta(seconds=duration_seconds(self.tiers[kind].until)) for kind in kinds)
        target, at = min(left, len(kinds) - 1), kinds.index(self._state(segment))
        return kinds[at + 1] if at < target else None

    def _do(self, step: Step, now: datetime) -> None:
        for _ in self._ledger.read_segment(step.segment):
            pass  # verified as it is read
        if step.to == "warm":
            self._warm(step.segment, now)
        else:
            self._freeze(step.segment, now)
        for _ in self._ledger.read_segment(step.segment):
            pass

    def _warm(self, segment: Segment, now: datetime) -> None:
        files = self._files
        kept = self._put(segment, f"{segment.stem}.jsonl", b"".join(self._ledger.text(segment)), "warm", now)
        files.body(segment).chmod(READ_ONLY)
        self._record(segment, "warm", kept, {})
        files.note(segment, "warm", {"at": now.isoformat(), "worm": kept})

    def _freeze(self, segment: Segment, now: datetime) -> None:
        """Seal, open again, prove, record, and only then remove the plain records; some may have been done before."""
        files, cold = self._files, self._cold
        if cold is None:
            raise LedgerError("nothing is given that seals")
        noted = files.noted(segment, "cold")
        if noted is None:
            sealed = files.sealed(segment)
            write_whole(sealed, cold.sealing(segment, self._ledger.text(segment)), disk=files.disk)
            for _ in lines(self._ledger.chain, segment, cold.opens(segment, files.sealed(segment))):
                pass
            said = statement(segment, sealed)
            if self._proof is not None:
                response = self._proof.made(canonical(said))
                write_whole(files.folder / f"{segment.stem}.tsr", [response], disk=files.disk)
            kept = self._put(segment, sealed.name, sealed.read_bytes(), "cold", now)
            self._record(segment, "cold", kept, {"sealed": said["sealed"], "proved": self._proof is not None})
            files.note(segment, "cold", {"at": now.isoformat(), "statement": said, "worm": kept})
        else:
            # What a crash left: the plain records go only where the sealed ones are as they were noted.
            for _ in lines(self._ledger.chain, segment, cold.opens(segment, files.sealed(segment))):
                pass
            if noted.get("statement") != statement(segment, files.sealed(segment)):
                raise BrokenLedgerError(f"the ledger {segment.ledger} is broken: {segment.stem} is not what was sealed")
        files.body(segment).unlink(missing_ok=True)
        files.disk.sync_folder(files.folder)

    def _put(self, segment: Segment, name: str, content: bytes, kind: Kind, now: datetime) -> dict[str, Any] | None:
        """Put a copy where it is written once, if the tier is so, locked for as long as the tier and a margin."""
        tier = self.tiers[kind]
        if not tier.worm or self._worm is None:
            return None
        over = datetime.fromisoformat(segment.newest) + timedelta(seconds=duration_seconds(tier.until))
        return dict(msgspec.structs.asdict(self._worm.put(name, content, max(over, now) + MARGIN)))

    def _record(self, segment: Segment, kind: Kind, kept: dict[str, Any] | None, more: dict[str, Any]) -> None:
        details = {
            "first": segment.first,
            "last": segment.last,
            "head": segment.head,
            "sha256": segment.sha256,
            "worm": kept,
        }
        entry = Entry(
            tenant=self._tenant,
            actor=self._actor,
            action=f"segment.{kind}",
            record=segment.stem,
            details=details | more,
        )
        self._ledger.append(entry)


def verified_across(ledger: SegmentedLedger, expected: Expected = _PLAIN) -> Stretch:
    """Return what verifying the whole text of a ledger yields, over every tier, as one chain.

    It is joined to the beginning, or to the last record that was deleted. Raises LedgerError where it can't be read.
    """
    segments, deleted = ledger.present(), ledger.gone()
    mark = ledger.mark()
    start = deleted[-1].start + deleted[-1].bytes if deleted else 0
    found = origin(start, genesis=deleted[-1].head, seq=deleted[-1].last) if deleted else origin()

    def text() -> Iterator[bytes]:
        for segment in segments:
            yield from ledger.text(segment)
        at = segments[-1].last + 1 if segments else deleted[-1].last + 1 if deleted else 1
        for line in ledger.read(at):
            if line.seq <= mark.length:
                yield line.raw

    for block in aligned(text(), start):
        stretch = (
            skipped(block.start, block.skipped)
            if block.skipped
            else verified(block.data, block.start, ledger.chain.keys, expected)
        )
        found = joined(found, stretch)
    return found


def _kinds(name: str, declared: Declared) -> Iterator[tuple[Kind, Tier]]:
    """Yield the declared tiers by what they are; raises DeclarationError where they are no way from hot to cold."""
    order: list[Kind] = []
    problems = []
    for place, tier in enumerate(declared.tiers):
        kind: Kind = "hot" if not place else "cold" if tier.compressed or tier.encrypted else "warm"
        if kind in order or "cold" in order:
            problems.append(Problem(message=f"the tier {tier.name} of {name} comes after one that is as cold"))
        if place and duration_seconds(tier.until) <= duration_seconds(declared.tiers[place - 1].until):
            problems.append(Problem(message=f"the tier {tier.name} of {name} ends no later than the one before"))
        order.append(kind)
        yield kind, tier
    if not order:
        problems.append(Problem(message=f"the ledger {name} declares no tiers", hint="tiers: [{name: hot, until: …}]"))
    if problems:
        raise DeclarationError(problems)


def _lacking(
    tiers: dict[Kind, Tier], worm: WormStore | None, cold: Cold | None, proof: Proof | None
) -> Iterator[Problem]:
    """Yield what is declared of a tier and could not be done with what is given."""
    for kind, tier in tiers.items():
        if tier.worm and (worm is None or kind == "hot"):
            hint = "give a WormStore; the first tier is appended to"
            yield Problem(message=f"the tier {tier.name} is declared as written once, and nothing is that", hint=hint)
        if kind == "cold" and (cold is None or not (tier.compressed and tier.encrypted)):
            hint = "give a Cold, and declare the tier compressed and encrypted: it is both"
            yield Problem(message=f"the tier {tier.name} can't be as it is declared", hint=hint)
        if tier.proof_of_existence not in (UNSET, "none") and (proof is None or kind != "cold"):
            hint = "give a Proof; only cold segments are proved"
            yield Problem(message=f"the tier {tier.name} is declared as proved, and nobody proves it", hint=hint)
