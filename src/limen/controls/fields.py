"""Fields of a record encrypted one by one, each bound to its item, record and name; the rest stays searchable.

A sealed field holds one envelope as text. What is authenticated beside it (see `envelope_text`) names the zone, flow,
record, item, field and label: moved to another field, record or item, it opens nowhere. 45 CFR 164.312(a)(2)(iv), NIST
SP 800-53 SC-28(1), SC-13. What fields there are is not hidden, and neither is that one was taken away or how long a
value is: a signature around the record is what notices that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
import orjson

from limen.controls.envelope import Context, EnvelopeError, Envelopes, inspected
from limen.controls.refusals import RefusedError
from limen.errors import Problem
from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.strict_json import strict_json
from limen.model.declaration import Declaration

_UNSEALED = "seal the record first; what is in the clear here was never protected"


class FieldEncryption:
    """Seals and opens the declared fields of one item with one key. Values keep their JSON types.

    A declared field that a record lacks stays absent, and null is sealed like any value.
    """

    def __init__(self, envelopes: Envelopes, fields: Collection[str], *, item: str) -> None:
        """Keep the key, the declared fields and the name of the item; raises ValueError where a name is empty."""
        if not item or not fields or not all(fields):
            raise ValueError("field encryption needs an item and the names of fields")
        self._envelopes = envelopes
        self.fields = tuple(dict.fromkeys(fields))
        """The fields that are sealed, in the order of the declaration."""
        self.item = item
        """The data item."""

    def __repr__(self) -> str:
        return f"FieldEncryption({self._envelopes!r}, {list(self.fields)}, item={self.item!r})"

    def seal(self, record: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return a copy of a record with its declared fields sealed.

        `context` is the record's own; the fields' is derived from it. Raises RefusedError with the problems of every
        field: content_refused where a value is no JSON or sealed already, and what sealing raises (key_unavailable).
        """
        made, problems = dict(record), list[Problem]()
        for name in self.fields:
            if name not in record:
                continue
            try:
                plaintext = _written(record[name])
            except CanonicalError:
                hint = "expected text, a number, true, false, null, or lists and objects of these"
                problems.append(Problem(message=f"the field {name} holds no JSON value that can be kept", hint=hint))
                continue
            if _sealed(record[name]):
                problems.append(Problem(message=f"the field {name} is sealed already", hint="seal a record once"))
            elif not problems:
                made[name] = self._envelopes.seal(plaintext, self._context(context, name)).decode()
        if problems:
            raise RefusedError(problems, reason="content_refused")
        return made

    def open(
        self, record: Mapping[str, Any], context: Context, *, only: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Return a copy of a record with its declared fields opened, or only some of these; the others stay sealed.

        Raises RefusedError with the problems of every field: fields_undeclared where one of `only` is none of the
        declared fields, envelope_refused where a field is not sealed or was sealed elsewhere, key_unavailable.
        """
        wanted = self._wanted(only)
        made, problems = dict(record), list[Problem]()
        reason: EnvelopeError | None = None
        for name in wanted:
            if name not in record:
                continue
            if not isinstance(record[name], str):
                problems.append(Problem(message=f"the field {name} is not sealed", hint=_UNSEALED))
                continue
            try:
                envelope = record[name].encode()
                made[name] = strict_json(self._envelopes.open(envelope, self._context(context, name)))
            except UnicodeEncodeError:
                problems.append(Problem(message=f"the field {name} is not sealed", hint=_UNSEALED))
            except EnvelopeError as error:
                reason = error if error.reason == "key_unavailable" else reason
                problems += [
                    Problem(message=f"the field {name} can't be opened: {one.message}", hint=one.hint)
                    for one in error.problems
                ]
            except ValueError:
                problems.append(Problem(message=f"the field {name} holds no JSON once it is opened"))
        if problems:
            raise EnvelopeError(problems, "envelope_refused" if reason is None else reason.reason)
        return made

    def rewrap(self, record: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return a copy of a record with its declared fields sealed anew under the newest version of the key.

        Raises RefusedError as `open` and `seal` do; then nothing was changed.
        """
        return self.seal(self.open(record, context), context)

    def _wanted(self, only: Collection[str] | None) -> tuple[str, ...]:
        if only is None:
            return self.fields
        beyond = sorted(set(only) - set(self.fields))
        if beyond or isinstance(only, str):
            hint = f"sealed fields of {self.item}: {', '.join(self.fields)}"
            message = f"{len(beyond) or 1} of the fields that are asked for are none that the declaration seals"
            raise RefusedError(Problem(message=message, hint=hint), reason="fields_undeclared")
        return tuple(name for name in self.fields if name in only)

    def _context(self, context: Context, field: str) -> Context:
        return field_context(context, self.item, field)


def field_context(context: Context, item: str, field: str) -> Context:
    """Return what one field's envelope is bound to: an array has one text, so that no two places share it."""
    place = canonical([context.record, item, field]).decode()
    return msgspec.structs.replace(context, record=place)


def field_layers(declaration: Declaration, item: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return where an item's fields are sealed one by one: flow, key and fields, in the order of the declaration."""
    found = []
    for flow in declaration.flows:
        for layer in flow.protection.get(item, ()):
            sealed = layer.field_encrypted
            if not isinstance(sealed, msgspec.UnsetType):
                found.append((flow.id, sealed.key, sealed.fields))
    return tuple(found)


def _written(value: Any) -> bytes:
    """Return the JSON text of a value; raises CanonicalError where a reader would not get back the same value."""
    canonical(value)  # refuses NaN, integers beyond 2^53, lone surrogates, other types
    return orjson.dumps(value)  # and keeps 1.0 apart from 1, which RFC 8785 does not


def _sealed(value: Any) -> bool:
    if not isinstance(value, str) or not value.startswith("{"):
        return False
    return inspected(value.encode("utf-8", "surrogatepass")).context is not None
