"""Tenants kept apart: ids that are never given twice, that travel with the data, and that every row is held to.

`tenant_bindings` and `tenant_registry` make and keep ids, `tenant_carriage` compares them where they travel,
`tenant_scope` says for whom code works, `tenant_rows` forces the condition through SQLAlchemy, `tenant_postgres` and
`tenant_schemas` have the database force it. Their names are here as well; SQLAlchemy is needed only for some of them.
NIST SP 800-53 AC-4, IA-4, SC-2, SC-4, SC-7(21).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from limen.controls.tenant_bindings import IMMUTABLE, TenantBinding, bindings_of
from limen.controls.tenant_carriage import (
    HEADER,
    same_tenant,
    tenant_of_headers,
    tenant_of_row,
    verified_for_tenant,
)
from limen.controls.tenant_postgres import (
    SETTING,
    attach_setting,
    demand_bound_role,
    reset_tenant,
    set_tenant,
    table_ddl,
    tenant_transaction,
)
from limen.controls.tenant_schemas import attach_schema, schema_ddl, schema_of, schema_transaction
from limen.controls.tenant_scope import current_tenant, tenant_scope
from limen.errors import Problem, UsageError

if TYPE_CHECKING:
    from limen.controls.tenant_registry import Registered, TenantRegistry
    from limen.controls.tenant_rows import TenantRows, TenantSession

__all__ = [
    "HEADER",
    "IMMUTABLE",
    "SETTING",
    "Registered",
    "TenantBinding",
    "TenantRegistry",
    "TenantRows",
    "TenantSession",
    "attach_schema",
    "attach_setting",
    "bindings_of",
    "current_tenant",
    "demand_bound_role",
    "reset_tenant",
    "same_tenant",
    "schema_ddl",
    "schema_of",
    "schema_transaction",
    "set_tenant",
    "table_ddl",
    "tenant_of_headers",
    "tenant_of_row",
    "tenant_scope",
    "tenant_transaction",
    "verified_for_tenant",
]
_LATER = {
    "Registered": "tenant_registry",
    "TenantRegistry": "tenant_registry",
    "TenantRows": "tenant_rows",
    "TenantSession": "tenant_rows",
}


def __getattr__(name: str) -> Any:
    """Return what needs SQLAlchemy; raises UsageError where that is not installed."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"limen.controls.{_LATER[name]}"), name)
    except ImportError:
        message = "rows of tenants are held through SQLAlchemy, which is not installed"
        raise UsageError(Problem(message=message, hint="pip install 'limen[controls]'")) from None
