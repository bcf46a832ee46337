"""TLS and SSH endpoints with each defect: started, declared, probed, and judged by the real rules.

`tls.yaml` is the table: for each defect what is declared, what the probe observes, and the findings that must come of
it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from limen.loading import load
from limen.probes.running import Limits, run
from limen.records.attempts import ProbeRun
from tests.lab import tls_hostile as hostile
from tests.lab import tls_servers as servers
from tests.lab.ports import free_port
from tests.lab.postgres import cluster
from tests.lab.tls_pki import Held, Pki
from tests.lab.tls_servers import SUITES, certified

_SYSTEM = """\
version: 1
system: {id: lab}
zones:
  core: {trust: 80}
components:
  sender: {zone: core, kind: service}
  gateway: {zone: core, kind: service}
"""
_MODERN = f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {SUITES};"
_OLD = "ssl_ciphers ALL:@SECLEVEL=0;"
PROTOCOLS = {"1.0": "TLSv1", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
"""By version, nginx's name of it."""
MODES = {"required": None, "application": "on", "optional": "optional", "ignored": "optional_no_ca", "off": "off"}
"""By state of mutual TLS, nginx's `ssl_verify_client`; it can't refuse in the handshake."""
OPENSSL_MODES = {
    "required": ("-Verify", "1", "-verify_return_error"),
    "unchecked": ("-Verify", "1"),
    "optional": ("-verify", "1", "-verify_return_error"),
    "ignored": ("-verify", "1"),
    "off": (),
}
"""By state of mutual TLS, the options of `openssl s_server`."""


class Row(NamedTuple):
    """One defect of the table."""

    defect: str
    declared: dict[str, Any]
    """The flow's in_transit, over that of the good one."""
    observation: dict[str, Any]
    """Facts that must be observed, by path; null for one that must not be."""
    reason: str
    """What the attempt's reason must hold."""
    status: str
    findings: list[str]
    """Findings as rule::path; of claims rule::claim."""


class Endpoint(NamedTuple):
    """A running endpoint."""

    endpoint: str
    options: dict[str, Any] = {}
    credential: Held | None = None
    pins: tuple[str, ...] = ()
    """Pins that the flow declares."""


def rows() -> list[Row]:
    """Return the table."""
    return [
        Row(
            one["defect"],
            one.get("declared", {}),
            one.get("observation", {}),
            one.get("reason", ""),
            one.get("status", "completed"),
            one.get("findings", []),
        )
        for one in yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())
    ]


