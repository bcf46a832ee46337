"""The worst case for exposure analysis: every component reaches every other and no flow says what it carries.

Its size is in components and items, not flows: the bound of the fixpoint is components x items x states.
"""

from __future__ import annotations

import json
from collections.abc import Iterator


def dense_sections(components: int, items: int) -> dict[str, object]:
    """Every section but `flows`: two zones, `components` services that each originate one of `items`.

    Raises:
        ValueError: more items than components, so that some would start nowhere.
    """
    if items > components:
        raise ValueError(f"expected at most {components} items, one a component, got {items}")
    clearance = {"level": "internal"}
    started = {number: [f"item-{number}"] for number in range(items)}
    return {
        "version": 1,
        "system": {"id": "dense", "title": "Dense system for benchmarks", "owner": "platform-security"},
        "profiles": ["zero-trust"],
        "include": ["flows.jsonl"],
        "labels": {"levels": ["public", "internal", "secret"]},
        "data": {
            f"item-{number}": {"label": {"level": "secret" if number % 10 == 0 else "internal"}}
            for number in range(items)
        },
        "zones": {
            "left": {"trust": 1, "clearance": clearance, "callers": ["zone:right", "zone:left"]},
            "right": {"trust": 2, "clearance": {"level": "secret"}, "callers": ["zone:left", "zone:right"]},
        },
        "components": {
            f"node-{number}": {
                "zone": "left" if number % 2 else "right",
                "kind": "service",
                **({"originates": started[number]} if number in started else {}),
            }
            for number in range(components)
        },
    }


def dense_lines(components: int, degree: int | None = None) -> Iterator[str]:
    """One flow a line: to every other component, or to the next `degree` of a ring, which still reaches all."""
    posture = {
        "in_transit": {"protocol": "https", "tls": {"min": "1.3", "mutual": "required"}},
        "authn": {"method": "mtls", "credential": {"lifetime": "PT1H"}},
    }
    for source in range(components):
        for step in range(1, components if degree is None else degree + 1):
            target = (source + step) % components
            flow = {"id": f"f-{source}-{target}", "from": f"node-{source}", "to": f"node-{target}", "returns": []}
            yield json.dumps(flow | posture, separators=(",", ":"))
