"""A tenant's id in header, row and signature: all of them, the same, or nothing passes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.refusals import RefusedError
from limen.controls.signing import sign_item
from limen.controls.tenancy import HEADER, same_tenant, tenant_of_headers, tenant_of_row, verified_for_tenant
from tests.controls.tenant_world import FIRST, SECOND

ALL = {"header": FIRST, "row": FIRST, "signature": FIRST}


def test_the_same_id_everywhere_passes() -> None:
    assert same_tenant(FIRST, ALL) == FIRST
    assert same_tenant(FIRST, {"row": FIRST}, ["row"]) == FIRST


@pytest.mark.parametrize("place", ["header", "row", "signature"])
@pytest.mark.parametrize("value", [SECOND, "", None, FIRST.upper(), FIRST[:-1], FIRST + "0", "\ud800"])
def test_one_place_without_the_id_or_with_another_is_refused(place: str, value: Any) -> None:
    with pytest.raises(RefusedError) as caught:
        same_tenant(FIRST, {**ALL, place: value})
    assert caught.value.reason == "wrong_tenant"
    assert place in str(caught.value)
    assert SECOND not in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RefusedError) as caught:
        same_tenant(FIRST, {"header": SECOND, "row": SECOND})
    assert len(caught.value.problems) == 3
    with pytest.raises(RefusedError):
        same_tenant(FIRST, {}, [])
    with pytest.raises(RefusedError):
        same_tenant(FIRST, {"row": FIRST, "header": SECOND}, ["row"])
    with pytest.raises(RefusedError):
        same_tenant("pharmacy-014", {"row": "pharmacy-014"}, ["row"])


@pytest.mark.parametrize("name", [HEADER, HEADER.lower(), HEADER.upper(), HEADER.encode()])
def test_one_header_carries_it_in_whatever_case(name: Any) -> None:
    assert tenant_of_headers([("Host", "x"), (name, FIRST)]) == FIRST
    assert tenant_of_headers([(name, FIRST.encode())]) == FIRST


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(HEADER, FIRST), (HEADER, FIRST)],
        [(HEADER, FIRST), (HEADER.lower(), SECOND)],
        [(HEADER, f"{FIRST}, {SECOND}")],
        [(HEADER, "")],
        [("Limen_Tenant", FIRST)],
    ],
)
def test_no_header_or_two_is_refused(headers: Any) -> None:
    with pytest.raises(RefusedError):
        tenant_of_headers(headers)


@pytest.mark.parametrize("row", [{}, {"tenant_id": None}, {"tenant_id": 7}, {"tenant_id": "x"}, {"TENANT_ID": FIRST}])
def test_a_row_without_it_is_refused(row: Any) -> None:
    assert tenant_of_row({"tenant_id": FIRST}) == FIRST
    with pytest.raises(RefusedError):
        tenant_of_row(row)


def test_the_signature_holds_for_its_tenant_only(tmp_path: Any) -> None:
    store = KeyStore.create(tmp_path / "keys.json")
    store.new("signing", "Ed25519")
    bound = {"item": "stock", "flow": "f", "record": "r-1"}
    signed = sign_item(b"{}", tenant=FIRST, signer=store.signer("signing"), **bound)
    keys = store.publics("signing")

    def check(tenant: str, header: str, row: str) -> bytes:
        return verified_for_tenant(signed, [(HEADER, header)], {"tenant_id": row}, tenant=tenant, keys=keys, **bound)

    assert check(FIRST, FIRST, FIRST) == b"{}"
    for tenant, header, row in (
        (SECOND, SECOND, SECOND),
        (FIRST, SECOND, FIRST),
        (FIRST, FIRST, SECOND),
        (SECOND, FIRST, FIRST),
    ):
        with pytest.raises(RefusedError):
            check(tenant, header, row)
    store.close()


@given(value=st.text() | st.binary() | st.none() | st.integers())
def test_any_value_is_an_id_or_is_refused(value: Any) -> None:
    for call in (lambda: tenant_of_row({"tenant_id": value}), lambda: same_tenant(value, ALL)):
        with pytest.raises(RefusedError):
            call()
