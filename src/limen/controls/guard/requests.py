"""What a request says before its body: record, tenant and length, each once or not at all (RFC 9110, RFC 9112)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from limen.controls.guard.records import HINT, is_record
from limen.controls.guard.routes import RECORD_HEADER, TENANT_HEADER
from limen.controls.refusals import RefusedError
from limen.errors import Problem

_OF_THE_BODY = frozenset({b"content-length", b"transfer-encoding", b"content-encoding", b"trailer", b"expect"})
_OTHERWISE = frozenset(
    {b"x-http-method-override", b"x-http-method", b"x-method-override", b"x-original-url", b"x-rewrite-url"}
)
"""Headers of which frameworks take another method or path than the one that was looked at."""
_MOST_DIGITS = 15


class Heading(NamedTuple):
    """What the headers say."""

    record: str
    tenant: str
    """Empty where the request names none."""
    length: int | None
    """Bytes of the body; None where that is seen only at its end."""


def heading(headers: Iterable[tuple[bytes, bytes]]) -> Heading:
    """Return what the headers say.

    A header that stands twice is read as the first by one reader and as the last by another: it raises RefusedError
    (content_refused, record_refused), as whatever says nothing sound does.
    """
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value.strip())
    problems = [
        Problem(message=f"the header {name.decode()} stands {len(found[name])} times", hint="send it once")
        for name in (RECORD_HEADER.encode(), TENANT_HEADER.encode(), b"content-length", b"transfer-encoding")
        if len(found.get(name, ())) > 1
    ]
    record = _text(found, RECORD_HEADER)
    if not is_record(record):
        problems.append(Problem(message=f"the header {RECORD_HEADER} names no record", hint=HINT))
    if {b"content-length", b"transfer-encoding"} <= found.keys():
        problems.append(Problem(message="the body has two lengths", hint="send Content-Length, or chunks"))
    length = found.get(b"content-length", [b""])[0]
    if length and not (length.isdigit() and len(length) <= _MOST_DIGITS):
        problems.append(Problem(message="the length of the body is no number", hint="send bytes as decimal digits"))
        length = b""
    if found.get(b"content-encoding", [b"identity"]) != [b"identity"]:
        problems.append(Problem(message="the body is encoded", hint="send it as it was sealed, without compression"))
    if problems:
        raise RefusedError(problems, reason="content_refused" if is_record(record) else "record_refused")
    return Heading(record, _text(found, TENANT_HEADER), int(length) if length else None)


def opened_scope(scope: dict[str, Any], body: bytes, limen: object) -> dict[str, Any]:
    """Return the scope for the application: with what crossed, headers that fit the opened body, and no extensions.

    Headers that would make another request of it are left out.
    """
    left_out = _OF_THE_BODY | _OTHERWISE
    headers = [(name, value) for name, value in scope.get("headers", ()) if name.lower() not in left_out]
    headers.append((b"content-length", str(len(body)).encode()))
    return {**scope, "headers": headers, "extensions": {}, "limen": limen}


def _text(found: dict[bytes, list[bytes]], name: str) -> str:
    values = found.get(name.encode(), [])
    return values[0].decode("ascii", "replace") if len(values) == 1 else ""
