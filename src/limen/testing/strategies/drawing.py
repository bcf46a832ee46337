"""Values for the fields of a declaration: drawn by the model's types, references only to what is declared."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import inspect

from limen.model import scalars
from limen.testing.declaration_orders import ORDERS, Order

DURATIONS = ("PT1S", "PT1M", "PT1H", "PT24H", "P1D", "P30D", "P90D", "P365D", "P2Y", "P6Y", "P7Y", "P20Y")
DATES = ("2000-01-01", "2024-02-29", "2026-01-01", "2026-11-22", "2099-12-31")
FRESH = ("n1", "n2", "n3")
"""Names that no base has."""
_TEXTS = ("text", "-", "é ✓", "a b")
_PROTOCOLS = ("https", "http", "grpcs", "postgres", "udp", "unix", "kafka", "syslog-tls", "removable-media")
_SUITES = ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA")
_GROUPS = ("X25519MLKEM768", "X25519", "secp256r1", "secp160r1")
_OF_FIELD: dict[str, tuple[Any, ...]] = {
    "InTransit.protocol": _PROTOCOLS,
    "Tls.suites": _SUITES,
    "Tls.key_exchange": _GROUPS,
    "Tls.min": tuple(scalars.TLS_RANKS),
    "Tls.pins": ("sha256/vLnv4Lcl0HL1kRWNgB7vE+D/W1UEfQ0tNBbaQPXftQk=", "sha256/AAAA"),
    "Zone.trust": (0, 1, 2, 3, 9, 100),
    "DataItem.requires_integrity": (0, 1, 2, 3, 100),
    "Component.identity": ("spiffe://base/service", "spiffe://base/store", "spiffe://other"),
    "Zone.segment": ("extranet", "dmz", "app", "elsewhere"),
    "Ingress.canonicalises": ("ndc", "gtin", "npi", "dea", "name"),
    "Binding.inputs": ("dea_number", "npi", "facility", "address"),
    "Tenant.dea_number": ("AP5836727", "AP5836728", ""),
    "Tenant.npi": ("1234567893", "1234567890"),
    "Tier.name": ("hot", "warm", "cold"),
    "DataItem.fields": ("number", "subject", "printed_name", "signed_at", "meaning", "content_digest", "token"),
}
"""What is drawn for fields whose values mean something that their type does not say."""


def _pattern(annotated: Any) -> str | None:
    (meta,) = [one for one in get_args(annotated) if isinstance(one, msgspec.Meta)]
    return meta.pattern


_DURATION, _DATE = _pattern(scalars.Duration), _pattern(scalars.Date)
_REFERENCE = _pattern(scalars.ItemReference)


class Drawing:
    """Strategies for values of one declaration; a field that can't be filled (a reference to nothing) has none."""

    def __init__(self, declared: dict[str, Any]) -> None:
        """Know what may be referred to."""
        self.declared = declared

    def names(self, section: str) -> tuple[str, ...]:
        """Return the names of a section."""
        entries = self.declared.get(section) or ()
        return tuple(entries) if isinstance(entries, dict) else tuple(entry["id"] for entry in entries)

    def struct(self, kind: inspect.StructType) -> SearchStrategy[dict[str, Any]] | None:
        """Return mappings for a struct: with all that is required, and some of the rest."""
        name = kind.cls.__name__
        if name == "Layer":
            return self._one_of(kind)
        if name == "Never":
            return self._never(kind)
        needed: dict[str, SearchStrategy[Any]] = {}
        rest: dict[str, SearchStrategy[Any]] = {}
        for field in kind.fields:
            drawn = self.value(field.type, f"{name}.{field.encode_name}")
            if drawn is None and field.required:
                return None
            if drawn is not None:
                (needed if field.required else rest)[field.encode_name] = drawn
        return st.fixed_dictionaries(needed, optional=rest)

    def value(self, kind: inspect.Type, field: str) -> SearchStrategy[Any] | None:
        """Return values of a type for a field such as Tls.min; None where there is nothing to refer to."""
        kind = plain(kind)
        if isinstance(kind, inspect.StructType):
            return self.struct(kind)
        if isinstance(kind, inspect.VarTupleType):
            inner = self.value(kind.item_type, field)
            least = kind.min_length or 0
            if inner is None:
                return None if least else st.just([])
            return st.lists(inner, min_size=least, max_size=least + 2, unique_by=repr)
        if isinstance(kind, inspect.TupleType):
            pair = [self.value(one, field) for one in kind.item_types]
            return st.tuples(*[one for one in pair if one is not None]).map(list)
        if isinstance(kind, inspect.DictType):
            keys, inner = self._sampled(self.names("data")), self.value(kind.value_type, field)
            return None if keys is None or inner is None else st.dictionaries(keys, inner, max_size=2)
        if isinstance(kind, inspect.BoolType):
            return st.booleans()
        if isinstance(kind, inspect.LiteralType) and field not in _OF_FIELD:
            return st.sampled_from(kind.values)
        return self._sampled(self._scalars(kind, field))

    def _scalars(self, kind: inspect.Type, field: str) -> tuple[Any, ...]:
        if field in _OF_FIELD:
            return _OF_FIELD[field]
        if isinstance(kind, inspect.IntType):
            return tuple(range(kind.ge or 0, (kind.le or 4) + 1))[:5]
        pattern = kind.pattern if isinstance(kind, inspect.StrType) else None
        if pattern == _DURATION:
            return DURATIONS
        if pattern == _DATE:
            return DATES
        return self._named(ORDERS[field], pattern)

    def _named(self, order: Order, pattern: str | None) -> tuple[Any, ...]:
        labels = self.declared.get("labels", {})
        if order.sort == "other":
            return self.names(order.section)
        if order.sort == "level":
            return tuple(labels.get("levels", ()))
        if order.sort == "compartment":
            return tuple(labels.get("compartments", ()))
        if order.sort == "field":
            items = self.declared.get("data", {}).values()
            return tuple(sorted({name for item in items for name in item.get("fields", ())}))
        if order.sort == "permission":
            held = {one for role in self.declared.get("roles", {}).values() for one in role["permissions"]}
            return (*sorted(held), "new:thing", "record:*", "*")
        if order.sort == "item":
            keys = tuple(f"key:{name}" for name in self.names("keys")) if pattern == _REFERENCE else ()
            return self.names("data") + keys[:3]
        if order.sort in ("party", "place"):
            sections = ("zone", "component", "role") if order.sort == "party" else ("zone", "component")
            parties = tuple(f"{one}:{name}" for one in sections for name in self.names(f"{one}s"))
            return ("anyone", *parties) if order.sort == "party" else parties
        if order.sort == "values" and order.values:
            return order.values
        return FRESH if order.sort in ("rename", "same") else _TEXTS if pattern != _IDENTIFIER else FRESH

    def _one_of(self, kind: inspect.StructType) -> SearchStrategy[dict[str, Any]] | None:
        forms = []
        for field in kind.fields:
            drawn = self.value(field.type, f"{kind.cls.__name__}.{field.encode_name}")
            if drawn is not None:
                forms.append(st.fixed_dictionaries({field.encode_name: drawn}))
        return st.one_of(forms) if forms else None

    def _never(self, kind: inspect.StructType) -> SearchStrategy[dict[str, Any]] | None:
        known = {field.encode_name: field.type for field in kind.fields}
        parts = {name: self.value(known[name], f"Never.{name}") for name in known}
        path = {name: drawn for name in ("from", "to") if (drawn := parts[name]) is not None}
        item = {name: drawn for name in ("data", "reaches") if (drawn := parts[name]) is not None}
        rest = {name: drawn for name in ("in", "on") if (drawn := parts[name]) is not None}
        via = parts["except_via"]
        if len(path) < 2 or len(item) < 2 or via is None:
            return None
        forms = st.fixed_dictionaries(path, optional={"except_via": via})
        return forms | st.fixed_dictionaries(item, optional=rest)

    def _sampled(self, known: tuple[Any, ...]) -> SearchStrategy[Any] | None:
        return st.sampled_from(known) if known else None


_IDENTIFIER = _pattern(scalars.Identifier)


def plain(kind: inspect.Type) -> inspect.Type:
    """Return a type without its descriptions, and without the choice to leave it out."""
    while True:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            (kind,) = [one for one in kind.types if type(one).__name__ != "UnsetType"]  # which msgspec's stubs lack
        else:
            return kind
