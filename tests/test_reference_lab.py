"""The reference system with the laboratory behind it: conforming while that is good, then exactly what was planted.

One laboratory serves all tests here: it is probed while it is good, spoiled, and probed again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from OpenSSL import SSL

from tests.lab.whole import CANARIES, SPOILT, Whole, token, whole
from tests.lab.whole_tls import Posture

pytestmark = pytest.mark.xdist_group("whole")


def _contradicted(*claims: str) -> set[str]:
    return {f"conformance.contradicted::claim:{claim}::observed" for claim in claims}


_STOCK = "tenancy_observation:component/inventory-db/app.stock"
_TOKEN = "secrets_observation:system/aldermoor/github-token%20at%20src%2Fsettings.py%3A1%3A14"
_WHAT = ("read", "insert", "update", "delete")
DRIFTS: dict[str, set[str]] = {
    "the sponsor's server takes TLS 1.2 again": _contradicted(
        "flow/submit/in_transit.tls.min", "flow/submit/in_transit.tls.suites", "flow/submit/in_transit.tls.key_exchange"
    )
    | {"conformance.tls_groups::tls_observation:component/sponsor/HOST::groups.whole (gap)"},
    "the de-identifier asks for no client certificate": _contradicted("flow/open-selected/in_transit.tls.mutual"),
    "a contractor may open what is sealed by a data key": _contradicted("key/phi-data-key/grantees")
    | {"keys.observed_grantees::key:phi-data-key::grantees"},
    "a key has not been rotated for 400 days": _contradicted("key/event-key/rotation")
    | {
        "conformance.kms_rotated::kms_observation:key/event-key/encrypt%2Fevent::newest_at",
        "conformance.kms_automatic_rotation::kms_observation:key/event-key/encrypt%2Fevent::rotation_overdue",
    },
    "somebody has edited record 12 of a ledger": _contradicted("ledger/trace-log/chain", "ledger/trace-log/append_only")
    | {
        "conformance.ledger_chain::ledger_observation:ledger/trace-log::chain.faults",
        "conformance.ledger_anchored::ledger_observation:ledger/trace-log::anchors.differing (gap)",
    },
    "row-level security of a table is off": _contradicted("component/inventory-db/isolation.row_level_security")
    | {f"conformance.tenancy_row_security::{_STOCK}::row_security"}
    | {f"conformance.tenancy_foreign_rows::{_STOCK}::behaviour.set.{what}" for what in _WHAT}
    | {
        f"conformance.tenancy_unset::{_STOCK}::behaviour.{state}.{what}"
        for state in ("unset", "empty")
        for what in _WHAT
    }
    | {f"conformance.tenancy_unset::{_STOCK}_of_today::behaviour.{state}.read" for state in ("unset", "empty")}
    | {f"conformance.tenancy_foreign_rows::{_STOCK}_of_today::behaviour.set.read"},
    "a volume is not encrypted": _contradicted("component/patient-store/at_rest.algorithm")
    | {
        "conformance.storage_sealed::storage_observation:component/patient-store/patient-store::seal.algorithm",
        "conformance.unobserved::claim:component/patient-store/at_rest.key::observed (gap)",
    },
    "a patient's number is in a log": _contradicted("component/automation/processing.plaintext_logging")
    | {"conformance.leak_found::leak_observation:component/automation::clear"},
    "a token is in the repository": {f"conformance.secrets_found::{_TOKEN}::secret.excuse"},
    "a broker lets anybody in, over TLS 1.2 too": _contradicted(
        *(f"flow/line-{line}-events/in_transit.tls.{what}" for line in (1, 2) for what in ("min", "mutual"))
    )
    | {
        "conformance.brokers_access::brokers_observation:component/plant-server/mqtt::anonymous",
        "conformance.brokers_access::brokers_observation:component/plant-server/mqtt::default_password",
        "conformance.brokers_tls::brokers_observation:component/plant-server/mqtt::tls.min",
    },
}
"""What is planted, and what must come of it, no more and no less; a gap is what can't be judged any more."""


class Seen(NamedTuple):
    """One run of the probes."""

    code: int
    output: str
    report: dict[str, Any]
    recording: Path

    @property
    def findings(self) -> list[str]:
        """Findings and gaps, as rule::subject::path, with HOST for any address of the laboratory."""
        return sorted(
            re.sub(r"127\.0\.0\.1%3A\d+", "HOST", finding["id"]) + " (gap)" * (finding["status"] != "fail")
            for finding in self.report["findings"]
        )


