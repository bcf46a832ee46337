"""What the service must be told before it starts: secrets by reference, never by value (NIST SP 800-53 IA-5(7), CM-6).

A missing, empty, weak or placeholder secret stops the start, with its name and never with its value. The first start in
a new folder makes what is its own; what belongs to somebody else (a key service, a database) is never made up.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from examples.service.pki import write_private
from limen.controls.secret_strength import weakness
from limen.controls.settings import From, Secret, Settings, SettingsError, load
from limen.errors import Problem

KEY_STORE, REVIEWER = "secrets/key-store", "secrets/j-okafor"
_DATABASE = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}/[A-Za-z0-9_-]+")
_OWNER = "the secret owner (env:LIMEN_SERVICE_DATABASE_OWNER)"


class ServiceSettings(Settings, frozen=True, kw_only=True):
    """What it always needs."""

    key_store: Annotated[Secret, From(f"file:{KEY_STORE}", least=32, bits=100)]
    """Passphrase of the key store file."""


class VaultSettings(Settings, frozen=True, kw_only=True):
    """With `--keys openbao`."""

    vault_address: Annotated[str, From("env:VAULT_ADDR")]
    vault_token: Annotated[Secret, From("env:VAULT_TOKEN", least=12, bits=30)]


def begin(folder: Path) -> None:
    """Make the secrets of a new folder; one in which the service ran before keeps its own, or does not start."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "keys.json").exists() and not (folder / KEY_STORE).exists():
        (folder / "secrets").mkdir(mode=0o700, exist_ok=True)
        write_private(folder / KEY_STORE, secrets.token_hex(32).encode())
        write_private(folder / REVIEWER, secrets.token_urlsafe(18).encode())


class DatabaseSettings(Settings, frozen=True, kw_only=True):
    """With `--database postgresql` or `--ledgers postgresql`."""

    database: Annotated[str, From("env:LIMEN_SERVICE_DATABASE")]
    """HOST:PORT/NAME."""
    owner: Annotated[Secret, From("env:LIMEN_SERVICE_DATABASE_OWNER", least=12, bits=30)]
    """user:password of whoever makes tables and roles; the service itself works as a role that owns nothing."""


def settings_of(folder: Path) -> ServiceSettings:
    """Return the settings, or raise SettingsError with everything that is wrong with any of them."""
    return load(ServiceSettings, folder=folder)


def vault_settings() -> VaultSettings:
    """Return where the key service is; raises SettingsError."""
    return load(VaultSettings)


def database_settings() -> DatabaseSettings:
    """Return where the database is; raises SettingsError."""
    found = load(DatabaseSettings)
    if problems := list(_database_problems(found)):
        raise SettingsError(problems)
    return found


def _database_problems(found: DatabaseSettings) -> Iterator[Problem]:
    """Yield what `load` can't see: it knows neither what the place looks like, nor that a part is the password."""
    if not _DATABASE.fullmatch(found.database):
        message = "the setting database (env:LIMEN_SERVICE_DATABASE) is no HOST:PORT/NAME"
        yield Problem(message=message, hint="such as 127.0.0.1:5432/service")
    user, _, behind = found.owner.reveal().partition(":")
    if not user or not behind:
        yield Problem(message=f"{_OWNER} is no user and password", hint="write both, with a colon between")
    elif wrong := weakness(behind, least=12, bits=30):
        yield Problem(message=f"{_OWNER} can't be used: behind the colon, {wrong}", hint="give the owner another one")
