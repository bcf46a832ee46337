"""Keys with each defect at real and simulated custodians: declared, probed, and judged by the real rules.

`kms.yaml` is the table: for each defect what the probe observes, and the findings that must come of it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from limen.loading import load
from limen.probes.running import Limits, run
from limen.records.attempts import ProbeRun
from tests.lab.aws import aws
from tests.lab.bao import bao
from tests.lab.clouds import azure, google
from tests.lab.key_store import key_store
from tests.lab.place import Place
from tests.lab.pykmip import pykmip
from tests.lab.softhsm import softhsm
from tests.lab.transit import Transit

GOOD = {
    "custody": "kms",
    "algorithm": "AES-256",
    "purpose": "encrypt",
    "environment": "production",
    "rotation": "P90D",
    "retains_old_versions": True,
    "origin": "software",
    "grantees": ["automation", "clinical-db"],
}
"""What the declaration says of a good key."""
_SYSTEM = """\
version: 1
system: {id: lab}
zones:
  core: {trust: 80}
components:
  automation: {zone: core, kind: service, seals_with: [phi-key]}
  clinical-db: {zone: core, kind: datastore, opens_with: [phi-key]}
flows: [{id: store, from: automation, to: clinical-db, carries: [], returns: []}]
"""


class Row(NamedTuple):
    """One defect of the table."""

    provider: str
    defect: str
    observation: dict[str, Any]
    """Facts that must be observed; null for one that must not be."""
    reason: str
    """What the attempt's reason must hold."""
    status: str
    findings: list[str]
    """Findings as rule::path, without the subject, which is always this key."""


def rows() -> list[Row]:
    """Return the table."""
    found = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())
    return [
        Row(
            provider,
            one["defect"],
            one.get("observation", {}),
            one.get("reason", ""),
            one.get("status", "completed"),
            one.get("findings", []),
        )
        for provider, table in found.items()
        for one in table
    ]


def declaration(provider: str, place: Place) -> str:
    """Return the text of a declaration that asks for the probe of one key."""
    key = {name: value for name, value in (GOOD | place.declared).items() if value is not None}
    key |= {"provider": provider, "id": place.key}
    request: dict[str, Any] = {"probe": "kms", "key": "phi-key", "endpoint": place.endpoint, "every": "P1D"}
    if place.credential:
        request["credential"] = "file:credential"
    options: dict[str, Any] = dict(place.options)
    if place.old_ciphertext:
        options["old_ciphertext"] = "old"
    if options:
        request["options"] = options
    return f"{_SYSTEM}keys: {json.dumps({'phi-key': key})}\nprobes: [{json.dumps(request)}]\n"


def probed(provider: str, place: Place, timeout: float = 30.0) -> ProbeRun:
    """Return the run of the probe on a key, by way of its declaration."""
    with tempfile.TemporaryDirectory(prefix="limen-lab-kms-") as name:
        folder = Path(name)
        (folder / "boundaries.yaml").write_text(declaration(provider, place), encoding="utf-8")
        for file, content in (("credential", place.credential), ("old", place.old_ciphertext)):
            if content:
                (folder / file).touch(mode=0o600)
                (folder / file).write_text(content, encoding="utf-8")
        loaded = load(folder / "boundaries.yaml")
        return run(loaded.declaration, folder, limits=Limits(timeout=timeout, rate=0))


def facts(made: ProbeRun) -> dict[str, Any]:
    """Return the facts of the only observation; none where there is none."""
    observations = made.attempts[0].observations
    return msgspec.json.decode(observations[0].facts) if observations else {}


@contextmanager
def transit() -> Iterator[Transit]:
    """Run OpenBao for as long as the block lasts."""
    with bao() as server:
        yield Transit(server)


SERVERS = {
    "vault": transit,
    "pkcs11": softhsm,
    "kmip": pykmip,
    "aws-kms": aws,
    "gcp-kms": google,
    "azure-key-vault": azure,
    "file": key_store,
}
"""What starts each provider's custodian; it makes a key for each defect of the table."""


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Start the custodians with a key for each defect, for people to probe."""
    folder.chmod(0o700)
    with ExitStack() as stack:
        running = {provider: stack.enter_context(start()) for provider, start in SERVERS.items()}
        lines = []
        for row in rows():
            place = running[row.provider].make(row.defect)
            options = "".join(f" --{name} {value}" for name, value in place.options.items())
            if place.credential:
                credential = folder / f"{row.provider}-{row.defect}"
                credential.touch(mode=0o600)
                credential.write_text(place.credential, encoding="utf-8")
                options = f" --credential file:{credential}{options}"
            typed = f"limen probe kms '{row.provider}:{place.key}@{place.endpoint}'{options}"
            lines.append(f"{row.provider} {row.defect:28} {typed}")
        if "pkcs11" in running:
            lines.append(f"first: export SOFTHSM2_CONF={running['pkcs11'].environment['SOFTHSM2_CONF']}")
        yield lines
