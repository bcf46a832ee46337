"""AWS KMS, by boto3: a key by its id, ARN or alias."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from typing import Any

from limen.adapters.bounded_http import BoundsError, trusting
from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError, Sealed
from limen.adapters.object_stores.s3 import AwsService, aws_keys
from limen.adapters.object_stores.store import ObjectStoreError, StoreAnswer

PAGES = 50
"""Pages of one list that are read at most; a key with more rotations or grants is not described."""
ABSENT = frozenset({"NotFoundException"})
REFUSED = frozenset(
    {
        "DisabledException",
        "InvalidCiphertextException",
        "IncorrectKeyException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "KeyUnavailableException",
    }
)
"""What the service says of the key or the ciphertext itself."""
UNSUPPORTED = frozenset({"UnsupportedOperationException", "UnknownOperationException", "NotImplemented"})


def open_key(access: Access) -> AwsKey:
    """Return a key of AWS KMS; raises KeyProviderError where the credential or the region is missing."""
    return AwsKey(access)


class AwsKey:
    """A key of AWS KMS; a `KeyProvider`."""

    def __init__(self, access: Access) -> None:
        """Make the client; nothing is asked yet."""
        self._where = access.endpoint
        try:
            self._service = AwsService(
                "kms",
                access.endpoint,
                aws_keys(access.credential),
                region=_region(access),
                tls=trusting(access.trust),
                deadline=lambda: time.monotonic() + access.left(),
            )
        except (ObjectStoreError, BoundsError) as error:
            raise KeyProviderError("denied", error.reason) from None
        self._id = self._key = access.key

    def describe(self) -> Mapping[str, Answer]:
        """Return the key, its rotation and the dates of its versions, its policy and its grants."""
        key = self._ask("describe_key", KeyId=self._id)
        if key.outcome == "denied":
            raise KeyProviderError("denied", f"{self._where} does not let the credential describe the key")
        if key.outcome != "answered":
            return {"key": key}
        metadata = key.body.get("KeyMetadata") if isinstance(key.body, dict) else None
        if not isinstance(metadata, dict) or not isinstance(metadata.get("KeyId"), str):
            raise self._odd()
        self._key = metadata.get("Arn") or metadata["KeyId"]
        return {
            "key": Answer(outcome="answered", body=metadata),
            "rotation": self._ask("get_key_rotation_status", KeyId=self._key),
            "rotations": self._listed(
                "list_key_rotations", "Rotations", KeyId=self._key, IncludeKeyMaterial="ALL_KEY_MATERIAL"
            ),
            "policy": self._ask("get_key_policy", KeyId=self._key, PolicyName="default"),
            "grants": self._listed("list_grants", "Grants", KeyId=self._key),
        }

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version; the version is what the service says when it opens it."""
        body = self._use("encrypt", KeyId=self._key, Plaintext=plaintext, **_bound(context))
        ciphertext = bytes_of(body.get("CiphertextBlob"))
        opened = self._use("decrypt", CiphertextBlob=ciphertext, KeyId=self._key, **_bound(context))
        return Sealed(ciphertext=base64.b64encode(ciphertext), version=str(opened.get("KeyMaterialId") or ""))

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext."""
        blob = _unwritten(ciphertext)
        return bytes_of(self._use("decrypt", CiphertextBlob=blob, KeyId=self._key, **_bound(context)).get("Plaintext"))

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what was sealed by an older version, sealed by the newest; the plaintext stays in the service."""
        bound = _bound(context).get("EncryptionContext")
        more = {} if bound is None else {"SourceEncryptionContext": bound, "DestinationEncryptionContext": bound}
        blob = _unwritten(ciphertext)
        body = self._use("re_encrypt", CiphertextBlob=blob, SourceKeyId=self._key, DestinationKeyId=self._key, **more)
        again = bytes_of(body.get("CiphertextBlob"))
        return Sealed(ciphertext=base64.b64encode(again), version=str(body.get("DestinationKeyMaterialId") or ""))

    def rotate(self) -> None:
        """Give the key a new version, on demand; the service does so within minutes, which is waited for."""
        before = len(self._rotations())
        self._use("rotate_key_on_demand", KeyId=self._key)
        while len(self._rotations()) <= before:
            time.sleep(0.2)  # each question is bounded by the deadline of the access

    def disable(self) -> None:
        """Disable the key."""
        self._use("disable_key", KeyId=self._key)

    def enable(self) -> None:
        """Enable the key."""
        self._use("enable_key", KeyId=self._key)

    def close(self) -> None:
        """Nothing is kept open."""

    def _rotations(self) -> list[Any]:
        found = self._listed("list_key_rotations", "Rotations", KeyId=self._key)
        if found.outcome != "answered":
            raise KeyProviderError("denied", f"{self._where} does not show the key's rotations")
        return list(found.body)

    def _listed(self, operation: str, field: str, **parameters: Any) -> Answer:
        """Return all pages of a list as one."""
        found: list[Any] = []
        marker: dict[str, str] = {}
        for _ in range(PAGES):
            page = self._ask(operation, **parameters, **marker)
            if page.outcome != "answered":
                return page
            items = page.body.get(field)
            if not isinstance(items, list):
                raise self._odd()
            found += items
            if not page.body.get("Truncated"):
                return Answer(outcome="answered", body=found)
            if not isinstance(following := page.body.get("NextMarker"), str):
                raise self._odd()
            marker = {"Marker": following}
        raise KeyProviderError("odd", f"{self._where} goes on listing {field} without end")

    def _ask(self, operation: str, **parameters: Any) -> Answer:
        answer = self._asked(operation, **parameters)
        if not answer.code:
            return Answer(outcome="answered", body=answer.content)
        if answer.code in ABSENT:
            return Answer(outcome="absent")
        if answer.code in UNSUPPORTED or answer.unsupported:
            return Answer(outcome="unsupported")
        if answer.denied:
            return Answer(outcome="denied")
        if answer.code in REFUSED:  # such as the rotation of a key that is to be destroyed
            return Answer(outcome="unsupported")
        raise self._failed(answer)

    def _use(self, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = self._asked(operation, **parameters)
        if not answer.code:
            return answer.content
        if answer.code in REFUSED:
            raise KeyProviderError("refused", f"{self._where} refuses this with this key: {answer.code}")
        if answer.code in UNSUPPORTED or answer.unsupported:
            raise KeyProviderError("unsupported", f"{self._where} knows no such operation for this key")
        if answer.denied:
            raise KeyProviderError("denied", f"{self._where} does not let the credential do this")
        raise self._failed(answer)

    def _asked(self, operation: str, **parameters: Any) -> StoreAnswer:
        try:
            return self._service.ask(operation, **parameters)
        except ObjectStoreError as error:
            if "slow down" in error.reason:
                raise KeyProviderError("throttled", error.reason) from None
            raise KeyProviderError("unreachable", error.reason, again=error.again) from None

    def _failed(self, answer: StoreAnswer) -> KeyProviderError:
        again = answer.status >= 500
        return KeyProviderError("unreachable" if again else "odd", f"{self._where} failed: {answer.code}", again=again)

    def _odd(self) -> KeyProviderError:
        return KeyProviderError("odd", f"{self._where} does not answer as AWS KMS does")


def _bound(context: bytes) -> dict[str, dict[str, str]]:
    return {"EncryptionContext": {"limen": context.decode()}} if context else {}


def bytes_of(value: object) -> bytes:
    """Return the bytes of an answer, which come in Base64; raises KeyProviderError where there are none."""
    try:
        return base64.b64decode(value if isinstance(value, str) else "*", validate=True)
    except ValueError:
        raise KeyProviderError("odd", "AWS KMS answered without the bytes that it was asked for") from None


def _unwritten(ciphertext: bytes) -> bytes:
    """Return a ciphertext as the service made it; ours is Base64, so that it can be kept in a text file."""
    try:
        return base64.b64decode(ciphertext, validate=True)
    except ValueError:
        raise KeyProviderError("refused", "the ciphertext is no Base64") from None


def _region(access: Access) -> str:
    """Return the region: as given, as in the key's ARN, or as in the host's name; raises KeyProviderError without."""
    if access.region:
        return access.region
    named = re.match(r"arn:[\w-]+:kms:([\w-]+):", access.key) or re.search(
        r"//kms(?:-fips)?\.([\w-]+)\.amazonaws\.com", access.endpoint
    )
    if named is None:
        hint = "add options: {region: ...} to the probe"
        raise KeyProviderError("absent", f"the region of {access.key} is not known", hint=hint)
    return named[1]
