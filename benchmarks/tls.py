"""The tls probe beside the sslyze command line on the same 50 servers, and whether each of its verdicts is right.

The servers are the laboratory's nginx (tests/lab); sslyze lies in the peers' environment: AGPL, never imported.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.gates import Gate, exit_code
from benchmarks.measure import Run, run

HERE = Path(__file__).resolve().parent
LIMEN, PEER, PEER_LESS = "limen", "sslyze", "sslyze-less"
"""What is run: the probe; the sslyze command line as it is; sslyze, asked for no more than what the probe asks, too."""
TIMES = 20
"""How many times more endpoints a second are required."""
DEADLINE_SECONDS = 600.0
COMPARABLE = (
    "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3", "--certinfo", "--elliptic_curves", "--compression",
    "--reneg", "--ems", "--mozilla_config", "disable",
)  # fmt: skip
"""What sslyze can be asked for that the probe also asks, too; the probe asks for plaintext and client certificates."""
_VERSIONS = (("TLSv1",), ("TLSv1", "TLSv1.1", "TLSv1.2"), ("TLSv1.2",), ("TLSv1.2", "TLSv1.3"), ("TLSv1.3",))
_RANKS = {"TLSv1": 10, "TLSv1.1": 11, "TLSv1.2": 12, "TLSv1.3": 13}
_CERTIFICATES = ("good", "expired", "wrong-host", "self-signed", "rsa-1024")
_SUITES = {
    "few": "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA",
    "usual": "HIGH:!aNULL:!MD5",  # what nginx takes where nobody says anything
}
_NEW = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}


@dataclass(frozen=True)
class Server:
    """One of the servers, and what is known of it because we set it so."""

    versions: tuple[str, ...]
    certificate: str
    suites: str
    mutual: bool

    @property
    def name(self) -> str:
        """A name for it, unique among the servers."""
        return f"{'-'.join(self.versions)}-{self.certificate}-{self.suites}"

    def wrong(self, facts: Mapping[str, Any], now: float) -> list[str]:
        """Return, in words, which facts are not what was set."""
        certificate = facts["certificate"]
        wanted = {
            "versions": sorted(_RANKS[one] for one in self.versions),
            "unknown versions": [],
            "suites": sorted(self.taken()),
            "whole": (True, True),
            "trusted": self.certificate != "self-signed",
            "names": self.certificate != "wrong-host",
            "key": "RSA-1024" if self.certificate == "rsa-1024" else "RSA-2048",
            "expired": self.certificate == "expired",
            "proved": True,
            "mutual": "application" if self.mutual else "off",
            "plaintext": False,
        }
        seen = {
            "versions": facts["versions"]["offered"],
            "unknown versions": facts["versions"]["unknown"],
            "suites": facts["suites"]["names"],
            "whole": (facts["suites"].get("whole"), facts["groups"].get("whole")),
            "trusted": certificate.get("trusted"),
            "names": certificate.get("names_match"),
            "key": certificate["key"],
            "expired": certificate["expires_at"] < now,
            "proved": certificate.get("proved"),
            "mutual": facts["mutual"].get("weakest"),
            "plaintext": facts.get("plaintext"),
        }
        return [f"{self.name}: {field} is {seen[field]}, set was {wanted[field]}" for field in wanted
                if seen[field] != wanted[field]]  # fmt: skip

    def taken(self) -> set[str]:
        """Return the suites that it takes, as OpenSSL itself tells them."""
        found = set(_NEW) if "TLSv1.3" in self.versions else set()
        for version, option in (("TLSv1", "-tls1"), ("TLSv1.1", "-tls1_1"), ("TLSv1.2", "-tls1_2")):
            if version in self.versions:
                found |= _known(option, _SUITES[self.suites])
        return found


@cache
def _known(version: str, suites: str) -> frozenset[str]:
    """Return the IANA names of what OpenSSL takes of a list with an RSA certificate and no Diffie-Hellman prime."""
    command = ["openssl", "ciphers", "-s", version, "-stdname", f"{suites}:@SECLEVEL=0"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    names = {line.split()[0] for line in told.splitlines()}
    return frozenset(one for one in names if "_RSA_" in one and "_DHE_" not in one and "PSK" not in one)


def servers() -> list[Server]:
    """Return the 50 servers; one in five asks for a client certificate."""
    found = itertools.product(_VERSIONS, _CERTIFICATES, _SUITES)
    return [Server(*one, mutual=index % 5 == 0) for index, one in enumerate(found)]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[dict[str, int]]:
    """Run the servers, all of them one nginx; yield their ports by name."""
    lab: Any = importlib.import_module("tests.lab.tls_servers")
    pki: Any = importlib.import_module("tests.lab.tls_pki").Pki(folder)
    blocks = {
        server.name: f"{lab.certified(pki.server(server.certificate))} ssl_protocols {' '.join(server.versions)};"
        f"ssl_ciphers {_SUITES[server.suites]}:@SECLEVEL=0; ssl_client_certificate {pki.trust};"
        f"ssl_verify_client {'on' if server.mutual else 'off'};"
        for server in servers()
    }
    with lab.nginx(blocks, folder) as ports:
        yield ports


def commands(limen: Path, peers: Path, folder: Path, ports: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Return what is run on the servers, which must be running."""
    where, trust = [f"localhost:{port}" for port in ports.values()], str(folder / "trust.pem")
    probe = (
        str(limen),
        "probe",
        "tls",
        *(f"https://{one}" for one in where),
        "--rate",
        "0",
        "--concurrency",
        "16",
        "--format",
        "json",
    )
    sslyze = (str(peers / "sslyze"), "--quiet", "--json_out", str(folder / "sslyze.json"))
    return {
        LIMEN: (*probe, "--option", f"trust={trust}"),
        PEER: (*sslyze, *where),
        PEER_LESS: (*sslyze, *COMPARABLE, "--certinfo_ca_file", trust, *where),
    }


