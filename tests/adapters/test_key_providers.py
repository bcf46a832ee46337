"""Every key provider does what the interface promises, at a real custodian where there is one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from limen.adapters.key_providers import PROVIDERS, Access, KeyProviderError, open_key
from limen.adapters.key_providers.opening import ISOLATED
from limen.adapters.key_providers.pkcs11 import location
from tests.lab import kms as lab
from tests.lab.place import Place
from tests.simulators.azure_vault import CLIENT
from tests.simulators.google_kms import TOKEN

pytestmark = pytest.mark.xdist_group("kms-adapters")
BINDS = ("vault", "pkcs11", "aws-kms", "gcp-kms", "file")
DISABLES = ("vault", "pkcs11", "aws-kms", "gcp-kms", "azure-key-vault", "file")


class Custodians:
    """The custodians of the laboratory, each started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, Any] = {}
        self._made: dict[tuple[str, str], Place] = {}

    def place(self, provider: str, defect: str = "test-key") -> Place:
        if provider not in self._running:
            self._running[provider] = self._stack.enter_context(lab.SERVERS[provider]())
        if (provider, defect) not in self._made:
            self._made[provider, defect] = self._running[provider].make(defect)
        return self._made[provider, defect]


@pytest.fixture(scope="module")
def custodians() -> Iterator[Custodians]:
    with ExitStack() as stack:
        yield Custodians(stack)


def access(provider: str, place: Place, **changed: Any) -> Access:
    trust = place.options.get("trust")
    given = {
        "provider": provider, "endpoint": place.endpoint, "key": place.key, "credential": place.credential,
        "trust": None if trust is None else Path(trust), "deadline": time.monotonic() + 40,
    }  # fmt: skip
    return Access(**(given | changed))


@pytest.mark.parametrize("provider", sorted(lab.SERVERS))
def test_a_key_seals_opens_rotates_and_rewraps(provider: str, custodians: Custodians) -> None:
    key = open_key(access(provider, custodians.place(provider)))
    context = b"zone=core" if provider in BINDS else b""
    try:
        assert key.describe()["key"].outcome == "answered"
        old = key.encrypt(b"a record", context)
        assert b"a record" not in old.ciphertext
        assert key.decrypt(old.ciphertext, context) == b"a record"
        key.rotate()
        new = key.encrypt(b"a record", context)
        assert new.version != old.version
        assert key.decrypt(old.ciphertext, context) == b"a record"
        if provider != "vault":  # transit rewraps nothing that has associated data
            again = key.rewrap(old.ciphertext, context)
            assert (again.version, key.decrypt(again.ciphertext, context)) == (new.version, b"a record")
        with pytest.raises(KeyProviderError) as refused:
            key.decrypt(b"no ciphertext at all", context)
        assert refused.value.kind in ("refused", "odd")
    finally:
        key.close()


@pytest.mark.parametrize("provider", BINDS)
def test_another_context_is_refused(provider: str, custodians: Custodians) -> None:
    key = open_key(access(provider, custodians.place(provider)))
    try:
        sealed = key.encrypt(b"a record", b"zone=core")
        with pytest.raises(KeyProviderError) as refused:
            key.decrypt(sealed.ciphertext, b"zone=edge")
        assert refused.value.kind == "refused"
        assert key.decrypt(sealed.ciphertext, b"zone=core") == b"a record"
    finally:
        key.close()


@pytest.mark.parametrize("provider", sorted(set(lab.SERVERS) - set(BINDS)))
def test_a_context_that_can_not_be_bound_is_no_context(provider: str, custodians: Custodians) -> None:
    key = open_key(access(provider, custodians.place(provider)))
    try:
        with pytest.raises(KeyProviderError) as refused:
            key.encrypt(b"a record", b"zone=core")
        assert refused.value.kind == "unsupported"
    finally:
        key.close()


@pytest.mark.parametrize("provider", DISABLES)
def test_a_disabled_key_refuses_until_it_is_enabled(provider: str, custodians: Custodians) -> None:
    key = open_key(access(provider, custodians.place(provider)))
    try:
        sealed = key.encrypt(b"a record", b"")
        key.disable()
        for operation in (lambda: key.encrypt(b"a", b""), lambda: key.decrypt(sealed.ciphertext, b"")):
            with pytest.raises(KeyProviderError) as refused:
                operation()
            assert refused.value.kind == "refused"
        key.enable()
        assert key.decrypt(sealed.ciphertext, b"") == b"a record"
    finally:
        key.close()


