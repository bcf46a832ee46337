"""Code that breaks what is declared of it, one defect a folder, made anew each time; and what analyses it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import yaml

from limen.loading import load
from limen.probes.running import Limits, run
from limen.records.attempts import ProbeRun

TIMEOUT = 120.0
"""Seconds for one analysis: semgrep takes two of its own, and the machine may be busy."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One defect of the table."""

    defect: str
    options: dict[str, Any] = {}
    forbids: bool = False
    """Whether the declaration bans plaintext in logs."""
    timeout: float = TIMEOUT
    status: str = "completed"
    reason: str = ""
    """Part of the reason of an attempt that did not complete."""
    found: list[str] = []
    """Every place that must be observed: rule, place, and its category where it is not the rule's own."""
    scan: dict[str, Any] = {}
    """Facts of the analysis as a whole; null for what it must not claim to have seen."""
    findings: list[str] = []


def rows() -> list[Row]:
    """Return the table."""
    table = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return [msgspec.convert(row, Row) for row in table]


GOOD = """\
import logging
import os
import secrets

import httpx
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

log = logging.getLogger(__name__)
KEY = os.environ["RECORD_KEY"]


def seal(record, context):
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(bytes.fromhex(KEY)).encrypt(nonce, record, context)


def send(patient, tokens):
    log.info("sent %s", tokens.token_of(patient))
    return httpx.post("https://hub.example/", verify="/etc/ca.pem", json={"id": patient.id})
"""

_ONE_EACH: dict[str, str] = {
    "plaintext in a log": 'log.info("admitted %s", patient.mrn)\n',
    "plaintext in an exception": 'raise LookupError(f"no patient {mrn}")\n',
    "plaintext in a trace": 'span.set_attribute("serial", unit.serial_number)\n',
    "literal key": 'box = AESGCM(b"0123456789abcdef0123456789abcdef")\n',
    "unverified certificate": 'requests.get("https://hub.example/", verify=False)\n',
    "no associated data": "sealed = AESGCM(key).encrypt(nonce, data, None)\n",
    "electronic codebook": "Cipher(algorithms.AES(key), modes.ECB())\n",
    "home-made cipher": "def encrypt(data, key):\n    return bytes(a ^ b for a, b in zip(data, key))\n",
    "random for keys": "key = random.randbytes(32)\n",
    "default secret": 'SECRET_KEY = os.environ.get("SECRET_KEY", "dev")\n',
    "fernet for aes-256": "box = Fernet(key)\n",
    "silenced": 'log.info("admitted %s", patient.mrn)  # nosemgrep\n',
}


class Workshop:
    """A folder in which a defect is made."""

    def __init__(self, root: Path) -> None:
        """Begin with an empty folder `code` beside the declaration."""
        self.root = root
        self.place = root / "code"
        self.place.mkdir()

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file into the code."""
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def allow(self, *entries: dict[str, Any]) -> None:
        """Write an allow-list beside the declaration."""
        text = yaml.safe_dump({"format": "limen-allow-1", "allow": list(entries)})
        (self.root / "allow.yaml").write_text(text, encoding="utf-8")


def _one(name: str) -> Callable[[Workshop], None]:
    def make(shop: Workshop) -> None:
        shop.write("good.py", GOOD)
        shop.write("app.py", _ONE_EACH[name])

    return make


def _good(shop: Workshop) -> None:
    shop.write("good.py", GOOD)
    shop.write("README.md", "log.info(patient.mrn)\n")


def _languages(shop: Workshop) -> None:
    shop.write("a.js", "console.log(patient.mrn);\n")
    shop.write("b.ts", "const secret = process.env.JWT_SECRET || 'dev';\n")
    shop.write("C.java", 'class C { void f() { Cipher.getInstance("AES/ECB/NoPadding"); } }\n')
    shop.write("d.go", "package d\n\nfunc f() { c := &tls.Config{InsecureSkipVerify: true} }\n")


def _unread(shop: Workshop) -> None:
    _good(shop)
    shop.write("main.rs", 'fn main() { println!("{}", patient.mrn); }\n')
    shop.write("app.rb", "puts patient.mrn\n")


def _unparsed(shop: Workshop) -> None:
    _good(shop)
    shop.write("broken.py", 'def f(:\n  log.info("%s", patient.mrn\n')


def _huge(shop: Workshop) -> None:
    _good(shop)
    with (shop.place / "huge.py").open("wb") as huge:
        huge.truncate(2 << 30)
    (shop.place / "loop.py").symlink_to("loop.py")


def _hidden(shop: Workshop) -> None:
    """Findings that the code's own settings would hide."""
    shop.write("tests/a.py", _ONE_EACH["plaintext in a log"])
    shop.write("node_modules/b.js", "console.log(patient.mrn);\n")
    shop.write(".semgrepignore", "*\n")
    shop.write(".semgrep/settings.yml", "rules: []\n")
    subprocess.run(["git", "init", "--quiet", str(shop.place)], check=True, capture_output=True, timeout=60)
    (shop.place / ".git" / "config").open("a", encoding="ascii").write(
        f"[core]\n\tfsmonitor = touch {shop.root}/executed\n"
    )


