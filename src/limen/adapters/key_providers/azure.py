"""Azure Key Vault and Managed HSM by their REST protocol: a key by its name in one vault.

The credential is an access token, or JSON with tenant, client_id and client_secret, for which one is got from
`authority`, Microsoft's own where none is named.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError, Sealed
from limen.adapters.key_providers.rest import Rest

VERSION = "api-version=7.4"
ALGORITHM = "RSA-OAEP-256"


class Client(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application's own credential."""

    tenant: str
    client_id: str
    client_secret: str
    authority: str = "https://login.microsoftonline.com"

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return "Client(…)"


def open_key(access: Access) -> AzureKey:
    """Return a key of a vault; raises KeyProviderError where the credential is none."""
    return AzureKey(access)


class AzureKey:
    """A key of a vault; a `KeyProvider`."""

    def __init__(self, access: Access) -> None:
        """Keep how to ask; nothing is asked yet."""
        self._rest = Rest(access, "Key Vault")
        self._token = ""
        if access.credential.lstrip().startswith("{"):
            try:
                self._client = msgspec.json.decode(access.credential, type=Client)
            except msgspec.MsgspecError:
                raise KeyProviderError("denied", "the credential is no JSON of a client") from None
            self._rest.token = self._got
        self._key = f"/keys/{quote(access.key, safe='')}"
        self._deleted = f"/deletedkeys/{quote(access.key, safe='')}?{VERSION}"

    def describe(self) -> Mapping[str, Answer]:
        """Return the key, whether it was deleted, its versions and its rotation policy."""
        key = self._rest.ask(f"{self._key}?{VERSION}")
        if key.outcome == "denied":
            raise KeyProviderError("denied", f"{self._rest.root} does not let the credential get the key")
        deleted = self._rest.ask(self._deleted)
        if key.outcome != "answered":
            # What was deleted and can still be recovered is a key on its way out, not one that never was.
            return {"key": deleted if deleted.outcome == "answered" else key, "deleted": deleted}
        versions = f"{self._key}/versions?{VERSION}"
        return {
            "key": key,
            "deleted": deleted,
            "versions": self._rest.pages(versions, "value", self._following),
            "rotation": self._rest.ask(f"{self._key}/rotationpolicy?{VERSION}"),
        }

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version; raises the kind `unsupported` where a context is given."""
        _unbound(context)
        answer = self._rest.use("POST", f"{self._key}/encrypt?{VERSION}", {"alg": ALGORITHM, "value": _text(plaintext)})
        version, value = str(answer.get("kid", "")).rpartition("/")[2], answer.get("value")
        if not isinstance(value, str) or not value.isascii():
            raise self._rest.odd()
        return Sealed(ciphertext=f"{version}:{value}".encode(), version=version)

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext, by the version that the ciphertext names."""
        _unbound(context)
        version, _, value = ciphertext.decode("ascii", "replace").partition(":")
        path = f"{self._key}/{quote(version, safe='')}/decrypt?{VERSION}"
        answer = self._rest.use("POST", path, {"alg": ALGORITHM, "value": value})
        try:
            found = answer["value"]
            return base64.urlsafe_b64decode(found + "=" * (-len(found) % 4))
        except (KeyError, TypeError, ValueError):
            raise self._rest.odd() from None

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what an older version sealed, sealed by the newest: opened and sealed, as there is no rewrapping."""
        return self.encrypt(self.decrypt(ciphertext, context), context)

    def rotate(self) -> None:
        """Make a new version."""
        self._rest.use("POST", f"{self._key}/rotate?{VERSION}", {})

    def disable(self) -> None:
        """Disable the newest version."""
        self._enabled(value=False)

    def enable(self) -> None:
        """Enable it."""
        self._enabled(value=True)

    def close(self) -> None:
        """Nothing is kept open."""

    def _enabled(self, *, value: bool) -> None:
        bundle = self._rest.use("GET", f"{self._key}?{VERSION}").get("key")
        version = str(bundle.get("kid", "")).rpartition("/")[2] if isinstance(bundle, dict) else ""
        path = f"{self._key}/{quote(version, safe='')}?{VERSION}"
        self._rest.use("PATCH", path, {"attributes": {"enabled": value}})

    def _following(self, page: Mapping[str, Any]) -> str:
        """Return the path of the next page; raises KeyProviderError where it leads to another host."""
        link = page.get("nextLink")
        if not link:
            return ""
        parts = urlsplit(str(link))
        if parts.netloc != urlsplit(self._rest.root).netloc:
            raise KeyProviderError("odd", f"{self._rest.root} leads to another host; nothing else is contacted")
        return f"{parts.path}?{parts.query}"

    def _got(self) -> str:
        """Return a token for the client, got once."""
        if not self._token:
            client = self._client
            suffix = ".".join((urlsplit(self._rest.root).hostname or "").split(".")[-3:])
            form = {
                "grant_type": "client_credentials",
                "client_id": client.client_id,
                "client_secret": client.client_secret,
                "scope": f"https://{suffix}/.default",
            }
            url = f"{client.authority.rstrip('/')}/{quote(client.tenant, safe='')}/oauth2/v2.0/token"
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._rest.send("POST", url, headers, urlencode(form).encode())
            if answer.status in (400, 401, 403):
                raise KeyProviderError("denied", "no token is given for the credential")
            token = self._rest.read(answer).get("access_token")
            if not isinstance(token, str):
                raise KeyProviderError("odd", f"{client.authority} gave no token")
            self._token = token
        return self._token


def _unbound(context: bytes) -> None:
    if context:
        raise KeyProviderError("unsupported", "RSA in Key Vault takes no context: nothing is bound")


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
