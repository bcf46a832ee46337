"""What components keep without saying so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.subjects import facts_of, inputs

DATA: dict[str, Any] = {"record": {}, "note": {}}
COMPONENTS: dict[str, Any] = {
    "source": {"originates": ["record", "note"], "seals_with": ["k"]},
    "place": {},
    "asker": {},
}
BRING: dict[str, Any] = {"id": "bring", "from": "source", "to": "place", "carries": ["record", "note"]}
FETCH: dict[str, Any] = {"id": "fetch", "from": "asker", "to": "place", "carries": [], "returns": ["record"]}


def place(flows: list[dict[str, Any]], **said: Any) -> dict[str, Any]:
    """The component called place, as rules see it."""
    components = {**COMPONENTS, "place": said}
    quarantine = {"asker": {"ingress": {"quarantine": "place"}}} if said.pop("is_quarantine", False) else {}
    found = facts_of({**components, **quarantine}, flows, data=DATA, keys={"disk": {}, "k": {}})
    return inputs(found.tables["component"])["place"]


@pytest.mark.parametrize(
    ("flows", "said", "stores", "undeclared"),
    [
        pytest.param([BRING], {}, 0, 0, id="what is brought may be used up"),
        pytest.param([BRING, FETCH], {}, 1, 1, id="what is fetched again was kept"),
        pytest.param([BRING, FETCH], {"stores": ["record"]}, 1, 0, id="which it says"),
        pytest.param([BRING, FETCH], {"stores": ["note"]}, 2, 1, id="which it says of another item"),
        pytest.param([FETCH], {"originates": ["record"]}, 0, 0, id="what it makes itself is not kept"),
        pytest.param([{**BRING, "of": "storage"}], {}, 2, 2, id="a copy of a medium stays"),
        pytest.param([BRING], {"at_rest": {"key": "disk"}}, 2, 2, id="who names a key for its medium keeps"),
        pytest.param([BRING], {"at_rest": {"key": "disk"}, "stores": ["note"]}, 1, 0, id="what it then names"),
        pytest.param([BRING], {"is_quarantine": True}, 2, 2, id="a quarantine keeps all that it gets"),
    ],
)
def test_what_the_flows_tell(flows: list[dict[str, Any]], said: dict[str, Any], stores: int, undeclared: int) -> None:
    found = place(flows, **said)
    assert (found["stores"], found["stores_undeclared"]) == (stores, undeclared)


def test_what_is_kept_sealed_need_not_be_declared() -> None:
    layers = {name: [{"sealed": "k"}] for name in ("record", "note")}
    found = place([{**BRING, "protection": layers}], at_rest={"key": "disk"})
    assert (found["stores"], found["stores_undeclared"]) == (2, 0)


def test_the_key_of_a_silent_medium_is_in_use() -> None:
    components = {**COMPONENTS, "place": {"at_rest": {"algorithm": "AES-256-GCM", "key": "disk"}}}
    found = facts_of(components, [BRING], data=DATA, keys={"disk": {}})
    assert inputs(found.tables["key"])["disk"]["uses"] == ["encrypt"]
    idle = facts_of(components, [], data=DATA, keys={"disk": {}})
    assert inputs(idle.tables["key"])["disk"]["uses"] == []
