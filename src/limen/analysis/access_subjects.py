"""Subjects of kinds role and duty_pair: who may do what, and who may do too much."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from limen.analysis.duties import duties_apart
from limen.analysis.kinds.access import DutyPairSubject, RoleSubject
from limen.analysis.listing import listed
from limen.analysis.movement import Movement
from limen.analysis.permissions import granting, grants, holds, is_wildcard
from limen.analysis.role_uses import role_uses
from limen.records.subjects import Detail, SubjectTable


def role_table(movement: Movement) -> SubjectTable:
    """Return the table of roles, in the order of the declaration."""
    declaration = movement.network.declaration
    asked: set[str] = set()
    reading: set[str] = set()
    for index, flow in enumerate(declaration.flows):
        if flow.authz is UNSET:
            continue
        if flow.authz.permission is not UNSET:
            asked.add(flow.authz.permission)
        if flow.authz.roles and movement.backward(index) & movement.identifying:
            reading.update(flow.authz.roles)
    wild = set(filter(is_wildcard, asked))
    components = _holders(component.roles for component in declaration.components.values())
    principals = _holders(principal.roles for principal in declaration.principals.values())
    used = role_uses(movement)
    subjects = []
    unused: list[list[str]] = []
    for name, role in declaration.roles.items():
        permissions = dict.fromkeys(role.permissions)
        idle = [granted for granted in permissions if not _asked(granted, asked, wild)]
        unused.append(idle)
        subject = RoleSubject(
            permissions=len(permissions),
            wildcards=sum(map(is_wildcard, permissions)),
            unused=len(idle),
            idle=len(used.idle(name)),
            needs=sum(len(set(fields)) for fields in role.needs.values()),
            idle_needs=len(used.idle_needs(name)),
            unneeded=len(used.unneeded(name)),
            subjects=role.subjects,
            held_by_components=components.get(name, 0),
            held_by_principals=principals.get(name, 0),
            custody_logged=role.custody_logged,
            reads_identifying=name in reading,
        )
        subjects.append(((name,), subject))
    names = list(declaration.roles)

    def details(index: int) -> Detail:
        idle, name = unused[index], names[index]
        words = {
            "unused": "no flow asks for " + ", ".join(idle) if idle else "",
            "permissions": ", ".join(used.idle(name)),
            "needs": ", ".join(used.idle_needs(name) + used.unneeded(name)),
        }
        return Detail(
            path=("roles", names[index]),
            title=f"role {names[index]}",
            provenance={field: text for field, text in words.items() if text},
            peers=tuple(idle),
        )

    return listed("role", 1, subjects, details)


def _asked(granted: str, asked: set[str], wild: set[str]) -> bool:
    """Return whether some flow asks for a permission, or for one that overlaps with it."""
    if granted in asked:
        return True
    if is_wildcard(granted):
        return any(grants(granted, want) or grants(want, granted) for want in asked)
    return any(grants(want, granted) for want in wild)


def _holders(roles: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """Return how many hold each role, each holder counted once."""
    found: dict[str, int] = {}
    for held in roles:
        for name in set(held):
            found[name] = found.get(name, 0) + 1
    return found


def duty_pair_table(movement: Movement) -> SubjectTable:
    """Return the table of duties that must stay apart, declared ones first; a pair that is said twice is one."""
    declaration = movement.network.declaration
    demanded = duties_apart(movement)
    places: dict[tuple[str, str], int] = {}
    for place, pair in enumerate(declaration.separation_of_duties):
        first, second = sorted(pair)
        places.setdefault((first, second), place)
    # Many hold the same roles, so each set of roles is looked at once.
    held = {principal.roles for principal in declaration.principals.values()}
    held |= {component.roles for component in declaration.components.values()}
    holders: list[tuple[list[str], list[str], list[str]]] = []
    subjects = []
    pairs = [*places, *(pair for pair in demanded if pair not in places)]
    for first, second in pairs:
        sets = {roles for roles in held if all(holds(declaration, roles, each) for each in (first, second))}
        found = (
            [name for name, principal in declaration.principals.items() if principal.roles in sets],
            [name for name, component in declaration.components.items() if component.roles in sets],
            [name for name, role in declaration.roles.items() if granting(role, first) and granting(role, second)],
        )
        holders.append(found)
        subject = DutyPairSubject(
            declared=(first, second) in places,
            demanded=(first, second) in demanded,
            known=sum(any(granting(role, each) for role in declaration.roles.values()) for each in (first, second)),
            principals=len(found[0]),
            components=len(found[1]),
            roles=len(found[2]),
        )
        subjects.append(((first, second), subject))

    def details(index: int) -> Detail:
        first, second = pairs[index]
        principals, components, roles = holders[index]
        named = (("principals", principals), ("components", components), ("roles", roles))
        place = places.get(pairs[index])
        why = {"demanded": demanded[pairs[index]]} if pairs[index] in demanded else {}
        return Detail(
            path=("separation_of_duties",) if place is None else ("separation_of_duties", place),
            title=f"{first} apart from {second}",
            provenance=why | {kind: "held by " + ", ".join(who) for kind, who in named if who},
            peers=(*principals, *components, *roles),
        )

    return listed("duty_pair", 2, subjects, details)
