"""Repositories and folders with planted and decoy secrets, one a defect, made anew each time; and what reads them.

Nothing here is a secret: all are filled from templates when a repository is made, from a seed.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import random
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import yaml

from limen.loading import load
from limen.probes.running import run
from limen.records.attempts import ProbeRun
from tests.lab.samples import fill

KEY = "an HMAC key of the laboratory, of no worth"
"""The key of the digests, where a defect needs one."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One defect of the table."""

    defect: str
    options: dict[str, Any] = {}
    keyed: bool = False
    """Whether the digests are made under the declared key."""
    in_ci: bool | None = None
    """What the declaration says of scanning."""
    profile: str = "baseline"
    status: str = "completed"
    reason: str = ""
    """Part of the reason of an attempt that did not complete."""
    found: list[str] = []
    """Every secret as it must be observed: pattern, place, and how it was wrapped."""
    scan: dict[str, Any] = {}
    """Facts of the search as a whole; null for what it must not claim to have seen."""
    findings: list[str] = []


def rows() -> list[Row]:
    """Return the table."""
    table = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return [msgspec.convert(row, Row) for row in table]


class Workshop:
    """A folder in which a defect is made."""

    def __init__(self, root: Path) -> None:
        """Begin with an empty folder `repository` beside the declaration."""
        self.root = root
        self.place = root / "repository"
        self.place.mkdir()
        self.chance = random.Random("limen laboratory")
        self.made: list[str] = []
        """The secrets that were made, none of which may be told."""

    def secret(self, template: str = "ghp_{alnum:36}") -> str:
        """Return a new secret."""
        filled = fill(template, self.chance)
        self.made.append(filled)
        return filled

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file into the repository."""
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def beside(self, name: str, content: str) -> None:
        """Write a file beside the declaration."""
        (self.root / name).write_text(content, encoding="utf-8")

    def git(self, *arguments: str, **environment: str) -> str:
        """Run git in the repository, as somebody of the laboratory."""
        names = {"GIT_AUTHOR_NAME": "Lab", "GIT_AUTHOR_EMAIL": "lab@limen.test", "GIT_COMMITTER_NAME": "Lab",
                 "GIT_COMMITTER_EMAIL": "lab@limen.test", "GIT_CONFIG_GLOBAL": os.devnull,
                 "GIT_CONFIG_NOSYSTEM": "1"}  # fmt: skip
        done = subprocess.run(
            ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.place, env=os.environ | names | environment, check=True, capture_output=True, text=True,
            timeout=60,
        )  # fmt: skip
        return done.stdout.strip()

    def commit(self, message: str = "a change") -> None:
        """Commit all that is there."""
        if not (self.place / ".git").exists():
            self.git("init", "--quiet")
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)


def decoys(shop: Workshop) -> None:
    """Write what looks like secrets and is none."""
    fill_ = shop.secret
    shop.write("src/client.py", "\n".join([
        'token = os.environ["PARTNER_TOKEN"]',
        'password = getpass.getpass("Password: ")',
        'API_KEY = "your-api-key-goes-here-123"',
        "AWS_KEY = 'AKIAIOSFODNN7" + "EXAMPLE'",
        f'COMMIT = "{fill_("{hex:40}")}"',
        f'SHA256 = "{fill_("{hex:64}")}"',
        f'REQUEST_ID = "{fill_("{uuid}")}"',
        'url = "postgresql://user:password@localhost/db"',
        'cache_key = "customer_id_2_region_id_4"',
        f'GITHUB = "{fill_("ghp_{repeat:x:36}")}"',
    ]))  # fmt: skip
    shop.write("deploy/values.yaml", "password: ${DB_PASSWORD}\nexistingSecret: billing-database-credentials\n")
    shop.write("package-lock.txt", f"integrity sha512-{fill_('{base64:86}')}==\n")
    shop.write("cert.pem", f"-----BEGIN CERTIFICATE-----\n{fill_('{base64:64}')}\n-----END CERTIFICATE-----\n")
    shop.write("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(shop.chance.randrange(256) for _ in range(2000)))


def _planted(shop: Workshop) -> None:
    shop.write("src/config.py", f'API = 1\nTOKEN = "{shop.secret()}"\n')
    shop.commit()


def _many(shop: Workshop) -> None:
    lines = ["AKIA{base32:16}", "glpat-{alnum:20}", "sk_live_{alnum:24}", 'stream = "SG.{alnum:22}.{alnum:43}"']
    shop.write("a.env", "\n".join(shop.secret(line) for line in lines) + "\n")
    shop.write("b.yaml", f"db:\n  password: {shop.secret('Zu{digit:3}rich!x')}\n")
    shop.write("c.txt", shop.secret("-----BEGIN RSA PRIVATE KEY-----\n{base64:64}\n-----END RSA PRIVATE KEY-----\n"))
    shop.write("d.ini", f"url = amqp://app:{shop.secret('{alnum:16}7')}@mq.corp.test/\n")
    shop.commit()


def _encoded(shop: Workshop) -> None:
    def twice(secret: str) -> str:
        return base64.b64encode(base64.b64encode(f"token {secret} end".encode())).decode()

    shop.write("a.yaml", "data: " + base64.b64encode(f"export T={shop.secret()}\n".encode()).decode() + "\n")
    shop.write("b.txt", "x = " + f"key={shop.secret('AKIA{base32:16}')}".encode().hex() + "\n")
    shop.write("c.txt", "https://x.test/?q=" + f"a={shop.secret('glpat-{alnum:20}')}".replace("-", "%2D") + "\n")
    shop.write("d.txt", "y = " + twice(shop.secret("npm_{alnum:36}")) + "\n")
    packed = gzip.compress(f"release {shop.secret('dop_v1_{hex:64}')}".encode(), mtime=0)
    shop.write("e.txt", "release: " + base64.b64encode(packed).decode() + "\n")
    shop.write("f.c", 's = "' + "".join(f"\\x{ord(c):02x}" for c in shop.secret("pul-{hex:40}")) + '";\n')
    shop.commit()


def _utf16(shop: Workshop) -> None:
    shop.write("a.reg", b"\xff\xfe" + f'"Token"="{shop.secret()}"\r\n'.encode("utf-16-le"))
    shop.write("b.txt", b"\xff\xfe\xfa caf\xe9 " + shop.secret("AKIA{base32:16}").encode() + b"\n")
    shop.write("c.txt", b"caf\xe9 " + shop.secret("glpat-{alnum:20}").encode() + b"\xff\n")
    shop.write("e.txt", f"KEY={shop.secret('pul-{hex:40}')}\n".encode("utf-16-be"))
    shop.write("d.bin", b"\0\1\2\0" + shop.secret("npm_{alnum:36}").encode() + b"\0\xff")
    shop.commit()


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    """Return a tar archive."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def _archived(shop: Workshop) -> None:
    import zstandard

    inner = tarred({"etc/app.env": f"T={shop.secret()}\n".encode()})
    shop.write("a.zip", zipped({"b/app.tar.gz": gzip.compress(inner)}))
    shop.write("b.jar", zipped({"application.properties": f"k={shop.secret('AKIA{base32:16}')}".encode()}))
    shop.write("c.log.gz", gzip.compress(f"k {shop.secret('glpat-{alnum:20}')}".encode()))
    shop.write("d.bz2", bz2.compress(f"k {shop.secret('npm_{alnum:36}')}".encode()))
    shop.write("e.xz", lzma.compress(f"k {shop.secret('pul-{hex:40}')}".encode()))
    shop.write("f.zst", zstandard.compress(f"k {shop.secret('dop_v1_{hex:64}')}".encode()))
    shop.commit()


