"""What is wrong with the shape of a value, all of it, in plain words.

msgspec stops at the first mistake, which is right for a valid declaration. Only where it refused a value, the
generated JSON Schema finds all mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from limen.loading.schema import type_schema
from limen.loading.wording import describe, listing, quote, suggestion
from limen.model import scalars
from limen.model.probing import OPTIONS_OF


class Misfit(NamedTuple):
    """One mistake in the shape of a value."""

    path: tuple[str | int, ...]
    message: str
    hint: str
    key: bool
    """Whether the name of the field is meant rather than its value."""


_NAME = "letters, digits, '_', '.' and '-', where first and last is a letter, digit or '_'"
_WORDS: dict[Any, str] = {
    scalars.Identifier: f"a name: {_NAME}",
    scalars.Permission: "a permission: parts joined by ':', such as packet:upload",
    scalars.ItemReference: f"a data item or key:NAME: {_NAME}",
    scalars.PartyReference: "zone:NAME, component:NAME, role:NAME or anyone",
    scalars.PlaceReference: "the name of a zone or component, or zone:NAME or component:NAME",
    scalars.Duration: "an ISO 8601 duration above zero, such as P365D or PT1H",
    scalars.Text: "text that is not blank",
    scalars.Date: "a date, such as 2026-01-31",
    scalars.TlsVersion: 'one of "1.3", "1.2", "1.1", "1.0" and ssl3',
}
_PATTERNS = {kind.__metadata__[0].pattern: words for kind, words in _WORDS.items()}
_OTHER_PATTERNS = {
    r"^sha256/": "a pin, such as sha256/BASE64",
    r"^[!-~]+": "printable ASCII without spaces, such as spiffe://example/service",
    r"^(?:env|file|vault)": "a reference, never a value: env:NAME, file:PATH or vault:PATH",
}
_ONE_OF = {
    "Layer": "exactly one of sealed, signed and field_encrypted",
    "Never": "either from, to and perhaps except_via, or data, reaches and perhaps in and on",
}


def misfits(value: Any, kind: Any) -> Iterator[Misfit]:
    """Yield all that keeps a plain value from being of a type of the model; what is None was reported before."""
    validator = _validator(kind)
    for error in validator.iter_errors(value):
        yield from _explain(error, validator)


@lru_cache(maxsize=64)
def _validator(kind: Any) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(type_schema(kind))


def _explain(error: Any, validator: Any) -> Iterator[Misfit]:
    path = tuple(error.absolute_path)
    found = error.instance
    rule = error.validator
    if found is None or (rule == "type" and "enum" in error.schema):
        return  # reported before, or with the choices
    if rule == "not":  # only `ProbeRequest` says that a field may not be there: another probe takes it
        takers = listing(probe for probe, options in OPTIONS_OF.items() if path[-1] in options)
        yield Misfit(path, f"this probe takes no option {quote(str(path[-1]))}", f"taken by: {takers}", True)
        return
    if rule == "additionalProperties":
        known = error.schema.get("properties", {})
        for name in found:
            if name not in known:
                hint = suggestion(name, known) or f"known fields: {listing(known)}"
                yield Misfit((*path, name), f"unknown field {quote(name)}", hint, True)
        return
    if rule == "required":
        for name in error.validator_value:
            if name not in found:
                expected = _expected(error.schema.get("properties", {}).get(name, {}), validator)
                yield Misfit(path, f"the field {name} is missing", f"expected {expected}", True)
        return
    if rule == "oneOf" and not isinstance(found, dict):
        return  # its wrong type is reported
    if rule == "oneOf":
        words = _ONE_OF.get(error.schema.get("title", ""), "one of its forms")
        given = " and ".join(_shown(name) for name in found) or "nothing"
        yield Misfit(path, f"expected {words}; found {given}", "split what belongs apart", True)
        return
    if "propertyNames" in error.absolute_schema_path:
        longest = rule == "maxLength"
        expected = f"at most {error.validator_value} characters" if longest else _text(error.schema)
        yield Misfit((*path, found), f"expected {expected}; found {quote(found)}", "", True)
        return
    longest = rule == "maxLength"
    expected = f"at most {error.validator_value} characters" if longest else _expected(error.schema, validator)
    yield Misfit(path, f"expected {expected}; found {describe(found)}", _hint(error, found), False)


def _hint(error: Any, found: Any) -> str:
    if error.validator == "enum" and isinstance(found, str):
        return suggestion(found, [choice for choice in error.validator_value if isinstance(choice, str)])
    if error.schema.get("type") == "string" and isinstance(found, (bool, int)):
        return "quote it"
    if error.schema.get("type") == "array" and isinstance(found, str):
        return f"write it as a list: [{_shown(found)}]"
    if error.schema.get("type") in ("integer", "boolean") and isinstance(found, str):
        return "remove the quotes" if found in ("true", "false") or found.isdecimal() else ""
    if error.validator == "maxLength":
        return "shorten it"
    return ""


def _shown(name: str) -> str:
    return quote(name)[1:-1]


def _expected(schema: dict[str, Any], validator: Any) -> str:
    """Return what a schema asks for, in words."""
    reference = schema.get("$ref")
    if reference is not None:
        return _expected(validator.schema["$defs"][reference.rsplit("/", 1)[1]], validator)
    if "enum" in schema:
        return listing(str(choice) for choice in schema["enum"])
    kind = schema.get("type")
    if kind == "integer":
        low, high = schema.get("minimum"), schema.get("maximum")
        return "an integer" + (f" from {low} to {high}" if low is not None and high is not None else "")
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        if "prefixItems" in schema:
            return f"a list of {len(schema['prefixItems'])}"
        least = schema.get("minItems", 0)
        return "a list" + (f" with at least {least}" if least else "")
    if kind == "object":
        known = schema.get("properties")
        return f"a mapping with {listing(known)}" if known else "a mapping of names"
    return _text(schema)


def _text(schema: dict[str, Any]) -> str:
    pattern = schema.get("pattern", "")
    if pattern in _PATTERNS:
        return _PATTERNS[pattern]
    return next((words for start, words in _OTHER_PATTERNS.items() if pattern.startswith(start)), "text")
