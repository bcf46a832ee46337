"""The inputs of rules on roles and duties."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from limen.analysis.kinds.common import Part


class RoleSubject(Part, frozen=True, kw_only=True):
    """A role."""

    permissions: Annotated[int, Meta(description="Permissions that it grants.")]
    wildcards: Annotated[int, Meta(description="Of those, how many have a '*'.")]
    unused: Annotated[int, Meta(description="Permissions that no flow asks for.")]
    idle: Annotated[int, Meta(description="Permissions that no flow open to this role asks for.")]
    needs: Annotated[int, Meta(description="Fields that it says it needs.")]
    idle_needs: Annotated[int, Meta(description="Of those, the ones that no flow open to it moves.")]
    unneeded: Annotated[int, Meta(description="Fields that flows open to it move and no role of such a flow needs.")]
    subjects: Annotated[str, Meta(description="human, workload or any.")]
    held_by_components: Annotated[int, Meta(description="Components that act in it.")]
    held_by_principals: Annotated[int, Meta(description="Principals that hold it.")]
    custody_logged: Annotated[bool, Meta(description="Whether each opening is logged with custody.")]
    reads_identifying: Annotated[
        bool, Meta(description="Whether a flow that it may use brings identifying items back.")
    ]


class DutyPairSubject(Part, frozen=True, kw_only=True):
    """Two permissions that no principal may hold together."""

    declared: Annotated[bool, Meta(description="Whether separation_of_duties names the pair.")]
    demanded: Annotated[bool, Meta(description="Whether the flows themselves set the two apart.")]
    known: Annotated[int, Meta(description="How many of the two permissions some role grants.")]
    principals: Annotated[int, Meta(description="Principals that hold both.")]
    components: Annotated[int, Meta(description="Components that hold both.")]
    roles: Annotated[int, Meta(description="Single roles that grant both.")]
