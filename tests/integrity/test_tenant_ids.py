"""Ids of tenants: the same everywhere, different for different inputs, and never without a key."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity.tenant_ids import message, tenant_id

KEY = bytes(range(32))
NAMED = st.dictionaries(st.text(max_size=6), st.text(max_size=6), min_size=1, max_size=4)


def test_an_id_is_the_code_of_a_message_that_anybody_can_make() -> None:
    said = (
        b"\x00\x00\x00\x12limen-tenant-id-v1\x00\x00\x00\x08facility\x00\x00\x00\x05F-014"
        b"\x00\x00\x00\x03npi\x00\x00\x00\x0a1234567893"
    )
    assert message({"npi": "1234567893", "facility": "F-014"}) == said
    assert tenant_id({"npi": "1234567893", "facility": "F-014"}, KEY) == hmac.new(KEY, said, "sha256").hexdigest()
    assert tenant_id({"facility": "F-014", "npi": "1234567893"}, KEY, "HMAC-SHA-512") == (
        hmac.new(KEY, said, "sha512").hexdigest()
    )
    assert (
        tenant_id({"facility": "F-014", "npi": "1234567893"}, algorithm="SHA-256") == hashlib.sha256(said).hexdigest()
    )


@given(one=NAMED, other=NAMED)
def test_different_inputs_make_different_messages(one: dict[str, str], other: dict[str, str]) -> None:
    assert (message(one) == message(other)) == (one == other)


def test_what_is_written_together_is_told_apart() -> None:
    assert tenant_id({"a": "bc"}, KEY) != tenant_id({"ab": "c"}, KEY)


@pytest.mark.parametrize(("inputs", "key"), [({}, KEY), ({"npi": "1"}, b""), ({"npi": "1"}, bytes(15))])
def test_no_inputs_and_no_key_give_no_id(inputs: dict[str, str], key: bytes) -> None:
    with pytest.raises(ValueError, match=r"at least"):
        tenant_id(inputs, key)
