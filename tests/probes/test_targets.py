"""Targets: what a declaration asks, where, and what a probe must know to ask."""

from __future__ import annotations

from pathlib import Path

from limen.model.probing import ProbeOptions
from limen.probes.interface import Target
from limen.probes.targets import targets, typed_target
from tests.probes.declared import declared


def made(folder: Path, *probes: str) -> list[Target]:
    return targets(declared(folder, *probes).declaration, folder)


def test_each_section_of_the_declaration(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        'probe: tls, flow: hand-over, endpoint: "h:443", credential: "env:X", options: {trust: ca.pem}',
        "probe: tls, component: gateway",
        "probe: kms, key: data-key",
        "probe: ledger, ledger: log",
        "probe: secrets",
        "probe: tenancy, component: service",
    )
    assert [(one.probe, one.section, one.name, one.endpoint) for one in found] == [
        ("tls", "flow", "hand-over", "h:443"),
        ("tls", "component", "gateway", ""),
        ("kms", "key", "data-key", ""),
        ("ledger", "ledger", "log", ""),
        ("secrets", "system", "rx", ""),
        ("tenancy", "component", "service", ""),
    ]
    assert (found[0].credential, found[0].options.trust, found[0].folder) == ("env:X", "ca.pem", tmp_path)
    assert found[1].credential == ""


def test_what_a_probe_must_know_to_ask(tmp_path: Path) -> None:
    tls, both, kms, ledger, secrets, tenancy, missing = (
        one.declared
        for one in made(
            tmp_path,
            "probe: tls, flow: back",
            "probe: tls, component: service",
            "probe: kms, key: data-key",
            "probe: ledger, ledger: log",
            "probe: secrets",
            "probe: tenancy, component: service",
            "probe: tls, component: gateway",
        )
    )
    assert tls["protocols"] == ["amqps"]
    assert both["protocols"] == ["https"]
    assert missing["protocols"] == ["amqps"]
    assert kms["provider"] == "vault"
    assert kms["rotation"] == "P90D"
    assert ledger["chain"] == {"algorithm": "SHA-256", "format": "limen-v1"}
    assert secrets["repository"] == "src"
    assert tenancy["partitions_by"] == "tenant_id"
    assert tenancy["isolation"] == {"row_level_security": "forced"}


def test_what_was_typed_is_of_no_section() -> None:
    found = typed_target("tls", "h:443", "env:X", ProbeOptions(trust="ca.pem"))
    assert (found.section, found.name, found.endpoint, found.credential) == ("typed", "h:443", "h:443", "env:X")
    assert dict(found.declared) == {}
