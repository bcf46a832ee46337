"""The whole laboratory behind the reference system: everything that its probes ask, on loopback, good or with drifts.

`boundaries.yaml` and its includes are copied; endpoints, pins and what a probe must be told of this laboratory are
replaced, and nothing else: what is declared of flows, keys, ledgers and stores stays as it is.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import yaml

from limen.integrity.anchors import Anchor, statement
from tests.lab.bao import bao
from tests.lab.broker_servers import mosquitto
from tests.lab.kafka import kafka
from tests.lab.postgres import cluster
from tests.lab.tampering import KEYS, WITNESS, head_of, public, records, written
from tests.lab.tenancy import KEY as TENANT_KEY
from tests.lab.tenancy import Laboratory as Tenants
from tests.lab.tenancy import spoiled
from tests.lab.tls_hostile import serving
from tests.lab.tls_pki import Pki
from tests.lab.whole_keys import Keys
from tests.lab.whole_tls import Servers
from tests.reference import copy_reference
from tests.simulators.object_store import Bucket, ObjectStoreSimulator, object_store

Request = dict[str, Any]
TWENTY_YEARS = 20
SPOILT = "inventory-db"
"""The store whose database is its own, so that it can be spoiled alone."""
CANARIES = [
    {"kind": "marker", "value": "limen-marker-7f3a91c204"},
    {"kind": "mrn", "value": "ZZ-MRN-4471902286"},
    {"kind": "name", "value": "Zzyzx Quillfeather-Montrose"},
    {"kind": "serial", "value": "ZZSER82047719356"},
]
"""What was sent through the flows: a marker that may be logged, and identifiers that may not."""


@dataclass
class Whole:
    """The running laboratory."""

    folder: Path
    """Where the copy of boundaries.yaml lies."""
    servers: Servers
    keys: Keys
    store: ObjectStoreSimulator
    tenants: dict[str, Tenants] = field(default_factory=dict)
    """By component, its database."""
    upstream: dict[str, int] = field(default_factory=dict)
    """The port of each broker; that of `plant-server` may be changed while it is probed."""
    environment: dict[str, str] = field(default_factory=dict)
    """Credentials that the declaration refers to."""

    def limen(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run limen on the copy, with the credentials in its environment."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "limen", *map(str, arguments)],
            cwd=cwd or self.folder,
            env=environment | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def open_plant_server(self) -> None:
        """Put a broker that lets anybody in behind the endpoint of `plant-server`."""
        self.upstream["plant-server"] = self.servers.stack.enter_context(mosquitto(self.servers.pki, "anonymous"))

    def log(self, component: str) -> Path:
        """Return a component's log."""
        return self.folder / "log" / component / "service.log"

    def ledger(self, name: str) -> Path:
        """Return the file of a ledger."""
        return self.folder / "ledgers" / f"{name}.jsonl"

    @property
    def repository(self) -> Path:
        """The folder of the repository."""
        return self.folder / "repository"


@contextmanager
def whole(folder: Path) -> Iterator[Whole]:
    """Start everything, good; `folder` must be empty."""
    copied = copy_reference(folder)
    declared = yaml.safe_load(copied.read_text(encoding="utf-8"))
    flows = [one for path in sorted((folder / "flows").iterdir()) for one in _flows(path)]
    requests = {
        path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((folder / "probes").iterdir())
    }
    with ExitStack() as stack:
        (folder / "pki").mkdir()
        servers = Servers(Pki(folder / "pki"), stack)
        made = Whole(folder, servers, Keys(stack.enter_context(bao())), stack.enter_context(object_store()))
        makers = _makers(made, stack, declared, flows)
        for path, document in requests.items():
            document["probes"] = [makers[request["probe"]](request) for request in document["probes"]]
            path.write_text(json.dumps(document, indent=1), encoding="utf-8")  # JSON is YAML
        _repin(folder, flows, servers.pins)
        kept = {name: key for name, key in declared["keys"].items() if key["provider"] == "vault"}
        kms, reader = made.keys.fill(kept, "lab:labsecret")
        made.environment |= {
            "LIMEN_KMS_TOKEN": kms,
            "VAULT_ADDR": made.keys.address,
            "VAULT_TOKEN": reader,
            "LIMEN_TENANCY_DSN": next(iter(made.tenants.values())).credential,
        }
        _write_repository(made)
        yield made


