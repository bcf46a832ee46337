"""Every store of signing keys signs what openssl verifies, and says in words what is wrong, never the secret."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.key_providers import KeyProviderError
from limen.adapters.signers import OpenedKey, open_signer
from limen.adapters.signers.opening import STORES, login_of
from limen.adapters.signers.token import _named, _worded
from limen.errors import UnassessedError, UsageError
from limen.integrity.signatures import key_signer, new_ed25519, verifies
from tests.lab.bao import Bao, bao
from tests.lab.ports import free_port, wait_until_listening
from tests.lab.softhsm import MODULE, PIN, TOKEN, Token, softhsm
from tests.needs import need_program
from tests.simulators.aws_kms import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY, AwsKms
from tests.simulators.json_service import served

pytestmark = pytest.mark.xdist_group("signers")
PASSPHRASE = "correct-horse-battery"
MESSAGE = b"a statement\0" * 1000  # longer than AWS KMS takes
MAKERS: dict[str, Callable[[], Any]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ml-dsa-65": mldsa.MLDSA65PrivateKey.generate,
}


def asked(secret: str) -> Callable[[str], str]:
    """Return what answers with a secret, and keeps the questions in its attribute."""
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return secret

    answer.questions = questions  # type: ignore[attr-defined]
    return answer


def key_file(folder: Path, private: Any, passphrase: str = "", name: str = "key.pem") -> Path:
    encryption: Any = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase.encode())
    path = folder / name
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    path.chmod(0o600)
    return path


def openssl_verifies(signer: OpenedKey, signature: bytes, message: bytes, folder: Path) -> bool:
    """Return whether the program openssl, which shares nothing with limen, verifies a signature."""
    program = need_program("openssl")
    for name, content in (("pub.pem", signer.key.pem.encode()), ("sig", signature), ("message", message)):
        (folder / name).write_bytes(content)
    if signer.key.algorithm == "ed25519":
        given = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "pub.pem", "-sigfile", "sig", "-in", "message"]
    else:
        hashed = "-sha384" if signer.key.algorithm == "ecdsa-p384" else "-sha256"
        given = ["dgst", hashed, "-verify", "pub.pem", "-signature", "sig", "message"]
    done = subprocess.run([str(program), *given], cwd=folder, capture_output=True)
    return done.returncode == 0 and b"erified" in done.stdout


def said(raised: pytest.ExceptionInfo[Any]) -> str:
    """Return everything that an error says; its chain of causes says nothing more."""
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return " | ".join(f"{one.message} = {one.hint}" for one in raised.value.problems)


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE], ids=["open", "encrypted"])
@pytest.mark.parametrize("algorithm", sorted(MAKERS))
def test_a_key_file_signs(algorithm: str, passphrase: str, tmp_path: Path) -> None:
    ask = asked(passphrase)
    with open_signer(str(key_file(tmp_path, MAKERS[algorithm](), passphrase)), ask) as signer:
        assert signer.key.algorithm == algorithm
        signature = signer.sign(MESSAGE)
    assert len(ask.questions) == (1 if passphrase else 0)  # type: ignore[attr-defined]
    assert verifies(signer.key, signature, MESSAGE)
    assert not verifies(signer.key, signature, MESSAGE + b"!")
    if algorithm != "ml-dsa-65":  # OpenSSL 3.0 does not know it
        assert openssl_verifies(signer, signature, MESSAGE, tmp_path)
        assert not openssl_verifies(signer, signature, MESSAGE + b"!", tmp_path)


def test_a_key_that_openssl_made_and_encrypted_signs(tmp_path: Path) -> None:
    path = tmp_path / "made.pem"
    program = need_program("openssl")
    given = ["genpkey", "-algorithm", "ed25519", "-aes256", "-pass", f"pass:{PASSPHRASE}", "-out", str(path)]
    subprocess.run([str(program), *given], check=True, capture_output=True)
    path.chmod(0o600)
    signer = open_signer(f"file:{path}", asked(PASSPHRASE))
    assert openssl_verifies(signer, signer.sign(MESSAGE), MESSAGE, tmp_path)


def _junk(folder: Path, content: bytes) -> Path:
    path = folder / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    return path


PEM_FAULTS: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "wrong passphrase": (
        lambda folder: key_file(folder, MAKERS["ed25519"](), "another-one"),
        "the password does not open it",
        "try again",
    ),
    "readable by the group": (
        lambda folder: (path := key_file(folder, MAKERS["ed25519"](), PASSPHRASE), path.chmod(0o640))[0],
        "can be read by others",
        "chmod 600",
    ),
    "readable by others": (
        lambda folder: (path := key_file(folder, MAKERS["ed25519"](), PASSPHRASE), path.chmod(0o604))[0],
        "can be read by others",
        "chmod 600",
    ),
    "RSA": (
        lambda folder: key_file(folder, rsa.generate_private_key(65537, 2048), PASSPHRASE),
        "it is a key of RSA, which is not taken",
        "",
    ),
    "another curve": (
        lambda folder: key_file(folder, ec.generate_private_key(ec.SECP521R1()), PASSPHRASE),
        "secp521r1",
        "",
    ),
    "no such file": (lambda folder: folder / "none.pem", "No such file", "openssl genpkey"),
    "a folder": (lambda folder: folder, "can't be read", "openssl genpkey"),
    "a pipe": (lambda folder: (os.mkfifo(folder / "pipe", 0o600), folder / "pipe")[1], "is no file", "name the PEM"),
    "empty": (lambda folder: _junk(folder, b""), "no private key in PEM", "openssl genpkey"),
    "junk": (lambda folder: _junk(folder, b"\x00\xff" * 100), "no private key in PEM", "openssl genpkey"),
    "too large": (lambda folder: _junk(folder, b"a" * 70_000), "larger than 64 KiB", "name the PEM"),
    "a public key": (
        lambda folder: _junk(folder, key_signer(new_ed25519()).key.pem.encode()),
        "holds no private key",
        "signs nothing",
    ),
}


@pytest.mark.parametrize("fault", PEM_FAULTS)
def test_a_key_file_that_can_not_be_used(fault: str, tmp_path: Path) -> None:
    make, words, hint = PEM_FAULTS[fault]
    with pytest.raises(UsageError) as raised:
        open_signer(str(make(tmp_path)), asked(PASSPHRASE))
    assert words in said(raised)
    assert hint in said(raised)
    assert PASSPHRASE not in said(raised)


def test_nobody_can_be_asked(tmp_path: Path) -> None:
    path = key_file(tmp_path, MAKERS["ed25519"](), PASSPHRASE)
    with pytest.raises(UsageError, match="nobody can be asked"):
        open_signer(str(path))


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_no_key(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = _junk(Path(folder), content)
        with pytest.raises(UsageError):
            open_signer(str(path), asked(PASSPHRASE))


@given(st.sampled_from([*STORES, "file", "gcp-kms", "ssh"]), st.text(max_size=60))
def test_arbitrary_references_are_refused_in_words(scheme: str, rest: str) -> None:
    environment = {name: os.environ.pop(name) for name in ("VAULT_ADDR", "AWS_REGION") if name in os.environ}
    try:
        with pytest.raises(UsageError):
            open_signer(f"{scheme}:{rest}", None)
    finally:
        os.environ.update(environment)


def test_a_store_that_is_misspelt(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        open_signer("pkcs12:token=a;object=b")
    assert 'did you mean "pkcs11:"?' in said(raised)


@pytest.mark.parametrize(
    ("missing", "reference", "extra"),
    [
        ("hvac", "vault:transit/ana", "limen[kms]"),
        ("cryptography", "vault:transit/ana", "limen[kms]"),
        ("cryptography", "aws-kms:arn:aws:kms:eu-west-1:123456789012:key/a", "limen[kms]"),
        ("cryptography", "KEY", "limen[evidence]"),
    ],
)
def test_a_library_that_is_not_installed(missing: str, reference: str, extra: str, tmp_path: Path) -> None:
    key = key_file(tmp_path, MAKERS["ed25519"]())
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from limen.adapters.signers import open_signer\nfrom limen.errors import UsageError\n"
        "try: open_signer(sys.argv[1])\n"
        "except UsageError as error: print(error.problems[0].message, '|', error.problems[0].hint)"
    )
    given = [sys.executable, "-c", program, str(key) if reference == "KEY" else reference]
    done = subprocess.run(given, capture_output=True, check=True, text=True)
    assert "missing" in done.stdout
    assert done.stdout.strip().endswith(f"pip install '{extra}'")


def test_a_signature_of_another_key_never_leaves() -> None:
    one, other = key_signer(new_ed25519()), key_signer(new_ed25519())
    with pytest.raises(UnassessedError, match="does not verify"):
        OpenedKey(one.key, other.sign, where="a store").sign(b"a")


# PKCS#11, at a real SoftHSM

_PAIRS = f"""
import sys, pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters
token = pkcs11.lib({MODULE!r}).get_token(token_label={TOKEN!r})
oid = bytes.fromhex("06032b6570")
with token.open(rw=True, user_pin={PIN!r}) as session:
    def pair(label, number, kind, params, **more):
        domain = session.create_domain_parameters(kind, {{Attribute.EC_PARAMS: params}}, local=True)
        return domain.generate_keypair(store=True, label=label, id=number, **more)
    edwards = {{"mechanism": Mechanism.EC_EDWARDS_KEY_PAIR_GEN}}
    p256 = encode_named_curve_parameters("secp256r1")
    pair("ana", b"\\1", KeyType.EC, p256)
    pair("ana-ed", b"\\2", KeyType.EC_EDWARDS, oid, **edwards)
    pair("ana-ed-named", b"\\3", KeyType.EC_EDWARDS, b"\\x13\\x0cedwards25519", **edwards)
    pair("curve", b"\\4", KeyType.EC, encode_named_curve_parameters("secp521r1"))
    pair("line", b"\\x0b", KeyType.EC, encode_named_curve_parameters("secp384r1"))
    pair("twin", b"\\5", KeyType.EC, p256)
    pair("twin", b"\\6", KeyType.EC, p256)
    session.generate_keypair(KeyType.RSA, 2048, store=True, label="rsa", id=b"\\7")
    public, _ = pair("widow", b"\\x08", KeyType.EC, p256)
    public.destroy()
    pair("idle", b"\\x09", KeyType.EC, p256, private_template={{Attribute.SIGN: False}})
    pair("with space;and%", b"\\x0a", KeyType.EC, p256)
