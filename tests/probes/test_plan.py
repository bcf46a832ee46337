"""Plans: every connection is said, none is made, and no credential is read."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from limen.model.probing import ProbeOptions
from limen.probes.interface import AttemptError, Contact
from limen.probes.plan import plan
from limen.probes.schedule import planned
from limen.probes.targets import targets
from tests.probes import banner
from tests.probes.banner import target, variant
from tests.probes.declared import declared


def test_contacts_and_reasons_in_order(tmp_path: Path) -> None:
    loaded = declared(
        tmp_path,
        'probe: tls, flow: hand-over, endpoint: "h.example:443", credential: "vault:storage/probe#key"',
        'probe: tls, flow: back, endpoint: "https://user@h.example/", credential: "env:NOT_SET"',
        "probe: tls, component: service",
    )
    made = plan(planned(targets(loaded.declaration, tmp_path), probes={"tls": banner.PROBE}))
    assert [(one.target, one.reason, [(c.where, c.what) for c in one.contacts]) for one in made] == [
        (
            "hand-over",
            "",
            [("VAULT_ADDR", "read the credential vault:storage/probe#key"), ("h.example:443", "read a line")],
        ),
        ("back", "", [("https://h.example/", "read a line")]),
        ("service", "no endpoint is declared", []),
    ]
    assert [one.credentials for one in made] == [("vault:storage/probe#key",), ("env:NOT_SET",), ()]


def test_every_credential_in_vault_is_said_once() -> None:
    options = ProbeOptions(trust="ca.pem", expired="vault:tls/old#pem")
    found = target("h:1", credential="vault:tls/new#pem", options=options)
    (one,) = plan(planned([found], probes={"tls": banner.PROBE}))
    assert [contact.what for contact in one.contacts] == [
        "read the credential vault:tls/new#pem",
        "read the credential vault:tls/old#pem",
        "read a line",
    ]


def test_a_probe_that_can_not_plan_says_why() -> None:
    def contacts(found: object) -> list[Contact]:
        raise AttemptError("h:x is no host and port")

    (one,) = plan(planned([target("h:x")], probes={"tls": variant(contacts=contacts)}))
    assert (one.contacts, one.reason) == ((), "h:x is no host and port")


def test_nothing_is_contacted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        asked = threading.Event()
        endpoint = f"127.0.0.1:{listener.getsockname()[1]}"
        (one,) = plan(planned([target(endpoint)], probes={"tls": banner.PROBE}))
        try:
            listener.accept()
            asked.set()
        except TimeoutError:
            pass
    assert one.contacts[0].where == endpoint
    assert not asked.is_set()
