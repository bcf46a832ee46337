"""Subjects of kind principal: which roles people and service accounts hold."""

from __future__ import annotations

from collections import Counter

from limen.analysis.kinds.principal import PrincipalSubject
from limen.analysis.listing import listed
from limen.model.declaration import Declaration
from limen.records.subjects import Detail, SubjectTable


def principal_table(declaration: Declaration) -> SubjectTable:
    """Return the table of principals, in the order of the declaration."""
    held_by = Counter(frozenset(principal.roles) for principal in declaration.principals.values())
    acted = {frozenset(component.roles) for component in declaration.components.values()}
    subjects = []
    for name, principal in declaration.principals.items():
        held = frozenset(principal.roles)
        known = [declaration.roles[role].subjects for role in held if role in declaration.roles]
        subject = PrincipalSubject(
            roles=len(held),
            human_roles=known.count("human"),
            workload_roles=known.count("workload"),
            twins=held_by[held] - 1,
            as_component=held in acted,
        )
        subjects.append(((name,), subject))
    names = list(declaration.principals)

    def details(index: int) -> Detail:
        return Detail(path=("principals", names[index]), title=f"principal {names[index]}")

    return listed("principal", 1, subjects, details)
