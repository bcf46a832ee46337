"""Where ledgers and rows lie: in files of the folder, or in PostgreSQL, where the service owns nothing that it uses.

The owner of the database makes tables, policies and roles at the start, and is not asked again; the service works as a
role that is held to one tenant at a time, and that can append to ledgers and change no line of them.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from examples.service.pki import write_private
from examples.service.rows import TABLES, make_tables, sqlite_engine
from examples.service.settings import database_settings
from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.ledger import Ledger, open_ledger
from limen.controls.ledger_tables import create
from limen.controls.tenant_postgres import attach_setting, demand_bound_role, quoted, table_ddl
from limen.errors import Problem, UnassessedError
from limen.model.declaration import Declaration

if TYPE_CHECKING:
    from psycopg import Connection
    from sqlalchemy.engine import Engine

Request = dict[str, Any]
JUDGED = {
    "patient-store": (("dispensing",), ("pharmacy-014", "pharmacy-022")),
    "inventory-db": (("stock",), ("pharmacy-014", "pharmacy-022")),
    "packager": (("report", "signature"), ("site-031", "site-012")),
}
"""By component, its tables, and two tenants: the probe tries to get at rows of the second as the first."""


class Stores:
    """The stores of a folder: `ledgers` is jsonl, sqlite or postgresql, `rows` sqlite or postgresql."""

    def __init__(self, folder: Path, ledgers: str, rows: str) -> None:
        self._folder, self._kind, self.rows = folder, ledgers, rows
        self._database = Database(folder) if "postgresql" in (ledgers, rows) else None

    def open_ledger(self, name: str, declaration: Declaration, store: KeyStore) -> Ledger:
        """Return a declared ledger, opened; makes it where there is none."""
        chain = declaration.ledgers[name].chain
        key = str(chain.key) if chain else ""
        given: dict[str, Any] = {}
        if self._database is not None and self._kind == "postgresql":
            self._database.make_ledger(_table(name))
            given = {"credential": self._database.login, "table": _table(name)}
        else:
            (self._folder / "ledgers").mkdir(mode=0o700, exist_ok=True)
        return open_ledger(self.endpoint(name), name=name, key=store.secret(key), keys=store.secrets(key), **given)

    def endpoint(self, name: str) -> str:
        """Return where a ledger lies, as it is opened."""
        if self._database is not None and self._kind == "postgresql":
            return f"postgresql://{self._database.place}"
        path = self._folder / "ledgers" / f"{name}.{'db' if self._kind == 'sqlite' else 'jsonl'}"
        return f"sqlite:///{path}" if self._kind == "sqlite" else str(path)

    def asked(self, request: Request) -> Request:
        """Return a request of the ledger probe for the place where the ledger lies."""
        name = request["ledger"]
        found = request | {"endpoint": self.endpoint(name).removeprefix("sqlite:///")}
        if self._database is None or self._kind != "postgresql":
            return found
        return found | {
            "credential": f"file:{self._folder / 'secrets' / 'database'}",
            "options": request["options"] | {"table": _table(name)},
        }

    def registry(self) -> Engine:
        """Return the engine of the registry of tenants, which is nobody's but this process's."""
        return sqlite_engine(self._folder / "tenants.db")

    def engine(self) -> Engine:
        """Return the engine of the service, with the tables made, as a role that is held to one tenant at a time."""
        if self._database is None or self.rows != "postgresql":
            engine = sqlite_engine(self._folder / "rows.db")
            make_tables(engine)
            return engine
        self._database.make_tables()
        engine = create_engine(self._database.url(self._database.login()))
        attach_setting(engine)
        self._database.check()
        return engine

    def _tables(self) -> list[str]:
        ledgers = ("crossing-log", "trace-log", "cs-ledger") if self._kind == "postgresql" else ()
        return [*TABLES, "event", *map(_table, ledgers)]

    def tenancy_asked(self, request: Request, tenants: Mapping[str, str]) -> Request:
        """Return a request of the tenancy probe for the database."""
        assert self._database is not None  # noqa: S101 there is none for files
        tables, two = JUDGED[request["component"]]
        told = {
            "tenant_column": "tenant_id",
            "tenant_values": [tenants[name] for name in two],
            "tables": [f"public.{name}" for name in tables],
            # One database holds all stores here: the tables of the others are asked for by the requests of those.
            "shared_tables": [f"public.{name}" for name in self._tables() if name not in tables],
            "roles": [self._database.role],
        }
        return request | {
            "endpoint": self._database.place,
            "credential": f"file:{self._folder / 'secrets' / 'tenancy-probe'}",
            "options": request.get("options", {}) | told,
        }


class Database:
    """A database of PostgreSQL, and who works in it."""

    def __init__(self, folder: Path) -> None:
        settings = database_settings()
        self.place, self._owner, self._folder = settings.database, settings.owner, folder
        name = self.place.rpartition("/")[2]
        self.role, self._probe = f"service_{name}", f"service_probe_{name}"
        """The role of the service, and that of the tenancy probe."""
        self._make_roles()

    def owner(self) -> str:
        """Return the owner's login, as user:password."""
        return self._owner.reveal()

    def login(self) -> str:
        """Return the service's login, as user:password."""
        return (self._folder / "secrets" / "database").read_text(encoding="ascii")

    def url(self, login: str) -> str:
        """Return the address for SQLAlchemy; it holds a password and is printed nowhere."""
        user, _, password = login.partition(":")
        return f"postgresql+psycopg://{quote(user)}:{quote(password)}@{self.place}"

    def make_ledger(self, table: str) -> None:
        """Make a ledger's table where there is none."""
        with self._owned() as connection:
            if connection.execute("select to_regclass(%s)", [f"public.{table}"]).fetchone() != (None,):
                return
        create(f"postgresql://{self.place}", credential=self.owner, table=table, writer=self.role)

    def make_tables(self) -> None:
        """Make the tables, held to the tenant by the database itself."""
        engine = create_engine(self.url(self.owner()))
        with _answering():
            make_tables(engine)
        engine.dispose()
        with self._owned() as connection:
            for table in TABLES:
                for statement in table_ddl(f"public.{table}", role=self.role, rights="select, insert"):
                    connection.execute(statement)
            connection.execute(f"grant select, insert on public.event to {quoted(self.role)}")

    def check(self) -> None:
        """Raise RefusedError where the service's role could see more than one tenant's rows."""
        import psycopg

        with _answering(), psycopg.connect(self.url(self.login()).replace("+psycopg", "")) as connection:
            demand_bound_role(connection, TABLES)

    def _make_roles(self) -> None:
        """Make the roles of the service and of the tenancy probe, with new passwords, once in a folder."""
        for name, role, more in (
            ("database", self.role, ""),
            ("tenancy-probe", self._probe, "noinherit bypassrls"),
        ):
            path = self._folder / "secrets" / name
            if path.exists():
                continue
            password = secrets.token_hex(24)
            with self._owned() as connection:
                connection.execute(f"drop role if exists {quoted(role)}")
                connection.execute(f"create role {quoted(role)} login {more} password '{password}'")
                if role == self._probe:
                    connection.execute(f"grant {quoted(self.role)} to {quoted(role)}")
            write_private(path, f"{role}:{password}".encode())

    @contextlib.contextmanager
    def _owned(self) -> Iterator[Connection[Any]]:
        """Connect as the owner; raises UnassessedError where the database does not answer or refuses."""
        import psycopg

        with _answering(), psycopg.connect(self.url(self.owner()).replace("+psycopg", "")) as connection:
            yield connection


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Raise UnassessedError where the database does not answer, or refuses; its own words may hold what it was told."""
    import psycopg

    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(original, "sqlstate", None)
        message = "the database at LIMEN_SERVICE_DATABASE can't be reached, or does not let the owner in"
        if state:
            message = f"the database at LIMEN_SERVICE_DATABASE refused: {type(original).__name__} ({state})"
        hint = "is it running, are place and login right, and may the owner make tables and roles?"
        raise UnassessedError(Problem(message=message, hint=hint)) from None


def _table(ledger: str) -> str:
    return "ledger_" + ledger.replace("-", "_")