def _opaque(shop: Workshop) -> None:
    whole = zipped({"a.txt": b"text " * 200})
    locked = bytearray(whole)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(magic) + offset] |= 1
    shop.write("locked.zip", bytes(locked))
    shop.write("half.zip", whole[: len(whole) // 2])
    shop.write("half.gz", gzip.compress(b"text " * 500)[:40])
    shop.write("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100))
    shop.write("a.pdf", b"%PDF-1.7\n" + bytes(100))
    shop.write("large.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    shop.write("ok.txt", "nothing\n")
    shop.commit()


def _opaque_accepted(shop: Workshop) -> None:
    _opaque(shop)
    names = ("locked.zip!*", "half.*", "a.7z", "a.pdf", "large.bin")
    entries = [{"path": name, "unscanned": True, "reason": "made by the laboratory"} for name in names]
    shop.beside("allow.yaml", yaml.safe_dump({"format": "limen-allow-1", "allow": entries}))


def _bomb(shop: Workshop) -> None:
    shop.write("bomb.gz", gzip.compress(bytes(100 << 20)))
    shop.write("nested.zip", _nested(8))
    shop.commit()


def _nested(depth: int) -> bytes:
    data = zipped({"end.txt": b"end"})
    for _ in range(depth):
        data = zipped({"next.zip": data})
    return data


def _history(shop: Workshop) -> None:
    shop.write("a.env", f"T={shop.secret()}\n")
    shop.commit("first")
    shop.write("a.env", "T=$TOKEN\n")
    shop.commit("taken out")
    shop.git("checkout", "--quiet", "-b", "side")
    shop.write("b.zip", zipped({"b.env": f"K={shop.secret('AKIA{base32:16}')}\n".encode()}))
    shop.commit(f"the key is {shop.secret('glpat-{alnum:20}')}")
    shop.git("checkout", "--quiet", "main")
    shop.write("c.txt", f"K={shop.secret('npm_{alnum:36}')}\n")
    shop.commit("to be dropped")
    shop.git("reset", "--quiet", "--hard", "HEAD~1")
    shop.write("ok.txt", "nothing\n")
    shop.commit("last")
    shop.git("tag", "--annotate", "v1", "--message", f"with {shop.secret('pul-{hex:40}')}")


def _shallow(shop: Workshop) -> None:
    source = Workshop(_fresh(shop.root / "source"))
    source.write("ok.txt", "nothing\n")
    source.commit("first")
    source.write("ok.txt", "nothing more\n")
    source.commit("second")
    shop.place.rmdir()
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", source.place.as_uri(), str(shop.place)],
                   check=True, capture_output=True, timeout=60)  # fmt: skip


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _damaged(shop: Workshop) -> None:
    shop.write("ok.txt", "nothing\n")
    shop.commit()
    blob = shop.git("rev-parse", "HEAD:ok.txt")
    path = shop.place / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(b"no object")
    (shop.place / "ok.txt").write_text("otherwise\n", encoding="ascii")


def _odd_files(shop: Workshop) -> None:
    shop.write("ok.txt", "nothing\n")
    with (shop.place / "huge.bin").open("wb") as huge:
        huge.truncate(2 << 30)
    os.mkfifo(shop.place / "pipe")
    (shop.place / "loop").symlink_to("loop")
    (shop.place / "out").symlink_to("/etc")
    (shop.place / "in").symlink_to("ok.txt")
    (shop.place / "folder").mkdir()
    (shop.place / "folder" / "round").symlink_to("..")


def _odd_names(shop: Workshop) -> None:
    for name in (b"caf\xe9.txt", b"new\nline.txt", b"-rf", b"esc\x1b[31m.txt"):
        (Path(os.fsdecode(os.fsencode(shop.place) + b"/" + name))).write_text(shop.secret(), encoding="ascii")
    (shop.place / f"{shop.secret('glpat-{alnum:20}')}.txt").write_text(shop.secret("pul-{hex:40}"), encoding="ascii")
    shop.commit()


def _submodule(shop: Workshop) -> None:
    source = Workshop(_fresh(shop.root / "source"))
    source.write("inner.env", f"T={source.secret()}\n")
    source.commit()
    shop.write("ok.txt", "nothing\n")
    shop.commit()
    shop.git("submodule", "--quiet", "add", source.place.as_uri(), "module")
    shop.commit()


def _ignored(shop: Workshop) -> None:
    shop.write(".gitignore", ".env\n")
    shop.git("init", "--quiet")
    shop.git("add", ".gitignore")
    shop.git("commit", "--quiet", "--message", "first")
    shop.write(".env", f"T={shop.secret()}\n")
    shop.write("new.txt", f"K={shop.secret('AKIA{base32:16}')}\n")


def _hostile(shop: Workshop) -> None:
    """A repository whose configuration runs a program wherever it can."""
    shop.write("ok.txt", "nothing\n")
    shop.write(".gitattributes", "* filter=evil diff=evil\n")
    shop.commit()
    evil = shop.root / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {shop.root}/executed\ncat\n", encoding="ascii")
    evil.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "diff.evil.textconv",
                 "diff.evil.command", "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "gpg.program",
                 "core.askPass", "credential.helper", "alias.rev-list", "alias.ls-files"):  # fmt: skip
        shop.git("config", name, f"!{evil}" if name.startswith(("alias", "credential")) else str(evil))
    shop.git("config", "log.showSignature", "true")
    for hook in ("post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"):
        path = shop.place / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(evil.read_text(encoding="ascii"), encoding="ascii")
        path.chmod(0o755)
    shop.write("ok.txt", "changed\n")


def _allowed(shop: Workshop, *entries: dict[str, Any]) -> None:
    _planted(shop)
    shop.beside("allow.yaml", yaml.safe_dump({"format": "limen-allow-1", "allow": list(entries)}))


def _baseline(shop: Workshop) -> None:
    _planted(shop)
    shop.beside("key", KEY)
    recorded = _probed(shop, Row(defect="", keyed=True), "")
    shop.beside("known.json", recorded.attempts[0].raw[0].content.decode())


def _new_beside_baseline(shop: Workshop) -> None:
    _baseline(shop)
    shop.write("new.txt", f"K={shop.secret('AKIA{base32:16}')}\n")


def _other_key(shop: Workshop) -> None:
    _baseline(shop)
    shop.beside("key", "another HMAC key of the laboratory")


def _results(shop: Workshop) -> None:
    shop.write("a.py", "nothing\n")
    shop.commit()
    finding = {"RuleID": "generic-api-key", "File": "a.py", "StartLine": 1, "StartColumn": 4, "Commit": "",
               "Secret": shop.secret(), "Match": "", "Description": "", "Entropy": 4.5}  # fmt: skip
    shop.beside("gitleaks.json", json.dumps([finding]))
    sarif = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Kingfisher", "rules": []}},
             "invocations": [{"executionSuccessful": False}], "results": []}]}  # fmt: skip
    shop.beside("kingfisher.sarif", json.dumps(sarif))


