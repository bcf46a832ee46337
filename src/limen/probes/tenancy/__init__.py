"""How a PostgreSQL database keeps tenants apart: row level security read in the catalogue, and tried.

Roles that are above row security (superuser, BYPASSRLS, the tables' owner) prove nothing: nothing is tried as them,
and what only they could have shown stays unknown. See `limen.probes.tenancy.trials` for what trying leaves behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET

from limen.probes.interface import AttemptError, Contact, Context, Seen, Target
from limen.probes.tenancy.address import read_address, read_login
from limen.probes.tenancy.catalogue import Catalogue, read_catalogue
from limen.probes.tenancy.ids import IdCounts, count_ids
from limen.probes.tenancy.judged import above, judged_relations
from limen.probes.tenancy.reading import read_facts
from limen.probes.tenancy.session import Session, session
from limen.probes.tenancy.trials import Asked, State, Trial, try_relation
from limen.records.attempts import RawResponse

NAME = "tenancy"
VERSION = "1"
KIND = "tenancy_observation"
CAPABILITY = (
    "row_security",
    "policies",
    *(
        f"behaviour.{state}.{what}"
        for state in ("set", "unset", "empty")
        for what in ("read", "insert", "update", "delete")
    ),
    "roles",
)
"""Paths of facts."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """The raw response trials.json."""

    trials: tuple[Trial, ...]
    untried: str = ""
    """Why nothing was tried."""


def contacts(target: Target) -> Sequence[Contact]:
    """Return the database, and whether rows are written and taken back there."""
    options = target.options
    writes = options.try_writes is not False and options.tenant_values is not UNSET
    what = "read the catalogue"
    if options.tenant_values is not UNSET:
        what += " and try to read other tenants' rows"
    if writes:
        what += ", and to write them, in transactions that are rolled back"
    return [Contact(where=_where(target), what=what, writes=writes)]


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Read the catalogue and try the roles; raises AttemptError where the database can't be asked."""
    options, address = target.options, read_address(target.endpoint)
    column = target.declared.get("partitions_by", "") if options.tenant_column is UNSET else options.tenant_column
    if not column:
        raise AttemptError("which column holds the tenant? declare partitions_by, or the option tenant_column")
    login = read_login(context.credential(target).reveal(), address)
    trust = "" if options.trust is UNSET else str(target.folder / options.trust)
    setting = "" if options.tenant_setting is UNSET else options.tenant_setting
    with session(address, login, context, trust) as opened:
        catalogue = read_catalogue(
            opened,
            column=column,
            setting=setting,
            roles=() if options.roles is UNSET else options.roles,
            named=() if options.tables is UNSET else options.tables,
            shared=() if options.shared_tables is UNSET else options.shared_tables,
        )
        ids = None if options.tenant_table is UNSET else count_ids(opened, options.tenant_table, context)
        tried = Tried(trials=(), untried="tenant_setting and tenant_values are not declared, so nothing was tried")
        if setting and options.tenant_values is not UNSET:
            ours, theirs = options.tenant_values
            asked = Asked(
                column=column, setting=setting, ours=ours, theirs=theirs, writes=options.try_writes is not False
            )
            with session(address, login, context, trust) as fresh:
                tried = Tried(trials=tuple(_trials(opened, fresh, asked, catalogue)))
    found = [_raw("catalogue.json", catalogue), _raw("trials.json", tried)]
    return found if ids is None else [*found, _raw("ids.json", ids)]


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts; raises AttemptError where the raw responses are none of this probe's."""
    try:
        catalogue = msgspec.json.decode(raw["catalogue.json"].content, type=Catalogue)
        tried = msgspec.json.decode(raw["trials.json"].content, type=Tried)
        ids = msgspec.json.decode(raw["ids.json"].content, type=IdCounts) if "ids.json" in raw else None
    except (KeyError, msgspec.MsgspecError, RecursionError):
        raise AttemptError("the recorded answers are none of the tenancy probe") from None
    return read_facts(catalogue, tried.trials, ids, tried.untried)


def _trials(opened: Session, fresh: Session, asked: Asked, catalogue: Catalogue) -> list[Trial]:
    """Return every trial; `fresh` is a session that never set a tenant, and never does."""
    relations = judged_relations(catalogue)
    tables = [one for one in relations if one.kind not in "vm"]
    tenants = [one for one in relations if asked.column in one.columns]
    roles = [role.name for role in catalogue.roles if role.reachable and not above(role, tables)]
    found: list[Trial] = []
    for relation in tenants:
        known = False
        states: tuple[State, ...] = ("set", "empty")
        for role in roles:
            for state in states:
                trials, committed = try_relation(opened, asked, relation, role, state, known=False)
                found += trials
                known = known or committed
        for role in roles:
            found += try_relation(fresh, asked, relation, role, "unset", known=known)[0]
    return found


def _where(target: Target) -> str:
    try:
        address = read_address(target.endpoint)
    except AttemptError:
        return target.endpoint.rpartition("@")[2]
    return f"{address.host}:{address.port}/{address.database}".rstrip("/")


def _raw(name: str, content: msgspec.Struct) -> RawResponse:
    return RawResponse(name=name, media_type="application/json", content=msgspec.json.encode(content))
