"""Whether an end stays silent that could write to the ledger of a flow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.subjects import facts_of, inputs

LEDGERS = {"trail": {"component": "vault"}}


def silent(by: str, writers: tuple[str, ...], target: str = "store") -> bool:
    """Whether an end of a flow from portal stays silent, where some components write to the ledger."""
    components: dict[str, Any] = {"portal": {"originates": ["record"]}, "store": {}, "vault": {}}
    flows: list[dict[str, Any]] = [
        {"id": "put", "from": "portal", "to": target, "carries": ["record"], "audit": {"ledger": "trail", "by": by}},
        *[{"id": f"log-{name}", "from": name, "to": "vault", "carries": ["record"]} for name in writers],
    ]
    data = {"record": {}}
    table = inputs(facts_of(components, flows, ledgers=LEDGERS, data=data).tables["flow"])
    return bool(table["put"]["audit"]["silent_end"])


@pytest.mark.parametrize(
    ("by", "writers", "expected"),
    [
        ("both", ("portal", "store"), False),
        ("from", ("portal", "store"), True),
        ("to", ("portal", "store"), True),
        ("from", ("portal",), False),
        ("to", ("portal",), True),
        ("to", ("store",), False),
        ("from", ("store",), True),
        ("from", (), False),
    ],
)
def test_an_end_that_could_record_and_does_not(by: str, writers: tuple[str, ...], expected: bool) -> None:
    assert silent(by, writers) is expected


def test_a_ledger_records_what_it_takes() -> None:
    """Whoever writes into the ledger need not note that it did; the ledger must."""
    assert silent("to", (), target="vault") is False
    assert silent("both", (), target="vault") is False
    assert silent("from", (), target="vault") is True
