"""From the catalogue and the trials, as recorded, to facts: one observation a table, view, function and database."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from limen.analysis.kinds.observed_tenancy import (
    BehaviourPart,
    IdsPart,
    PolicyPart,
    RolesPart,
    TenancyFacts,
    TrialPart,
)
from limen.probes.interface import Seen
from limen.probes.tenancy.catalogue import Catalogue, PolicyEntry, RelationEntry
from limen.probes.tenancy.conditions import Meaning, defaulted, meaning
from limen.probes.tenancy.ids import IdCounts
from limen.probes.tenancy.judged import above, exempt, judged_relations
from limen.probes.tenancy.trials import Trial

_STATES = ("set", "unset", "empty")
_OPERATIONS = ("read", "insert", "update", "delete")


def read_facts(catalogue: Catalogue, trials: Sequence[Trial], ids: IdCounts | None, untried: str) -> list[Seen]:
    """Return what was seen; `untried` says why nothing was tried at all, in words, or is empty."""
    by_relation: dict[str, list[Trial]] = {}
    for trial in trials:
        by_relation.setdefault(trial.relation, []).append(trial)
    judged = judged_relations(catalogue)
    found = [
        Seen(detail=one.title, facts=_relation(catalogue, one, by_relation.get(one.title, []), untried))
        for one in judged
    ]
    for function in catalogue.functions:
        if function.callers:
            rights = "definer" if exempt(catalogue, function) else "bound"
            found.append(Seen(detail=function.title, facts=TenancyFacts(what="function", rights=rights)))
    if ids is not None:
        found.append(Seen(detail=f"{ids.table}.ids", facts=_ids(ids)))
    found.append(Seen(detail="", facts=_database(catalogue, judged)))
    return found


def _relation(catalogue: Catalogue, relation: RelationEntry, trials: Sequence[Trial], untried: str) -> TenancyFacts:
    partitioned = catalogue.column in relation.columns
    reasons = {untried} if untried else {f"{t.operation} ({t.state}): {t.why}" for t in trials if t.why}
    is_view = relation.kind in "vm"
    return TenancyFacts(
        what="view" if is_view else "table",
        column=catalogue.column,
        partitioned=partitioned,
        partition=UNSET if is_view else relation.partition,
        row_security=UNSET if is_view else _row_security(relation),
        truncatable=UNSET if is_view else _truncatable(catalogue, relation),
        policies=UNSET if is_view else _policies(relation, catalogue.column),
        behaviour=_behaviour(trials, whole=not _untried(catalogue)) if partitioned else UNSET,
        rights=_rights(catalogue, relation) if is_view else UNSET,
        unseen=tuple(sorted(reasons)),
    )


def _truncatable(catalogue: Catalogue, relation: RelationEntry) -> bool:
    """Return whether a role may empty a table that it is not above anyway."""
    tables = [one for one in judged_relations(catalogue) if one.kind not in "vm"]
    return any("D" in relation.rights.get(role.name, "") for role in catalogue.roles if not above(role, tables))


def _row_security(relation: RelationEntry) -> str:
    if relation.kind == "f" or not relation.row_security:
        return "off"  # a foreign table knows no row security
    return "forced" if relation.forced else "enabled"


def _rights(catalogue: Catalogue, relation: RelationEntry) -> str:
    if not any(relation.rights.values()):
        return "closed"
    if relation.kind == "m":
        return "materialised"
    if relation.invoker:
        return "invoker"
    return "definer" if exempt(catalogue, relation) else "bound"


def _policies(relation: RelationEntry, column: str) -> PolicyPart:
    policies, columns = relation.policies, frozenset(relation.columns)

    def asks(condition: str) -> Meaning:
        return meaning(condition, column, columns)

    permissive = [one for one in policies if one.permissive]
    # What a restrictive policy binds for every role is bound, whatever the permissive ones say; a condition for new
    # rows that it states binds these alone, and USING does no longer.
    binding = [one for one in policies if not one.permissive and one.roles == ("public",)]
    bound = "".join(one.command for one in binding if one.using is not None and asks(one.using) == "bound")
    checked = "".join(
        one.command
        for one in binding
        if (condition := one.using if one.check is None else one.check) is not None and asks(condition) == "bound"
    )
    readings = [asks(one.using) for one in permissive if one.using is not None and not _covered(one.command, bound)]
    checks = [
        asks(check) for one in permissive if (check := _check(one)) is not None and not _covered(one.command, checked)
    ]
    conditions = [text for one in policies for text in (one.using, one.check) if text is not None]
    return PolicyPart(
        permissive=len(permissive),
        constant=readings.count("constant"),
        unbound=_counted(readings, "unbound"),
        defaulted=_defaulted(conditions),
        checks_weak=_weak(checks),
        checks_missing=sum(one.command in "aw*" and one.check is None for one in permissive),
    )


def _covered(command: str, bound: str) -> bool:
    return "*" in bound or command in bound


def _check(policy: PolicyEntry) -> str | None:
    """Return the condition of its own that a policy holds new rows against."""
    return policy.check if policy.command in "aw*" else None


def _counted(readings: Sequence[Meaning], wanted: Meaning) -> int | UnsetType:
    """Return how many; unknown where none is and one could not be read."""
    count = readings.count(wanted)
    return UNSET if not count and "unread" in readings else count


def _defaulted(conditions: Sequence[str]) -> int | UnsetType:
    found = [defaulted(one) for one in conditions]
    return UNSET if True not in found and UNSET in found else found.count(True)


def _weak(checks: Sequence[Meaning]) -> int | UnsetType:
    count = sum(one in ("constant", "unbound") for one in checks)
    return UNSET if not count and "unread" in checks else count


def _behaviour(trials: Sequence[Trial], *, whole: bool) -> BehaviourPart:
    parts = {}
    for state in _STATES:
        outcomes = {
            operation: _worst([t.outcome for t in trials if (t.state, t.operation) == (state, operation)], whole=whole)
            for operation in _OPERATIONS
        }
        parts[state] = TrialPart(**outcomes)
    return BehaviourPart(**parts)


def _worst(outcomes: Sequence[str], *, whole: bool) -> str | UnsetType:
    """Return the worst of what happened; `whole` says that every role was tried, without which nothing is refused."""
    if "admitted" in outcomes:
        return "admitted"
    return "refused" if whole and outcomes and "unknown" not in outcomes else UNSET


def _ids(ids: IdCounts) -> TenancyFacts:
    if ids.unseen or not ids.tenants:
        return TenancyFacts(what="ids", column=ids.column, unseen=(ids.unseen or "the table of tenants has no rows",))
    return TenancyFacts(
        what="ids",
        column=ids.column,
        ids=IdsPart(
            tenants=ids.tenants,
            mismatched=UNSET if ids.mismatched is None else ids.mismatched,
            colliding=ids.colliding,
            reused=ids.reused,
            incomplete=ids.incomplete,
        ),
        unseen=() if ids.mismatched is not None else ("no key was given to compute the ids with",),
    )


def _database(catalogue: Catalogue, judged: Sequence[RelationEntry]) -> TenancyFacts:
    tables = [one for one in judged if one.kind not in "vm"]
    titles = {one.title for one in catalogue.relations}
    owners = {role for one in tables for role in one.owners}
    ordinary = [role for role in catalogue.roles if not role.superuser]  # a superuser is all the rest as well
    return TenancyFacts(
        what="database",
        column=catalogue.column,
        roles=RolesPart(
            tried=len(catalogue.roles),
            superusers=sum(role.superuser for role in catalogue.roles),
            bypassing=sum(role.bypassing for role in ordinary),
            owners=sum(role.name in owners for role in ordinary),
        ),
        tables=len(tables),
        unjudged=len(_unjudged(catalogue, judged)),
        absent=len([name for name in catalogue.named if name not in titles]),
        unseen=tuple(_untried(catalogue)),
    )


def _unjudged(catalogue: Catalogue, judged: Sequence[RelationEntry]) -> list[str]:
    known = {one.title for one in judged} | set(catalogue.shared)
    return [one.title for one in catalogue.relations if one.kind in "rpfm" and one.title not in known]


def _untried(catalogue: Catalogue) -> list[str]:
    """Return why something was not tried as each of the roles, in words."""
    tables = [one for one in judged_relations(catalogue) if one.kind not in "vm"]
    reasons = [f"there is no role {name}" for name in catalogue.unknown_roles]
    for role in catalogue.roles:
        if not role.reachable:
            reasons.append(f"whoever logs in may not SET ROLE to {role.name}")
        elif reason := above(role, tables):
            reasons.append(f"nothing was tried as {role.name}: {reason}")
    return reasons
