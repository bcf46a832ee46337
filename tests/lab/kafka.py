"""A real Kafka broker (KRaft, one JVM) on loopback, with one listener for each way to open it, good or bad.

Its jars come from Maven Central: `mvn -q -B -f .ci/kafka/pom.xml dependency:copy-dependencies` puts them into
`.ci/kafka/libs`; LIMEN_KAFKA names another folder.
"""

from __future__ import annotations

import base64
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.ports import free_port, wait_until_listening
from tests.lab.tls_pki import Pki
from tests.needs import REPOSITORY, need_program

_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_STRONG = 'user_limen="a-password-of-the-laboratory-7d41"'
_WEAK = 'user_admin="admin-secret"'
LISTENERS: dict[str, tuple[str, dict[str, str]]] = {
    "good": ("SSL", {"ssl.client.auth": "required"}),
    "tls13": ("SSL", {"ssl.client.auth": "required", "ssl.enabled.protocols": "TLSv1.3"}),
    "scram": ("SASL_SSL", {"sasl.enabled.mechanisms": "SCRAM-SHA-512", "scram-sha-512.sasl.jaas.config": _SCRAM}),
    "plaintext": ("PLAINTEXT", {}),
    "plaintext_login": (
        "SASL_PLAINTEXT",
        {"sasl.enabled.mechanisms": "PLAIN", "plain.sasl.jaas.config": f"{_PLAIN} {_STRONG};"},
    ),
    "anonymous": ("SSL", {"ssl.client.auth": "none"}),
    "optional_certificate": ("SSL", {"ssl.client.auth": "requested"}),
    "default_password": (
        "SASL_SSL",
        {"sasl.enabled.mechanisms": "PLAIN", "plain.sasl.jaas.config": f"{_PLAIN} {_WEAK};"},
    ),
}
"""By defect, the protocol of a listener and its settings."""


def jars() -> Path:
    """Return the folder of Kafka's jars; skip the test, or fail it under LIMEN_REQUIRE=all, when it is missing."""
    folder = Path(os.environ.get("LIMEN_KAFKA") or REPOSITORY / ".ci" / "kafka" / "libs")
    if not any(folder.glob("kafka_2.13-*.jar")):
        reason = "Kafka's jars are missing: mvn -q -B -f .ci/kafka/pom.xml dependency:copy-dependencies"
        if os.environ.get("LIMEN_REQUIRE") == "all":
            pytest.fail(f"LIMEN_REQUIRE=all: {reason}", pytrace=False)
        pytest.skip(reason)
    return folder


@contextmanager
def kafka(pki: Pki) -> Iterator[dict[str, int]]:
    """Run a broker; yield the port of each of `LISTENERS`."""
    libraries, java = jars(), need_program("java")
    held = pki.server()
    ports = {name: free_port() for name in LISTENERS}
    inner, controller = free_port(), free_port()
    folder = pki.folder / f"kafka-{inner}"
    (folder / "data").mkdir(parents=True)
    store = folder / "store.pem"
    key = subprocess.run(
        [need_program("openssl"), "pkcs8", "-topk8", "-nocrypt", "-in", held.key], check=True, capture_output=True
    ).stdout
    store.write_bytes(key + held.certificate.read_bytes())
    store.chmod(0o600)
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "INNER",
        "log.dirs": str(folder / "data"),
        "offsets.topic.replication.factor": "1",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(store),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(pki.trust),
        "ssl.enabled.protocols": "TLSv1.2,TLSv1.3",
    }
    named = {name.upper().replace("_", ""): (name, *LISTENERS[name]) for name in LISTENERS}
    where = {"INNER": inner} | {upper: ports[name] for upper, (name, _, _) in named.items()}
    shown = ",".join(f"{upper}://127.0.0.1:{port}" for upper, port in where.items())
    settings["listeners"] = f"{shown},CONTROLLER://127.0.0.1:{controller}"
    settings["advertised.listeners"] = shown
    protocols = {"INNER": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"} | {upper: one[1] for upper, one in named.items()}
    settings["listener.security.protocol.map"] = ",".join(f"{upper}:{one}" for upper, one in protocols.items())
    for upper, (_, _, own) in named.items():
        settings |= {f"listener.name.{upper.lower()}.{setting}": value for setting, value in own.items()}
    config = folder / "server.properties"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    metadata = f"version=1\ncluster.id={cluster}\nnode.id=1\ndirectory.id={_directory()}\n"
    (folder / "data" / "meta.properties").write_text(metadata, encoding="utf-8")
    log = folder / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
             "-cp", f"{libraries}/*", "kafka.Kafka", config],
            stdout=output, stderr=output, cwd=folder,
        )  # fmt: skip
        try:
            for port in ports.values():
                listening = wait_until_listening(port, lambda: process.poll() is None, 60.0)
                assert listening, log.read_text(errors="replace")[-3000:]
            yield ports
        finally:
            process.kill()
            process.wait(10)


def _directory() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
