"""A timestamp authority (RFC 3161) over HTTP: one question with a nonce, one bounded answer, no redirect."""

from __future__ import annotations

import hashlib
import time
from typing import Any
from urllib.parse import urlsplit

from limen.adapters.bounded_http import BoundsError, HttpAnswer, send
from limen.errors import Problem, UnassessedError, UsageError
from limen.integrity.time_tokens import MOST, TimestampError, read_timestamp

SECONDS = 30.0
"""Seconds within which an authority must have answered."""
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
"""RFC 3161 section 3.4."""


class AuthorityError(UnassessedError):
    """An authority gave no timestamp, or one over something else; nothing of it is kept."""


def timestamped(url: str, data: bytes, seconds: float = SECONDS) -> bytes:
    """Return the authority's response over the SHA-256 of some data, with its certificates, as it was sent.

    Status, nonce and digest are checked; whether anybody trusts the authority is not. Raises UsageError for an address
    that is none or a library that is missing, AuthorityError where there is no good answer within `seconds`.
    """
    host = check_address(url)
    request = _request(data)
    try:
        answer = send("POST", url, _HEADERS, request.as_bytes(), deadline=time.monotonic() + seconds, most=MOST)
    except BoundsError as error:
        raise _failed(error.reason, "try again, or name another authority") from None
    _granted(host, answer)
    try:
        token = read_timestamp(answer.body)
    except TimestampError as error:
        raise _failed(f"{host} gives no timestamp: {error}", "name another authority") from None
    if token.nonce != request.nonce:
        raise _failed(f"{host} answers another question: the nonce is not ours", "do not use this authority")
    if token.digest != hashlib.sha256(data).digest():
        raise _failed(f"{host} answers with a timestamp over other data", "do not use this authority")
    return answer.body


def _granted(host: str, answer: HttpAnswer) -> None:
    """Raise AuthorityError where the answer is none to be read."""
    if 300 <= answer.status < 400:
        hint = "name the address that it sends to, if you trust it: nothing else is contacted"
        raise _failed(f"{host} sends on to another address", hint)
    if answer.status != 200:
        raise _failed(f"{host} answers with HTTP status {answer.status}", "check the path of the address")


def check_address(url: str) -> str:
    """Return the host and port of an address; raises UsageError where it is none to ask."""
    hint = "give an address such as https://tsa.example.org/tsr"
    try:
        parts = urlsplit(url)
        where = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        parts, where = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not where or not url.isprintable() or " " in url or not url.isascii():
        raise UsageError(Problem(message=f"{url!r:.100} is no address of a timestamp authority", hint=hint))
    if "@" in parts.netloc:
        raise UsageError(Problem(message="the authority's address holds a credential", hint=hint))
    return where


def _request(data: bytes) -> Any:
    try:
        from rfc3161_client import TimestampRequestBuilder
        from rfc3161_client.base import HashAlgorithm
    except ImportError:
        message = "timestamps need limen[evidence]: rfc3161-client is missing"
        raise UsageError(Problem(message=message, hint="pip install 'limen[evidence]'")) from None
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def _failed(message: str, hint: str) -> AuthorityError:
    return AuthorityError(Problem(message=message, hint=hint))
