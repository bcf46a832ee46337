"""How tenants are kept apart in a component, held against what its database showed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from limen.analysis.kinds.observed_tenancy import TenancyFacts
from limen.analysis.reconciliation.agreement import Agreement

_RANKS = {"off": 0, "enabled": 1, "forced": 2}


def _partitions_by(declared: Any, facts: Sequence[TenancyFacts]) -> Agreement | None:
    """The column by which every table with tenants' rows was found to be kept apart."""
    tables = _tables(facts)
    if not tables:
        return None
    apart = all(one.partitioned for one in tables)
    column = tables[0].column if apart else "none"
    return Agreement(observed=column, agrees=apart and all(one.column == declared for one in tables))


def _row_level_security(declared: Any, facts: Sequence[TenancyFacts]) -> Agreement | None:
    """The weakest row security of any table."""
    seen = [one.row_security for one in _tables(facts)]
    if not seen or any(one not in _RANKS for one in seen):
        return None
    weakest = min(map(str, seen), key=_RANKS.__getitem__)
    return Agreement(observed=weakest, agrees=_RANKS[weakest] >= _RANKS[declared])


def _tenant_predicate(declared: Any, facts: Sequence[TenancyFacts]) -> Agreement | None:
    """`database` where every table's policies hold the row's tenant against the session's; proxies are out of sight."""
    tables = _tables(facts)
    if declared != "database" or not tables:
        return None
    for one in tables:
        policies = one.policies
        if one.row_security == "off" or not policies or not policies.permissive or policies.constant:
            return Agreement(observed="none", agrees=False)
        if policies.unbound:
            return Agreement(observed="none", agrees=False)
    if any(not one.policies or not isinstance(one.policies.unbound, int) for one in tables):
        return None
    return Agreement(observed="database", agrees=True)


def _tables(facts: Sequence[TenancyFacts]) -> list[TenancyFacts]:
    return [one for one in facts if one.what == "table"]


CLAIMS: Mapping[str, Callable[[Any, Sequence[TenancyFacts]], Agreement | None]] = {
    "partitions_by": _partitions_by,
    "isolation.row_level_security": _row_level_security,
    "isolation.tenant_predicate": _tenant_predicate,
}
"""By the claim's path; with which key a row is sealed the catalogue does not say."""
