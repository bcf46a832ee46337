"""The registry of tenants: who has which id, for ever; no id, name or registration number is ever given twice.

One table of SQLite or PostgreSQL. Numbers are kept in a table of their own that nothing is ever taken out of, so that
the database itself refuses a second holder, also when two registrars work at once. A retired tenant keeps all it had.
NIST SP 800-53 AC-4, IA-4(d) (no reuse of identifiers), SC-12; 21 CFR 1301.36.

The version of the master key that made an id is kept with it: rotating the key changes no id that there is.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Column, ForeignKey, MetaData, PrimaryKeyConstraint, String, Table, insert, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from limen.controls.refusals import Reason, RefusedError
from limen.controls.tenant_bindings import IMMUTABLE, input_problems
from limen.controls.tenant_scope import checked_id
from limen.errors import Problem
from limen.integrity.instants import instant_text
from limen.integrity.tenant_ids import LEAST_KEY, Algorithm, tenant_id

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine, RowMapping

    from limen.controls.incident import Incidents


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant of the registry."""

    name: str
    """Its declared name."""
    id: str
    """Its id, 64 hexadecimal digits."""
    inputs: dict[str, str]
    """What the id was made from."""
    key: str
    """Id of the version of the master key that made it; empty for SHA-256."""
    registered_at: str
    retired_at: str = ""
    """When it was retired; empty while it is active."""


