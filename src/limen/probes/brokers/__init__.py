"""Who may speak to a broker: plaintext, TLS, client certificates, access without and with well-known passwords.

Kafka, RabbitMQ (AMQP 0-9-1), Redis, NATS and MQTT, each by a small client of its own. Well-known passwords are few and
fixed, one try each: nothing is guessed. No message is read or written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from limen.probes.brokers.address import read_address
from limen.probes.brokers.asking import DIALECTS, Answers, ask
from limen.probes.brokers.hello import VERSIONS
from limen.probes.brokers.reading import read_facts
from limen.probes.interface import AttemptError, Contact, Context, Seen, Target
from limen.records.attempts import RawResponse

NAME = "brokers"
VERSION = "1"
KIND = "brokers_observation"
CAPABILITY = (
    "plaintext",
    "encrypted",
    "tls.min",
    "tls.versions",
    "tls.client_certificate",
    "anonymous",
    "default_password",
)
"""Paths of facts."""


def contacts(target: Target) -> Sequence[Contact]:
    """Return the listener, once for each thing that is tried there."""
    address = read_address(target.endpoint, target.declared.get("protocols", ()))
    logins = len(DIALECTS[address.protocol].LOGINS)
    return [
        Contact(where=address.title, what=f"{len(VERSIONS)} TLS handshakes, one a version"),
        Contact(
            where=address.title,
            what=f"in plaintext and over TLS: no credential, then {logins - 1} well-known or empty passwords",
        ),
    ]


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Speak to the listener; raises AttemptError where nobody listens or nothing is understood."""
    address = read_address(target.endpoint, target.declared.get("protocols", ()))
    answers = ask(address, context)
    read_facts(answers)
    return [RawResponse(name="answers.json", media_type="application/json", content=msgspec.json.encode(answers))]


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts of the listener; raises AttemptError where the raw responses are none of this probe's."""
    try:
        answers = msgspec.json.decode(raw["answers.json"].content, type=Answers)
    except (KeyError, msgspec.MsgspecError, RecursionError):
        raise AttemptError("the recorded answers are none of the brokers probe") from None
    if answers.protocol not in DIALECTS:
        raise AttemptError("the recorded answers are of a protocol that this probe does not speak")
    return [Seen(detail=answers.protocol, facts=read_facts(answers))]
