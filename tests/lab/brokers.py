"""Brokers on loopback with each defect: declared, probed, and judged by the real rules.

`brokers.yaml` is the table: for each broker and defect what the probe observes, and the findings that come of it.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from limen.loading import load
from limen.probes.running import Limits, run
from limen.records.attempts import ProbeRun
from tests.lab.broker_servers import PASSWORD, mosquitto, nats, redis
from tests.lab.judging import judged
from tests.lab.kafka import kafka
from tests.lab.rabbitmq import rabbitmq
from tests.lab.tls_pki import Pki

PROTOCOLS = {"redis": "redis", "mosquitto": "mqtts", "nats": "nats", "rabbitmq": "amqps", "kafka": "kafka"}
"""What flows to each broker declare."""
_SCHEMES = {"redis": "redis", "mosquitto": "mqtt", "nats": "nats", "rabbitmq": "amqp", "kafka": "kafka"}
_STARTED: dict[str, Callable[[Pki, str], AbstractContextManager[int]]] = {
    "redis": redis,
    "mosquitto": mosquitto,
    "nats": nats,
}
"""Brokers that are started anew for each defect."""


_GROUPS = {"kafka": ("kafka",), "rabbitmq": ("rabbitmq good", "rabbitmq bad")}
"""The nodes of brokers that take long to start."""


class Row(NamedTuple):
    """One defect of one broker."""

    broker: str
    defect: str
    observation: dict[str, Any]
    """Facts that must be observed; null for one that must not be there."""
    findings: list[str]
    """Findings and gaps as `rule path`."""


def rows() -> list[Row]:
    """Return the table."""
    found = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return [
        Row(broker, one["defect"], one["observation"], one.get("findings", []))
        for broker, table in found.items()
        for one in table
    ]


class Brokers:
    """The brokers; those that take long are kept, and started in the background where `early` asks for them."""

    def __init__(self, stack: ExitStack, early: Collection[str] = ()) -> None:
        self._stack, self._lock = stack, threading.Lock()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="limen-lab-brokers-")))
        folder.chmod(0o755)
        self.pki = Pki(folder)
        self.pki.server(), self.pki.trust  # made once, before threads ask for them
        self._pool = stack.enter_context(ThreadPoolExecutor(3))
        self._kept: dict[str, Future[dict[str, int]]] = {}
        for broker, groups in _GROUPS.items():
            for group in groups if broker in early else ():
                self._kept[group] = self._pool.submit(self._started, group)

    @contextmanager
    def listening(self, broker: str, defect: str) -> Iterator[int]:
        """Yield the port of a broker with a defect."""
        if broker in _STARTED:
            with _STARTED[broker](self.pki, defect) as port:
                yield port
            return
        group = broker if broker == "kafka" else f"{broker} {'good' if defect == 'good' else 'bad'}"
        if group not in self._kept:
            self._kept[group] = self._pool.submit(self._started, group)
        yield self._kept[group].result()[defect]

    def _started(self, group: str) -> dict[str, int]:
        if group == "kafka":
            return self._entered(kafka(self.pki))
        if group.endswith("good"):
            tls, _ = self._entered(rabbitmq(self.pki, user="limen", password=PASSWORD, strict=True, plaintext=False))
            return {"good": tls}
        tls, plain = self._entered(rabbitmq(self.pki, user="guest", password="guest", strict=False, plaintext=True))
        return {"default_password": tls, "plaintext": plain}

    def _entered(self, started: AbstractContextManager[Any]) -> Any:
        made = started.__enter__()
        with self._lock:
            self._stack.push(started)
        return made


def declaration(broker: str, endpoint: str) -> str:
    """Return the text of a declaration that asks for the probe of a flow to a broker."""
    request = {"probe": "brokers", "flow": "enqueue", "endpoint": endpoint, "every": "P1D"}
    transit = {"protocol": PROTOCOLS[broker], "tls": {"min": "1.2", "mutual": "required"}}
    return f"""\
version: 1
system: {{id: lab}}
zones:
  core: {{trust: 80}}
components:
  service: {{zone: core, kind: service}}
  queue: {{zone: core, kind: broker}}
flows: [{{id: enqueue, from: service, to: queue, carries: [], returns: [], in_transit: {json.dumps(transit)}}}]
probes: [{json.dumps(request)}]
"""


def probed(text: str, timeout: float = 30.0) -> ProbeRun:
    """Return the run of the probe, by way of a declaration."""
    with tempfile.TemporaryDirectory(prefix="limen-lab-brokers-") as name:
        path = Path(name) / "boundaries.yaml"
        path.write_text(text, encoding="utf-8")
        return run(load(path).declaration, Path(name), limits=Limits(timeout=timeout, rate=0))


def facts(made: ProbeRun) -> dict[str, Any]:
    """Return the facts of the only observation, by path; none where there is none."""
    flat: dict[str, Any] = {}
    for observation in made.attempts[0].observations:
        for name, value in msgspec.json.decode(observation.facts).items():
            flat |= (
                {f"{name}.{inner}": one for inner, one in value.items()} if isinstance(value, dict) else {name: value}
            )
    return flat


def findings(text: str, made: ProbeRun) -> list[str]:
    """Return findings and gaps of the rules on observations, as `rule path`; claims by their own path."""
    assessment = judged(text, made).assessment
    observing = {name for name, one in assessment.decisions.items() if one.selected.rule.scope == "conformance"}
    found = []
    for finding in assessment.findings:
        if finding.rule in observing:
            rule, subject, path = finding.id.split("::")
            about = subject.rpartition("/")[2] if subject.startswith("claim:") else path
            found.append(f"{rule.removeprefix('conformance.')} {about}" + (" gap" if finding.status != "fail" else ""))
    return sorted(found)


def endpoint(broker: str, port: int) -> str:
    """Return what a declaration says of where a broker listens."""
    return f"{_SCHEMES[broker]}://127.0.0.1:{port}"


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Start every broker of the table, for people to look at."""
    with ExitStack() as stack:
        brokers, lines = Brokers(stack, early=PROTOCOLS), []
        for row in rows():
            port = stack.enter_context(brokers.listening(row.broker, row.defect))
            where = endpoint(row.broker, port)
            lines.append(f"{row.broker} {row.defect:22} {where}  limen probe brokers {where}")
        yield lines
