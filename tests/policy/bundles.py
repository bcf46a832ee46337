"""Bundles for tests: made and signed by the real opa, or by hand where opa would refuse to make them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import io
import json
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.needs import need_program
from tests.policy.support import BODY, METADATA, MY_PROFILE, write_profile, write_rule

RULE = "rules/transit/mine/mine.rego"
TEST = """package limen.rules.transit.mine_test

import data.limen.rules.transit.mine

test_conforming if {
	mine.checks == {"depth": {"holds": true, "actual": 1, "required": 1}}
		with input as {"crossing": true, "depth": 1}
		with data.limen.parameters as {"mine_depth": 1}
}
"""
SECRET = "a secret of sixty-four bytes, which is what HS512 asks for, or more than that"


def policies(folder: Path) -> Path:
    """Write a rule with its test and a profile into a folder, as a user has them, and return the folder."""
    place = write_rule(folder).parent
    (place / "mine_test.rego").write_text(TEST, encoding="utf-8")
    write_profile(folder, MY_PROFILE)
    (folder / "README.md").write_text("Ours.\n", encoding="utf-8")
    return folder


def with_data(folder: Path) -> Path:
    """Give a folder its profile as data, which opa build keeps."""
    place = folder / "limen" / "profiles" / "mine"
    place.mkdir(parents=True)
    (place / "data.yaml").write_text(MY_PROFILE, encoding="utf-8")
    return folder


def opa(folder: Path, *arguments: str | Path) -> None:
    """Run opa in a folder; its failure is the test's."""
    command = [str(need_program("opa")), *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def built(folder: Path, bundle: Path, *options: str | Path) -> Path:
    """Build a bundle of a folder with opa build and return it."""
    opa(folder, "build", "-b", ".", "-o", bundle, *options)
    return bundle


def signed_folder(folder: Path, bundle: Path, *options: str | Path) -> Path:
    """Sign a folder with opa sign, pack it with its profiles, and return the bundle."""
    opa(folder, "sign", "--bundle", ".", *options)
    return packed(bundle, {path.relative_to(folder).as_posix(): path.read_bytes() for path in files(folder)})


def files(folder: Path) -> list[Path]:
    """Return the files below a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def members(bundle: Path) -> dict[str, bytes]:
    """Return a bundle's files by name."""
    with tarfile.open(bundle) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}  # type: ignore[union-attr]


def packed(bundle: Path, held: Mapping[str, bytes], extra: Iterable[tarfile.TarInfo] = ()) -> Path:
    """Write a bundle of these files and members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in held.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
        for member in extra:
            archive.addfile(member)
    bundle.write_bytes(gzip.compress(buffer.getvalue()))
    return bundle


def plain(manifest: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Return the files of an unsigned bundle."""
    held = {RULE: (METADATA + BODY).encode(), "profiles/mine.yaml": MY_PROFILE.encode()}
    return held if manifest is None else {".manifest": json.dumps(manifest).encode(), **held}


def forged(held: Mapping[str, bytes], header: Mapping[str, Any], key: bytes, **claims: Any) -> dict[str, bytes]:
    """Return files with signatures as an attacker would make them: the header says what it likes, HMAC or nothing."""
    listed = [
        {"name": name, "hash": hashlib.sha256(text).hexdigest(), "algorithm": "SHA-256"} for name, text in held.items()
    ]
    claims = {"files": listed} | claims
    body = b".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(key, body, hashlib.sha256).digest() if key else b""
    token = (body + b"." + _b64(signature)).decode()
    return {**held, ".signatures.json": json.dumps({"signatures": [token]}).encode()}


def _b64(text: bytes) -> bytes:
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def key_pair(folder: Path, name: str = "key", kind: str = "rsa") -> tuple[Path, Path]:
    """Write a private and a public key in PEM and return their files; kinds: rsa, rsa1024, p256, …, ed25519."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    key: Any
    if kind.startswith("rsa"):
        key = rsa.generate_private_key(65537, int(kind[3:] or 2048))
    elif kind == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        key = ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}[kind]())
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        if kind != "ed25519"
        else key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public
