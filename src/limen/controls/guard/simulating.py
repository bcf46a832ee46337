"""What a guard would say of a crossing, and by which declared line: every step and every reason, and nothing happens.

No key is used, no ledger is written and no rule engine is asked, so that what only those can say is said to be unasked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from limen.controls.guard.content import check_content
from limen.controls.guard.decisions import faults_of, given_faults, unknown_faults
from limen.controls.guard.faults import STEPS, Fault, Step
from limen.controls.guard.preparing import BoundRow, Prepared
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Location

Path = tuple[str | int, ...]
Answer = Literal["yes", "no", "unasked"]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a crossing: what is asked, what the answer is, and which declared lines decide."""

    step: Step
    question: str
    """What is asked, in words."""
    answer: Answer
    """unasked: only a key, a rule engine or the payload can tell."""
    faults: tuple[Fault, ...]
    """Everything against it; empty unless the answer is no."""
    decided_by: tuple[str, ...]
    """The declared values that decide, as file:line:column where the places are known, else as paths."""


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """A crossing that was asked about and did not happen."""

    flow: str
    item: str
    """The item; empty where it is not known which."""
    steps: tuple[Asking, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing that can be known beforehand is against it."""
        return all(step.answer != "no" for step in self.steps)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason against it, in the order of the steps; a crossing is refused for the first."""
        return tuple(dict.fromkeys(fault.reason for step in self.steps for fault in step.faults))

    def __str__(self) -> str:
        """Return it as lines for people."""
        asked = f"{self.flow} {self.item}".strip() or "something that is not declared"
        lines = [f"{asked}: {'allowed' if self.allowed else 'refused'}"]
        for step in self.steps:
            lines.append(f"  {step.answer:<8}{step.step}: {step.question}")
            lines += [f"          {fault.reason}: {fault.message}; {fault.hint}" for fault in step.faults]
            lines += [f"          by {where}" for where in step.decided_by]
        return "\n".join(lines)


def simulated(
    prepared: Prepared,
    flow: object,
    principal: object,
    *,
    item: object,
    direction: object,
    record: object,
    tenant: object,
    payload: object,
    now: datetime,
    largest: int,
    has_rules: bool,
) -> Simulation:
    """Return what would come of a crossing; `payload` is None where there is none to look at."""
    bound = prepared.bound(flow, direction, item)
    if bound is None:
        faults = list(unknown_faults(prepared.table, flow, direction, item))
        asking = Asking(
            step="declared",
            question="Is it a declared crossing of this component?",
            answer="no",
            faults=tuple(faults),
            decided_by=tuple(_places(prepared, [fault.path for fault in faults if fault.path])),
        )
        known = flow if isinstance(flow, str) and flow in prepared.table.flows else ""
        return Simulation(flow=known, item="", steps=(asking,))
    found = [*faults_of(bound.row, principal, now, tenant), *_content_faults(bound, record, tenant, payload, largest)]
    steps = tuple(_asking(prepared, bound, step, found, payload, has_rules) for step in STEPS)
    return Simulation(flow=bound.row.flow, item=bound.row.item, steps=steps)


def _content_faults(bound: BoundRow, record: object, tenant: object, payload: object, largest: int) -> Iterator[Fault]:
    given: Any = b"" if payload is None else payload
    row = bound.row
    yield from given_faults(row, given, record, largest)
    if not bound.looks or row.fields is None or not row.sends or type(payload) is not bytes:
        return
    try:
        check_content(
            payload,
            row.fields,
            row.identifiers,
            str(record),
            bound.reader,
            row.tenant_field,
            str(tenant),
        )
    except RefusedError as refused:
        for problem in refused.problems:
            yield Fault(
                step="classified",
                reason=refused.reason,
                message=problem.message,
                hint=problem.hint,
                path=("data", row.item, "fields"),
            )


def _asking(
    prepared: Prepared, bound: BoundRow, step: Step, found: list[Fault], payload: object, has_rules: bool
) -> Asking:
    question, answer, paths = _QUESTIONS[step](bound, payload, has_rules)
    faults = tuple(fault for fault in found if fault.step == step)
    if faults:
        answer, paths = "no", [fault.path for fault in faults if fault.path]
    return Asking(
        step=step, question=question, answer=answer, faults=faults, decided_by=tuple(_places(prepared, paths))
    )


Question = tuple[str, Answer, list[Path]]


def _declared(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    row = bound.row
    does = "carry" if row.direction == "carries" else "return"
    return (
        f"Does {row.flow} {does} {row.item}, {'to' if row.sends else 'from'} {row.peer}?",
        "yes",
        [("flows", row.flow, row.direction)],
    )


def _authenticated(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    flow = ("flows", bound.row.flow)
    question = (
        f"Was the caller authenticated by {bound.row.method or 'a method'}, as who it is declared to be, in time?"
    )
    return question, "yes", [(*flow, "authn")]


def _authorised(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    row = bound.row
    question = f"Does it act in a role that {row.flow} admits and that grants {row.permission or 'what it asks for'}?"
    return question, "yes", [("flows", row.flow, "authz")]


def _tenant(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    row = bound.row
    if row.tenant:
        return f"Do caller and payload belong to {row.tenant}?", "yes", [("flows", row.flow)]
    return "Do caller and payload belong to one declared tenant?", "yes", [("tenants",)]


def _classified(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    row = bound.row
    fields = "any, since none is declared" if row.fields is None else ", ".join(sorted(row.fields))
    question = f"Is {row.item} {row.label}, which its receiver may hold, and are its fields among {fields}?"
    seen = not bound.looks or (payload is not None and row.sends)
    paths: list[Path] = [("data", row.item, "label"), ("data", row.item, "fields")]
    return question, "yes" if seen else "unasked", paths


def _protected(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    row = bound.row
    layers = [f"{layer.kind} {layer.key}" for plan in row.plans[:1] for layer in plan.layers]
    does = "put around" if row.sends else "taken off"
    question = f"Can {' around '.join(layers) or 'no layer'} be {does} {row.item}?"
    return question, "unasked" if layers else "yes", [("flows", row.flow, "protection", row.item)]


def _ruled(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    if has_rules:
        return "Do the live rules answer true?", "unasked", []
    return "Is there no live rule that says otherwise?", "yes", []


def _logged(bound: BoundRow, payload: object, has_rules: bool) -> Question:
    row = bound.row
    where = f"Is it durable in {row.ledger}?" if row.ledger else f"Is it {row.peer} that records it?"
    return where, "unasked" if row.ledger else "yes", [("flows", row.flow, "audit")]


_QUESTIONS = {
    "declared": _declared,
    "authenticated": _authenticated,
    "authorised": _authorised,
    "tenant": _tenant,
    "classified": _classified,
    "protected": _protected,
    "ruled": _ruled,
    "logged": _logged,
}


def _places(prepared: Prepared, paths: list[Path]) -> Iterator[str]:
    """Yield where paths are written, or the paths themselves where the files are not known."""
    for path in dict.fromkeys(paths):
        text = ".".join(map(str, path))
        if prepared.loaded is None:
            yield text
            continue
        place: Location = prepared.loaded.sources.locate(*path)
        yield f"{place}: {text}"
