"""A real PostgreSQL cluster on loopback: made in a folder of its own, run by an unprivileged user, gone afterwards.

    with cluster() as server, server.database() as database:
        database.run("create table t (a int)")
        probe(database.url())

Durability is off, so that it starts in about two seconds and a database takes a few hundredths. Roles belong to the
cluster, not to a database: `database.role(...)` makes one that is dropped with the database.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.lab.ports import free_port
from tests.needs import need_program

ADMINISTRATOR = "postgres"
"""The cluster's superuser."""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "autovacuum": "off",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `password` is the superuser's."""

    port: int
    password: str
    log: Path

    def url(self, database: str = "postgres", user: str = ADMINISTRATOR, password: str | None = None) -> str:
        """Return the connection URL of a database; without a password, the superuser's."""
        return (
            f"postgresql://{quote(user)}:{quote(password if password is not None else self.password)}"
            f"@127.0.0.1:{self.port}/{quote(database)}"
        )

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Create an empty database; drop it and the roles that it made afterwards."""
        name = f"lab_{secrets.token_hex(6)}"
        self._administer(f'create database "{name}" template template0')
        made = Database(self, name)
        try:
            yield made
        finally:
            self._administer(f'drop database "{name}" with (force)')
            for role in reversed(made.roles):
                self._administer(f'drop role if exists "{role}"')

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


@dataclass(frozen=True)
class Database:
    """An empty database of a cluster."""

    cluster: Cluster
    name: str
    roles: list[str] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """host:port/database, as a declaration writes it."""
        return f"127.0.0.1:{self.cluster.port}/{self.name}"

    def url(self, user: str = ADMINISTRATOR, password: str | None = None) -> str:
        """Return its connection URL, with the password in it."""
        return self.cluster.url(self.name, user, password)

    def role(self, name: str, *attributes: str) -> str:
        """Create a role `<name>_<database>` with these attributes (login, bypassrls, ...) and return its name.

        Its password is the superuser's, so `database.url(role)` connects as it where it may log in.
        """
        role = f"{name}_{self.name}"
        self.run(f"create role \"{role}\" {' '.join(attributes)} password '{self.cluster.password}'")
        self.roles.append(role)
        return role

    def run(self, statements: str, user: str = ADMINISTRATOR) -> None:
        """Run statements and commit them."""
        with psycopg.connect(self.url(user), autocommit=True) as connection:
            connection.execute(statements)


def programs() -> Path:
    """Return the folder of PostgreSQL's programs, of the newest version that is installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else need_program("initdb").parent


@contextmanager
def cluster(
    settings: dict[str, str] | None = None, *, certificate: tuple[Path, Path] | None = None
) -> Iterator[Cluster]:
    """Start a cluster with scram passwords on a free port of 127.0.0.1; end it, by its own pid, afterwards.

    `settings` are lines of postgresql.conf over those of the laboratory; with a certificate and its key, PEM files,
    it speaks TLS as well.
    """
    binaries, folder = programs(), Path(tempfile.mkdtemp(prefix="limen-lab-postgres-"))
    data, password = folder / "data", secrets.token_hex(16)
    try:
        secret = folder / "password"
        secret.write_text(password, encoding="ascii")
        _give(folder, secret)
        subprocess.run(
            [
                *_unprivileged(),
                binaries / "initdb",
                *("-D", data, "-U", ADMINISTRATOR, "--pwfile", secret, "--auth", "scram-sha-256"),
                *("--no-sync", "--no-instructions", "--locale", "C", "--encoding", "UTF8"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        chosen = _SETTINGS | (settings or {})
        if certificate is not None:
            for source, name in zip(certificate, ("server.crt", "server.key"), strict=True):
                (data / name).write_bytes(source.read_bytes())
                (data / name).chmod(0o600)
                _give(data / name)
            chosen["ssl"] = "on"
        with _running(binaries, data, folder / "log", chosen) as port:
            yield Cluster(port, password, folder / "log")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(binaries: Path, data: Path, log: Path, settings: dict[str, str]) -> Iterator[int]:
    for _ in range(5):  # another process may take the free port first
        port = free_port()
        arguments = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*_unprivileged(), binaries / "postgres", "-D", data, "-p", str(port), *arguments],
                stdout=output,
                stderr=output,
                cwd=data,
                start_new_session=True,
            )
        try:
            if _ready(binaries, port, process):
                yield port
                return
        finally:
            process.send_signal(signal.SIGQUIT)  # immediate shutdown: nothing here is kept
            process.wait(30)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _ready(binaries: Path, port: int, process: subprocess.Popen[bytes]) -> bool:
    asked = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
    for _ in range(400):
        if process.poll() is not None:
            return False
        if subprocess.run(asked, check=False).returncode == 0:
            return True
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    return False


def _unprivileged() -> list[str]:
    """Return what a command starts with to run as the user postgres; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    return [str(need_program("setpriv")), f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _give(*paths: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)
