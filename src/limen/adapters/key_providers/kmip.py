"""KMIP, by PyKMIP's client over mutual TLS. All objects of one name are the versions of one key.

The credential is one PEM text with the client's certificate and its private key. PyKMIP's client checks no host name
and reads answers of any length: here TLS is our own, and the package's `open_key` runs this in a child process.
"""

from __future__ import annotations

import base64
import logging
import os
import socket
import ssl
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kmip.core import attributes, enums
from kmip.core.exceptions import KmipError
from kmip.core.factories.attributes import AttributeFactory
from kmip.pie.client import ProxyKmipClient
from kmip.pie.exceptions import ClientConnectionFailure, ClientConnectionNotOpen, KmipOperationFailure
from kmip.services.kmip_client import KMIPProxy
from kmip.services.kmip_protocol import RequestLengthMismatch

from limen.adapters.bounded_http import BoundsError, trusting
from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError, Kind, Sealed

BLOCK = 16
"""Bytes of an initialisation vector of AES-CBC: PyKMIP's client passes no associated data on, so none is bound."""
_ABSENT = frozenset({"ITEM_NOT_FOUND", "OBJECT_NOT_FOUND", "OBJECT_DESTROYED"})
_DENIED = frozenset({"AUTHENTICATION_NOT_SUCCESSFUL", "NOT_AUTHORISED", "ATTESTATION_REQUIRED", "BAD_PASSWORD"})
_UNSUPPORTED = frozenset({"OPERATION_NOT_SUPPORTED", "FEATURE_NOT_SUPPORTED", "UNSUPPORTED_PROTOCOL_VERSION"})
_REFUSED = frozenset(
    {"SENSITIVE", "NOT_EXTRACTABLE", "CRYPTOGRAPHIC_FAILURE", "WRONG_KEY_LIFECYCLE_STATE", "ILLEGAL_OPERATION",
     "INCOMPATIBLE_CRYPTOGRAPHIC_USAGE_MASK", "OBJECT_ARCHIVED"}
)  # fmt: skip
_THROTTLED = frozenset({"SERVER_LIMIT_EXCEEDED"})


def open_key(access: Access) -> KmipKey:
    """Return the key of a name at a server; raises KeyProviderError where the server does not answer."""
    return KmipKey(access)


