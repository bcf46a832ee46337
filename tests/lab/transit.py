"""Keys of a real OpenBao's transit engine, each with one defect, and the token that the probe looks at them with.

A version can't be backdated by the API; but a backup that was made in the clear can be edited and restored, and the
server then shows, uses and rotates what it got as its own.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from typing import Any

from tests.lab.bao import Bao
from tests.lab.place import Place

DAY = 86_400
GRANTED = ("automation", "clinical-db")
"""The components that a good key is granted to; each is an AppRole of that name."""
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
"""What the probe's own token may do: look, and nothing else."""


class Transit:
    """Makes keys on a server; each defect gets an engine of its own."""

    def __init__(self, server: Bao) -> None:
        """Wait until the server is ready, and make what all keys share."""
        self.server = server
        self.address = server.environment["VAULT_ADDR"]
        for _ in range(100):
            try:
                server.call("GET", "sys/mounts")
                break
            except OSError:
                time.sleep(0.05)
        self._held: dict[str, list[str]] = {name: [] for name in GRANTED}
        server.call("POST", "sys/auth/approle", {"type": "approle"})
        self.auditor = self.token("auditor", AUDITOR)

    def make(self, defect: str) -> Place:
        """Make the key of a defect, `good` among them, and return where it is."""
        self.engine(defect)
        self.grant(defect)
        return getattr(self, "_" + defect.replace("-", "_"))(defect)

    def engine(self, mount: str) -> None:
        """Start a transit engine."""
        self.server.call("POST", f"sys/mounts/{mount}", {"type": "transit"})

    def token(self, name: str, policy: str) -> str:
        """Return a token that has one policy."""
        self.server.call("PUT", f"sys/policies/acl/{name}", {"policy": policy})
        made = self.server.call("POST", "auth/token/create", {"policies": [name], "no_parent": True})
        return str(made["auth"]["client_token"])

    def grant(self, mount: str, names: Sequence[str] = GRANTED, path: str = "") -> None:
        """Let AppRoles use the engine's key, or what `path` says."""
        for name in names:
            policy = f"{name}-of-{mount}"
            paths = [path] if path else [f"{mount}/{use}/phi" for use in ("encrypt", "decrypt")]
            text = "".join(f'path "{one}" {{ capabilities = ["update"] }}\n' for one in paths)
            self.server.call("PUT", f"sys/policies/acl/{policy}", {"policy": text})
            held = self._held.setdefault(name, [])
            held.append(policy)
            self.server.call("POST", f"auth/approle/role/{name}", {"token_policies": held})

    def key(
        self, mount: str, ages: Sequence[float] = (200 * DAY, 30 * DAY), period: str = "2160h", **edits: Any
    ) -> None:
        """Make a key whose versions have these ages in seconds, restored from an edited backup."""
        forge = f"{mount}-forge"
        self.engine(forge)
        call = self.server.call
        call("POST", f"{forge}/keys/phi", {"exportable": True, "allow_plaintext_backup": True, "type": "aes256-gcm96"})
        for _ in ages[1:]:
            call("POST", f"{forge}/keys/phi/rotate")
        made = json.loads(base64.b64decode(call("GET", f"{forge}/backup/phi")["data"]["backup"]))
        call("DELETE", f"sys/mounts/{forge}")
        now = time.time()
        for number, age in enumerate(ages, 1):
            then = int(now - age)
            moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then))
            for version in (made["policy"]["keys"][str(number)], made["archived_keys"]["keys"][number]):
                version.update({"creation_time": then, "time": moment})
        made["policy"] |= {"exportable": False, "allow_plaintext_backup": False} | edits
        backup = base64.b64encode(json.dumps(made).encode()).decode()
        call("POST", f"{mount}/restore/phi", {"backup": backup})
        if period:
            call("POST", f"{mount}/keys/phi/config", {"auto_rotate_period": period})

    def place(self, mount: str, token: str = "", old_ciphertext: str = "", **declared: Any) -> Place:
        """Return where the key of a mount is."""
        return Place(self.address, f"{mount}/phi", token or self.auditor, declared, old_ciphertext=old_ciphertext)

    def sealed(self, mount: str, version: int = 0) -> str:
        """Return a ciphertext of a version, bound to the context that the probe uses; 0 is the newest."""
        bound = base64.b64encode(b"limen/probe/right-context").decode()
        body = {"plaintext": "bG9uZyBhZ28=", "associated_data": bound, "context": bound, "key_version": version}
        return str(self.server.call("POST", f"{mount}/encrypt/phi", body)["data"]["ciphertext"])

    def _good(self, mount: str) -> Place:
        self.key(mount)
        return self.place(mount)

    def _rotation_off(self, mount: str) -> Place:
        self.key(mount, period="")
        return self.place(mount)

    def _never_rotated(self, mount: str) -> Place:
        self.key(mount, ages=(400 * DAY,), period="")
        return self.place(mount)

    def _flag_without_rotation(self, mount: str) -> Place:
        # The server rotates no key that was imported, whatever its flag says; any other it rotates within a minute.
        self.key(mount, ages=(200 * DAY,), period="", Imported=True, auto_rotate_period=90 * DAY * 10**9)
        return self.place(mount)

    def _period_too_long(self, mount: str) -> Place:
        self.key(mount, period="8760h")
        return self.place(mount)

    def _exportable(self, mount: str) -> Place:
        self.key(mount, exportable=True, allow_plaintext_backup=True)
        return self.place(mount)

    def _old_versions_lost(self, mount: str) -> Place:
        self.key(mount, ages=(200 * DAY, 60 * DAY, 30 * DAY))
        self.server.call("POST", f"{mount}/keys/phi/config", {"min_decryption_version": 3})
        return self.place(mount)

    def _disabled(self, mount: str) -> Place:
        self.key(mount)
        self.server.call("DELETE", f"{mount}/keys/phi/soft-delete")
        return self.place(mount)

    def _imported(self, mount: str) -> Place:
        self.key(mount, Imported=True)
        return self.place(mount)

    def _weak_algorithm(self, mount: str) -> Place:
        self.server.call("POST", f"{mount}/keys/phi", {"type": "chacha20-poly1305", "auto_rotate_period": "2160h"})
        return self.place(mount)

    def _extra_grantee(self, mount: str) -> Place:
        self.key(mount)
        self.grant(mount, ["contractor"])
        return self.place(mount)

    def _policy_that_nobody_holds(self, mount: str) -> Place:
        self.key(mount)
        path = f'path "{mount}/decrypt/phi" {{ capabilities = ["update"] }}'
        self.server.call("PUT", "sys/policies/acl/break-glass", {"policy": path})
        return self.place(mount)

    def _entity(self, mount: str) -> Place:
        self.key(mount)
        body = {"name": "somebody", "policies": [f"automation-of-{mount}"]}
        self.server.call("POST", "identity/entity", body)
        return self.place(mount)

    def _wildcard(self, mount: str) -> Place:
        self.key(mount)
        self.grant(mount, ["automation"], f"{mount}/+/ph*")
        return self.place(mount)

    def _lying_future(self, mount: str) -> Place:
        self.key(mount, ages=(200 * DAY, -30 * DAY))
        return self.place(mount)

    def _lying_order(self, mount: str) -> Place:
        self.key(mount, ages=(20 * DAY, 40 * DAY))
        return self.place(mount)

    def _missing(self, mount: str) -> Place:
        return self.place(mount)

    def _denied(self, mount: str) -> Place:
        self.key(mount)
        return self.place(mount, token=self.token("stranger", f'path "{mount}/nothing" {{ capabilities = ["read"] }}'))

    def _wrong_token(self, mount: str) -> Place:
        self.key(mount)
        return self.place(mount, token="s.not-a-token-of-this-server")

    def _grants_hidden(self, mount: str) -> Place:
        self.key(mount)
        return self.place(mount, token=self.token("keys-only", f'path "{mount}/keys/*" {{ capabilities = ["read"] }}'))

    def _test_key(self, mount: str) -> Place:
        self.key(mount)
        old = self.sealed(mount, 1)
        return self.place(mount, token=self.server.environment["VAULT_TOKEN"], old_ciphertext=old, environment="test")

    def _test_key_old_lost(self, mount: str) -> Place:
        self.key(mount, ages=(200 * DAY, 60 * DAY, 30 * DAY))
        old = self.sealed(mount, 1)
        self.server.call("POST", f"{mount}/keys/phi/config", {"min_decryption_version": 2})
        return self.place(mount, token=self.server.environment["VAULT_TOKEN"], old_ciphertext=old, environment="test")

    def _test_key_of_a_looker(self, mount: str) -> Place:
        self.key(mount)
        return self.place(mount, environment="test")
