"""HashiCorp Vault and OpenBao: a key of the transit engine, by hvac."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any

import hvac
import requests
from hvac import exceptions

from limen.adapters.bounded_http import BoundsError, trusting
from limen.adapters.bounded_requests import bounded_session
from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError, Kind, Sealed

ROLES = {
    "approle": ("role",),
    "kubernetes": ("role",),
    "jwt": ("role",),
    "oidc": ("role",),
    "cert": ("certs",),
    "userpass": ("users",),
    "ldap": ("users", "groups"),
    "radius": ("users",),
    "kerberos": ("groups",),
    "token": ("roles",),
}
"""Where each authentication method lists who may log in; a method that is not here hides its roles from us."""
IDENTITIES = {"entity": "identity/entity/id", "group": "identity/group/id"}
"""Where identities are listed that hold policies of their own."""
POLICY_FIELDS = ("policies", "token_policies", "allowed_policies", "allowed_policies_glob")
"""Fields of a role or an identity that name policies."""
_KINDS: dict[type[Exception], tuple[Kind, str]] = {
    exceptions.InvalidRequest: ("refused", "refuses this with this key"),
    exceptions.Unauthorized: ("denied", "refuses the credential"),
    exceptions.Forbidden: ("denied", "does not let the credential do this"),
    exceptions.InvalidPath: ("absent", "knows no such key"),
    exceptions.RateLimitExceeded: ("throttled", "asks for fewer requests"),
    exceptions.UnsupportedOperation: ("unsupported", "knows no such operation"),
    exceptions.PreconditionFailed: ("unreachable", "is not ready"),
    exceptions.VaultNotInitialized: ("unreachable", "is not initialised"),
    exceptions.VaultDown: ("unreachable", "is sealed or on standby"),
    exceptions.BadGateway: ("unreachable", "can't be reached behind its gateway"),
    exceptions.InternalServerError: ("unreachable", "failed"),
}


def open_key(access: Access) -> VaultKey:
    """Return a key of the transit engine, `mount/name`; raises KeyProviderError where that can't be."""
    return VaultKey(access)


