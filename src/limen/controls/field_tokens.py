"""Deterministic tokens of identifiers, by which records are joined and logs are read without the identifiers.

The same value of the same domain has the same token under the same key, and only whoever has the key can make or try
one (HMAC-SHA-256, `limen.integrity.tokens`). A domain is what the value names: tokens of an MRN and of a prescription
never match, even of equal texts. 45 CFR 164.514(c), NIST SP 800-53 SC-28, SI-19(4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.integrity.canonical import LARGEST, CanonicalError
from limen.integrity.tokens import key_of, same, token


class FieldTokens:
    """Makes and compares tokens with an HMAC key that rotates.

    `mac` gives id and secret of the version that writes, `macs` those of all live versions by id: `keyring.mac` and
    `keyring.macs` of one key's name. They are asked at each use, so that a rotation counts from then on.
    """

    def __init__(
        self,
        mac: Callable[[], tuple[str, bytes]],
        macs: Callable[[], Mapping[str, bytes]],
        *,
        domains: Mapping[str, str] | None = None,
    ) -> None:
        """Keep where the key is; `domains` are those of fields that name the same thing by another name."""
        self._mac, self._macs, self._domains = mac, macs, dict(domains or {})

    def token(self, field: str, value: str | int) -> str:
        """Return the token of a field's value under the version of the key that writes now.

        The value counts as it is: bring it into its canonical form first. Raises RefusedError: content_refused where
        it is neither a text nor an integer, key_unavailable where the key can't make tokens.
        """
        return self._made(field, _text(field, value), *self._mac())

    def matches(self, text: str, field: str, value: str | int) -> bool:
        """Return whether a token is that of a field's value, whichever live version of the key made it.

        Raises RefusedError: content_refused where the text is no token, key_unavailable where its version is gone.
        """
        try:
            key_id = key_of(text)
        except (ValueError, TypeError):
            raise RefusedError(Problem(message="it is no token of version 1"), reason="content_refused") from None
        key = self._macs().get(key_id)
        if key is None:
            hint = "keep a version as long as tokens made with it are matched"
            message = "the version of the key that made the token is not live"
            raise RefusedError(Problem(message=message, hint=hint), reason="key_unavailable")
        return same(text, self._made(field, _text(field, value), key_id, key))

    def candidates(self, field: str, value: str | int) -> tuple[str, ...]:
        """Return a value's tokens under every live version, the one that writes first: what a look-up asks for."""
        current, key = self._mac()
        written = _text(field, value)
        found = [self._made(field, written, current, key)]
        older = (self._made(field, written, *one) for one in sorted(self._macs().items()) if one[0] != current)
        return (*found, *older)

    def of_record(self, record: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str | None]:
        """Return tokens of a record's fields by the names given for them; null stays null, an absent field absent.

        Raises RefusedError with the problems of every field.
        """
        made: dict[str, str | None] = {}
        problems: list[Problem] = []
        for field, name in fields.items():
            if field not in record:
                continue
            try:
                made[name] = None if record[field] is None else self.token(field, record[field])
            except RefusedError as refused:
                if refused.reason != "content_refused":
                    raise
                problems += refused.problems
        if problems:
            raise RefusedError(problems, reason="content_refused")
        return made

    def _made(self, field: str, value: str, key_id: str, key: bytes) -> str:
        try:
            return token(value, domain=self._domains.get(field, field), key_id=key_id, key=key)
        except CanonicalError:
            raise RefusedError(_unwritable(field), reason="content_refused") from None
        except ValueError:
            hint = "expected an HMAC-SHA-256 key of 32 bytes or more with an id of letters, digits, '_', '.' and '-'"
            raise RefusedError(
                Problem(message="the key can't make tokens", hint=hint), reason="key_unavailable"
            ) from None


def _text(field: str, value: object) -> str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return str(value)
    raise RefusedError(_unwritable(field), reason="content_refused")


def _unwritable(field: str) -> Problem:
    return Problem(message=f"the field {field} holds no text and no integer", hint="a token stands for one of these")