def checked(output: Path) -> None:
    """Hold what the probe saw against what was set.

    Raises:
        ValueError: it saw something else.
    """
    attempts = json.loads(output.read_text(encoding="utf-8"))["attempts"]
    wrong = []
    for server, attempt in zip(servers(), attempts, strict=True):
        for observation in attempt["observations"]:
            wrong += server.wrong(observation["facts"], attempt["started_at"])
        if len(attempt["observations"]) != 1:
            wrong.append(f"{server.name}: {attempt['status']}, {attempt['reason']}")
    if wrong:
        raise ValueError("; ".join(wrong))


def finished(report: Path) -> None:
    """Look whether sslyze finished with every server.

    Raises:
        ValueError: it did not.
    """
    found = json.loads(report.read_text(encoding="utf-8"))["server_scan_results"]
    done = sum(one["scan_status"] == "COMPLETED" for one in found)
    if done != len(servers()):
        raise ValueError(f"sslyze finished with {done} of {len(servers())} servers")


def measure(limen: Path, peers: Path) -> dict[str, Run]:
    """Run each command on the same servers, the probe before and after its peers; return the best of each.

    Raises:
        ValueError: a run failed, or what it saw is wrong.
    """
    best: dict[str, Run] = {}
    with tempfile.TemporaryDirectory(prefix="limen-bench-tls-") as name, running(Path(name)) as ports:
        folder = Path(name)
        told = commands(limen, peers, folder, ports)
        for case in (LIMEN, LIMEN, PEER, LIMEN, PEER_LESS, LIMEN):
            output = folder / f"{case}.out"
            done = run(told[case], output, folder, DEADLINE_SECONDS)
            # sslyze says 1 where a server does not keep to Mozilla's advice.
            if done.exit_code not in ((0,) if case == LIMEN else (0, 1)):
                raise ValueError(f"{case}: exit {done.exit_code}: {output.read_text(errors='replace')[-600:]}")
            checked(output) if case == LIMEN else finished(folder / "sslyze.json")
            print(f"{case}: {done.wall:.2f} s", file=sys.stderr, flush=True)
            if case not in best or done.wall < best[case].wall:
                best[case] = done
    return best


def gates(best: Mapping[str, Run]) -> list[Gate]:
    """Return the required number, judged."""
    ratio = best[PEER].wall / best[LIMEN].wall
    count = len(servers())
    rates = f"{count / best[LIMEN].wall:.0f} against {count / best[PEER].wall:.1f} endpoints a second"
    name = "endpoints a second, `limen probe tls` against the sslyze command line, 50 servers, every verdict right"
    return [Gate(name, f"at least {TIMES} times more", f"{ratio:.1f} times ({rates})", ratio >= TIMES)]


def told(best: Mapping[str, Run]) -> list[str]:
    """Return, for comparison, what sslyze needs for as much as the probe asks."""
    less = best[PEER_LESS].wall / best[LIMEN].wall
    return [f"for comparison: {less:.1f} times against sslyze asked for no more than what limen asks, too"]


def main() -> int:
    """Measure and print; exit 0 where the number is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tls", description=__doc__)
    parser.add_argument("--limen", type=Path, default=Path(sys.executable).parent / "limen", help="the limen command")
    parser.add_argument("--peers", type=Path, default=HERE.parent / ".venv-bench" / "bin", help="folder of the peers")
    arguments = parser.parse_args()
    return exit_code(lambda: measure(arguments.limen, arguments.peers), gates, told)


if __name__ == "__main__":
    sys.exit(main())