class VaultKey:
    """A key of a transit engine; a `KeyProvider`."""

    def __init__(self, access: Access) -> None:
        """Make the client; nothing is asked yet."""
        mount, _, name = access.key.rpartition("/")
        if not mount or not name:
            hint = "write mount/name, such as transit/phi-data"
            raise KeyProviderError("absent", f"{access.key!r} names no key of a transit engine", hint=hint)
        if not access.credential:
            raise KeyProviderError("denied", "no token is given", hint="add a credential to the probe")
        self._mount, self._name, self._where = mount.strip("/"), name, access.endpoint
        try:
            tls = trusting(access.trust)
        except BoundsError as error:
            raise KeyProviderError("unreachable", error.reason) from None
        self._client = hvac.Client(
            url=access.endpoint,
            token=access.credential.strip(),
            session=bounded_session(lambda: time.monotonic() + access.left(), tls),
            allow_redirects=False,
        )

    def describe(self) -> Mapping[str, Answer]:
        """Return the key, the policies, and the roles and identities that hold policies."""
        key = self._ask(lambda: self._client.read(f"{self._mount}/keys/{self._name}"))
        if key.outcome == "denied":
            raise KeyProviderError("denied", f"{self._where} does not let the credential read {self._mount}/keys")
        return {"key": key, "policies": self._policies(), "holders": self._holders()}

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version, the context as its associated data."""
        answer = self._use("encrypt", plaintext=_text(plaintext), **self._bound(context))
        return self._sealed(answer)

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext."""
        answer = self._use("decrypt", ciphertext=ciphertext.decode("ascii", "replace"), **self._bound(context))
        try:
            return base64.b64decode(answer["plaintext"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise self._odd() from None

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what was sealed by an older version, sealed by the newest."""
        return self._sealed(
            self._use("rewrap", ciphertext=ciphertext.decode("ascii", "replace"), **self._bound(context))
        )

    def rotate(self) -> None:
        """Give the key a new version."""
        self._done("post", f"keys/{self._name}/rotate")

    def disable(self) -> None:
        """Delete the key softly, which OpenBao can undo; Vault knows no such thing."""
        self._done("delete", f"keys/{self._name}/soft-delete")

    def enable(self) -> None:
        """Undo the soft deletion."""
        self._done("post", f"keys/{self._name}/soft-delete-restore")

    def close(self) -> None:
        """Nothing is kept open."""

    def _policies(self) -> Answer:
        names = self._names("sys/policies/acl")
        if names.outcome != "answered":
            return names
        texts: dict[str, str | None] = {}
        for name in names.body:
            one = self._ask(lambda name=name: self._client.read(f"sys/policies/acl/{name}"))  # type: ignore[misc]
            data = one.body if isinstance(one.body, dict) else {}
            texts[name] = data.get("policy")
        return Answer(outcome="answered", body=texts)

    def _holders(self) -> Answer:
        """Return who holds policies, and which places may not be looked at."""
        holders: list[dict[str, Any]] = []
        unseen: list[str] = []
        mounts = self._ask(lambda: self._client.read("sys/auth"))
        methods = mounts.body if mounts.outcome == "answered" and isinstance(mounts.body, dict) else None
        if methods is None:
            unseen.append("sys/auth")
        places = list(IDENTITIES.values())
        for mount, method in (methods or {}).items():
            kind = method.get("type") if isinstance(method, dict) else None
            if kind not in ROLES:
                unseen.append(f"auth/{mount}")
            places += [f"auth/{mount}{place}" for place in ROLES.get(str(kind), ())]
        for place in places:
            names = self._names(place)
            if names.outcome == "denied":
                unseen.append(place)
                continue
            for name in names.body or ():
                held = self._held(place, name)
                if held is None:
                    unseen.append(f"{place}/{name}")
                else:
                    holders.append(held)
        return Answer(outcome="answered", body={"holders": holders, "unseen": unseen})

    def _held(self, place: str, name: str) -> dict[str, Any] | None:
        """Return a role or an identity with the names of its policies; nothing else of it is kept."""
        one = self._ask(lambda: self._client.read(f"{place}/{name}"))
        if one.outcome != "answered" or not isinstance(one.body, dict):
            return None
        called = one.body.get("name") if place in IDENTITIES.values() else name
        policies = {field: one.body[field] for field in POLICY_FIELDS if one.body.get(field)}
        return {"place": place, "name": called or name, "policies": policies}

    def _names(self, path: str) -> Answer:
        answer = self._ask(lambda: self._client.list(path))
        if answer.outcome != "answered":
            return answer
        keys = answer.body.get("keys") if isinstance(answer.body, dict) else None
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise self._odd()
        return Answer(outcome="answered", body=keys)

    def _ask(self, question: Callable[[], Any]) -> Answer:
        """Return the answer to a question that changes nothing; what it may not ask is an answer too."""
        try:
            answer = self._called(question)
        except KeyProviderError as error:
            if error.kind in ("denied", "absent", "unsupported"):
                return Answer(outcome="absent" if error.kind == "absent" else "denied")
            raise
        if answer is None:
            return Answer(outcome="absent")
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            raise self._odd()
        return Answer(outcome="answered", body=answer["data"])

    def _use(self, operation: str, **body: str) -> dict[str, Any]:
        answer = self._called(
            lambda: self._client.adapter.post(f"/v1/{self._mount}/{operation}/{self._name}", json=body)
        )
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise self._odd()
        return data

    def _done(self, method: str, path: str) -> None:
        self._called(lambda: self._client.adapter.request(method, f"/v1/{self._mount}/{path}"))

    def _called(self, question: Callable[[], Any]) -> Any:
        try:
            answer = question()
        except exceptions.VaultError as error:
            raise self._error(error) from None
        except BoundsError as error:
            raise KeyProviderError("unreachable", error.reason, again=error.again) from None
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._odd() from None
        status = getattr(answer, "status_code", 204)
        if 300 <= status < 400:
            hint = "name the active node as the endpoint: nothing else is contacted"
            raise KeyProviderError("unreachable", f"{self._where} sends on to another node", hint=hint)
        if status != 204:
            raise self._odd()
        return answer

    def _error(self, error: exceptions.VaultError) -> KeyProviderError:
        if "unsupported operation" in str(error.errors):
            return KeyProviderError("unsupported", f"{self._where} knows no such operation")
        kind, words = next(
            (known for type_, known in _KINDS.items() if isinstance(error, type_)), ("odd", "failed oddly")
        )
        return KeyProviderError(kind, f"{self._where} {words}", again=kind == "unreachable")

    def _odd(self) -> KeyProviderError:
        return KeyProviderError("odd", f"{self._where} does not answer as Vault or OpenBao does")

    def _sealed(self, answer: dict[str, Any]) -> Sealed:
        ciphertext = answer.get("ciphertext")
        parts = ciphertext.split(":", 2) if isinstance(ciphertext, str) and ciphertext.isascii() else []
        if len(parts) != 3 or not parts[1].startswith("v"):
            raise self._odd()
        return Sealed(ciphertext=":".join(parts).encode(), version=parts[1].removeprefix("v"))

    def _bound(self, context: bytes) -> dict[str, str]:
        """Return the context for both sorts of key: what derives a key, and what authenticates beside the data."""
        return {"context": _text(context), "associated_data": _text(context)} if context else {}


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
