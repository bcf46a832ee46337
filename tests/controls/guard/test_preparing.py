"""Preparing: a guard that lacks anything does not start, and says everything that it lacks at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.guard.guard import Guard
from limen.controls.keyring import Keyring, Uses
from limen.controls.ledger import open_ledger
from limen.controls.refusals import RefusedError
from limen.errors import UsageError
from tests.controls.guard.world import NOW, World, caller, changed, flow


def problems(world: World, component: str, **given: Any) -> list[str]:
    with pytest.raises(UsageError) as refused:
        world.guard(component, **given)
    assert all(problem.hint for problem in refused.value.problems)
    return [problem.message for problem in refused.value.problems]


def test_an_unknown_component_is_suggested(world: World) -> None:
    with pytest.raises(UsageError) as refused:
        world.guard("pharmacy-gatway")
    (problem,) = refused.value.problems
    assert problem.message == "there is no component pharmacy-gatway to guard"
    assert problem.hint == "did you mean pharmacy-gateway?"


def test_a_component_that_moves_nothing_has_nothing_to_guard(world: World) -> None:
    assert problems(world, "edge-proxy") == ["no item moves to or from edge-proxy"]


def test_everything_that_is_missing_is_said_at_once(world: World, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with KeyStore.create(tmp_path / "empty" / "keys.json") as empty:
        found = problems(
            world,
            "transfer-hub",
            keyring=Keyring.of_store(empty),
            ledgers={"trace-log": world.ledger("trace-log"), "no-ledger": world.ledger("crossing-log")},
            readers={"no-item": list},
            identities={"nobody": "x"},
        )
    assert "out-014 is recorded in cs-ledger, and that ledger was not given" in found
    assert "a ledger no-ledger was given that is not declared" in found
    assert "the ledger that was given as no-ledger calls itself otherwise" not in found  # it is not declared at all
    assert "it is not said which ledger gets refusals that belong to no flow" in found
    assert "a reader was given for no-item, which is no item" in found
    assert "an identity was given for nobody, who is no principal" in found
    for key in ("pharmacy-014-key", "hub-signing-key", "pharmacy-022-signing-key", "quarantine-key"):
        assert len([message for message in found if key in message]) == 1, key


def test_a_ledger_for_refusals_that_was_not_given(world: World) -> None:
    assert problems(world, "transfer-hub", refusals="trace-log") == [
        "refusals go to trace-log, and that ledger was not given"
    ]


def test_a_ledger_of_another_chain_than_the_declared_one_is_refused(world: World, tmp_path: Path) -> None:
    """The declared key bound no record of it: whoever can write the file could have made them all."""
    unkeyed = "the ledger cs-ledger was opened without a key, and its records are declared to be bound by one"
    other = (
        "the records of the ledger cs-ledger are declared to be bound by cs-audit-key, and it was opened with another"
    )
    guard = world.guard("pharmacy-gateway")
    given: list[tuple[str, tuple[str, bytes] | None]] = [
        (unkeyed, None),
        (other, ("cs-audit-keys.v1", bytes(32))),
        (other, ("k9", bytes(32))),
    ]
    for number, (said, key) in enumerate(given):
        with open_ledger(tmp_path / f"{number}.jsonl", name="cs-ledger", key=key) as wrong:
            assert problems(world, "pharmacy-gateway", ledgers={"cs-ledger": wrong}) == [said]
            with pytest.raises(RefusedError, match=said) as refused:
                guard.attach("cs-ledger", wrong)
            assert refused.value.reason == "ledger_unavailable"


def test_a_tenant_that_is_not_declared_is_said_before_anything_crosses(world: World, tmp_path: Path) -> None:
    """Without the section nothing holds the names against it; the guard failed inside at each crossing."""
    other = World(tmp_path, world.store, msgspec.structs.replace(world.declaration, tenants={}))
    found = problems(other, "pharmacy-014")
    (said,) = [message for message in found if message.endswith("records of pharmacy-014, which is no declared tenant")]
    assert said.split()[0] in {one.id for one in world.declaration.flows}
    other.close()


def test_what_is_given_in_the_place_of_something_else_is_said_at_once(world: World) -> None:
    given: Any = {"keyring": world.store, "ledgers": {"cs-ledger": "x.jsonl"}, "readers": {"dispense-record": "x"}}
    assert problems(world, "pharmacy-gateway", **given) == [
        "the keyring is none",
        "the ledger cs-ledger is none",
        "the reader of dispense-record is none",
    ]
    with pytest.raises(UsageError, match="the declaration is none"):
        Guard("boundaries.yaml", "pharmacy-gateway", keyring=world.keyring, ledgers={})  # type: ignore[arg-type]
    clocks: list[Any] = [NOW, lambda: NOW.replace(tzinfo=None), lambda: 1, lambda: {}["Castellane"]]
    for clock in clocks:
        assert problems(world, "pharmacy-gateway", clock=clock) == ["the clock gives no aware time"]
    for largest in (0, -1, True, "1MB", 1.5):
        assert problems(world, "pharmacy-gateway", largest=largest) == ["the largest payload is no number of bytes"]


def test_a_key_of_another_algorithm_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with KeyStore.create(tmp_path / "other" / "keys.json") as other:
        for name in world.store.names():
            algorithm: Any = world.store.stored(name).algorithm
            other.new(name, {"ECDSA-P-384": "Ed25519"}.get(algorithm, algorithm))
        found = problems(world, "pharmacy-014", keyring=Keyring.of_store(other))
    assert sorted(found) == [
        "the key hub-signing-key is of ed25519, and declared is ECDSA-P-384",
        "the key pharmacy-014-signing-key is of ed25519, and declared is ECDSA-P-384",
        "the key receipt-signing-key is of ed25519, and declared is ECDSA-P-384",
    ]


def test_a_sealing_key_of_another_algorithm_is_refused(world: World, tmp_path: Path) -> None:
    def change(declared: dict[str, Any]) -> None:
        declared["keys"]["pharmacy-014-key"]["algorithm"] = "AES-128"

    other = World(tmp_path, world.store, changed(tmp_path, change))
    assert problems(other, "pharmacy-014") == ["the key pharmacy-014-key is of AES-256, and declared is AES-128"]
    other.close()


def test_a_key_whose_algorithm_nobody_says_is_refused(world: World) -> None:
    class Silent(Keyring):
        def algorithm(self, name: str) -> str | None:
            """Say nothing."""
            return None

    assert problems(world, "line-1", keyring=Silent(world.store)) == [
        "the key plant-key is of an algorithm that its custodian does not say, and declared is AES-256"
    ]


def test_a_keyring_of_fewer_uses_than_the_component_has(world: World) -> None:
    found = problems(world, "line-1", keyring=world.keyring.limited(Uses(seals=frozenset({"plant-key"}))))
    assert len(found) == 1
    assert "line-signing-key" in found[0]
    (unsealed,) = problems(world, "line-1", keyring=world.keyring.limited(Uses(signs=frozenset({"line-signing-key"}))))
    assert "plant-key" in unsealed
    world.guard(
        "line-1",
        keyring=world.keyring.limited(Uses(seals=frozenset({"plant-key"}), signs=frozenset({"line-signing-key"}))),
    )


@pytest.mark.parametrize(
    ("field", "key", "component", "said"),
    [
        ("signs_with", "receipt-signing-key", "pharmacy-gateway", "receipt-signing-key"),
        ("verifies_with", "pharmacy-014-signing-key", "pharmacy-gateway", "pharmacy-014-signing-key"),
    ],
)
def test_a_layer_for_which_the_component_declares_no_key(
    world: World, tmp_path: Path, field: str, key: str, component: str, said: str
) -> None:
    def change(declared: dict[str, Any]) -> None:
        declared["components"][component][field].remove(key)

    weaker = World(tmp_path, world.store, changed(tmp_path, change))
    found = problems(weaker, component)
    assert found
    assert all(f"declares a layer under {said}, for which this component has no key" in one for one in found)
    weaker.close()


def test_a_sender_that_can_not_seal_what_nobody_sends_it_sealed(world: World, tmp_path: Path) -> None:
    def change(declared: dict[str, Any]) -> None:
        declared["components"]["pharmacy-gateway"]["seals_with"].remove("stock-key")

    weaker = World(tmp_path, world.store, changed(tmp_path, change))
    assert problems(weaker, "pharmacy-gateway") == [
        "pharmacy-gateway can't seal what it sends on movement-in, and is sent it by nobody who can"
    ]
    with pytest.raises(RefusedError) as refused:
        weaker.guard("inventory-service").cross(
            "movement-in",
            caller("pharmacy-gateway", method="spiffe"),
            b"{}",
            item="cs-movement",
            record="mv-1",
            tenant="pharmacy-014",
        )
    assert refused.value.reason == "layer_missing"
    weaker.close()


def test_field_encryption_is_the_innermost_layer(world: World, tmp_path: Path) -> None:
    def change(declared: dict[str, Any]) -> None:
        layers = flow(declared, "dispense-in")["protection"]["dispense-record"]
        layers.append({"sealed": "stock-key"})
        declared["components"]["patient-store"]["opens_with"].append("stock-key")

    weaker = World(tmp_path, world.store, changed(tmp_path, change))
    (said,) = problems(weaker, "pharmacy-gateway")
    assert said.startswith("the flow dispense-in encrypts fields outside of another layer")
    weaker.close()


def test_importing_the_package_imports_no_cryptography() -> None:
    code = "import sys, limen.controls, limen.controls.guard; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
    with pytest.raises(ImportError):
        from limen.controls.guard import nothing_here  # type: ignore[attr-defined]  # noqa: F401
