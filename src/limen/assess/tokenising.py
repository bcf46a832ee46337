"""Tokens in the place of what may not be in a pack, so that all else of the text says what it said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from limen.assess.identifying import Found
from limen.errors import Problem, UsageError
from limen.integrity.tokens import LEAST_KEY, token
from limen.probes.credentials import Credentials
from limen.probes.interface import AttemptError


class TokenKey(msgspec.Struct, frozen=True, kw_only=True):
    """What tokens are made with."""

    id: str
    """How tokens name it."""
    key: bytes

    def of(self, kind: str, value: bytes) -> bytes:
        """Return the token of an identifier."""
        return token(value.decode("utf-8", "replace"), domain=kind, key_id=self.id, key=self.key).encode()


def token_key(text: str, folder: Path) -> TokenKey:
    """Return the key of ID=REF, where REF is env:NAME, file:PATH or vault:PATH; relative paths count from `folder`.

    Raises UsageError, without any part of the key, where it can't be read or is too short.
    """
    name, equals, reference = text.partition("=")
    if not equals or not name or not reference:
        hint = "expected ID=REF, such as tokens-2026=env:TOKEN_KEY; REF is env:NAME, file:PATH or vault:PATH"
        raise UsageError(Problem(message="--token-key names no key", hint=hint))
    try:
        key = Credentials(folder).secret(reference).reveal().encode()
        token("", domain="", key_id=name, key=key)
    except AttemptError as error:
        raise UsageError(Problem(message=f"--token-key {name}: {error.reason}", hint="name where it is kept")) from None
    except ValueError as error:
        hint = f"{LEAST_KEY} bytes at least; openssl rand -hex 32 makes a good one"
        raise UsageError(Problem(message=f"--token-key {name[:40]}: {error}", hint=hint)) from None
    return TokenKey(id=name, key=key)


def replaced(name: str, data: bytes, found: Sequence[Found], key: TokenKey) -> bytes:
    """Return a file's content with a token in the place of each thing found; they are in order and apart.

    Raises ValueError with the one that stands where no token can: in the code of a rule, or in an encoding.
    """
    inside = _INSIDE.get(name.rpartition(".")[2], _anywhere)(data)
    parts: list[bytes] = []
    at = 0
    for one in found:
        state = inside(one.start)
        if one.encoding or state == "code":
            raise ValueError(one)
        made = key.of(one.kind, data[one.start : one.end])
        parts += [data[at : one.start], b'"' + made + b'"' if state == "number" else made]
        at = one.end
    return b"".join([*parts, data[at:]])


def _anywhere(data: bytes) -> Callable[[int], str]:
    """Return that a token can stand anywhere: no character of one means anything to YAML where a value stands."""
    return lambda place: "text"


def _json(data: bytes) -> Callable[[int], str]:
    """Return what tells whether a place of a JSON text lies in a string, or is a number."""
    return _Spans(data, b'"').at("number")


def _rego(data: bytes) -> Callable[[int], str]:
    """Return what tells whether a place of a Rego module lies in a string or a comment, or in code."""
    return _Spans(data, b'"`#').at("code")


class _Spans:
    """Strings and comments of a text, in order."""

    def __init__(self, data: bytes, opening: bytes) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        at = 0
        while at < len(data):
            byte = data[at]
            if byte not in opening:
                at += 1
                continue
            self.starts.append(at)
            at = _end(data, at, byte)
            self.ends.append(at)

    def at(self, outside: str) -> Callable[[int], str]:
        """Return what tells of a place whether it is text, or what it is outside of all."""
        from bisect import bisect_right

        def inside(place: int) -> str:
            number = bisect_right(self.starts, place) - 1
            return "text" if number >= 0 and place < self.ends[number] else outside

        return inside


def _end(data: bytes, at: int, opening: int) -> int:
    """Return where a string or a comment ends that begins at a place."""
    if opening == ord("#"):
        found = data.find(b"\n", at)
        return len(data) if found < 0 else found
    at += 1
    while at < len(data):
        if data[at] == opening:
            return at + 1
        at += 2 if data[at] == ord("\\") and opening == ord('"') else 1
    return len(data)


_INSIDE: dict[str, Callable[[bytes], Callable[[int], str]]] = {"json": _json, "jsonl": _json, "rego": _rego}