class Runs(NamedTuple):
    """The laboratory, and what was seen of it."""

    lab: Whole
    good: Seen
    bad: Seen
    secret: str
    """What was planted in the repository."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with whole(tmp_path_factory.mktemp("whole")) as lab:
        good = _probed(lab, "good")
        secret = _spoil(lab)
        bad = _probed(lab, "bad")
        if lab.keys.versions("encrypt/event") > 1:  # on a slow machine OpenBao came first; it looks again in an hour
            shutil.rmtree(lab.folder / "bad")
            lab.keys.never_rotated("encrypt/event", days=400)
            bad = _probed(lab, "bad")
        yield Runs(lab, good, bad, secret)


def _probed(lab: Whole, name: str) -> Seen:
    done = lab.limen("probe", ".", "--rate", "0", "--record", name, "-f", "json", "-o", f"{name}.json")
    assert (lab.folder / f"{name}.json").exists(), done.stdout + done.stderr
    report = json.loads((lab.folder / f"{name}.json").read_text(encoding="utf-8"))
    return Seen(done.returncode, done.stdout + done.stderr, report, lab.folder / name)


def _spoil(lab: Whole) -> str:
    """Plant the drifts; return the secret among them."""
    lab.servers.postures["sponsor"] = Posture(lowest=SSL.TLS1_2_VERSION)
    lab.servers.postures["deid"] = Posture(mutual=False)
    lab.keys.grant("contractor", "phi-data-key")
    lab.keys.never_rotated("encrypt/event", days=400)
    lines = lab.ledger("trace-log").read_bytes().splitlines(keepends=True)
    lines[11] = lines[11].replace(b"dispense", b"destroyd")
    lab.ledger("trace-log").write_bytes(b"".join(lines))
    lab.tenants[SPOILT].database.run("alter table app.stock disable row level security")
    lab.store.buckets["patient-store"].key = None
    with lab.log("automation").open("a", encoding="utf-8") as log:
        log.write(f"could not parse {CANARIES[1]['value']}\n")
    lab.open_plant_server()
    secret = token()
    (lab.repository / "src" / "settings.py").write_text(f'API_TOKEN = "{secret}"\n', encoding="utf-8")
    return secret


def test_the_good_laboratory_conforms(runs: Runs) -> None:
    good = runs.good
    assert good.findings == []
    assert (good.code, good.report["exit_code"]) == (0, 0), good.output
    assert good.report["verdict"].startswith("conforms as observed; ")
    assert {attempt["status"] for attempt in good.report["attempts"]} == {"completed"}
    states = Counter(row["state"] for row in good.report["reconciliation"])
    assert states.keys() == {"agrees", "unseeable", "not_asked"}
    assert good.report["observed"] == states["agrees"]
    assert good.report["unseeable"] == states["unseeable"]
    # What nobody asks for is what no profile wants: every other claim that can be seen was.
    asked = {row["claim"] for row in good.report["reconciliation"] if row["state"] == "agrees"}
    assert {"in_transit.tls.min", "grantees", "chain", "at_rest.algorithm", "processing.plaintext_logging"} <= asked


def test_the_bad_one_shows_exactly_what_was_planted(runs: Runs) -> None:
    assert runs.bad.findings == sorted(finding for found in DRIFTS.values() for finding in found)
    assert (runs.bad.code, runs.bad.report["exit_code"]) == (1, 1)


def test_what_was_recorded_is_judged_alike_elsewhere(runs: Runs, tmp_path: Path) -> None:
    """In another folder, without credentials, environment and network: the same report, byte for byte."""
    for seen in (runs.good, runs.bad):
        name = seen.recording.name
        elsewhere = tmp_path / name
        elsewhere.mkdir()
        for part in ("flows", "probes", name):
            shutil.copytree(runs.lab.folder / part, elsewhere / part)
        shutil.copy(runs.lab.folder / "boundaries.yaml", elsewhere)
        command = [sys.executable, "-m", "limen", "probe", ".", "--replay", name, "-f", "json", "-o", "again.json"]
        if os.geteuid() == 0:
            command = ["unshare", "--net", *command]
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        done = subprocess.run(command, cwd=elsewhere, env=kept, capture_output=True, text=True, check=False)
        assert done.returncode == seen.code, done.stderr
        assert (elsewhere / "again.json").read_bytes() == (runs.lab.folder / f"{name}.json").read_bytes()


def test_what_was_seen_grows_old(runs: Runs) -> None:
    """Eight days on, most claims are stale and most probes missed their turns; before its time nothing counts."""
    found = _judged_at(runs, 8 * 86_400)
    assert {finding["rule"] for finding in found["findings"]} == {"conformance.stale", "conformance.attempt_recent"}
    assert {finding["path"] for finding in found["findings"]} == {"observed", "missed"}
    stale = {row["claim"] for row in found["reconciliation"] if row["state"] == "stale"}
    assert {"in_transit.tls.min", "chain", "isolation.row_level_security"} <= stale
    assert stale.isdisjoint({"grantees", "rotation", "processing.plaintext_logging"})  # these may be a month old
    early = _judged_at(runs, -3_600)
    assert {(finding["rule"], finding["path"]) for finding in early["findings"]} == {
        ("conformance.stale", "age"),
        ("conformance.attempt_recent", "attempt"),
        ("conformance.ledger_clock", "newest_at"),
    }


def _judged_at(runs: Runs, later: int) -> dict[str, Any]:
    """Return the report on the good recording, judged so many seconds after the run ended."""
    ended = json.loads((runs.good.recording / "run.json").read_text(encoding="utf-8"))["ended_at"]
    runs.lab.environment["SOURCE_DATE_EPOCH"] = str(ended + later)
    try:
        runs.lab.limen("check", ".", "--observations", "good", "-f", "json", "-o", "then.json")
    finally:
        del runs.lab.environment["SOURCE_DATE_EPOCH"]
    found: dict[str, Any] = json.loads((runs.lab.folder / "then.json").read_text(encoding="utf-8"))
    return found


def test_nothing_secret_is_in_what_was_said_or_kept(runs: Runs) -> None:
    secrets = [
        *(value for name, value in runs.lab.environment.items() if name != "VAULT_ADDR"),
        *(tenants.database.cluster.password for tenants in runs.lab.tenants.values()),
        *(canary["value"] for canary in CANARIES[1:]),
        runs.secret,
        "labsecret",
    ]
    kept = [path.read_bytes() for seen in (runs.good, runs.bad) for path in seen.recording.rglob("*") if path.is_file()]
    said = [(seen.output + json.dumps(seen.report)).encode() for seen in (runs.good, runs.bad)]
    for secret in secrets:
        assert not any(secret.encode() in content for content in (*kept, *said)), f"{secret[:4]}…"
