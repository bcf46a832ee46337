"""What an auditor has: a pack that limen made, signed by its producer and a person, timestamped, and keys beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cli.support import program
from tests.needs import REPOSITORY, need_program
from tests.verifier.authority import Authority, openssl

VERIFIER = REPOSITORY / "verifier"
PASSPHRASE = "a passphrase of tests"


def auditor_folder(folder: Path) -> Path:
    """Fill a folder as VERIFY.md asks for it: `pack`, public keys, a trust file and verify.py with its digest."""
    need_program("openssl")
    own = folder / "own"  # what is the producer's and never the auditor's
    own.mkdir()
    openssl("genpkey", "-algorithm", "ed25519", "-out", own / "producer.key")
    curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256", "-pass", f"pass:{PASSPHRASE}"]
    openssl("genpkey", *curve, "-out", own / "approver.key")
    openssl("pkey", "-in", own / "producer.key", "-pubout", "-out", folder / "producer.pem")
    secret = ["-passin", f"pass:{PASSPHRASE}"]
    openssl("pkey", "-in", own / "approver.key", *secret, "-pubout", "-out", folder / "approver.pem")
    _done(program("init", "--id", "acme", "--title", "Acme", "--owner", "a-team", "--profile", "zero-trust", cwd=own))
    keys = ["--key", "producer.key", "--log", "log"]
    _done(program("pack", "boundaries.yaml", "-o", "../pack", *keys, cwd=own))
    who = ["--as", "aruiz", "--name", "Ana Ruiz", "--meaning", "approval", "--role", "approver"]
    how = ["--key", "own/approver.key", "--passphrase-from", "env:PASSPHRASE"]
    _done(program("sign", "pack", *who, *how, cwd=folder, PASSPHRASE=PASSPHRASE))
    authority = Authority(folder / "tsa")
    authority.stamp(folder / "pack")
    (folder / "tsa.pem").write_text(authority.root)
    shutil.copy(own / "log" / "public.pem", folder / "log.pem")
    for name in ("verify.py", "verify.py.sha256"):
        shutil.copy(VERIFIER / name, folder / name)
    (folder / "trust.json").write_text(json.dumps(trust(folder)))
    return folder


def trust(folder: Path) -> dict[str, object]:
    """The trust file of such a folder."""
    times = {"valid_from": "2020-01-01T00:00:00Z", "valid_to": "2120-01-01T00:00:00Z"}
    origin = (folder / "pack" / "envelope" / "checkpoint.txt").read_text().split("\n")[0]
    return {
        "format": "limen-trust-1",
        "keys": [
            {"public_key": (folder / "producer.pem").read_text(), "holder": "Build", "user": "ci",
             "roles": ["producer"], **times},
            {"public_key": (folder / "approver.pem").read_text(), "holder": "Ana Ruiz", "user": "aruiz",
             "roles": ["approver"], **times},
        ],
        "logs": [{"origin": origin, "public_key": (folder / "log.pem").read_text()}],
        "witnesses": [],
        "authorities": [{"name": "tests", "certificates": [(folder / "tsa.pem").read_text()]}],
        "require": {"signatures": {"producer": 1, "approver": 1}, "timestamp": True, "log": True},
    }  # fmt: skip


def _done(said: object) -> None:
    code, out, err = said  # type: ignore[misc]
    assert code == 0, out + err
