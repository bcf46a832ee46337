"""waivers.yaml: accepted findings, and the findings on waivers that do not hold.

A waiver counts where it names a failing check, has not expired, was approved by somebody else than who asked,
and its compensating control passes in this run. Signatures are not verified yet, so no waiver counts as attested.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import msgspec

from limen.errors import DeclarationError, Location, Problem
from limen.policy.documents import Document, convert, read
from limen.policy.messages import visible
from limen.policy.moments import moment
from limen.policy.wording import suggestion
from limen.records.assessment import Finding, RuleDecisions
from limen.records.waivers import Waiver, WaiverFile

TITLES = {
    "waiver.expired": "A waiver has not expired",
    "waiver.unmatched": "A waiver matches a finding",
    "waiver.self_approved": "A waiver is approved by somebody else than who asked",
    "waiver.compensating_control": "A waiver's compensating control passes in this run",
    "waiver.unattested": "A waiver is signed by a trusted approver",
}
"""The rules on waivers, which the host judges itself, with their titles."""
_REMEDIES = {
    "waiver.expired": "Mend the finding, or have the waiver approved anew with a later day.",
    "waiver.unmatched": "Remove the waiver: its finding is gone, or has worsened and needs a new one.",
    "waiver.self_approved": "Have somebody else approve it.",
    "waiver.compensating_control": "Name a rule that passes everywhere in this run.",
    "waiver.unattested": "Have a trusted approver sign it.",
}


class WaiverDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver file with the places of its parts."""

    path: str
    """The file, as messages call it."""
    file: WaiverFile
    """What it says."""
    document: Document
    """Finds places."""

    def place(self, index: int, field: str) -> Location:
        """Return where a waiver's field stands."""
        return self.document.location(("waivers", index, field))


class Objection(msgspec.Struct, frozen=True):
    """Why a waiver does not count."""

    rule: str
    field: str
    message: str


def read_waivers(path: Path, shown: str = "") -> WaiverDocument:
    """Read a waiver file, called `shown` in messages; raise DeclarationError with every problem and its place."""
    shown = shown or str(path)
    document = read(path, shown, DeclarationError)
    file = convert(document, WaiverFile, DeclarationError)
    found = WaiverDocument(path=shown, file=file, document=document)
    problems = []
    first: dict[str, int] = {}
    for index, waiver in enumerate(file.waivers):
        try:
            moment(waiver.expires)
        except ValueError:
            hint = "expected YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"
            problems.append(Problem(message="no such moment", location=found.place(index, "expires"), hint=hint))
        if first.setdefault(waiver.fingerprint, index) != index:
            message = f"the finding is waived twice, first in line {found.place(first[waiver.fingerprint], '').line}"
            problems.append(Problem(message=message, location=found.place(index, "fingerprint")))
    if problems:
        raise DeclarationError(problems)
    return found


def objections(
    waiver: Waiver, decisions: Mapping[str, RuleDecisions], now: datetime.datetime, *, attested_only: bool
) -> list[Objection]:
    """Return every reason for which a waiver does not count, whatever it matches."""
    found = []
    if moment(waiver.expires) <= now:
        found.append(Objection("waiver.expired", "expires", f"the waiver expired on {waiver.expires}"))
    if _seen(waiver.approved_by) == _seen(waiver.requested_by):
        message = f"{visible(waiver.approved_by)} asked for the waiver and approved it"
        found.append(Objection("waiver.self_approved", "approved_by", message))
    if unmet := _unmet(waiver.compensating_control, decisions):
        found.append(Objection("waiver.compensating_control", "compensating_control", unmet))
    if attested_only:
        message = "no trusted approver's signature was verified, and a profile asks for one"
        found.append(Objection("waiver.unattested", "signature", message))
    return found


def _seen(name: str) -> str:
    """Return a name as a reader sees it: without case, spaces, marks that don't show, or compatible spellings."""
    shown = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in shown if unicodedata.category(letter)[0] not in "CZ")


def _unmet(control: str, decisions: Mapping[str, RuleDecisions]) -> str:
    """Return why a compensating control is not met, or an empty text: a rule must pass, and nowhere do worse."""
    shown = visible(control)
    decided = decisions.get(control)
    if decided is None:
        hint = suggestion(control, decisions)
        return f"the compensating control {shown} is no rule of this run, nor was it observed ({hint})"
    used = {decided.outcomes[code].status for code in set(decided.codes)}
    if "pass" not in used:
        return f"the compensating control {shown} passes nowhere in this run"
    if worse := sorted(used - {"pass", "not_applicable"}):
        return f"the compensating control {shown} does not pass everywhere: {', '.join(worse)}"
    return ""


def waiver_finding(held: WaiverDocument, index: int, objection: Objection, fingerprint: str) -> Finding:
    """Return the finding on a waiver that does not count."""
    waiver = held.file.waivers[index]
    return Finding(
        rule=objection.rule,
        title=TITLES[objection.rule],
        subject=f"waiver:{waiver.fingerprint}",
        path=objection.field,
        status="fail",
        severity="high",
        confidence="certain",
        message=objection.message,
        remediation=_REMEDIES[objection.rule],
        controls=(),
        actual=b"null",
        required=b"null",
        fingerprint=fingerprint,
        location=held.place(index, objection.field),
        provenance="",
        crossing="",
        subject_title=f"waiver of {waiver.fingerprint}",
        witness=(),
        refs=(),
    )


def waiver_text(waiver: Waiver) -> str:
    """Return who approved a waiver, until when and why."""
    return (
        f"approved by {visible(waiver.approved_by)} until {waiver.expires}, unattested: {visible(waiver.reason)} "
        f"(owner {visible(waiver.owner)}, compensated by {visible(waiver.compensating_control)})"
    )
