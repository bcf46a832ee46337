"""Google Cloud KMS by its REST protocol: a key by its name, projects/…/cryptoKeys/….

The credential is an access token, or the JSON of a service account, with which google-auth gets one from the address
that it names.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from limen.adapters.bounded_http import BoundsError, trusting
from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError, Sealed
from limen.adapters.key_providers.rest import Rest

SCOPE = "https://www.googleapis.com/auth/cloudkms"


def open_key(access: Access) -> GoogleKey:
    """Return a key of Cloud KMS; raises KeyProviderError where its name or the credential is none."""
    return GoogleKey(access)


class GoogleKey:
    """A key of Cloud KMS; a `KeyProvider`."""

    def __init__(self, access: Access) -> None:
        """Keep how to ask; nothing is asked yet."""
        ring, _, key = access.key.rpartition("/cryptoKeys/")
        if not ring.startswith("projects/") or not key or "/" in key:
            hint = "projects/P/locations/L/keyRings/R/cryptoKeys/K"
            raise KeyProviderError("absent", f"{access.key!r} names no key of Cloud KMS", hint=hint)
        self._rest = Rest(access, "Cloud KMS")
        if access.credential.lstrip().startswith("{"):
            self._rest.token = _ServiceAccount(access).token
        self._ring, self._key = f"/v1/{quote(ring)}", f"/v1/{quote(access.key)}"

    def describe(self) -> Mapping[str, Answer]:
        """Return the key, its versions, and the policies of the key and of its ring."""
        key = self._rest.ask(self._key)
        if key.outcome == "denied":
            raise KeyProviderError("denied", f"{self._rest.root} does not let the credential get the key")
        if key.outcome != "answered":
            return {"key": key}
        versions = f"{self._key}/cryptoKeyVersions?pageSize=100"
        return {
            "key": key,
            "versions": self._rest.pages(versions, "cryptoKeyVersions", lambda page: _following(versions, page)),
            "policy": self._rest.ask(f"{self._key}:getIamPolicy"),
            "ring_policy": self._rest.ask(f"{self._ring}:getIamPolicy"),
        }

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the primary version, the context as its associated data."""
        body = {"plaintext": _text(plaintext), "additionalAuthenticatedData": _text(context)}
        answer = self._rest.use("POST", f"{self._key}:encrypt", body)
        ciphertext = _bytes(answer.get("ciphertext"))
        return Sealed(ciphertext=base64.b64encode(ciphertext), version=str(answer.get("name", "")).rpartition("/")[2])

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext."""
        body = {"ciphertext": ciphertext.decode("ascii", "replace"), "additionalAuthenticatedData": _text(context)}
        answer = self._rest.use("POST", f"{self._key}:decrypt", body)
        return _bytes(answer.get("plaintext"))

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what an older version sealed, sealed by the primary: opened and sealed, as there is no rewrapping."""
        return self.encrypt(self.decrypt(ciphertext, context), context)

    def rotate(self) -> None:
        """Make a new version, and make it the primary."""
        made = self._rest.use("POST", f"{self._key}/cryptoKeyVersions", {})
        number = str(made.get("name", "")).rpartition("/")[2]
        self._rest.use("POST", f"{self._key}:updatePrimaryVersion", {"cryptoKeyVersionId": number})

    def disable(self) -> None:
        """Disable the primary version."""
        self._state("DISABLED")

    def enable(self) -> None:
        """Enable it."""
        self._state("ENABLED")

    def close(self) -> None:
        """Nothing is kept open."""

    def _state(self, state: str) -> None:
        primary = self._rest.use("GET", self._key).get("primary")
        name = primary.get("name") if isinstance(primary, dict) else None
        if not isinstance(name, str):
            raise self._rest.odd()
        self._rest.use("PATCH", f"/v1/{quote(name)}?updateMask=state", {"state": state})


class _ServiceAccount:
    """Gets tokens for a service account, from the address in its own JSON."""

    def __init__(self, access: Access) -> None:
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request
        from google.oauth2.service_account import Credentials

        from limen.adapters.bounded_requests import bounded_session

        self._errors = (GoogleAuthError, BoundsError, ValueError, TypeError, KeyError)
        import json

        try:
            information = json.loads(access.credential)
            self._credentials: Any = Credentials.from_service_account_info(information, scopes=[SCOPE])  # type: ignore[no-untyped-call]
            session = bounded_session(lambda: time.monotonic() + access.left(), trusting(access.trust))
        except self._errors:
            raise KeyProviderError("denied", "the credential is no service account's JSON") from None
        self._request = Request(session=session)

    def token(self) -> str:
        """Return a token that is valid for a while."""
        try:
            if not self._credentials.valid:
                self._credentials.refresh(self._request)
        except self._errors as error:
            raise KeyProviderError("denied", f"no token is given for the credential: {type(error).__name__}") from None
        return str(self._credentials.token)


def _following(path: str, page: Mapping[str, Any]) -> str:
    token = page.get("nextPageToken")
    return f"{path}&pageToken={quote(str(token), safe='')}" if token else ""


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "*", validate=True)
    except ValueError:
        raise KeyProviderError("odd", "Cloud KMS answered without the bytes that it was asked for") from None
