"""What an engine's answer means: the host's precedence, check by check, so that nothing unknown passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from limen.policy.engine import Answer
from limen.policy.inspection import Entry
from limen.policy.messages import message_of
from limen.records.assessment import CheckResult, Outcome
from limen.records.rules import Check
from limen.records.statuses import STATUSES, Status

_RANK: dict[Status, int] = {status: rank for rank, status in enumerate(STATUSES)}
UNEVALUATED = "the rule could not be evaluated"
"""How the reason begins where an engine failed; what it said stands behind a colon."""
_RESERVED = frozenset({"holds", "refs"})

Raw = dict[str, msgspec.Raw]
_OBJECT = msgspec.json.Decoder(Raw)
_REFS = msgspec.json.Decoder(tuple[int, ...])

Presence = Callable[[str], bool]
"""Whether an input path is there."""
Elements = Callable[[str], list[Any] | None]
"""The elements of the list at an input path; None where there is no list."""


def failed_outcome(reason: str) -> Outcome:
    """Return the outcome of a rule that could not be evaluated."""
    return Outcome(status="error", reason=reason)


def outcome_of(entry: Entry, answer: Answer, present: Presence, elements: Elements) -> Outcome:
    """Return what a rule says of one input."""
    if not answer.ok:
        return failed_outcome(f"{UNEVALUATED}: {answer.text}")
    try:
        document = _OBJECT.decode(answer.text or "{}")
        applicable = bytes(document["applicable"]) if "applicable" in document else b""
        checks = _OBJECT.decode(document["checks"]) if "checks" in document else {}
    except msgspec.DecodeError:
        return failed_outcome("the rule's answer is no object of checks")
    if applicable == b"false":
        return Outcome(status="not_applicable", reason=entry.rule.not_applicable)
    if applicable != b"true":
        return failed_outcome(
            "`applicable` is undefined" if not applicable else "`applicable` is neither true nor false"
        )
    results: list[CheckResult] = []
    for name, check in entry.rule.checks.items():
        if check.each:
            results += _each(entry, name, check, checks.get(name), present, elements)
        else:
            results.append(_single(entry, name, check, checks.get(name), present))
    for name in sorted(set(checks) - set(entry.rule.checks)):
        results.append(_result(name, "", "error", "the rule answered a check that its metadata does not declare"))
    statuses: list[Status] = [result.status for result in results] or ["error"]
    worst = min(statuses, key=_RANK.__getitem__)
    return Outcome(status=worst, results=tuple(results))


def _single(entry: Entry, name: str, check: Check, answer: msgspec.Raw | None, present: Presence) -> CheckResult:
    missing = [need for need in check.needs if not present(need)]
    if missing:
        return _result(name, check.path, "not_assessed", _missing(entry, missing))
    return _judged(entry, name, check, check.path, answer)


def _each(
    entry: Entry, name: str, check: Check, answer: msgspec.Raw | None, present: Presence, elements: Elements
) -> list[CheckResult]:
    """Return one result an element of the list; needs below the list are those of the element."""
    inside = f"{check.each}[]."
    missing = [need for need in check.needs if not need.startswith(inside) and not present(need)]
    if missing:
        return [_result(name, check.path, "not_assessed", _missing(entry, missing))]
    found = elements(check.each)
    if found is None:
        return [_result(name, check.path, "error", f"{check.each} is no list")]
    try:
        answers = {} if answer is None else _OBJECT.decode(answer)
    except msgspec.DecodeError:
        return [_result(name, check.path, "error", "the check is no object by index")]
    results = []
    for index, element in enumerate(found):
        path = _indexed(check, index)
        absent = [
            need for need in check.needs if need.startswith(inside) and not has(element, need.removeprefix(inside))
        ]
        if absent:
            results.append(_result(name, path, "not_assessed", _missing(entry, absent)))
        else:
            results.append(_judged(entry, name, check, path, answers.get(str(index))))
    known = {str(index) for index in range(len(found))}
    if unknown := sorted(set(answers) - known):
        results.append(
            _result(name, check.path, "error", f"the check has entries for no element: {', '.join(unknown)}")
        )
    if not results:
        results.append(_result(name, check.path, "pass", ""))
    return results


def _judged(entry: Entry, name: str, check: Check, path: str, answer: msgspec.Raw | None) -> CheckResult:
    if answer is None:
        return _result(name, path, "error", "the check is undefined: a value that it reads is absent")
    try:
        head = _OBJECT.decode(answer)
        refs = _REFS.decode(head["refs"]) if "refs" in head else ()
    except msgspec.DecodeError:
        return _result(name, path, "error", "the check's head is no object, or its refs are no indices")
    values = {key: compact(value) for key, value in head.items() if key not in _RESERVED}
    holds = compact(head["holds"]) if "holds" in head else b""
    status: Status = "pass" if holds == b"true" else "fail" if holds == b"false" else "error"
    if status == "error":
        return _result(name, path, "error", "`holds` is neither true nor false")
    return CheckResult(
        check=name,
        path=path,
        status=status,
        message=message_of(check.message, values, entry.units.get(name, {})) if status == "fail" else "",
        actual=values.get("actual", b"null"),
        required=values.get("required", b"null"),
        refs=refs,
    )


def compact(value: msgspec.Raw) -> bytes:
    """Return a JSON value without the engine's indentation, which would make equal values differ."""
    text = bytes(value)
    return msgspec.json.format(text, indent=-1) if text[:1] in b"[{" else text


def has(value: Any, path: str) -> bool:
    """Return whether a dotted path is there."""
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def _indexed(check: Check, index: int) -> str:
    """Return the path of one element: where the check's path runs through its list, with the index put in."""
    if check.path.startswith(f"{check.each}[]"):
        return f"{check.each}[{index}]{check.path.removeprefix(f'{check.each}[]')}"
    return f"{check.path}[{index}]"


def _missing(entry: Entry, paths: list[str]) -> str:
    """Return which needs are absent, in words; a rule on observations may want what nobody saw."""
    what = "neither declared nor observed" if entry.rule.scope == "conformance" else "not declared"
    return f"{', '.join(paths)} {'is' if len(paths) == 1 else 'are'} {what}"


def _result(name: str, path: str, status: Status, message: str) -> CheckResult:
    return CheckResult(check=name, path=path, status=status, message=message)
