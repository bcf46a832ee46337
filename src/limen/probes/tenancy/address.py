"""Where a database is, and who logs in: the declared endpoint, and what its credential adds to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from limen.probes.interface import AttemptError

PORT = 5432
"""PostgreSQL's port, where an endpoint names none."""
_FORMS = "host:port/database or postgresql://host:port/database"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where one database is."""

    host: str
    port: int
    database: str
    """Empty where the endpoint leaves it to the credential."""


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Who logs in there, from a credential; never printed."""

    user: str
    password: str
    database: str

    def __repr__(self) -> str:
        """Return a text without the password."""
        return f"Login({self.user!r})"


def read_address(endpoint: str) -> Address:
    """Return where an endpoint is; raises AttemptError where it is none of a database."""
    text = endpoint if "://" in endpoint else f"postgresql://{endpoint}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise AttemptError(f"the endpoint is not of the form {_FORMS}") from None
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or parts.query or parts.fragment:
        raise AttemptError(f"the endpoint is not of the form {_FORMS}")
    if parts.password is not None:
        raise AttemptError("the endpoint holds a password: name it as credential, env:NAME, file:PATH or vault:PATH")
    return Address(host=parts.hostname, port=PORT if port is None else port, database=unquote(parts.path.strip("/")))


def read_login(credential: str, address: Address) -> Login:
    """Return who logs in: `user:password`, a postgresql:// URL or libpq's `user=… password=…`.

    Raises AttemptError where the credential can't be read, or names another place than the declared endpoint: only
    what is declared is contacted.
    """
    text = credential.strip()
    if "\0" in text:
        raise AttemptError("the credential is none of PostgreSQL: it holds a NUL")
    parts = _parts(text)
    user = parts.get("user", "")
    if not user:
        raise AttemptError("the credential names no user: give user:password, a postgresql:// URL or user=… password=…")
    for name, declared in (("host", address.host), ("port", str(address.port)), ("dbname", address.database)):
        given = parts.get(name, "")
        if given and declared and given.lower() != declared.lower():
            raise AttemptError(f"the credential's {name} is not the declared endpoint's, and only that is contacted")
    if parts.get("hostaddr"):
        raise AttemptError("the credential names a hostaddr; only the declared endpoint is contacted")
    return Login(
        user=user, password=parts.get("password", ""), database=address.database or parts.get("dbname", "") or user
    )


def _parts(text: str) -> dict[str, Any]:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if "://" not in text and "=" not in text.partition(":")[0]:
        user, _, password = text.partition(":")
        return {"user": user, "password": password}
    try:
        return {name: str(value) for name, value in conninfo_to_dict(text).items() if value is not None}
    except ProgrammingError:  # its message quotes the credential
        raise AttemptError("the credential is no connection string of PostgreSQL") from None