"""


@pytest.fixture(scope="module")
def token() -> Iterator[Token]:
    with softhsm() as made:
        done = subprocess.run([sys.executable, "-c", _PAIRS], capture_output=True, env=os.environ | made.environment)
        assert done.returncode == 0, done.stderr.decode()
        yield made


def uri(which: str, *, token: str = TOKEN, module: str = MODULE) -> str:
    return f"pkcs11:token={token};{which}?module-path={module}"


@pytest.mark.parametrize(
    ("which", "algorithm"),
    [
        ("object=ana", "ecdsa-p256"),
        ("id=%01;type=private", "ecdsa-p256"),
        ("object=twin;id=%06", "ecdsa-p256"),
        ("object=with%20space%3Band%25", "ecdsa-p256"),
        ("object=line", "ecdsa-p384"),
        ("object=ana-ed", "ed25519"),
        ("object=ana-ed-named", "ed25519"),
    ],
)
def test_a_token_signs(which: str, algorithm: str, token: Token, tmp_path: Path) -> None:
    ask = asked(PIN)
    with open_signer(uri(which), ask) as signer:
        signatures = [signer.sign(MESSAGE) for _ in range(3)]
    assert ask.questions == [f"PIN of token {TOKEN}"]  # type: ignore[attr-defined]
    assert signer.key.algorithm == algorithm
    assert all(openssl_verifies(signer, one, MESSAGE, tmp_path) for one in signatures)


@pytest.mark.parametrize("which", ["object=ana", "object=line"])
def test_every_signature_of_a_token_is_strict_der(which: str, token: Token) -> None:
    """r and s begin with a high bit or with zeros in one of a few signatures: each is another DER."""
    with open_signer(uri(which), asked(PIN)) as signer:
        signatures = [signer.sign(b"%d" % number) for number in range(60)]
    assert len({len(one) for one in signatures}) > 1
    for number, one in enumerate(signatures):
        assert verifies(signer.key, one, b"%d" % number)


TOKEN_FAULTS = {
    "wrong PIN": (uri("object=ana"), "not-the-pin", "the PIN of token limen-lab is wrong"),
    "PIN of an odd length": (uri("object=ana"), "1", "the PIN of token limen-lab is wrong"),
    "no such key": (uri("object=nobody"), PIN, "has no such private key"),
    "no such token": (uri("object=ana", token="another"), PIN, "has not one token another"),
    "no such module": (uri("object=ana", module="/nowhere/module.so"), PIN, "can't be loaded"),
    "two keys": (uri("object=twin"), PIN, "has 2 such private keys"),
    "RSA": (uri("object=rsa"), PIN, "a key of another algorithm"),
    "another curve": (uri("object=curve"), PIN, "a key on a curve that limen does not take"),
    "no public key": (uri("object=widow"), PIN, "has no such public key"),
    "may not sign": (uri("object=idle"), PIN, "does not let the key sign"),
}


@pytest.mark.parametrize("fault", TOKEN_FAULTS)
def test_a_token_that_does_not_sign(fault: str, token: Token) -> None:
    reference, pin, words = TOKEN_FAULTS[fault]
    with pytest.raises((UsageError, UnassessedError)) as raised:
        open_signer(reference, asked(pin))
    assert words in said(raised)
    assert pin not in said(raised).replace(TOKEN, "").replace("1304", "").replace("11", "") or len(pin) == 1


def test_a_locked_pin_is_said_and_what_to_do() -> None:
    error = _worded(KeyProviderError("denied", "/m.so opens no session: PinLocked"), "token ana")
    assert isinstance(error, UsageError)
    assert error.problems[0].message == "the PIN of token ana is locked"
    assert "security officer" in error.problems[0].hint


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("token=a;object=b", "the URI names no module"),
        ("token=a;object=b?module-path=relative.so", "the URI names no module"),
        ("token=a?module-path=/m.so", "the URI names no key"),
        ("token=a;object=b?module-path=/m.so&pin-value=1234", "the URI holds a PIN"),
        ("token=a;object=b?module-path=/m.so&pin-source=file:/p", "the URI holds a PIN"),
        ("token=a;object=b;type=cert?module-path=/m.so", "means a cert object"),
        ("token=a;object=b;serial=1?module-path=/m.so", "which limen does not follow"),
        ("token=a;object=b;object=c?module-path=/m.so", "names an attribute twice"),
        ("tokn=a;object=b?module-path=/m.so", "which limen does not follow"),
    ],
)
def test_a_uri_that_is_wrong(reference: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        open_signer(f"pkcs11:{reference}", asked(PIN))
    assert words in said(raised)
    assert "1234" not in said(raised)


@given(st.text())
def test_arbitrary_uris_are_read_or_refused(text: str) -> None:
    try:
        module, _, key = _named(text)
    except UsageError:
        return
    assert module.startswith("/")
    assert key


# OpenBao

POLICY = 'path "transit/sign/ana*" {capabilities = ["update"]} path "transit/keys/ana*" {capabilities = ["read"]}'


@pytest.fixture(scope="module")
def vault() -> Iterator[Bao]:
    with bao() as server:
        server.call("POST", "sys/mounts/transit", {"type": "transit"})
        for name, kind in (
            ("ana", "ed25519"),
            ("ana-ec", "ecdsa-p256"),
            ("ana-384", "ecdsa-p384"),
            ("ana-rsa", "rsa-2048"),
            ("ben", "ed25519"),
        ):
            server.call("POST", f"transit/keys/{name}", {"type": kind})
        server.call("PUT", "sys/policies/acl/ana", {"policy": POLICY})
        server.call("POST", "sys/auth/userpass", {"type": "userpass"})
        server.call("POST", "auth/userpass/users/ana", {"password": PASSPHRASE, "token_policies": ["ana"]})
        yield server


@pytest.fixture
def addressed(vault: Bao, monkeypatch: pytest.MonkeyPatch) -> Bao:
    monkeypatch.setenv("VAULT_ADDR", vault.environment["VAULT_ADDR"])
    monkeypatch.delenv("VAULT_TOKEN", raising=False)
    monkeypatch.delenv("VAULT_CACERT", raising=False)
    return vault


@pytest.mark.parametrize(
    ("name", "algorithm"), [("ana", "ed25519"), ("ana-ec", "ecdsa-p256"), ("ana-384", "ecdsa-p384")]
)
def test_openbao_signs_after_a_login(name: str, algorithm: str, addressed: Bao, tmp_path: Path) -> None:
    ask = asked(PASSPHRASE)
    with open_signer(f"vault:transit/{name}?user=ana", ask) as signer:
        signature = signer.sign(MESSAGE)
    assert ask.questions == [f"password of ana at {addressed.environment['VAULT_ADDR']}"]  # type: ignore[attr-defined]
    assert signer.key.algorithm == algorithm
    assert openssl_verifies(signer, signature, MESSAGE, tmp_path)
    with pytest.raises(KeyProviderError):
        signer.sign(MESSAGE)  # the token that the login made is revoked


def test_openbao_signs_with_the_version_whose_public_key_was_read(addressed: Bao, tmp_path: Path) -> None:
    with open_signer("openbao:transit/ana-ec?user=ana", asked(PASSPHRASE)) as signer:
        addressed.call("POST", "transit/keys/ana-ec/rotate")
        assert openssl_verifies(signer, signer.sign(MESSAGE), MESSAGE, tmp_path)
    with open_signer("openbao:transit/ana-ec?user=ana", asked(PASSPHRASE)) as newer:
        assert newer.key.id != signer.key.id
        assert openssl_verifies(newer, newer.sign(MESSAGE), MESSAGE, tmp_path)


def test_openbao_signs_with_a_token_and_asks_nobody(addressed: Bao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", addressed.environment["VAULT_TOKEN"])
    ask = asked("")
    with open_signer("vault:transit/ana", ask) as signer:
        assert verifies(signer.key, signer.sign(MESSAGE), MESSAGE)
    assert ask.questions == []  # type: ignore[attr-defined]
    with open_signer("vault:transit/ana", ask) as signer:  # and the token was not revoked
        signer.sign(MESSAGE)


VAULT_FAULTS = {
    "wrong password": ("vault:transit/ana?user=ana", "not-the-password", "refuses the login of ana"),
    "no such user": ("vault:transit/ana?user=nobody", PASSPHRASE, "refuses the login of nobody"),
    "no such login": ("vault:transit/ana?user=ana&login=ldap", PASSPHRASE, "refuses the login of ana at ldap"),
    "no such key": ("vault:transit/ana-none?user=ana", PASSPHRASE, "has no key transit/ana-none"),
    "somebody else's key": ("vault:transit/ben?user=ana", PASSPHRASE, "does not let the credential read"),
    "RSA": ("vault:transit/ana-rsa?user=ana", PASSPHRASE, "has a key of type 'rsa-2048'"),
    "no user and no token": ("vault:transit/ana", PASSPHRASE, "no token is given"),
    "no mount": ("vault:ana?user=ana", PASSPHRASE, "names no key of a transit engine"),
    "another option": ("vault:transit/ana?usr=ana", PASSPHRASE, "what limen does not know"),
    "out of the mount": ("vault:transit/../sys?user=ana", PASSPHRASE, "names no key of a transit engine"),
}


@pytest.mark.parametrize("fault", VAULT_FAULTS)
def test_openbao_that_does_not_sign(fault: str, addressed: Bao) -> None:
    reference, password, words = VAULT_FAULTS[fault]
    with pytest.raises(UsageError) as raised:
        open_signer(reference, asked(password))
    assert words in said(raised)
    assert password not in said(raised)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "VAULT_ADDR does not say where"),
        ("nonsense", "VAULT_ADDR does not say where"),
        ("http://vault.example.org:8200", "readable on the way"),
        ("https://user:secret@vault.example.org", "VAULT_ADDR does not say where"),
    ],
)
def test_an_address_that_no_password_is_sent_to(address: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ADDR", address)
    with pytest.raises(UsageError) as raised:
        open_signer("vault:transit/ana?user=ana", asked(PASSPHRASE))
    assert words in said(raised)
    assert "secret@" not in said(raised)


def test_openbao_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(UnassessedError, match="refuses connections"):
        open_signer("vault:transit/ana?user=ana", asked(PASSPHRASE))


def test_who_logs_in() -> None:
    assert login_of("vault:transit/ana?user=ana%40site&login=ldap") == "ana@site"
    assert login_of("openbao:transit/ana") == ""
    assert login_of("keys/ana.pem") is None
    assert login_of("pkcs11:token=a;object=b?module-path=/m.so") is None


# AWS KMS: a simulator of its protocol, and moto, which signs truly but takes every message for a whole one

GOOD = f"{ACCESS_KEY}:{SECRET_KEY}"


@contextmanager
def _moto() -> Iterator[str]:
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert wait_until_listening(port, lambda: child.poll() is None, 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(10)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what sets the environment's account."""

    def use(endpoint: str, credential: str = GOOD) -> None:
        for name in ("AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", credential.partition(":")[0])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credential.partition(":")[2])

    return use


