"""Equal parts become one object, and nothing changes its value by that."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from limen.loading.interning import Interner
from limen.model.flows import Flow
from limen.model.places import Component

names = st.sampled_from(["a", "b", "c"])
parts = st.fixed_dictionaries(
    {"id": names, "from": names, "to": names},
    optional={
        "carries": st.lists(names, max_size=2),
        "returns": st.lists(names, max_size=2),
        "via": st.lists(st.fixed_dictionaries({"component": names, "tls": st.just("terminate")}), max_size=2),
        "in_transit": st.fixed_dictionaries(
            {}, optional={"protocol": st.just("https"), "tls": st.fixed_dictionaries({"min": st.just("1.3")})}
        ),
        "protection": st.dictionaries(names, st.lists(st.builds(lambda key: {"sealed": key}, names), max_size=2)),
        "fields": st.dictionaries(names, st.lists(names, min_size=1, max_size=2)),
        "audit": st.fixed_dictionaries({"ledger": names}, optional={"redacts": st.booleans()}),
        "purpose": names,
    },
)


def _flow(plain: dict[str, Any]) -> Flow:
    return msgspec.convert(copy.deepcopy(plain), Flow)


@given(st.lists(parts, min_size=2, max_size=6))
def test_equal_parts_are_one_object_and_keep_their_value(plains: list[dict[str, Any]]) -> None:
    interner = Interner()
    flows = [interner.share(_flow(plain)) for plain in plains]
    assert flows == [_flow(plain) for plain in plains]
    for name in Flow.__struct_fields__:
        kept: list[Any] = []
        for value in (getattr(flow, name) for flow in flows):
            same = [other for other in kept if other == value]
            assert all(other is value for other in same), name
            kept.append(value)


def test_the_order_of_a_mapping_makes_no_difference() -> None:
    interner = Interner()
    one = interner.share({"a": ("x",), "b": ("y",)})
    assert interner.share({"b": ("y",), "a": ("x",)}) is one
    assert interner.share({"a": ("y",), "b": ("x",)}) is not one


def test_types_are_not_confused() -> None:
    interner = Interner()
    assert interner.share("1") == "1"
    assert interner.share(True) is True
    assert type(interner.share(1)) is int
    assert interner.share(msgspec.UNSET) is msgspec.UNSET


def test_a_struct_that_holds_a_mapping_stays_itself_with_shared_parts() -> None:
    interner = Interner()
    plain = {"zone": "z", "kind": "service", "independent": {"a": "why"}, "roles": ["r"]}
    first, second = (interner.share(msgspec.convert(plain, Component)) for _ in range(2))
    assert first == second
    assert first is not second
    assert first.independent is second.independent
    assert first.roles is second.roles
