"""Private keys in the transit engine of OpenBao or Vault: `vault:MOUNT/KEY`, at VAULT_ADDR.

With `?user=NAME` the password is asked for and the token is made by that login, at the moment of signing, and revoked
afterwards; `&login=MOUNT` names another login than userpass. Without it VAULT_TOKEN signs, which nobody types: good
for a producer's machine, and refused for a person's signature.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote

from limen.adapters.key_providers.interface import Access, KeyProviderError
from limen.adapters.key_providers.vault_signing import TYPES, SigningKey
from limen.adapters.signers.signer import Ask, OpenedKey
from limen.adapters.vault_address import objection
from limen.errors import Problem, UsageError
from limen.integrity.signatures import public_key

FORM = "vault:transit/KEY?user=NAME"
_USERS = ("denied", "absent", "refused", "unsupported")
"""Kinds of failure that are the user's to mend."""


def open_signer(reference: str, ask: Ask | None, environment: Mapping[str, str] | None = None) -> OpenedKey:
    """Return the transit key that a reference without its scheme names.

    Raises UsageError where there is no such key, it is of another algorithm, or the login is refused; UnassessedError
    where the server does not answer.
    """
    variables = os.environ if environment is None else environment
    path, user, mount = _named(reference)
    address = _address(variables)
    token = "" if user else variables.get("VAULT_TOKEN", "")
    if not user and not token:
        _refuse("no token is given for the key", f"name who logs in, {FORM}, or set VAULT_TOKEN")
    if user and ask is None:
        _refuse(f"{user} logs in with a password, and nobody can be asked for it", "name where the password is kept")
    password = ask(f"password of {user} at {address}") if user and ask is not None else ""
    trust = variables.get("VAULT_CACERT", "")
    access = Access(
        provider="vault",
        endpoint=address,
        key=path,
        credential=token or "none yet",
        trust=Path(trust) if trust else None,
    )
    try:
        key = SigningKey(access)
        if user:
            _log_in(key, mount, user, password, address)
        return _opened(key, path, address, logged_in=bool(user))
    except KeyProviderError as error:
        if error.kind in _USERS:
            hint = error.problems[0].hint or f"limen signs with transit keys of type {' or '.join(TYPES)}"
            raise UsageError(Problem(message=error.problems[0].message, hint=hint)) from None
        raise


def _log_in(key: SigningKey, mount: str, user: str, password: str, address: str) -> None:
    try:
        key.log_in(mount, user, password)
    except KeyProviderError as error:
        if error.kind in ("refused", "denied", "absent"):
            message = f"{address} refuses the login of {user} at {mount}"
            _refuse(message, "nothing was signed; is the password right, and does the login exist?")
        raise


def _opened(key: SigningKey, path: str, address: str, *, logged_in: bool) -> OpenedKey:
    def close() -> None:
        if logged_in:
            with contextlib.suppress(KeyProviderError):  # it ends by itself, and what was signed is signed
                key.log_out()

    try:
        public = public_key(key.public_key())
    except (KeyProviderError, ValueError) as error:
        close()
        if isinstance(error, KeyProviderError):
            raise
        _refuse(f"{address} has no key at {path} that limen signs with: {error}", f"of type {' or '.join(TYPES)}")
    return OpenedKey(public, key.sign, close, where=f"{address}, {path}")


def _named(reference: str) -> tuple[str, str, str]:
    """Return path of the key, user, and where the user logs in; raises UsageError."""
    path, _, query = reference.partition("?")
    given = [part.partition("=") for part in query.split("&") if part]
    asked = {name: unquote(value) for name, _, value in given}
    unknown = asked.keys() - {"user", "login"}
    if unknown or len(asked) != len(given) or not all(asked.values()):
        _refuse(f"vault:{path} is followed by what limen does not know", f"write {FORM}")
    if "/" not in path.strip("/") or any(part in ("", ".", "..") for part in path.split("/")):
        _refuse(f"vault:{path} names no key of a transit engine", f"write {FORM}")
    login = asked.get("login", "userpass").strip("/")
    if any(part in ("", ".", "..") for part in login.split("/")) or asked.get("user") in (".", ".."):
        _refuse("the login is none", f"write {FORM}")
    if "login" in asked and "user" not in asked:
        _refuse("a login is named without a user", f"write {FORM}")
    return path, asked.get("user", ""), login


def _address(variables: Mapping[str, str]) -> str:
    """Return the server's address; raises UsageError where it is none, or secrets would travel readable."""
    address = variables.get("VAULT_ADDR", "").rstrip("/")
    wrong = objection(address)
    if wrong == "none":
        _refuse("VAULT_ADDR does not say where the key is", "set it to https://HOST:PORT")
    if wrong == "readable":
        _refuse("what is typed would be readable on the way", "VAULT_ADDR must be https://")
    return address


def _refuse(message: str, hint: str) -> NoReturn:
    raise UsageError(Problem(message=message, hint=hint)) from None