@pytest.fixture(scope="module")
def kms() -> Iterator[tuple[AwsKms, str]]:
    service = AwsKms()
    with served(service) as endpoint:
        yield service, endpoint


def arn_of(service: AwsKms, name: str, spec: str, **given: Any) -> str:
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{service.make(name, (1,), policy={}, spec=spec, **given).id}"


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384"])
@pytest.mark.parametrize("length", [0, 1, 4096, 4097, 100_000])
def test_aws_kms_signs_and_asks_nobody(
    length: int, spec: str, kms: tuple[AwsKms, str], account: Callable[..., None], tmp_path: Path
) -> None:
    account(kms[1])
    ask = asked("")
    with open_signer(f"aws-kms:{arn_of(kms[0], f'good-{spec}', spec)}", ask) as signer:
        signature = signer.sign(b"x" * length)
    assert ask.questions == []  # type: ignore[attr-defined]
    assert openssl_verifies(signer, signature, b"x" * length, tmp_path)


def test_moto_signs(account: Callable[..., None], tmp_path: Path) -> None:
    with _moto() as endpoint:
        client = boto3.client(
            "kms", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
        )
        arn = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        account(endpoint)
        with open_signer(f"aws-kms:{arn}") as signer:
            assert openssl_verifies(signer, signer.sign(b"a message"), b"a message", tmp_path)
            with pytest.raises(UnassessedError, match="made a signature that does not verify"):
                signer.sign(b"x" * 5000)  # it digests the digest once more, and that does not get out


