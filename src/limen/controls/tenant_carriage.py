"""A tenant's id where it travels: in the header, in the row and under the signature; all three, or nothing passes.

NIST SP 800-53 AC-4, AC-16, SC-16. Where a binding declares `carried_in: [header, row, signature]`, one that lacks the
id, or has another, is refused; they are compared in a time that does not depend on where they differ.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from limen.controls.refusals import RefusedError
from limen.controls.signing import verify_item
from limen.controls.tenant_scope import checked_id
from limen.errors import Problem
from limen.integrity.signatures import PublicKey

HEADER = "Limen-Tenant"
"""The header that carries the id."""
PLACES = ("header", "row", "signature")


def tenant_of_headers(headers: Iterable[tuple[bytes | str, bytes | str]]) -> str:
    """Return the id that headers carry; raises RefusedError (wrong_tenant) where there is none, or more than one."""
    found = [value for name, value in headers if _text(name).lower() == HEADER.lower()]
    if len(found) != 1:
        message = f"the message has {len(found)} headers {HEADER}"
        raise RefusedError(Problem(message=message, hint="expected one"), reason="wrong_tenant")
    return checked_id(_text(found[0]))


def tenant_of_row(row: Mapping[str, Any], column: str = "tenant_id") -> str:
    """Return the id that a row carries; raises RefusedError (wrong_tenant) where it carries none."""
    if column not in row:
        hint = "select the column with every row"
        raise RefusedError(Problem(message=f"the row has no {column}", hint=hint), reason="wrong_tenant")
    return checked_id(row[column])


def same_tenant(expected: str, carried: Mapping[str, str | None], places: Sequence[str] = PLACES) -> str:
    """Return the id that every place carries, `carried` by place; raises RefusedError with all that is wrong.

    A place that is not declared but carries another id is wrong, too. Reason: wrong_tenant.
    """
    wanted = checked_id(expected).encode()
    problems = []
    for place in dict.fromkeys([*places, *carried]):
        value = carried.get(place)
        if not isinstance(value, str) or not value:
            if place in places:
                hint = "carry the tenant's id in every place that its binding declares"
                problems.append(Problem(message=f"the {place} carries no tenant", hint=hint))
        elif not hmac.compare_digest(wanted, value.encode("utf-8", "replace")):
            problems.append(Problem(message=f"the {place} carries another tenant", hint="nothing crosses tenants here"))
    if not places:
        problems.append(Problem(message="no place is declared that carries the tenant", hint="declare carried_in"))
    if problems:
        raise RefusedError(problems, reason="wrong_tenant")
    return expected


def verified_for_tenant(
    signed: bytes,
    headers: Iterable[tuple[bytes | str, bytes | str]],
    row: Mapping[str, Any],
    *,
    tenant: str,
    item: str,
    flow: str,
    record: str,
    keys: Sequence[PublicKey],
    column: str = "tenant_id",
) -> bytes:
    """Return the content of an item that header, row and signature all say is a tenant's.

    The signature's tenant is not read but demanded: it verifies for this tenant or not at all. Raises RefusedError:
    wrong_tenant, signature_refused.
    """
    content = verify_item(signed, item=item, flow=flow, record=record, tenant=checked_id(tenant), keys=keys)
    carried = {"header": tenant_of_headers(headers), "row": tenant_of_row(row, column), "signature": tenant}
    same_tenant(tenant, carried)
    return content


def _text(value: bytes | str) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
