"""Who was allowed once and should not have been: by no authentication, by another spelling, by another tenant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limen.controls.access import Access
from limen.controls.field_openings import OPENED, FieldOpenings
from limen.controls.fields import FieldEncryption
from limen.controls.ledger import Ledger, open_ledger
from limen.controls.refusals import RefusedError
from tests.controls import accessing
from tests.controls.test_fields import (  # noqa: F401 fixtures
    ASKED,
    CONTEXT,
    NOW,
    RECORD,
    declaration,
    fields,
    keyring,
    person,
    store,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "l.jsonl", name="l", key=("k-1", bytes(32)), clock=lambda: NOW) as made:
        yield made


def test_whoever_was_not_authenticated_has_no_permission(ledger: Ledger) -> None:
    """`none` is a method of the declaration, and where no flow was named nothing asked how somebody was shown."""
    access = Access(accessing.declaration(), ledger=ledger)
    nobody = accessing.principal("ana", "coordinator", method="none")
    decision = access.decide(nobody, "packet:read", "r-1", "care", NOW)
    assert (bool(decision), decision.reason) == (False, "unauthenticated")
    assert [line.details["outcome"] for line in ledger.read()] == ["refused"]


@pytest.mark.parametrize(
    "record", ["r-1 ", " r-1", "r\u20111", "\uff52-1", "r-1\u0301", unicodedata.normalize("NFD", "r-é"), "r-é"]
)
def test_a_record_has_one_spelling(ledger: Ledger, record: str) -> None:
    """Duties stay apart on one record; the same one by another text was another, so that one person did both."""
    access = Access(accessing.declaration(), ledger=ledger)
    decision = access.decide(accessing.principal("ana", "coordinator"), "packet:upload", record, "care", NOW)
    assert (bool(decision), decision.reason) == (False, "content_refused")
    (line,) = ledger.read()
    assert line.record == ""


def openings(fields: FieldEncryption, declaration: Any, ledger: Ledger) -> FieldOpenings:  # noqa: F811
    return FieldOpenings(fields, authority=Access(declaration, ledger=ledger), ledger=ledger)


def test_nobody_opens_the_fields_of_another_tenants_record(
    fields: FieldEncryption,  # noqa: F811
    declaration: Any,  # noqa: F811
    ledger: Ledger,
) -> None:
    """On a shared flow an envelope is bound to TENANT|RECORD; another tenant's person opened it all the same."""
    two = msgspec.convert(
        {**msgspec.to_builtins(declaration), "tenants": {"one": {"kind": "site"}, "two": {"kind": "site"}}},
        type(declaration),
    )
    context = msgspec.structs.replace(CONTEXT, record="one|r-1")
    sealed = fields.seal(RECORD, context)
    with pytest.raises(RefusedError) as refused:
        openings(fields, two, ledger).open(sealed, context, principal=person(tenant="two"), **ASKED)
    assert refused.value.reason == "wrong_tenant"
    assert OPENED not in {line.action for line in ledger.read()}
    for tenant in ("one", ""):
        opened = openings(fields, two, ledger).open(sealed, context, principal=person(tenant=tenant), **ASKED)
        assert opened["dob"].reveal() == RECORD["dob"]
    assert {line.tenant for line in ledger.read() if line.action == OPENED} == {"one"}


@pytest.mark.parametrize("through", ["", "keep"])
def test_nobody_opens_the_fields_of_another_tenants_own_flow(
    fields: FieldEncryption,  # noqa: F811
    declaration: Any,  # noqa: F811
    ledger: Ledger,
    through: str,
) -> None:
    """On a tenant's own flow the record names no tenant: anybody's person opened it, recorded as of his own tenant."""
    declared = msgspec.to_builtins(declaration) | {"tenants": {"one": {"kind": "site"}, "two": {"kind": "site"}}}
    (keep,) = declared["flows"]
    keep |= {"tenant": "one", "authn": {"method": "oidc", "credential": {"lifetime": "PT1H"}}}
    keep["authz"] = {"roles": ["investigator"], "permission": "record:open"}
    of_one = msgspec.convert(declared, type(declaration))
    own = msgspec.structs.replace(CONTEXT, flow="keep")
    sealed, asked = fields.seal(RECORD, own), ASKED | {"flow": through}
    for record, tenant in ((own.record, "two"), (f"two|{own.record}", "two"), (f"two|{own.record}", "")):
        context = msgspec.structs.replace(own, record=record)
        with pytest.raises(RefusedError) as refused:
            openings(fields, of_one, ledger).open(sealed, context, principal=person(tenant=tenant), **asked)
        assert refused.value.reason == "wrong_tenant"
    assert OPENED not in {line.action for line in ledger.read()}
    for tenant in ("one", ""):
        opened = openings(fields, of_one, ledger).open(sealed, own, principal=person(tenant=tenant), **asked)
        assert opened["dob"].reveal() == RECORD["dob"]
    assert {line.tenant for line in ledger.read() if line.action == OPENED} == {"one"}


def test_a_component_that_declares_no_identity_is_shown_by_none(ledger: Ledger) -> None:
    """Whatever was shown was taken for it, although the guard takes nothing."""
    components = dict(accessing.DECLARED["components"])
    components["uploader"] = {name: one for name, one in components["uploader"].items() if name != "identity"}
    access = Access(accessing.declaration(components=components), ledger=ledger)
    principal = accessing.principal("uploader", "coordinator", identity="spiffe://elsewhere.example/x")
    decision = access.decide(principal, "packet:upload", "r-1", "care", NOW)
    assert (bool(decision), decision.reason) == (False, "wrong_identity")