class _Proxy(KMIPProxy):  # type: ignore[misc]
    """PyKMIP's connection, with TLS that checks who answers."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext, seconds: float) -> None:
        super().__init__(
            host=host, port=port, timeout=seconds, config_file=os.devnull, kmip_version=enums.KMIPVersion.KMIP_1_4
        )
        self._tls, self._name = tls, host

    def _create_socket(self, sock: socket.socket) -> None:
        sock.settimeout(self.timeout)
        self.socket = self._tls.wrap_socket(sock, server_hostname=self._name)


class KmipKey:
    """All keys of one name at one server; a `KeyProvider`."""

    def __init__(self, access: Access) -> None:
        """Connect with the client's certificate."""
        logging.getLogger("kmip").disabled = True
        self._where, self._name = access.endpoint, access.key
        host, _, port = access.endpoint.rpartition(":")
        if not host or not port.isdigit():
            raise KeyProviderError("absent", f"{access.endpoint} is no host:port", hint="KMIP servers listen on 5696")
        with self._wrapped():
            self._client = ProxyKmipClient(config_file=os.devnull)
            self._client.proxy = _Proxy(host, int(port), _identified(access), access.left())
            self._client.open()

    def describe(self) -> Mapping[str, Answer]:
        """Return the attributes of every version, and whether one that calls itself sensitive could be read."""
        with self._wrapped():
            versions = [self._described(one) for one in self._versions()]
        return {"key": Answer(outcome="answered", body=versions) if versions else Answer(outcome="absent")}

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version; raises the kind `unsupported` where a context is given."""
        self._unbound(context)
        version = self._newest()
        vector = os.urandom(BLOCK)
        with self._wrapped():
            sealed, _ = self._client.encrypt(
                plaintext, uid=version, cryptographic_parameters=_cbc(), iv_counter_nonce=vector
            )
        return Sealed(ciphertext=f"{version}:{base64.b64encode(vector + sealed).decode()}".encode(), version=version)

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext, by the version that the ciphertext names; no context is bound to it."""
        self._unbound(context)
        try:
            version, _, body = ciphertext.decode("ascii").partition(":")
            blob = base64.b64decode(body, validate=True)
        except ValueError:
            raise KeyProviderError("refused", "the ciphertext is none of this adapter") from None
        try:
            with self._wrapped():
                return bytes(
                    self._client.decrypt(
                        blob[BLOCK:], uid=version, cryptographic_parameters=_cbc(), iv_counter_nonce=blob[:BLOCK]
                    )
                )
        except KeyProviderError as error:
            if error.kind != "absent":
                raise
            raise KeyProviderError("refused", f"{self._where} has no version {version} any more") from None

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what an older version sealed, sealed by the newest: opened and sealed, for KMIP rewraps nothing."""
        return self.encrypt(self.decrypt(ciphertext, context), context)

    def rotate(self) -> None:
        """Make a new key of the same name, algorithm and length, and activate it."""
        with self._wrapped():
            described = self._described(self._newest())
            algorithm = enums.CryptographicAlgorithm[described["Cryptographic Algorithm"]]
            masks = [enums.CryptographicUsageMask.ENCRYPT, enums.CryptographicUsageMask.DECRYPT]
            made = self._client.create(
                algorithm, described["Cryptographic Length"], name=self._name, cryptographic_usage_mask=masks
            )
            self._client.activate(made)

    def disable(self) -> None:
        """Refuse: KMIP has no state that a key comes back from."""
        raise KeyProviderError("unsupported", f"{self._where}: KMIP has no state that a key comes back from")

    def enable(self) -> None:
        """Refuse, as `disable` does."""
        self.disable()

    def close(self) -> None:
        """End the connection."""
        try:
            self._client.close()
        except Exception:  # noqa: BLE001 - whatever it raises, it is closed for us
            return

    def _unbound(self, context: bytes) -> None:
        if context:
            raise KeyProviderError("unsupported", "PyKMIP's client passes no associated data on: nothing is bound")

    def _versions(self) -> list[str]:
        """Return the identifiers of the keys of the name."""
        name = attributes.Name.create(self._name, enums.NameType.UNINTERPRETED_TEXT_STRING)
        wanted = AttributeFactory().create_attribute(enums.AttributeType.NAME, name)
        return [str(one) for one in self._client.locate(attributes=[wanted])]

    def _newest(self) -> str:
        with self._wrapped():
            versions = [self._described(one) for one in self._versions()]
        if not versions:
            raise KeyProviderError("absent", f"{self._where} shows no key {self._name}")
        newest = max(versions, key=lambda one: (one.get("Initial Date", 0), len(one["id"]), one["id"]))
        return str(newest["id"])

    def _described(self, version: str) -> dict[str, Any]:
        """Return what the server says of a key; of one that it calls sensitive, also whether it gave it out."""
        found: dict[str, Any] = {"id": version}
        for attribute in self._client.get_attributes(version)[1]:
            value = getattr(attribute.attribute_value, "value", attribute.attribute_value)
            if isinstance(value := getattr(value, "name", value), (str, int, bool)):
                found[str(attribute.attribute_name.value)] = value
        if found.get("Sensitive") is True:
            found["value"] = self._value(version)
        return found

    def _value(self, version: str) -> str:
        """Return read, refused or unknown: what came of asking for the material, which is dropped at once."""
        try:
            with self._wrapped():
                return "read" if self._client.get(version) is not None else "unknown"
        except KeyProviderError as error:
            return "refused" if error.kind in ("refused", "denied") else "unknown"

    @contextmanager
    def _wrapped(self) -> Iterator[None]:
        """Turn what the library raises into ours."""
        try:
            yield
        except KeyProviderError:
            raise
        except KmipOperationFailure as error:
            raise self._failed(getattr(error.reason, "name", "")) from None
        except BoundsError as error:
            raise KeyProviderError("unreachable", error.reason) from None
        except ssl.SSLCertVerificationError as error:
            raise KeyProviderError("unreachable", f"{self._where} is not trusted: {error.verify_message}") from None
        except ssl.SSLError as error:
            raise KeyProviderError("unreachable", f"{self._where} refuses TLS: {error.reason or 'no reason'}") from None
        except socket.gaierror:
            raise KeyProviderError("unreachable", f"{self._where} does not resolve") from None
        except (TimeoutError, BlockingIOError):  # a socket whose time is over says either
            raise KeyProviderError("unreachable", f"{self._where} did not answer in time") from None
        except ConnectionRefusedError:
            raise KeyProviderError("unreachable", f"{self._where} refuses connections") from None
        except (OSError, EOFError, RequestLengthMismatch, ClientConnectionFailure, ClientConnectionNotOpen) as error:
            ended = f"{self._where} ended the connection: {type(error).__name__}"
            raise KeyProviderError("unreachable", ended, again=True) from None
        except (KmipError, struct.error, ValueError, TypeError, KeyError, AttributeError, IndexError):
            raise KeyProviderError("odd", f"{self._where} does not answer as a KMIP server does") from None

    def _failed(self, reason: str) -> KeyProviderError:
        kind: Kind = "odd"
        if reason in _ABSENT:
            kind = "absent"
        elif reason in _DENIED:
            kind = "denied"
        elif reason in _REFUSED or reason == "PERMISSION_DENIED":  # which PyKMIP's server says of a key's state
            kind = "refused"
        elif reason in _UNSUPPORTED:
            kind = "unsupported"
        elif reason in _THROTTLED:
            kind = "throttled"
        return KeyProviderError(kind, f"{self._where} refuses: {reason or 'without a reason'}")


def _identified(access: Access) -> ssl.SSLContext:
    """Return TLS with the client's certificate, which is in a file for as long as it takes to load it."""
    context = trusting(access.trust)
    with tempfile.TemporaryDirectory(prefix="limen-kmip-") as folder:
        path = Path(folder) / "client.pem"
        path.touch(mode=0o600)
        path.write_text(access.credential, encoding="utf-8")
        try:
            context.load_cert_chain(path)
        except (ssl.SSLError, OSError, ValueError):
            wanted = "the credential is no PEM text with a certificate and its private key"
            raise KeyProviderError("denied", wanted) from None
    return context


def _cbc() -> dict[str, Any]:
    return {
        "cryptographic_algorithm": enums.CryptographicAlgorithm.AES,
        "block_cipher_mode": enums.BlockCipherMode.CBC,
        "padding_method": enums.PaddingMethod.PKCS5,
    }