def _no_results(shop: Workshop) -> None:
    _good(shop)
    shop.beside("gitleaks.json", '{"ok": true}')


def _workflow(shop: Workshop, step: str, job: str = "", on: str = "[push, pull_request]") -> None:
    shop.write("ok.txt", "nothing\n")
    shop.write("Makefile", "lint:\n\tlimen probe secrets\n")
    shop.write(".github/workflows/ci.yml",
               f"on: {on}\njobs:\n  scan:\n    runs-on: x\n{job}    steps:\n      - {step}\n")  # fmt: skip
    shop.commit()


def _empty(shop: Workshop) -> None:
    shop.git("init", "--quiet")


def _missing(shop: Workshop) -> None:
    shop.place.rmdir()


def _good(shop: Workshop) -> None:
    decoys(shop)
    shop.commit()


_ALLOW = {"rule": "github-token", "path": "src/*.py", "reason": "a token of the laboratory"}


DEFECTS: dict[str, Callable[[Workshop], None]] = {
    "good": _good,
    "good folder": decoys,
    "planted": _planted,
    "many": _many,
    "encoded": _encoded,
    "other encodings": _utf16,
    "archived": _archived,
    "opaque": _opaque,
    "opaque accepted": _opaque_accepted,
    "bomb": _bomb,
    "history": _history,
    "history unasked": _history,
    "history unasked in strict": _history,
    "shallow": _shallow,
    "damaged object": _damaged,
    "odd files": _odd_files,
    "odd names": _odd_names,
    "submodule": _submodule,
    "ignored": _ignored,
    "ignored asked": _ignored,
    "hostile": _hostile,
    "allowed": lambda shop: _allowed(shop, _ALLOW),
    "allowed without reason": lambda shop: _allowed(shop, _ALLOW | {"reason": " "}),
    "allowed everything": lambda shop: _allowed(shop, {"rule": "github-token", "path": "**", "reason": "all"}),
    "allowed nothing": lambda shop: _allowed(shop, _ALLOW, _ALLOW | {"path": "gone.py"}),
    "allowed too long": lambda shop: _allowed(shop, _ALLOW | {"until": "2020-01-01"}),
    "baseline": _baseline,
    "baseline in strict": _baseline,
    "new beside baseline": _new_beside_baseline,
    "baseline of another key": _other_key,
    "results of others": _results,
    "results that are none": _no_results,
    "in ci": lambda shop: _workflow(shop, "run: make lint"),
    "in ci by action": lambda shop: _workflow(shop, "uses: gitleaks/gitleaks-action@v2"),
    "in ci ignored": lambda shop: _workflow(shop, "run: gitleaks detect || true"),
    "in ci on demand": lambda shop: _workflow(shop, "run: gitleaks detect", on="workflow_dispatch"),
    "in ci unseen": lambda shop: _workflow(shop, "run: pytest"),
    "empty": _empty,
    "missing": _missing,
    "not a repository": decoys,
}
"""By the name in the table, what makes the defect."""


