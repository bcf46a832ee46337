"""Decisions and subjects as records: decided line by line, so that a hundred thousand need no more memory than ten.

Line i of core/decisions.jsonl is public and says how decision i ended; line i of core/details.jsonl is private and
says of what, and why. Texts are RFC 8785: what outcomes and subjects share is written once and put together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

from limen.evidence.identifiers import identifier
from limen.integrity.canonical import canonical, recanonical
from limen.policy.judging import UNEVALUATED
from limen.records.assessment import Assessment, CheckResult, Outcome, RuleDecisions
from limen.records.statuses import STATUSES, Status
from limen.records.subjects import Step, SubjectTable

_AT_ONCE = 4096
"""Lines that are held before they are written."""
_SHOWN: frozenset[Status] = frozenset({"error", "fail", "not_assessed"})
"""Statuses whose details repeat how the subject comes about."""


class Names:
    """The names of all subjects of each kind, as they are and as JSON, made once a kind."""

    def __init__(self, assessment: Assessment) -> None:
        """Keep the tables; nothing is made yet."""
        self._tables = assessment.tables
        self._made: dict[str, tuple[list[str], list[bytes]]] = {}

    def of(self, kind: str) -> tuple[list[str], list[bytes]]:
        """Return the names of a kind's subjects in order, as text and as JSON."""
        if kind not in self._made:
            names = list(self._tables[kind].names())
            self._made[kind] = (names, [canonical(name) for name in names])
        return self._made[kind]


def write_decisions(assessment: Assessment, names: Names, decisions: BinaryIO, details: BinaryIO) -> Counter[Status]:
    """Write both halves of every decision, rule by rule in catalog order; return how many there are of each status."""
    counts: Counter[Status] = Counter(dict.fromkeys(STATUSES, 0))
    number = 0
    for decided in assessment.decisions.values():
        table = assessment.tables.get(decided.selected.rule.subject)
        if table is None:
            continue
        public = [_public(decided, outcome) for outcome in decided.outcomes]
        private = _Private(assessment.system, decided, table, names)
        for start in range(0, table.size, _AT_ONCE):
            indices = range(start, min(start + _AT_ONCE, table.size))
            codes = _codes(decided, table, indices)
            decisions.write(b"".join(map(public.__getitem__, codes)))
            details.write(
                b"".join(private.line(number + index, index, code) for index, code in zip(indices, codes, strict=True))
            )
            for code, times in Counter(codes).items():
                counts[decided.outcomes[code].status] += times
        number += table.size
    return counts


def write_subjects(assessment: Assessment, names: Names, file: BinaryIO) -> None:
    """Write every subject with its input, kind by kind in alphabetical order."""
    for kind, table in sorted(assessment.tables.items()):
        shapes: dict[int, bytes] = {}
        shape = _inputs(table)
        lead = b'","input":'
        tail = b',"kind":%b,"subject":' % canonical(kind)
        lines: list[bytes] = []
        for index, (name, quoted) in enumerate(zip(*names.of(kind), strict=True)):
            code = table.shapes[index]
            if code not in shapes:
                if len(shapes) >= _AT_ONCE:
                    shapes.clear()
                shapes[code] = shape(code)
            uid = identifier(f"subject:{assessment.system}:{name}").encode()
            lines.append(b'{"id":"' + uid + lead + shapes[code] + tail + quoted + b"}\n")
            if len(lines) == _AT_ONCE:
                file.write(b"".join(lines))
                lines.clear()
        file.write(b"".join(lines))


def plain_message(check: str, message: str) -> str:
    """Return a message without what an engine said: that a rule could not be evaluated is enough, and the same."""
    return UNEVALUATED if not check and message.startswith(UNEVALUATED) else message


def step_fields(steps: tuple[Step, ...]) -> list[dict[str, object]]:
    """Return a witness as JSON."""
    return [
        {
            "component": step.component,
            "state": list(step.state),
            "item": step.item,
            "flow": step.flow,
            "action": step.action,
            "assumed": step.assumed,
        }
        for step in steps
    ]


def _codes(decided: RuleDecisions, table: SubjectTable, indices: range) -> list[int]:
    """Return the outcomes of subjects, as `RuleDecisions.outcome` finds them."""
    codes = [decided.codes[shape] for shape in table.shapes[indices.start : indices.stop]]
    if table.assumed is not None and decided.assumed:
        for place, index in enumerate(indices):
            if table.assumed[index] >= 0:
                codes[place] = decided.assumed.get(codes[place], codes[place])
    return codes


def _public(decided: RuleDecisions, outcome: Outcome) -> bytes:
    rule = decided.selected.rule
    fields = {
        "rule": rule.id,
        "status": outcome.status,
        "severity": rule.severity,
        "controls": list(rule.controls),
        "kind": rule.subject,
    }
    return canonical(fields) + b"\n"


class _Private:
    """Writes the private halves of one rule's decisions."""

    def __init__(self, system: str, decided: RuleDecisions, table: SubjectTable, names: Names) -> None:
        rule = decided.selected.rule.id
        self._lead = f"decision:{system}:{rule}::"
        self._table = table
        self._names, self._quoted = names.of(table.kind) if table.size else ([], [])
        self._witnessed = [outcome.status in _SHOWN for outcome in decided.outcomes]
        self._middle = [
            b'","reason":%b,"results":%b,"rule":%b,"subject":'
            % (
                canonical(plain_message("", outcome.reason)),
                canonical([_result(result) for result in outcome.results]),
                canonical(rule),
            )
            for outcome in decided.outcomes
        ]

    def line(self, number: int, index: int, code: int) -> bytes:
        """Return the line of a decision: its number, its subject's place and its outcome."""
        witness = b"[]"
        if self._witnessed[code] and (steps := self._table.details(index).witness):
            witness = canonical(step_fields(steps))
        uid = identifier(self._lead + self._names[index])
        head = b'{"decision":%d,"id":"%b' % (number, uid.encode())
        return b"".join((head, self._middle[code], self._quoted[index], b',"witness":', witness, b"}\n"))


def _result(result: CheckResult) -> dict[str, object]:
    return {
        "check": result.check,
        "path": result.path,
        "status": result.status,
        "message": plain_message(result.check, result.message),
        "actual": recanonical(result.actual)[0],
        "required": recanonical(result.required)[0],
        "refs": list(result.refs),
    }


def _inputs(table: SubjectTable) -> Callable[[int], bytes]:
    """Return what gives a shape's input as RFC 8785; each distinct value of a field is made so once."""
    columns = sorted(table.columns.items())
    made: list[dict[int, bytes]] = [{} for _ in columns]

    def fields(shape: int) -> Iterator[bytes]:
        for (name, column), known in zip(columns, made, strict=True):
            code = column.codes[shape]
            if code < 0:
                continue
            if code not in known:
                if len(known) >= _AT_ONCE:
                    known.clear()
                known[code] = b'"%b":%b' % (name.encode(), recanonical(column.values[code])[1])
            yield known[code]

    return lambda shape: b"{" + b",".join(fields(shape)) + b"}"
