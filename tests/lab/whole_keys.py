"""The reference system's keys and credentials in one OpenBao: a transit engine each prefix, an AppRole each grantee."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from tests.lab.bao import Bao
from tests.lab.transit import AUDITOR

TYPES = {"AES-256": "aes256-gcm96"}
"""Types of transit keys by the declared algorithm."""
READER = 'path "storage/probe" { capabilities = ["read"] }'
"""What the token may do by which limen reads credentials."""


class Keys:
    """What the server holds."""

    def __init__(self, server: Bao) -> None:
        self.server = server
        self._policies: dict[str, list[str]] = {}

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.server.environment["VAULT_ADDR"]

    def fill(self, keys: Mapping[str, Any], storage_credential: str) -> tuple[str, str]:
        """Make every key and who may use it; return the tokens of the kms probe and of the reader of credentials."""
        call = self.server.call
        call("POST", "sys/auth/approle", {"type": "approle"})
        for mount in sorted({key["id"].partition("/")[0] for key in keys.values()}):
            call("POST", f"sys/mounts/{mount}", {"type": "transit"})
        for name, key in keys.items():
            mount, _, inner = key["id"].partition("/")
            call("POST", f"{mount}/keys/{inner}", {"type": TYPES[key["algorithm"]], "auto_rotate_period": "2160h"})
            call("POST", f"{mount}/keys/{inner}/rotate")
            for use in ("encrypt", "decrypt"):
                self._policy(f"{name}-{use}", f"{mount}/{use}/{inner}")
            for grantee in key["grantees"]:
                self._policies.setdefault(grantee, []).extend(f"{name}-{use}" for use in ("encrypt", "decrypt"))
        for grantee, policies in self._policies.items():
            call("POST", f"auth/approle/role/{grantee}", {"token_policies": policies})
        call("POST", "sys/mounts/storage", {"type": "kv"})
        call("POST", "storage/probe", {"keys": storage_credential})
        return self._token("auditor", AUDITOR), self._token("reader", READER)

    def grant(self, grantee: str, key: str) -> None:
        """Let somebody use a key that nobody declared for them."""
        self._policies.setdefault(grantee, []).append(f"{key}-decrypt")
        self.server.call("POST", f"auth/approle/role/{grantee}", {"token_policies": self._policies[grantee]})

    def never_rotated(self, key_id: str, days: int) -> None:
        """Put a key of one old version in the place of a key: by a backup that is edited and restored."""
        call = self.server.call
        mount, _, inner = key_id.partition("/")
        forge = f"forge-{secrets.token_hex(4)}"
        call("POST", f"sys/mounts/{forge}", {"type": "transit"})
        call("POST", f"{forge}/keys/{inner}", {"exportable": True, "allow_plaintext_backup": True})
        made = json.loads(base64.b64decode(call("GET", f"{forge}/backup/{inner}")["data"]["backup"]))
        then = int(time.time()) - days * 86_400
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then))
        for version in (made["policy"]["keys"]["1"], made["archived_keys"]["keys"][1]):
            version.update({"creation_time": then, "time": moment})
        made["policy"] |= {"exportable": False, "allow_plaintext_backup": False}
        call("POST", f"{mount}/keys/{inner}/config", {"deletion_allowed": True})
        call("DELETE", f"{mount}/keys/{inner}")
        call("POST", f"{mount}/restore/{inner}", {"backup": base64.b64encode(json.dumps(made).encode()).decode()})
        call("POST", f"{mount}/keys/{inner}/config", {"auto_rotate_period": "2160h"})

    def versions(self, key_id: str) -> int:
        """Return how many versions of a key were made: OpenBao rotates an overdue one a minute after it started."""
        mount, _, inner = key_id.partition("/")
        return int(self.server.call("GET", f"{mount}/keys/{inner}")["data"]["latest_version"])

    def _policy(self, name: str, path: str) -> None:
        text = f'path "{path}" {{ capabilities = ["update"] }}'
        self.server.call("PUT", f"sys/policies/acl/{name}", {"policy": text})

    def _token(self, name: str, policy: str) -> str:
        self.server.call("PUT", f"sys/policies/acl/{name}", {"policy": policy})
        made = self.server.call("POST", "auth/token/create", {"policies": [name], "no_parent": True})
        return str(made["auth"]["client_token"])