def declaration(row: Row, place: str = "repository") -> str:
    """Return a declaration whose repository is searched."""
    scanning = (
        "" if row.in_ci is None else f"secrets: {{scanning: {{repository: {place}, in_ci: {json.dumps(row.in_ci)}}}}}\n"
    )
    parts = [f"probe: secrets, endpoint: {place}"]
    parts += ['credential: "file:key"'] * row.keyed
    parts += [f"options: {json.dumps(row.options)}"] * bool(row.options)
    return _SYSTEM + f"profiles: [{row.profile}]\n{scanning}probes:\n  - {{{', '.join(parts)}}}\n"


_SYSTEM = """\
version: 1
system: {id: lab}
zones: {inside: {trust: 1}}
components: {one: {zone: inside, kind: service, partitions_by: tenant_id}, two: {zone: inside, kind: service}}
flows: [{id: talk, from: one, to: two, carries: [], returns: []}]
"""


@contextmanager
def made(row: Row) -> Iterator[tuple[Workshop, ProbeRun]]:
    """Make a defect, search, and give the place and what was recorded; all is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="limen-lab-") as folder:
        shop = Workshop(Path(folder))
        DEFECTS[row.defect](shop)
        yield shop, _probed(shop, row, declaration(row))


def _probed(shop: Workshop, row: Row, text: str) -> ProbeRun:
    path = shop.root / "boundaries.yaml"
    path.write_text(text or declaration(row), encoding="utf-8")
    if (shop.root / "key").exists():
        (shop.root / "key").chmod(0o600)
    return run(load(path).declaration, path.parent)


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Make every defect for people to search."""
    lines = []
    for row in rows():
        shop = Workshop(_fresh(folder / row.defect.replace(" ", "-")))
        DEFECTS[row.defect](shop)
        options = "".join(f" --option {name}={json.dumps(value)}" for name, value in row.options.items())
        lines.append(f"{row.defect}  {shop.place}  (cd {shop.root} && limen probe secrets repository{options})")
    yield lines
