"""How a database keeps tenants apart, in the words of a component's entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_tenancy import TenancyFacts
from limen.analysis.reconciliation.tenancy import CLAIMS
from limen.probes.proposing import nested, strongest


def propose(facts: Sequence[TenancyFacts]) -> Mapping[str, Any]:
    """Return what the facts would have a component's entry say; nothing where no table with tenants' rows was seen."""
    columns = sorted({one.column for one in facts if one.column is not UNSET})
    return nested(
        {
            "partitions_by": strongest(CLAIMS["partitions_by"], columns, facts),
            "isolation.row_level_security": strongest(
                CLAIMS["isolation.row_level_security"], ("forced", "enabled", "off"), facts
            ),
            "isolation.tenant_predicate": strongest(CLAIMS["isolation.tenant_predicate"], ("database",), facts),
        }
    )
