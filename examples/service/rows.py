"""What the stores keep: rows that came sealed, each under its tenant's id, and none that another tenant could reach.

The id is derived from registrations that never change (`TenantRegistry`); whoever works for a tenant opens its scope
first, and a statement that is not held to that tenant is refused before it is run (NIST SP 800-53 AC-4, SC-2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, create_engine, select
from sqlalchemy.dialects import postgresql, sqlite

from limen.controls.incident import Incidents
from limen.controls.keyring import Keyring
from limen.controls.tenant_bindings import bindings_of
from limen.controls.tenant_registry import TenantRegistry
from limen.controls.tenant_rows import TenantRows
from limen.controls.tenant_scope import current_tenant, tenant_scope
from limen.model.declaration import Declaration

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

MASTER = "tenant-binding-key"
TABLES = ("dispensing", "stock", "report", "signature")
"""Tables with tenants' rows."""


_METADATA = MetaData()
_TENANTS = {
    name: Table(
        name,
        _METADATA,
        Column("tenant_id", String(128), nullable=False),
        Column("record", String(128), primary_key=True),
        Column("sealed", LargeBinary, nullable=False),
    )
    for name in TABLES
}
_EVENTS = Table(
    "event", _METADATA, Column("record", String(128), primary_key=True), Column("sealed", LargeBinary, nullable=False)
)


def make_tables(engine: Engine) -> None:
    """Make what tables there are none of."""
    _METADATA.create_all(engine)


def registered(
    engine: Engine, declaration: Declaration, keys: Keyring, incidents: Incidents, now: datetime
) -> dict[str, str]:
    """Register the declared tenants, and return the id of each; an id that is another's starts an incident."""
    registry = TenantRegistry(engine, lambda: keys.mac(MASTER), lambda: keys.macs(MASTER), incidents=incidents)
    registry.create()
    bindings = bindings_of(declaration)
    found = {name: registry.register(name, binding.inputs, now).id for name, binding in bindings.items()}
    engine.dispose()
    return found


class Rows:
    """The rows of all stores of this process; safe for threads."""

    def __init__(self, engine: Engine, tenants: Mapping[str, str]) -> None:
        """Hold every statement of an engine to the tenant that is worked for; `tenants` are the ids by name."""
        self.engine, self.tenants = engine, tenants
        TenantRows.of(_METADATA, shared=["event"]).attach(engine)
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def keep(self, table: str, tenant: str, record: str, sealed: bytes) -> None:
        """Keep a row for a declared tenant; the same record again is kept once."""
        with tenant_scope(self.tenants[tenant]), self.engine.begin() as connection:
            row = {"tenant_id": current_tenant(), "record": record, "sealed": sealed}
            connection.execute(self._insert(_TENANTS[table]).values(row).on_conflict_do_nothing())

    def find(self, table: str, tenant: str, record: str) -> bytes | None:
        """Return a row of a declared tenant, and of no other."""
        chosen = _TENANTS[table]
        with tenant_scope(self.tenants[tenant]), self.engine.begin() as connection:
            wanted = (chosen.c.tenant_id == current_tenant()) & (chosen.c.record == record)
            return connection.execute(select(chosen.c.sealed).where(wanted)).scalar()

    def keep_event(self, record: str, sealed: bytes) -> None:
        """Keep an event, which belongs to no tenant."""
        with self.engine.begin() as connection:
            row = {"record": record, "sealed": sealed}
            connection.execute(self._insert(_EVENTS).values(row).on_conflict_do_nothing())

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def sqlite_engine(path: Path) -> Engine:
    """Return the engine of a file that only its owner reads, and whose commits are on the disk."""
    path.touch(mode=0o600)
    from sqlalchemy import event

    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("pragma synchronous = full"))
    return engine
