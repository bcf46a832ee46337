"""For whom the code that runs now works: one tenant from the first line to the last, and none by default.

NIST SP 800-53 AC-4, SC-2, SC-7(21). The scope follows a task through `await`; a new thread begins with none, so that
nothing runs for a tenant that nobody named. Within a scope no other begins: code of one tenant never turns into
another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from limen.controls.refusals import RefusedError
from limen.errors import Problem

_TENANT: ContextVar[str] = ContextVar("limen_tenant", default="")
_ID = re.compile(r"[0-9a-f]{64}|[0-9a-f]{128}", re.ASCII)


def checked_id(text: object) -> str:
    """Return a tenant's id; raises RefusedError (wrong_tenant) where it is no id as limen makes them."""
    if not isinstance(text, str) or _ID.fullmatch(text) is None:
        hint = "expected the 64 hexadecimal digits that the registry gives"
        raise RefusedError(Problem(message="it is no tenant's id", hint=hint), reason="wrong_tenant")
    return text


@contextmanager
def tenant_scope(tenant: str) -> Iterator[str]:
    """Work for one tenant, by its id, as long as a block runs; no generator yields within it.

    A generator that rests inside the block leaves the tenant to whoever iterates it: Python keeps no context for it.
    Raises RefusedError (wrong_tenant) where the id is none, or where work for another tenant is going on.
    """
    wanted, running = checked_id(tenant), _TENANT.get()
    if running and running != wanted:
        hint = "end the work for one tenant before that for another begins"
        raise RefusedError(Problem(message="work for another tenant is going on", hint=hint), reason="wrong_tenant")
    before = _TENANT.set(wanted)
    try:
        yield wanted
    finally:
        _TENANT.reset(before)


def bound_tenant() -> str:
    """Return the id of the tenant that is worked for; empty where there is none."""
    return _TENANT.get()


def current_tenant() -> str:
    """Return the id of the tenant that is worked for; raises RefusedError (tenant_unbound) where there is none."""
    tenant = _TENANT.get()
    if not tenant:
        hint = "open `tenant_scope(id)` around the work, once the caller's tenant is known"
        raise RefusedError(Problem(message="no tenant is worked for", hint=hint), reason="tenant_unbound")
    return tenant