class TenantRegistry:
    """Registers, finds and retires tenants; safe for threads and for several processes."""

    def __init__(
        self,
        engine: Engine,
        mac: Callable[[], tuple[str, bytes]],
        macs: Callable[[], Mapping[str, bytes]],
        *,
        algorithm: Algorithm = "HMAC-SHA-256",
        schema: str | None = None,
        incidents: Incidents | None = None,
    ) -> None:
        """Keep the database and the master key: `keyring.mac` and `keyring.macs` of its name.

        `incidents` is told of collisions and of attempts to use again what was somebody's (tenant-collision).
        """
        self._engine, self._mac, self._macs = engine, mac, macs
        self._algorithm, self._incidents = algorithm, incidents
        self.metadata = MetaData(schema=schema)
        """Its two tables, for `metadata.create_all`."""
        self._tenants = Table(
            "tenant",
            self.metadata,
            Column("tenant_id", String(128), primary_key=True),
            Column("name", String(256), nullable=False, unique=True),
            *(Column(name, String(128)) for name in IMMUTABLE),
            Column("key_id", String(256), nullable=False),
            Column("registered_at", String(32), nullable=False),
            Column("retired_at", String(32), nullable=False, default=""),
        )
        self._numbers = Table(
            "tenant_number",
            self.metadata,
            Column("kind", String(32), nullable=False),
            Column("number", String(128), nullable=False),
            Column("tenant_id", ForeignKey(self._tenants.c.tenant_id), nullable=False),
            PrimaryKeyConstraint("kind", "number"),
        )

    def __repr__(self) -> str:
        return f"TenantRegistry({self._engine.dialect.name})"

    def create(self) -> None:
        """Make the tables where there are none; raises RefusedError (ledger_unavailable) where that fails."""
        try:
            self.metadata.create_all(self._engine)
        except SQLAlchemyError:
            raise _unavailable() from None

    def register(self, name: str, inputs: Mapping[str, str], now: datetime) -> Registered:
        """Register a tenant and return it; again with the same inputs, return it as it is. `now` is aware.

        Raises RefusedError: tenant_inputs where an input may change or is malformed, tenant_reused where the name or a
        number is or was another's, or the tenant is retired, tenant_collision where its id is another's,
        key_unavailable, ledger_unavailable.
        """
        problems = input_problems(inputs)
        if not name or len(name) > 256 or not name.isprintable():
            problems.append(Problem(message="the tenant's name is no line of text", hint="use its declared name"))
        if problems:
            raise RefusedError(problems, reason="tenant_inputs")
        key_id, key = self._key()
        made = tenant_id(inputs, key, self._algorithm)
        values = {"tenant_id": made, "name": name, **inputs, "key_id": key_id, "retired_at": ""}
        with self._locked(name) as connection:
            known = self._known(connection, name, made, inputs)
            if known is not None:
                return known
            connection.execute(insert(self._tenants).values(**values, registered_at=instant_text(now)))
            for kind, number in sorted(inputs.items()):
                connection.execute(insert(self._numbers).values(kind=kind, number=number, tenant_id=made))
        return self.named(name)

    def retire(self, name: str, now: datetime) -> Registered:
        """Retire a tenant for good: its id, name and numbers stay its own. Raises RefusedError as `named` does."""
        with self._locked(name) as connection:
            row = self._row(connection, self._tenants.c.name == name)
            if row["retired_at"] == "":
                statement = update(self._tenants).where(self._tenants.c.name == name)
                connection.execute(statement.values(retired_at=instant_text(now)))
        return self.named(name, active=False)

    def named(self, name: str, *, active: bool = True) -> Registered:
        """Return a tenant by its name; raises RefusedError: wrong_tenant where there is none or it is retired."""
        with self._reading() as connection:
            return self._checked(_registered(self._row(connection, self._tenants.c.name == name)), active)

    def of_id(self, tenant: str, *, active: bool = True) -> Registered:
        """Return a tenant by its id; raises RefusedError: wrong_tenant where there is none or it is retired."""
        with self._reading() as connection:
            condition = self._tenants.c.tenant_id == checked_id(tenant)
            return self._checked(_registered(self._row(connection, condition)), active)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the registry as a whole: ids that do not follow from their inputs.

        The same that `limen probe tenancy` computes. Raises RefusedError (key_unavailable, ledger_unavailable).
        """
        found = []
        with self._reading() as connection:
            for number, row in enumerate(connection.execute(select(self._tenants).order_by("name")).mappings(), 1):
                one = _registered(row)
                try:
                    right = hmac.compare_digest(self._derived(one), one.id)
                except (RefusedError, ValueError):
                    right = False
                if not right:
                    found.append(Problem(message=f"the id of tenant {number} does not follow from its inputs"))
        return tuple(found)

    def _known(self, connection: Connection, name: str, made: str, inputs: Mapping[str, str]) -> Registered | None:
        """Return the tenant that this is already; raises RefusedError where something of it is another's."""
        row = connection.execute(select(self._tenants).where(self._tenants.c.name == name)).mappings().one_or_none()
        if row is not None:
            one = _registered(row)
            if one.inputs != dict(inputs):
                raise self._reused(name, "the name is that of a tenant with other registrations")
            return self._checked(one, active=True, reason="tenant_reused")
        if connection.execute(select(self._tenants.c.name).where(self._tenants.c.tenant_id == made)).first():
            self._report("tenant_collision", name, made)
            hint = "nothing was registered; the incident has the evidence"
            problem = Problem(message="the id is another tenant's", hint=hint)
            raise RefusedError(problem, reason="tenant_collision")
        taken = [
            kind
            for kind, number in sorted(inputs.items())
            if connection.execute(
                select(self._numbers.c.kind).where(self._numbers.c.kind == kind, self._numbers.c.number == number)
            ).first()
        ]
        if taken:
            raise self._reused(name, f"{', '.join(taken)}: a tenant has it, or had it before it was retired")
        return None

    def _checked(self, one: Registered, active: bool, reason: Reason = "wrong_tenant") -> Registered:
        """Return a tenant whose id follows from its inputs, and which is active where it must be."""
        if not hmac.compare_digest(self._derived(one), one.id):
            self._report("tenant_collision", one.name, one.id)
            problem = Problem(message="the tenant's id does not follow from its inputs", hint="it was changed")
            raise RefusedError(problem, reason="tenant_collision")
        if active and one.retired_at:
            raise RefusedError(
                Problem(message="the tenant is retired", hint="an id is never used again"), reason=reason
            )
        return one

    def _derived(self, one: Registered) -> str:
        if self._algorithm == "SHA-256":
            return tenant_id(one.inputs, b"", self._algorithm)
        key = self._macs().get(one.key)
        if key is None:
            hint = "keep every version of the master key: ids are made once"
            problem = Problem(message="the version of the master key that made the id is gone", hint=hint)
            raise RefusedError(problem, reason="key_unavailable")
        return tenant_id(one.inputs, key, self._algorithm)

    def _key(self) -> tuple[str, bytes]:
        if self._algorithm == "SHA-256":
            return "", b""
        key_id, key = self._mac()
        if len(key) < LEAST_KEY:
            problem = Problem(message="the master key is too short", hint=f"{LEAST_KEY} bytes at least")
            raise RefusedError(problem, reason="key_unavailable")
        return key_id, key

    def _row(self, connection: Connection, condition: Any) -> RowMapping:
        row = connection.execute(select(self._tenants).where(condition)).mappings().one_or_none()
        if row is None:
            hint = "register it first"
            raise RefusedError(Problem(message="the tenant is not registered", hint=hint), reason="wrong_tenant")
        return row

    def _reused(self, name: str, why: str) -> RefusedError:
        self._report("tenant_reused", name, "")
        hint = "registrations and ids stay with whoever had them first"
        return RefusedError(Problem(message=why, hint=hint), reason="tenant_reused")

    def _report(self, reason: Reason, name: str, made: str) -> None:
        if self._incidents is not None:
            from limen.controls.incident import Facts

            self._incidents.report("tenant-collision", Facts(reason=reason, tenant=name, found=made))

    @contextmanager
    def _locked(self, name: str) -> Iterator[Connection]:
        """Yield a connection in a transaction that no other registrar shares."""
        try:
            with self._engine.connect() as connection:
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("pragma synchronous = full")
                    connection.exec_driver_sql("begin immediate")
                elif connection.dialect.name == "postgresql":
                    table = connection.dialect.identifier_preparer.format_table(self._tenants)
                    connection.execute(text(f"lock table {table} in share row exclusive mode"))
                yield connection
                connection.commit()
        except IntegrityError:
            raise self._reused(name, "the id, the name or a number is another tenant's") from None
        except SQLAlchemyError:
            raise _unavailable() from None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError:
            raise _unavailable() from None


def _registered(known: RowMapping) -> Registered:
    return Registered(
        name=known["name"],
        id=known["tenant_id"],
        inputs={name: known[name] for name in IMMUTABLE if known[name] is not None},
        key=known["key_id"],
        registered_at=known["registered_at"],
        retired_at=known["retired_at"],
    )


def _unavailable() -> RefusedError:
    hint = "nothing is done for a tenant that can't be looked up"
    return RefusedError(
        Problem(message="the registry of tenants can't be used", hint=hint), reason="ledger_unavailable"
    )
