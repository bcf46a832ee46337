"""What leaves as an answer: a sealed item, or a status with a reason's code and an incident's id; nothing besides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import orjson

from limen.controls.refusals import Reason, RefusedError

Headers = list[tuple[bytes, bytes]]
_CONFLICTS: tuple[Reason, ...] = ("replayed", "duplicate", "late", "mismatch", "out_of_order", "on_hold")
_UNFIT: tuple[Reason, ...] = (
    "fields_undeclared",
    "identifier_invalid",
    "identifier_ambiguous",
    "unregistered",
    "discontinued",
    "schedule_unknown",
    "values_exceeded",
)
_UNAVAILABLE: tuple[Reason, ...] = (
    "ledger_unavailable",
    "ledger_broken",
    "key_unavailable",
    "directory_unusable",
    "quarantine_unavailable",
    "replays_unavailable",
)
_STATUSES: dict[Reason, int] = {
    "undeclared_route": 404,
    "too_large": 413,
    "content_refused": 400,
    "record_refused": 400,
    **dict.fromkeys(_CONFLICTS, 409),
    **dict.fromkeys(_UNFIT, 422),
    **dict.fromkeys(_UNAVAILABLE, 503),
    "internal": 500,
}
"""Statuses of reasons; every other one is 403."""
_KEPT: dict[bytes, Callable[[bytes], object]] = {
    b"retry-after": re.compile(rb"\d{1,9}|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT").fullmatch,
    b"content-language": re.compile(rb"[A-Za-z]{2,3}(?:-[A-Z]{2})?(?:, ?[A-Za-z]{2,3}(?:-[A-Z]{2})?){0,7}").fullmatch,
}
"""Headers of the application that leave, written as they must be: so they hold nothing of a record."""


def refusal_status(refused: RefusedError) -> int:
    """Return the HTTP status of a refusal."""
    return _STATUSES.get(refused.reason, 403)


def problem_body(status: int, refused: RefusedError | None = None) -> bytes:
    """Return an answer as RFC 9457 has it: title and status, and of a refusal its reason's code and its incident."""
    told: dict[str, Any] = {"status": status, "title": _title(status)}
    if refused is not None:
        told |= {"incident": refused.incident, "reason": refused.reason}
    return orjson.dumps(told)


def headers_of(kept: Iterable[tuple[bytes, bytes]], content_type: bytes, body: bytes | None) -> Headers:
    """Return the headers of an answer: some of the application's, and those that fit its body; None: it has none."""
    first: dict[bytes, bytes] = {}
    for name, value in kept:
        if (is_right := _KEPT.get(name.lower())) is not None and is_right(value):
            first.setdefault(name.lower(), value)
    found = list(first.items())
    found.append((b"cache-control", b"no-store"))
    if body is not None:
        found += [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    return found


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
