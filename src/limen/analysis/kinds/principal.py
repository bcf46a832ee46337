"""The input of rules on principals."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from limen.analysis.kinds.common import Part


class PrincipalSubject(Part, frozen=True, kw_only=True):
    """A person or a service account."""

    roles: Annotated[int, Meta(description="Roles that it holds.")]
    human_roles: Annotated[int, Meta(description="Of those, the ones that people hold.")]
    workload_roles: Annotated[int, Meta(description="Of those, the ones that workloads hold.")]
    twins: Annotated[int, Meta(description="Other principals with exactly its roles.")]
    as_component: Annotated[bool, Meta(description="Whether some component acts in exactly its roles.")]
