"""Signed bundles, made by the real opa: what a trusted key signed is read, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import LimenError, PolicyError, UsageError
from limen.policy.bundle_hash import hashed
from limen.policy.bundle_signature import trust_from
from limen.policy.catalog import load_catalog
from tests.policy.bundles import (
    RULE,
    SECRET,
    built,
    forged,
    key_pair,
    members,
    packed,
    plain,
    policies,
    signed_folder,
    with_data,
)

PAIRS = ("rsa", "p256", "p384", "p521")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A folder with a bundle that opa build signed by RSA, and its public key."""
    folder = tmp_path_factory.mktemp("signed")
    private, public = key_pair(folder)
    policies(folder / "own")
    return folder, built(folder / "own", folder / "acme.tar.gz", "--signing-key", private), public


def refusal(bundle: Path, *keys: str | Path, scope: str = "") -> list[str]:
    with pytest.raises(LimenError) as caught:
        load_catalog((bundle,), trust_from(tuple(map(str, keys)), scope))
    assert caught.value.exit_code == 2
    lead = f"{bundle.parent.as_posix()}/"
    return [f"{problem.location}: {problem.message}".replace(lead, "") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        *(("rsa", name) for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        ("p256", "ES256"),
        ("p384", "ES384"),
        ("p521", "ES512"),
    ],
)
def test_what_opa_signs_is_verified(tmp_path: Path, kind: str, algorithm: str) -> None:
    private, public = key_pair(tmp_path, kind=kind)
    folder = with_data(policies(tmp_path / "own"))
    (folder / "profiles" / "mine.yaml").unlink()
    options = ("--signing-key", private, "--signing-alg", algorithm)
    bundle = built(folder, tmp_path / "acme.tar.gz", *options)
    catalog = load_catalog((bundle,), trust_from((str(public),)))
    assert "transit.mine" in catalog.rules
    assert catalog.profiles["mine"].profile.parameters == {"mine_depth": 1}
    _, other = key_pair(tmp_path, "other", kind)
    assert refusal(bundle, other) == [
        f"acme.tar.gz/.signatures.json: the signature is not by {other}".replace(f"{tmp_path.as_posix()}/", "")
    ]


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_shared_secret(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    folder = policies(tmp_path / "own")
    bundle = built(folder, tmp_path / "a.tar.gz", "--signing-key", SECRET, "--signing-alg", algorithm)
    assert "transit.mine" in load_catalog((bundle,), trust_from((str(tmp_path / "secret"),))).rules
    (tmp_path / "other").write_text("another " + SECRET)
    assert refusal(bundle, tmp_path / "other") == ["a.tar.gz/.signatures.json: the signature is not by other"]


def test_a_folder_that_opa_signed_keeps_its_profiles(tmp_path: Path) -> None:
    private, public = key_pair(tmp_path)
    bundle = signed_folder(policies(tmp_path / "own"), tmp_path / "a.tar.gz", "--signing-key", private)
    assert "mine" in load_catalog((bundle,), trust_from((str(public),))).profiles


def test_structured_files_are_hashed_by_what_they_say(tmp_path: Path) -> None:
    """Order and white space of data may change, as opa allows; what it says may not."""
    private, public = key_pair(tmp_path)
    folder = policies(tmp_path / "own")
    (folder / "limen" / "profiles" / "x").mkdir(parents=True)
    profile = (
        'id: x\ntitle: "<&>\\u2028é\\t"\ndescription: x\nattested_waivers: true\n'
        "rules: []\nparameters: {mine_depth: 3}\n"
    )
    (folder / "limen" / "profiles" / "x" / "data.yaml").write_text(profile, encoding="utf-8")
    bundle = signed_folder(folder, tmp_path / "a.tar.gz", "--signing-key", private)
    assert "x" in load_catalog((bundle,), trust_from((str(public),))).profiles
    held = members(bundle)
    held["limen/profiles/x/data.yaml"] = "\n".join(sorted(profile.splitlines())).encode()
    assert "x" in load_catalog((packed(bundle, held),), trust_from((str(public),))).profiles
    held["limen/profiles/x/data.yaml"] = profile.replace("3", "2").encode()
    assert refusal(packed(bundle, held), public) == [
        "a.tar.gz/limen/profiles/x/data.yaml: the file is not what was signed"
    ]


def test_hashes_are_opas() -> None:
    """The example of OPA's documentation, and its own test of a structured file."""
    import hashlib

    text = b'{"revision" : "foo",\n "roots": [""], "n": 1.50,'
    text += b' "deep": {"b": null, "a": [true, -0.1e+2, "\\u00e9\\u2028<"]}}'
    said = '{"deep":{"a":[true,-0.1e+2,"\u00e9\\u2028<"],"b":null},"n":1.50,"revision":"foo","roots":[""]}'
    assert hashed(".manifest", text, hashlib.sha256()) == hashlib.sha256(said.encode()).hexdigest()
    assert hashed("a.rego", text, hashlib.sha256()) == hashlib.sha256(text).hexdigest()


def changed(name: str, text: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(held: dict[str, bytes]) -> None:
        held[name] = text

    return change


def without(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(held: dict[str, bytes]) -> None:
        del held[name]

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(f"/{RULE}", b"package x\n"), [f"{RULE}: the file is not what was signed"]),
        (changed("/data.json", b'{"limen": {}}'), ["data.json: the file is not what was signed"]),
        (changed("/.manifest", b'{"roots": []}'), [".manifest: the file is not what was signed"]),
        (changed("/lib/a.rego", b"package a\n"), ["lib/a.rego: the signature does not cover the file"]),
        (changed("/profiles/a.yaml", b"id: a\n"), ["profiles/a.yaml: the signature does not cover the file"]),
        (changed("/README", b""), ["README: the signature does not cover the file"]),
        (without(f"/{RULE}"), [f"{RULE}: the file is signed and missing"]),
        (without("/.manifest"), [".manifest: the file is signed and missing"]),
        (without("/.signatures.json"), ["the bundle is not signed: it has no .signatures.json"]),
        (changed("/.signatures.json", b"{}"), None),
        (changed("/.signatures.json", b'{"signatures": []}'), [".signatures.json: 0 signatures where one is expected"]),
        (changed("/.signatures.json", b'{"signatures": ["a"]}'), None),
        (changed("/.signatures.json", b'{"signatures": ["a.b.c"]}'), None),
        (
            changed("/.signatures.json", b'{"signatures": ["a.b.c"], "plugin": "x"}'),
            [".signatures.json: signed by a plug-in, 'x', which can't be verified"],
        ),
    ],
)
def test_what_was_changed_is_refused(
    signed: tuple[Path, Path, Path], tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: list[str] | None
) -> None:
    _, bundle, public = signed
    held = members(bundle)
    change(held)
    found = refusal(packed(tmp_path / "a.tar.gz", held), public)
    if said is None:
        assert len(found) == 1
    else:
        assert found == [f"a.tar.gz{': ' if one.startswith('the bundle') else '/'}{one}" for one in said]