@pytest.mark.parametrize(
    ("spec", "given", "words"),
    [
        ("ECC_NIST_P521", {}, "secp521r1, which is not taken"),
        ("SYMMETRIC_DEFAULT", {}, "has no public key for it"),
        ("ECC_NIST_P256", {"state": "Disabled"}, "has no public key for it"),
    ],
)
def test_aws_kms_that_does_not_sign(
    spec: str, given: dict[str, Any], words: str, kms: tuple[AwsKms, str], account: Callable[..., None]
) -> None:
    account(kms[1])
    with pytest.raises(UsageError) as raised:
        open_signer(f"aws-kms:{arn_of(kms[0], f'{spec}{given}', spec, **given)}")
    assert words in said(raised)


def test_aws_kms_without_the_key_the_region_or_the_right(
    kms: tuple[AwsKms, str], account: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    account(kms[1])
    arn = arn_of(kms[0], "denied", "ECC_NIST_P256")
    kms[0].deny[arn.rpartition("/")[2]] = frozenset({"GetPublicKey"})
    for reference, words in (
        (f"arn:aws:kms:{REGION}:{ACCOUNT}:key/none", "has no such key"),
        ("alias/ana", "the region of aws-kms:alias/ana is not known"),
        (arn, "does not let the credential read the public key"),
    ):
        with pytest.raises(UsageError) as raised:
            open_signer(f"aws-kms:{reference}")
        assert words in said(raised)
    account(kms[1], "AKIASOMEBODYELSE:their-secret")
    with pytest.raises(UnassessedError) as refused:
        open_signer(f"aws-kms:{arn}")
    assert "refuses the credential" in said(refused)
    assert "their-secret" not in said(refused)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UsageError, match="needs AWS_SECRET_ACCESS_KEY"):
        open_signer(f"aws-kms:{arn}")