def _allowed(shop: Workshop, *more: dict[str, Any]) -> None:
    _one("plaintext in a log")(shop)
    shop.allow({"rule": "python-sensitive-data-logged", "path": "app.py", "reason": "made by the laboratory"}, *more)


def _allowed_language(shop: Workshop) -> None:
    _unread(shop)
    shop.allow(*({"path": name, "unscanned": True, "reason": "read by people"} for name in ("*.rs", "*.rb")))


def _own_rules(shop: Workshop) -> None:
    shop.write("app.py", "eval(text)\n")
    rule = {"id": "no-eval", "languages": ["python"], "severity": "ERROR", "message": "no", "pattern": "eval(...)"}
    (shop.root / "own.yaml").write_text(yaml.safe_dump({"rules": [rule]}), encoding="utf-8")


def _bad_rules(shop: Workshop) -> None:
    _own_rules(shop)
    text = (shop.root / "own.yaml").read_text(encoding="utf-8").replace("eval(...)", "eval(((")
    (shop.root / "own.yaml").write_text(text, encoding="utf-8")


def _results(shop: Workshop) -> None:
    _good(shop)
    result = {"check_id": "theirs.no-debug", "path": "good.py", "start": {"line": 3, "col": 1},
              "extra": {"lines": "a line of code that nobody may see"}}  # fmt: skip
    error = {"type": "Timeout", "path": "other.py", "message": "a message that nobody may see"}
    report = {"version": "1.0.0", "results": [result], "errors": [error], "paths": {"scanned": []}}
    (shop.root / "semgrep.json").write_text(json.dumps(report), encoding="utf-8")


def _empty(shop: Workshop) -> None:
    shop.write("README.md", "nothing\n")


def _missing(shop: Workshop) -> None:
    shop.place.rmdir()


DEFECTS: dict[str, Callable[[Workshop], None]] = {
    "good": _good,
    **{name: _one(name) for name in _ONE_EACH},
    "other languages": _languages,
    "language that no rule reads": _unread,
    "language accepted": _allowed_language,
    "not parsed": _unparsed,
    "huge": _huge,
    "hidden": _hidden,
    "allowed": _allowed,
    "allowed nothing": lambda shop: _allowed(shop, {"path": "gone.py", "reason": "is gone"}),
    "own rules": _own_rules,
    "own rules that are none": _bad_rules,
    "results of others": _results,
    "no time": _good,
    "empty": _empty,
    "missing": _missing,
}
"""By the name in the table, what makes the defect."""


def declaration(row: Row) -> str:
    """Return a declaration whose component is analysed: it seals with AES-256."""
    processing = ", processing: {plaintext_logging: forbidden}" if row.forbids else ""
    options = f", options: {json.dumps(row.options)}" if row.options else ""
    return f"""\
version: 1
system: {{id: lab}}
zones: {{inside: {{trust: 1}}}}
components:
  one: {{zone: inside, kind: datastore, at_rest: {{algorithm: AES-256-GCM}}{processing}}}
  two: {{zone: inside, kind: service}}
flows: [{{id: talk, from: two, to: one, carries: [], returns: []}}]
profiles: [baseline]
probes:
  - {{probe: code, component: one, endpoint: code{options}}}
"""


@contextmanager
def made(row: Row) -> Iterator[tuple[Workshop, ProbeRun]]:
    """Make a defect, analyse, and give the place and what was recorded; all is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="limen-lab-") as folder:
        shop = Workshop(Path(folder))
        DEFECTS[row.defect](shop)
        path = shop.root / "boundaries.yaml"
        path.write_text(declaration(row), encoding="utf-8")
        yield shop, run(load(path).declaration, path.parent, limits=Limits(timeout=row.timeout))


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Make every defect for people to analyse."""
    lines = []
    for row in rows():
        root = folder / row.defect.replace(" ", "-")
        root.mkdir()
        shop = Workshop(root)
        DEFECTS[row.defect](shop)
        options = "".join(f" --option {name}={json.dumps(value)}" for name, value in row.options.items())
        lines.append(f"{row.defect}  {shop.place}  (cd {root} && limen probe code code{options})")
    yield lines
