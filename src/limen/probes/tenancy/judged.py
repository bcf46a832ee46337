"""Which relations are judged, and which roles prove something about them."""

from __future__ import annotations

from collections.abc import Sequence

from limen.probes.tenancy.catalogue import Catalogue, FunctionEntry, RelationEntry, RoleEntry


def judged_relations(catalogue: Catalogue) -> list[RelationEntry]:
    """Return the tables and views that are judged: those that are named, or else those with the tenant column.

    Partitions of a judged table and views that read one come with it: they are ways to the same rows.
    """
    named = set(catalogue.named)
    found = []
    for one in catalogue.relations:
        tenants = catalogue.column in one.columns
        if one.title in catalogue.shared and not (tenants and one.kind != "v"):
            continue  # what has the tenant column holds tenants' rows, whatever is declared of it
        if one.title in named or one.reads_tenants or (tenants and (not named or one.partition)):
            found.append(one)
    return found


def above(role: RoleEntry, tables: Sequence[RelationEntry]) -> str:
    """Return why a role proves nothing, because it is above row security; empty where it is not."""
    if role.superuser:
        return "it is, or may become, a superuser"
    if role.bypassing:
        return "it has, or may get, BYPASSRLS"
    if any(role.name in one.owners for one in tables):
        return "it owns a table, or may act as its owner"
    return ""


def exempt(catalogue: Catalogue, one: RelationEntry | FunctionEntry) -> bool:
    """Return whether row security does not bind the owner of a view or function, with whose rights it runs."""
    if one.owner_above:
        return True
    tables = [table for table in judged_relations(catalogue) if table.kind not in "vm"]
    return any(table.owner == one.owner and not (table.row_security and table.forced) for table in tables)