def _makers(
    made: Whole, stack: ExitStack, declared: Mapping[str, Any], flows: list[dict[str, Any]]
) -> dict[str, Callable[[Request], Request]]:
    """Return, by probe, what starts the thing that a request asks, and returns the request with where that is."""
    target = {flow["id"]: flow["to"] for flow in flows}
    protocol = {flow["to"]: flow["in_transit"].get("protocol") for flow in flows}
    server = stack.enter_context(cluster())
    shared: list[Tenants] = []
    trust = str(made.servers.pki.trust.relative_to(made.folder))

    def tls(request: Request) -> Request:
        component = request.get("component") or f"{target[request['flow']]}-of-{request['flow']}"
        host = request["endpoint"].rpartition(":")[0]
        port = made.servers.start(component, host, postgres=protocol.get(component) == "postgres")
        return _at(request, f"127.0.0.1:{port}", trust=trust, server_name=host)

    def kms(request: Request) -> Request:
        return _at(request, made.keys.address)

    def ledger(request: Request) -> Request:
        name = request["ledger"]
        _write_ledger(made, name)
        secret = request["options"]["chain_keys"][0]["secret"].removeprefix("env:")
        made.environment |= {f"{secret}_{number}": key.hex() for number, key in enumerate(KEYS.values())}
        keys = [{"id": key, "secret": f"env:{secret}_{number}"} for number, key in enumerate(KEYS)]
        return _at(
            request, f"ledgers/{name}.jsonl", anchors=f"ledgers/{name}.anchors.jsonl", witness="witness.pem",
            chain_keys=keys,
        )  # fmt: skip

    def tenancy(request: Request) -> Request:
        name = request["component"]
        if name != SPOILT and shared:  # a database takes a second to make; all but one of them stay good
            made.tenants[name] = shared[0]
        else:
            made.tenants[name] = stack.enter_context(spoiled(server, "good"))
            shared.extend([made.tenants[name]] * (name != SPOILT))
        secret = made.folder / f"login-{name}"
        secret.touch(mode=0o600)
        secret.write_text(made.tenants[name].credential, encoding="ascii")
        (made.folder / "key").touch(mode=0o600)
        (made.folder / "key").write_text(TENANT_KEY.hex(), encoding="ascii")
        given = _at(request, made.tenants[name].database.endpoint, **made.tenants[name].options)
        return given | {"credential": f"file:login-{name}"}

    def storage(request: Request) -> Request:
        name = request["component"]
        key = declared["keys"][declared["components"][name]["at_rest"]["key"]]["id"]
        made.store.buckets[name] = _bucket(name, key)
        return _at(request, f"{made.store.url}/{name}")

    def leak(request: Request) -> Request:
        name = request["component"]
        made.log(name).parent.mkdir(parents=True)
        made.log(name).write_text(f"{name} started\nmessage {CANARIES[0]['value']} taken\n", encoding="utf-8")
        (made.folder / "canaries.json").write_text(
            json.dumps({"canaries": CANARIES, "sent_at": int(time.time()) - 60}), encoding="utf-8"
        )
        return _at(request, f"file:log/{name}")

    def brokers(request: Request) -> Request:
        if request["component"] == "event-broker":
            made.upstream["event-broker"] = stack.enter_context(kafka(made.servers.pki))["tls13"]
            return _at(request, f"kafka://127.0.0.1:{made.upstream['event-broker']}")
        made.upstream["plant-server"] = stack.enter_context(mosquitto(made.servers.pki, "tls13"))
        port = stack.enter_context(serving(lambda stream: _forward(stream, made.upstream["plant-server"])))
        return _at(request, f"mqtt://127.0.0.1:{port}")

    return {
        "tls": tls,
        "kms": kms,
        "ledger": ledger,
        "tenancy": tenancy,
        "storage": storage,
        "leak": leak,
        "brokers": brokers,
        # What is accepted in limen's own repository is in no other.
        "secrets": lambda request: _at(request | {"options": {}}, "repository"),
        "code": lambda request: _at(request | {"options": {}}, "repository/src"),
    }


