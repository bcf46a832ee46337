"""Custodians: a majority that is declared, and never one that comes about by leaving something out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from limen.analysis.custodians import Custodians
from limen.model.keys import Key

VAULT = {"provider": "vault", "held_by": "kms"}
PKCS11 = {"provider": "pkcs11", "held_by": "kms"}


def agreed(keys: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """Whether provider and holder of each key agree with most others."""
    made = [msgspec.convert(key, Key) for key in keys]
    custodians = Custodians(made)
    return [(custodians.provider_agrees(key), custodians.holder_agrees(key)) for key in made]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([VAULT], [(True, True)]),
        ([VAULT, VAULT, PKCS11], [(True, True), (True, True), (False, True)]),
        ([VAULT, PKCS11], [(False, True), (False, True)]),
        ([VAULT, VAULT, {"provider": "vault", "held_by": "portal"}], [(True, True), (True, True), (True, False)]),
        ([VAULT, {"provider": "pkcs11"}], [(UNSET, True), (UNSET, UNSET)]),
        ([VAULT, VAULT, {"provider": "pkcs11"}], [(True, True), (True, True), (UNSET, UNSET)]),
        ([VAULT, {"provider": "vault"}], [(True, UNSET), (UNSET, UNSET)]),
        ([VAULT, {"held_by": "kms"}], [(UNSET, True), (UNSET, UNSET)]),
        ([VAULT, {}], [(UNSET, UNSET), (UNSET, UNSET)]),
        ([{}], [(UNSET, UNSET)]),
    ],
)
def test_most_keys_say_what_is_usual(keys: list[dict[str, Any]], expected: list[tuple[Any, Any]]) -> None:
    assert agreed(keys) == expected


def _optional(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


@given(
    st.lists(st.tuples(_optional("vault", "pkcs11", "aws"), _optional("kms", "hsm")), min_size=1, max_size=8),
    st.data(),
)
def test_leaving_something_out_makes_no_other_key_agree(
    pairs: list[tuple[str | None, str | None]], data: st.DataObject
) -> None:
    """A weakening once hid ten findings: it broke the tie that they were found by."""
    keys = [
        {name: value for name, value in zip(("provider", "held_by"), pair, strict=True) if value is not None}
        for pair in pairs
    ]
    before = agreed(keys)
    chosen = data.draw(st.integers(0, len(keys) - 1))
    field = data.draw(st.sampled_from(["provider", "held_by"]))
    after = agreed([*keys[:chosen], {k: v for k, v in keys[chosen].items() if k != field}, *keys[chosen + 1 :]])
    for old, new in zip(before, after, strict=True):
        for was, now in zip(old, new, strict=True):
            assert not (was is not True and now is True), (before, after)
