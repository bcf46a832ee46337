"""Values of claims as people write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.claim_words import claim_words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("in_transit.tls.min", 13, "1.3"),
        ("in_transit.tls.min", 9, "ssl3"),
        ("in_transit.tls.min", 0, "plaintext"),
        ("in_transit.tls.min", 77, "77"),
        ("rotation", 7_776_000, "P90D"),
        ("rotation", -5, "-5"),
        ("append_only", True, "yes"),
        ("append_only", False, "no"),
        ("grantees", [], "none"),
        ("grantees", ["db", "gateway"], "db, gateway"),
        ("anchors", {"every": 3_600, "to": "witness"}, "every PT1H, to witness"),
        ("tiers", [{"name": "hot", "until": 86_400}, {"name": "cold"}], "name hot, until P1D; name cold"),
        ("chain", {}, "nothing"),
        ("origin", "hsm", "hsm"),
        ("origin", None, ""),
    ],
)
def test_a_value_in_words(field: str, value: Any, words: str) -> None:
    assert claim_words(field, value) == words


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(["in_transit.tls.min", "rotation", "grantees", "tiers"]), _JSON)
def test_any_value_has_words(field: str, value: Any) -> None:
    assert isinstance(claim_words(field, value), str)