def test_every_change_is_told_at_once(signed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, bundle, public = signed
    held = members(bundle)
    held |= {f"/{RULE}": b"package x\n", "/README": b""}
    del held["/data.json"]
    assert refusal(packed(tmp_path / "a.tar.gz", held), public) == [
        "a.tar.gz/README: the signature does not cover the file",
        "a.tar.gz/data.json: the file is signed and missing",
        f"a.tar.gz/{RULE}: the file is not what was signed",
    ]


def test_a_signature_without_a_key_is_refused(signed: tuple[Path, Path, Path]) -> None:
    _, bundle, _ = signed
    with pytest.raises(PolicyError) as caught:
        load_catalog((bundle,))
    (problem,) = caught.value.problems
    assert problem.message == "the bundle is signed, and no key says by whom"
    assert problem.hint == "give the signer's public key: --bundle-key FILE"


def test_an_unsigned_bundle_is_refused_where_a_key_is_given(signed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    bundle = packed(tmp_path / "a.tar.gz", plain())
    assert refusal(bundle, signed[2]) == ["a.tar.gz: the bundle is not signed: it has no .signatures.json"]


def test_none_signs_nothing(signed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    for alg in ("none", "None", "NONE", "", None):
        bundle = packed(tmp_path / "a.tar.gz", forged(plain(), {"alg": alg}, b""))
        (found,) = refusal(bundle, signed[2])
        assert found.startswith("a.tar.gz/.signatures.json: "), found
        assert "no key given can verify" in found or "is no JWT" in found


def test_a_public_key_is_no_secret(signed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """The attack on libraries that let the token choose: HMAC with the public key, which everybody has."""
    public = signed[2]
    for key in (public.read_bytes(), public.read_bytes().strip()):
        bundle = packed(tmp_path / "a.tar.gz", forged(plain(), {"alg": "HS256"}, key))
        message = "no key given can verify a signature by 'HS256'"
        assert refusal(bundle, public) == [f"a.tar.gz/.signatures.json: {message}"]


def test_a_forger_with_the_secret_is_the_signer(tmp_path: Path) -> None:
    """So that the forgeries above fail for their key and for nothing else."""
    (tmp_path / "secret").write_text(SECRET)
    trust = trust_from((str(tmp_path / "secret"),))
    bundle = packed(tmp_path / "a.tar.gz", forged(plain(), {"alg": "HS256"}, SECRET.encode()))
    assert "transit.mine" in load_catalog((bundle,), trust).rules
    for header in ({"alg": "HS256", "crit": ["x"], "x": 1}, {"alg": "HS256", "b64": False, "crit": ["b64"]}):
        bundle = packed(tmp_path / "a.tar.gz", forged(plain(), header, SECRET.encode()))
        assert len(refusal(bundle, tmp_path / "secret")) == 1


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (
            {"files": []},
            [
                "profiles/mine.yaml: the signature does not cover the file",
                f"{RULE}: the signature does not cover the file",
            ],
        ),
        ({"files": "all"}, None),
        ({"files": [{"name": "a"}]}, None),
        ({"scope": "write"}, [".signatures.json: the signature is for the scope 'write'"]),
        ({"exp": 1}, [".signatures.json: the signature is for a time only, which nothing here checks"]),
        ({"nbf": 4_000_000_000}, [".signatures.json: the signature is for a time only, which nothing here checks"]),
    ],
)
def test_a_payload_that_does_not_fit(tmp_path: Path, claims: dict[str, object], said: list[str] | None) -> None:
    (tmp_path / "secret").write_text(SECRET)
    held = forged(plain(), {"alg": "HS256"}, SECRET.encode(), **claims)
    found = refusal(packed(tmp_path / "a.tar.gz", held), tmp_path / "secret")
    if said is None:
        (only,) = found
        assert only.startswith("a.tar.gz/.signatures.json: the signature does not list files: ")
    else:
        assert found == [f"a.tar.gz/{one}" for one in said]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-1", "", "sha256"])
def test_weak_hashes_are_refused(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "secret").write_text(SECRET)
    files = [{"name": name, "hash": "00", "algorithm": algorithm} for name in plain()]
    held = forged(plain(), {"alg": "HS256"}, SECRET.encode(), files=files)
    assert refusal(packed(tmp_path / "a.tar.gz", held), tmp_path / "secret") == [
        f"a.tar.gz/profiles/mine.yaml: the hash {algorithm!r} is not taken",
        f"a.tar.gz/{RULE}: the hash {algorithm!r} is not taken",
    ]


def test_scope_and_key_id(tmp_path: Path) -> None:
    private, public = key_pair(tmp_path)
    (tmp_path / "claims.json").write_text(json.dumps({"scope": "rules", "keyid": "acme"}))
    options = ("--signing-key", private, "--claims-file", tmp_path / "claims.json")
    bundle = built(policies(tmp_path / "own"), tmp_path / "a.tar.gz", *options)
    for key in (f"{public}", f"acme={public}"):
        assert "transit.mine" in load_catalog((bundle,), trust_from((key,), "rules")).rules
    place = "a.tar.gz/.signatures.json"
    assert refusal(bundle, public) == [f"{place}: the signature is for the scope 'rules'"]
    assert refusal(bundle, public, scope="other") == [f"{place}: the signature is for the scope 'rules'"]
    assert refusal(bundle, f"emca={public}", scope="rules") == [f"{place}: the signature names the key 'acme'"]


def test_one_of_several_keys_is_enough(signed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, bundle, public = signed
    keys = [str(key_pair(tmp_path, name, name)[1]) for name in PAIRS]
    assert "transit.mine" in load_catalog((bundle,), trust_from((*keys, str(public)))).rules
    (found,) = refusal(bundle, *keys)
    assert found.endswith("/.signatures.json: the signature is not by " + keys[0])


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("private", "this is a private key"),
        ("rsa1024", "the RSA key has 1024 bits"),
        ("ed25519", "no RSA key, and none of P-256, P-384 or P-521"),
        ("der", "the key is not in PEM"),
        ("ssh", "the key is not in PEM"),
        ("jwk", "the key is not in PEM"),
        ("short", "the secret has fewer than 32 bytes"),
        ("empty", "the secret has fewer than 32 bytes"),
        ("broken", "no public key: "),
        ("absent", "can't read the file: No such file or directory"),
    ],
)
def test_keys_that_are_none_are_refused(tmp_path: Path, kind: str, said: str) -> None:
    from cryptography.hazmat.primitives import serialization

    private, public = key_pair(tmp_path, kind=kind if kind in ("rsa1024", "ed25519") else "rsa")
    key = serialization.load_pem_public_key(public.read_bytes())
    form = serialization.PublicFormat
    texts = {
        "private": private.read_bytes,
        "der": lambda: key.public_bytes(serialization.Encoding.DER, form.SubjectPublicKeyInfo),
        "ssh": lambda: key.public_bytes(serialization.Encoding.OpenSSH, form.OpenSSH),
        "jwk": lambda: json.dumps({"kty": "RSA", "n": "x" * 40}).encode(),
        "short": lambda: b"password\n",
        "empty": lambda: b"",
        "broken": lambda: b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    }
    file = tmp_path / "key"
    if kind != "absent":
        file.write_bytes(texts.get(kind, public.read_bytes)())
    with pytest.raises(UsageError) as caught:
        trust_from((str(file),))
    (problem,) = caught.value.problems
    assert problem.message.startswith(said)
    assert problem.location is not None
    assert problem.location.file == str(file)


def test_a_key_that_verifies_nothing_is_said(tmp_path: Path, signed: tuple[Path, Path, Path]) -> None:
    with pytest.raises(UsageError) as caught:
        load_catalog((policies(tmp_path / "own"),), trust_from((str(signed[2]),)))
    assert caught.value.problems[0].message == "a key is given, and no bundle that it could verify"
    with pytest.raises(UsageError) as caught:
        trust_from((), "rules")
    assert caught.value.problems[0].message == "a scope is given and no key"


@pytest.mark.parametrize("missing", ["jwt", "cryptography"])
def test_without_the_extra_nothing_is_verified(signed: tuple[Path, Path, Path], missing: str) -> None:
    """In a process that finds the library as little as one into which it was never installed."""
    _, bundle, public = signed
    code = (
        f"import sys; sys.modules[{missing!r}] = None; from limen.cli import main; "
        f"sys.exit(main(['rules', '--policies', {str(bundle)!r}, '--bundle-key', {str(public)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "PyJWT and cryptography, which verify signatures, are not installed" in done.stderr
    assert "pip install 'limen[bundles]'" in done.stderr


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_no_changed_byte_of_a_signature_passes(signed: tuple[Path, Path, Path], place: int, byte: int) -> None:
    folder, bundle, public = signed
    held = members(bundle)
    text = bytearray(held["/.signatures.json"])
    place %= len(text)
    before = bytes(text)
    text[place] = byte
    held["/.signatures.json"] = bytes(text)
    path = packed(folder / "changed.tar.gz", held)
    try:
        same = json.loads(bytes(text)) == json.loads(before)
    except ValueError:
        same = False
    if same:
        return
    try:
        load_catalog((path,), trust_from((str(public),)))
    except LimenError:
        return
    # Base64 has bits at its end that say nothing: what was read is then what was signed.
    assert text[place] != before[place]
    assert place > len(text) - 20