class Laboratory:
    """Starts an endpoint when it is first asked for, and ends all of them with the block."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.pki, self.stack = Pki(folder), stack
        self._ports: dict[str, int] | None = None

    def endpoint(self, defect: str) -> Endpoint:
        """Return the endpoint with a defect, running."""
        blocks = self.blocks()
        if defect in blocks:
            if self._ports is None:
                self._ports = self.stack.enter_context(servers.nginx(blocks, self.pki.folder))
            return self.with_options(defect, f"https://localhost:{self._ports[defect]}")
        return self.with_options(defect, getattr(self, "start_" + defect.replace("-", "_"))())

    def with_options(self, defect: str, endpoint: str) -> Endpoint:
        """Return an endpoint with what its probe must be told."""
        options: dict[str, Any] = {"trust": str(self.pki.trust)}
        if endpoint.startswith("sftp://"):
            options = {"host_keys": self.host_keys}
        elif defect not in ("unresolvable", "refused"):
            options["server_name"] = "localhost"
        credential = None
        if "client-certificate" in defect or defect.startswith("mutual"):
            credential = self.pki.client()
            options["expired"] = f"file:{self.pki.client('client-expired').both}"
        pins: tuple[str, ...] = ()
        if defect in ("right-pin", "wrong-pin"):
            pins = (self.pin("good") if defect == "right-pin" else self.pin("ecdsa"),)
        return Endpoint(endpoint, options, credential, pins)

    def pin(self, name: str) -> str:
        """Return the pin of a server's key."""
        held = self.pki.server(name)
        made = subprocess.run(
            f"openssl x509 -in {held.certificate} -pubkey -noout | openssl pkey -pubin -outform der"
            " | openssl dgst -sha256 -binary | openssl base64",
            shell=True, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        return "sha256/" + made.strip()

    def blocks(self) -> dict[str, str]:
        """Return nginx's directives for each defect that it can have."""
        pki = self.pki
        good = certified(pki.server())
        plain = {
            name: certified(pki.server(name)) + _MODERN
            for name in ("expired", "not-yet", "soon", "wrong-host", "no-names", "self-signed", "other-authority",
                         "client-only", "must-staple", "sha1")
        }  # fmt: skip
        found = {
            "good": good + _MODERN,
            "right-pin": good + _MODERN,
            "wrong-pin": good + _MODERN,
            "no-client-certificate-asked": good + _MODERN,
            "not-post-quantum": good + _MODERN,
            "tls-1.0-only": good + _OLD + "ssl_protocols TLSv1;",
            "tls-1.0-too": good + _OLD + "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;",
            "weak-suites": good + "ssl_protocols TLSv1.2;"
            "ssl_ciphers AES128-SHA:ECDHE-RSA-AES256-SHA:AES256-GCM-SHA384;",
            "anonymous-suites": good + "ssl_protocols TLSv1.2; ssl_ciphers AECDH-AES256-SHA:@SECLEVEL=0;",
            "short-prime": good + f"ssl_protocols TLSv1.2; ssl_dhparam {self.prime()};"
            "ssl_ciphers DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0;",
            "rsa-1024": certified(pki.server("rsa-1024")) + "ssl_protocols TLSv1.2 TLSv1.3;"
            f"ssl_ciphers {SUITES}:@SECLEVEL=0;",
            "second-certificate-expired": certified(pki.server("ecdsa")) + certified(pki.server("expired")) + _MODERN,
            "http-level-client-certificate": good + _MODERN + self.verifying("on"),
            "ignored-client-certificate": good + _MODERN + self.verifying("optional_no_ca"),
            "optional-client-certificate": good + _MODERN + self.verifying("optional"),
        }  # fmt: skip
        for version, name in PROTOCOLS.items():
            for state, mode in MODES.items():
                if mode is not None:
                    found[f"mutual-nginx-{version}-{state}"] = (
                        good + _OLD + f"ssl_protocols {name};" + self.verifying(mode)
                    )
        return found | plain | {"plain-http": ""}

    def verifying(self, mode: str) -> str:
        """Return nginx's directives for client certificates."""
        return f"ssl_client_certificate {self.pki.trust}; ssl_verify_client {mode};"

    def prime(self) -> Path:
        """Return the file of a Diffie-Hellman prime of 1024 bits."""
        path = self.pki.folder / "dh1024.pem"
        if not path.exists():
            subprocess.run(
                ["openssl", "dhparam", "-dsaparam", "-out", str(path), "1024"], check=True, capture_output=True
            )
        return path

    def mutual_openssl(self, version: str, state: str) -> Endpoint:
        """Return an `openssl s_server` of one version that treats client certificates in one way."""
        flag = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2", "1.3": "-tls1_3"}[version]
        port = self.enter(servers.openssl(self.pki, flag, "-cipher", "ALL:@SECLEVEL=0", *OPENSSL_MODES[state]))
        return self.with_options("mutual", f"https://localhost:{port}")

    def enter(self, manager: Any) -> Any:
        return self.stack.enter_context(manager)

    def openssl(self, *options: str | Path, held: Held | None = None) -> str:
        return f"https://localhost:{self.enter(servers.openssl(self.pki, *options, held=held))}"

    def hostile(self, behave: hostile.Behave) -> str:
        return f"https://localhost:{self.enter(hostile.serving(behave))}"

    def altered(self, alter: Callable[[bytes], bytes]) -> str:
        """Return where a real server of TLS 1.2 is altered on the way."""
        port = self.enter(servers.openssl(self.pki, "-tls1_2", "-cipher", SUITES))
        return self.hostile(hostile.altering(port, alter))

    # --- openssl, gnutls, Go, tlslite, pyOpenSSL

    def start_required_client_certificate(self) -> str:
        return self.openssl("-cipher", SUITES, "-min_protocol", "TLSv1.2", *OPENSSL_MODES["required"])

    def start_unchecked_client_certificate(self) -> str:
        return self.openssl("-cipher", SUITES, "-min_protocol", "TLSv1.2", *OPENSSL_MODES["unchecked"])

    def start_expired_client_certificate_taken(self) -> str:
        options = (*OPENSSL_MODES["required"], "-no_check_time")
        return self.openssl("-cipher", SUITES, "-min_protocol", "TLSv1.2", *options)

    def start_gnutls(self) -> str:
        priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM"
        port = self.enter(servers.gnutls(self.pki, "--disable-client-cert", f"--priority={priority}"))
        return f"https://localhost:{port}"

    def start_gnutls_required_client_certificate(self) -> str:
        priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM"
        options = ("--require-client-cert", "--verify-client-cert", f"--priority={priority}")
        return f"https://localhost:{self.enter(servers.gnutls(self.pki, *options))}"

    def start_post_quantum_go(self) -> str:
        return f"https://localhost:{self.enter(servers.go(self.pki))}"

    def start_post_quantum_openssl(self) -> str:
        return f"https://localhost:{self.enter(servers.new_openssl(self.pki))}"

    def start_ssl3(self) -> str:
        return f"https://localhost:{self.enter(servers.tlslite(self.pki, (3, 0), (3, 3)))}"

    def start_triple_des(self) -> str:
        names = ["3des", "rc4"]
        port = self.enter(servers.tlslite(self.pki, (3, 3), (3, 3), cipherNames=names, macNames=["sha"]))
        return f"https://localhost:{port}"

    # --- OCSP

    def stapled(self, status: str) -> str:
        """Return a server that staples the authority's answer on its certificate."""
        held = self.pki.server("must-staple")
        return self.openssl(
            "-cipher", SUITES, "-min_protocol", "TLSv1.2", "-status_file", self.pki.ocsp(held, status), held=held
        )

    def start_revoked_staple(self) -> str:
        return self.stapled("revoked")

    def start_good_staple(self) -> str:
        return self.stapled("good")

    # --- altered on the way

    def start_compression(self) -> str:
        """The method stands after version, random, an empty or full session id and the suite."""

        def alter(data: bytes) -> bytes:
            if data[:1] != b"\x16" or data[5:6] != b"\x02":
                return data
            place = 44 + data[43] + 2
            return data[:place] + b"\x01" + data[place + 1 :]

        return self.altered(alter)

    def start_warning_first(self) -> str:
        """Some servers warn that they don't know the name (unrecognized_name), and go on."""
        warning = b"\x15\x03\x03\x00\x02\x01\x70"
        return self.altered(lambda data: warning + data if data[:1] == b"\x16" and data[5:6] == b"\x02" else data)

    def start_insecure_renegotiation(self) -> str:
        return self.altered(lambda data: data.replace(b"\xff\x01\x00\x01\x00", b"\xfa\xfa\x00\x01\x00", 1))

    def start_no_extended_master_secret(self) -> str:
        return self.altered(lambda data: data.replace(b"\x00\x17\x00\x00", b"\x3a\x3a\x00\x00", 1))

    def start_unreadable_certificate(self) -> str:
        return self.altered(lambda data: data.replace(b"\x30\x1e\x17\x0d", b"\x30\x1e\x1f\x0d"))

    def start_unproved_certificate(self) -> str:
        done = b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00"

        def alter(data: bytes) -> bytes:
            place = data.find(done)
            return data if place < 1 else data[: place - 1] + bytes([data[place - 1] ^ 1]) + data[place:]

        return self.altered(alter)

    # --- plaintext, and TLS that is asked for in plaintext

    def start_plaintext_redis(self) -> str:
        return f"redis://localhost:{self.enter(servers.redis(self.pki, tls=False))}"

    def start_plaintext_mqtt(self) -> str:
        return f"mqtts://localhost:{self.enter(servers.mosquitto(self.pki.folder))}"

    def start_redis_client_certificate(self) -> str:
        return f"redis://localhost:{self.enter(servers.redis(self.pki, tls=True))}"

    def start_plaintext_too(self) -> str:
        port = self.enter(servers.openssl(self.pki, "-cipher", SUITES, "-min_protocol", "TLSv1.2"))
        return self.hostile(hostile.either(port, hostile.http))

    def postgres(self, hba: str, *, tls: bool = True) -> str:
        from tests.lab.postgres import _give

        held = self.pki.server()
        folder = Path(self.enter(tempfile.TemporaryDirectory(prefix="limen-lab-postgres-tls-")))
        folder.chmod(0o755)
        rules, key = folder / "pg_hba.conf", folder / "server.key"
        rules.write_text(hba)
        key.write_bytes(held.key.read_bytes())
        certificate = folder / "server.pem"
        certificate.write_bytes(held.certificate.read_bytes())
        _give(rules, key, certificate)
        key.chmod(0o600)
        settings = {"hba_file": str(rules), "ssl": "off"}
        if tls:
            settings |= {
                "ssl": "on",
                "ssl_cert_file": str(certificate),
                "ssl_key_file": str(key),
                "ssl_ciphers": SUITES,
            }
        return f"postgres://localhost:{self.enter(cluster(settings)).port}"

    def start_postgres(self) -> str:
        return self.postgres("hostssl all all 127.0.0.1/32 scram-sha-256\nhostnossl all all 127.0.0.1/32 reject\n")

    def start_postgres_plaintext_too(self) -> str:
        return self.postgres("host all all 127.0.0.1/32 scram-sha-256\n")

    def start_postgres_without_tls(self) -> str:
        return self.postgres("host all all 127.0.0.1/32 scram-sha-256\n", tls=False)

    def start_ldap(self) -> str:
        return f"ldap://localhost:{self.enter(servers.slapd(self.pki, strict=True))}"

    def start_ldap_plaintext_too(self) -> str:
        return f"ldap://localhost:{self.enter(servers.slapd(self.pki, strict=False))}"

    def start_mysql(self) -> str:
        return f"mysql://localhost:{self.enter(servers.mariadb(self.pki))}"

    def start_smtp(self) -> str:
        return f"smtp://localhost:{self.enter(servers.mail(self.pki, strict=True))}"

    def start_smtp_plaintext_too(self) -> str:
        return f"smtp://localhost:{self.enter(servers.mail(self.pki, strict=False))}"

    # --- nobody, and nobody in his right mind

    def start_refused(self) -> str:
        return f"https://localhost:{free_port()}"

    def start_unresolvable(self) -> str:
        return "https://no-such-host.invalid:443"

    def start_silent(self) -> str:
        return self.hostile(hostile.silent)

    def start_drip(self) -> str:
        return self.hostile(hostile.drip)

    def start_reset(self) -> str:
        return self.hostile(hostile.reset)

    def start_hang_up(self) -> str:
        return self.hostile(hostile.hang_up)

    def start_rubbish(self) -> str:
        return self.hostile(hostile.rubbish)

    def start_gigabyte(self) -> str:
        return self.hostile(hostile.flood)

    def start_alert(self) -> str:
        return self.hostile(hostile.alert(80))

    def start_another_protocol(self) -> str:
        port, _ = self.enter(servers.sshd(self.pki.folder, ["ed25519"]))
        return f"https://localhost:{port}"

    # --- SSH

    host_keys: list[str]

    def sshd(self, kinds: list[str], *options: str, expected: list[str] | None = None) -> str:
        port, shown = self.enter(servers.sshd(self.pki.folder, kinds, *options))
        self.host_keys = shown if expected is None else expected
        return f"sftp://localhost:{port}"

    def start_ssh(self) -> str:
        return self.sshd(["ed25519", "ecdsa", "rsa:3072"], "MACs=hmac-sha2-256-etm@openssh.com,hmac-sha2-512")

    def start_ssh_weak_algorithms(self) -> str:
        options = (
            "MACs=hmac-sha2-256,hmac-sha1",
            "Ciphers=aes256-ctr,aes128-cbc",
            "KexAlgorithms=+diffie-hellman-group1-sha1",
        )
        return self.sshd(["ed25519"], *options)

    def start_ssh_another_host_key(self) -> str:
        return self.sshd(["ed25519"], "MACs=hmac-sha2-512", expected=["SHA256:" + "A" * 43])

    def start_ssh_short_host_key(self) -> str:
        return self.sshd(["rsa:1024"], "MACs=hmac-sha2-512", "RequiredRSASize=1024")


@contextmanager
def laboratory() -> Iterator[Laboratory]:
    """Yield a laboratory in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="limen-lab-tls-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        yield Laboratory(Path(folder), stack)


def declaration(row: Row, endpoint: Endpoint) -> str:
    """Return the text of a declaration that asks for the probe of one flow."""
    protocol = endpoint.endpoint.partition(":")[0]
    tls: dict[str, Any] = {"min": "1.2", "mutual": "off"}
    if protocol == "sftp":
        tls = {}
    tls |= row.declared
    if endpoint.pins:
        tls["pins"] = list(endpoint.pins)
    in_transit: dict[str, Any] = {"protocol": protocol} | ({"tls": tls} if tls else {})
    flow = {"id": "upload", "from": "sender", "to": "gateway", "carries": [], "returns": [], "in_transit": in_transit}
    request: dict[str, Any] = {"probe": "tls", "flow": "upload", "endpoint": endpoint.endpoint, "every": "P1D"}
    if endpoint.credential is not None:
        request["credential"] = f"file:{endpoint.credential.both}"
    if endpoint.options:
        request["options"] = endpoint.options
    return f"{_SYSTEM}flows: [{json.dumps(flow)}]\nprobes: [{json.dumps(request)}]\n"


def probed(row: Row, endpoint: Endpoint, timeout: float = 30.0) -> ProbeRun:
    """Return the run of the probe on an endpoint, by way of its declaration."""
    with tempfile.TemporaryDirectory(prefix="limen-lab-tls-run-") as name:
        path = Path(name) / "boundaries.yaml"
        path.write_text(declaration(row, endpoint), encoding="utf-8")
        return run(load(path).declaration, path.parent, limits=Limits(timeout=timeout, rate=0))


def facts(made: ProbeRun) -> dict[str, Any]:
    """Return the facts of the only observation; none where there is none."""
    observations = made.attempts[0].observations
    return msgspec.json.decode(observations[0].facts) if observations else {}


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Start every endpoint of the table, for people to probe."""
    folder.chmod(0o755)
    with ExitStack() as stack:
        made = Laboratory(folder, stack)
        lines = []
        for row in rows():
            endpoint = made.endpoint(row.defect)
            options = " ".join(f"--option {name}={json.dumps(value)}" for name, value in endpoint.options.items())
            credential = "" if endpoint.credential is None else f" --credential file:{endpoint.credential.both}"
            lines.append(f"{row.defect:36} limen probe tls {endpoint.endpoint} {options}{credential}")
        yield lines
