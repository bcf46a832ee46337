"""The key service of the declaration, played by OpenBao: a transit key each declared key, an AppRole each grantee.

Each component logs in as itself and may use what it is granted; the administrator's token, which makes keys and roles,
is used for nothing else (NIST SP 800-53 SC-12, AC-6).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import hvac
import requests

from limen.adapters.key_providers import Access
from limen.adapters.key_providers.interface import KeyProviderError
from limen.controls.custodians import Declared
from limen.model.declaration import Declaration
from limen.model.keys import Key

_LASTS, _ANEW = "1h", 1800.0
AUDITOR = """
path "+/keys/*" { capabilities = ["read"] }
path "sys/policies/acl" { capabilities = ["list"] }
path "sys/policies/acl/*" { capabilities = ["read"] }
path "sys/auth" { capabilities = ["read"] }
path "auth/approle/role" { capabilities = ["list"] }
path "auth/approle/role/*" { capabilities = ["read"] }
path "auth/token/roles" { capabilities = ["list"] }
path "identity/entity/id" { capabilities = ["list"] }
path "identity/entity/id/*" { capabilities = ["read"] }
path "identity/group/id" { capabilities = ["list"] }
path "identity/group/id/*" { capabilities = ["read"] }
"""
"""What the kms probe may do: look, and nothing else."""


class Vault:
    """An OpenBao or Vault with the declared keys; makes what is missing."""

    def __init__(self, address: str, token: str, declaration: Declaration) -> None:
        self.address = address
        self._admin = hvac.Client(url=address, token=token)
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self._keys = {name: key for name, key in declaration.keys.items() if key.provider == "vault"}
        self._custodians: dict[str, Declared] = {}
        with _answering():
            made = set(self._admin.sys.list_policies()["data"]["policies"])
            if not {f"{name}-keys" for name in self._keys} <= made:  # what is made last is there: so is all before it
                if "approle/" not in self._admin.sys.list_auth_methods()["data"]:
                    self._admin.sys.enable_auth_method("approle")
                self._make_keys()
                self._make_roles()

    def custodian(self, component: str, declaration: Declaration, others: Access) -> Declared:
        """Return a component's keys: what the key service has by its own login, the others in a key store file."""

        def reach(name: str, key: Key) -> Access:
            if name in self._keys:
                made = str(key.id)
                return Access(provider="openbao", endpoint=self.address, key=made, credential=self._token(component))
            return Access(provider="file", endpoint=others.endpoint, key=name, credential=others.credential)

        return self._custodians.setdefault(component, Declared(declaration.keys, reach))

    def auditor(self) -> str:
        """Return a token for the kms probe."""
        with _answering():
            self._admin.sys.create_or_update_acl_policy("auditor", AUDITOR)
            made = self._admin.auth.token.create(policies=["auditor"], no_parent=True, ttl=_LASTS)
        return str(made["auth"]["client_token"])

    def _make_keys(self) -> None:
        mounts = self._admin.sys.list_mounted_secrets_engines()["data"]
        for mount in {str(key.id).partition("/")[0] for key in self._keys.values()}:
            if f"{mount}/" not in mounts:
                self._admin.sys.enable_secrets_engine("transit", path=mount)
        for key in self._keys.values():
            mount, _, name = str(key.id).partition("/")
            self._admin.secrets.transit.create_key(
                name, key_type="aes256-gcm96", auto_rotate_period="2160h", mount_point=mount
            )

    def _make_roles(self) -> None:
        roles: dict[str, list[str]] = {}
        for name, key in self._keys.items():
            for grantee in key.grantees or ():
                roles.setdefault(grantee, []).extend(f"{name}-{use}" for use in ("encrypt", "decrypt", "keys"))
        for grantee, held in roles.items():
            self._admin.auth.approle.create_or_update_approle(grantee, token_policies=held, token_ttl=_LASTS)
        for name, key in self._keys.items():
            mount, _, inner = str(key.id).partition("/")
            for use in ("encrypt", "decrypt", "keys"):  # the last one tells its algorithm, and lets nobody use it
                can = "read" if use == "keys" else "update"
                text = f'path "{mount}/{use}/{inner}" {{ capabilities = ["{can}"] }}'
                self._admin.sys.create_or_update_acl_policy(f"{name}-{use}", text)

    def _token(self, component: str) -> str:
        """Return a token of a component, by a login that is not older than half of what it lasts."""
        with self._lock, _answering():
            token, until = self._tokens.get(component, ("", 0.0))
            if time.monotonic() > until:
                role: Mapping[str, Any] = self._admin.auth.approle.read_role_id(component)
                secret: Mapping[str, Any] = self._admin.auth.approle.generate_secret_id(component)
                client = hvac.Client(url=self.address)
                made = client.auth.approle.login(role["data"]["role_id"], secret["data"]["secret_id"])
                token = str(made["auth"]["client_token"])
                self._tokens[component] = token, time.monotonic() + _ANEW
            return token


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Raise KeyProviderError where the key service does not answer, or refuses; its own words may hold a token."""
    try:
        yield
    except requests.exceptions.RequestException as error:
        message = f"the key service at VAULT_ADDR can't be reached: {type(error).__name__}"
        raise KeyProviderError("unreachable", message, hint="is it running, and is the address right?") from None
    except hvac.exceptions.VaultError as error:
        message = f"the key service at VAULT_ADDR refused: {type(error).__name__}"
        raise KeyProviderError("denied", message, hint="is VAULT_TOKEN of one who may make keys and roles?") from None