def _forward(stream: socket.socket, port: int) -> None:
    """Pass bytes on, both ways, until one side ends."""
    with socket.create_connection(("127.0.0.1", port)) as other:
        ends = {stream: other, other: stream}
        while ends:
            for one in select.select(list(ends), [], [], 30)[0]:
                if not (said := one.recv(65_536)):
                    return
                ends[one].sendall(said)


def _at(request: Request, endpoint: str, **options: Any) -> Request:
    """Return a request at another endpoint, with options over its own."""
    chosen = request.get("options", {}) | options
    return request | {"endpoint": endpoint, "options": chosen}


def _flows(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    return (
        [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else yaml.safe_load(text)["flows"]
    )


def _repin(folder: Path, flows: list[dict[str, Any]], pins: Mapping[str, str]) -> None:
    """Put the keys of the laboratory's servers in the place of the declared pins."""
    old = {pin: flow["to"] for flow in flows for pin in flow["in_transit"].get("tls", {}).get("pins", ())}
    for path in (folder / "flows").iterdir():
        text = path.read_text(encoding="utf-8")
        for pin, component in old.items():
            text = text.replace(pin, pins[component])
        path.write_text(text, encoding="utf-8")


def _write_ledger(made: Whole, name: str) -> None:
    """Write a chain of 40 records, and the anchors that the witness holds of it."""
    made.ledger(name).parent.mkdir(exist_ok=True)
    lines = written(records(), keyed=True)
    made.ledger(name).write_bytes(b"".join(lines))
    anchors = []
    for number in range(10, len(lines) + 1, 10):
        head = head_of(lines[number - 1])
        anchor = Anchor(
            ledger=name,
            length=head.length,
            head=head.hash,
            bytes=sum(map(len, lines[:number])),
            at=json.loads(lines[number - 1])["time"],
            to="witness",
        )
        anchors.append(msgspec.structs.replace(anchor, signature=WITNESS.sign(statement(anchor)).hex()))
    path = made.ledger(name).with_suffix(".anchors.jsonl")
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in anchors))
    (made.folder / "witness.pem").write_bytes(public(WITNESS))


def _bucket(name: str, key: str) -> Bucket:
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources, "Condition": condition}
    policy = json.dumps({"Version": "2012-10-17", "Statement": deny})
    return Bucket(key=key, policy=policy, lock=("COMPLIANCE", TWENTY_YEARS))


def _write_repository(made: Whole) -> None:
    """Write a repository with a service and a pipeline that searches each change."""
    source = made.repository / "src"
    source.mkdir(parents=True)
    (source / "service.py").write_text(
        '"""A service."""\n\n\ndef main() -> None:\n    """Start."""\n', encoding="utf-8"
    )
    (made.repository / ".github" / "workflows").mkdir(parents=True)
    (made.repository / ".github" / "workflows" / "ci.yml").write_text(
        "on: [push, pull_request]\njobs:\n  secrets:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: limen probe secrets\n",
        encoding="utf-8",
    )
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=lab", "-c", "user.email=lab@example.invalid", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", *command], cwd=made.repository, env=environment, check=True, capture_output=True)


def token() -> str:
    """Return a secret that a scanner knows, made up anew each time."""
    return "ghp_" + secrets.token_hex(18)