@pytest.mark.parametrize("provider", sorted(lab.SERVERS))
def test_what_fails_says_nothing_secret(provider: str, custodians: Custodians) -> None:
    secret = "not-the-credential-of-anybody:at-all"
    place = custodians.place(provider)
    with pytest.raises(KeyProviderError) as failed:
        open_key(access(provider, place, credential=secret)).describe()
    assert failed.value.kind in ("denied", "unreachable")
    assert secret not in f"{failed.value} {failed.value.message} {failed.value!r} {access(provider, place)!r}"
    assert place.credential not in repr(access(provider, place))


def test_a_provider_that_there_is_not() -> None:
    with pytest.raises(KeyProviderError, match="knows no key provider") as failed:
        open_key(Access(provider="acme", endpoint="x", key="y"))
    assert "vault" in failed.value.message


def test_a_deadline_that_is_over(custodians: Custodians) -> None:
    for provider in ("vault", "gcp-kms", "azure-key-vault", "aws-kms"):
        late = access(provider, custodians.place(provider), deadline=time.monotonic() - 1)
        with pytest.raises(KeyProviderError, match="is over"):
            open_key(late).describe()


def test_every_provider_has_its_module() -> None:
    folder = Path(__file__).resolve().parents[2] / "src/limen/adapters/key_providers"
    modules = {path.stem for path in folder.glob("*.py")}
    assert set(PROVIDERS.values()) <= modules
    assert set(PROVIDERS.values()) >= ISOLATED
    signing = {"aws_signing", "pkcs11_signing", "vault_signing"}
    store = {"key_store", "store_disk", "store_form", "store_secrets"}
    shared = {"__init__", "algorithms", "child", "interface", "opening", "rest", "standing"}
    assert modules - set(PROVIDERS.values()) == shared | signing | store


@pytest.mark.parametrize(
    ("endpoint", "module", "token"),
    [
        ("/usr/lib/x.so", "/usr/lib/x.so", ""),
        ("file:///usr/lib/x.so", "/usr/lib/x.so", ""),
        ("pkcs11:token=limen?module-path=/usr/lib/x.so", "/usr/lib/x.so", "limen"),
        ("pkcs11:manufacturer=a;token=my%20token?module-path=/x.so&pin-source=y", "/x.so", "my token"),
    ],
)
def test_where_a_token_is(endpoint: str, module: str, token: str) -> None:
    assert location(endpoint) == (module, token)


@pytest.mark.parametrize("endpoint", ["x.so", "pkcs11:token=limen", "https://hsm.example", ""])
def test_what_names_no_token(endpoint: str) -> None:
    with pytest.raises(KeyProviderError, match="names no PKCS#11 module"):
        location(endpoint)


@pytest.mark.parametrize(
    ("provider", "key", "words"),
    [("vault", "phi", "names no key"), ("gcp-kms", "phi", "names no key"), ("aws-kms", "phi", "region")],
)
def test_what_names_no_key(provider: str, key: str, words: str, custodians: Custodians) -> None:
    with pytest.raises(KeyProviderError, match=words):
        open_key(access(provider, custodians.place(provider), key=key)).describe()


def test_a_service_account_of_google_gets_its_own_token(custodians: Custodians) -> None:
    place = custodians.place("gcp-kms")
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    account = {
        "type": "service_account", "client_email": "probe@lab.iam.gserviceaccount.com", "private_key_id": "1",
        "private_key": private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain).decode(),
        "token_uri": f"{place.endpoint}/token",
    }  # fmt: skip
    key = open_key(access("gcp-kms", place, credential=json.dumps(account)))
    assert key.describe()["key"].outcome == "answered"
    with pytest.raises(KeyProviderError, match="no service account"):
        open_key(access("gcp-kms", place, credential='{"type": "service_account"}'))
    assert TOKEN not in repr(key)


def test_a_client_of_azure_gets_its_own_token(custodians: Custodians) -> None:
    place = custodians.place("azure-key-vault")
    client = CLIENT | {"authority": place.endpoint}
    assert open_key(access("azure-key-vault", place, credential=json.dumps(client))).describe()["key"].body["key"]
    wrong = client | {"client_secret": "another-secret-altogether"}
    with pytest.raises(KeyProviderError, match="no token is given"):
        open_key(access("azure-key-vault", place, credential=json.dumps(wrong))).describe()
    with pytest.raises(KeyProviderError, match="no JSON of a client"):
        open_key(access("azure-key-vault", place, credential="{}"))
