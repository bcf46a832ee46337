"""Permissions: parts joined by ':', where '*' stands for any part and, at the end, for all parts that follow."""

from __future__ import annotations

from collections.abc import Iterable

from limen.model.access import Role
from limen.model.declaration import Declaration


def grants(granted: str, asked: str) -> bool:
    """Return whether a granted permission covers the one that is asked for."""
    if granted == asked:
        return True
    have, want = granted.split(":"), asked.split(":")
    if have[-1] == "*" and len(want) >= len(have):
        want = want[: len(have)]
    return len(have) == len(want) and all(mine in ("*", theirs) for mine, theirs in zip(have, want, strict=True))


def overlaps(one: str, other: str) -> bool:
    """Return whether some permission is covered by both; the order of the two does not matter."""
    short, long = sorted((one.split(":"), other.split(":")), key=len)
    if len(short) < len(long) and short[-1] != "*":
        return False
    return all("*" in pair or pair[0] == pair[1] for pair in zip(short, long, strict=False))


def is_wildcard(permission: str) -> bool:
    """Return whether a part of the permission is '*'."""
    return "*" in permission.split(":")


def granting(role: Role, asked: str) -> list[str]:
    """Return the permissions of a role that cover the one asked for."""
    return [permission for permission in role.permissions if grants(permission, asked)]


def holds(declaration: Declaration, roles: Iterable[str], asked: str) -> bool:
    """Return whether one of the roles, by name, covers a permission; an unknown role covers nothing."""
    known = (declaration.roles.get(name) for name in roles)
    return any(role is not None and granting(role, asked) for role in known)
