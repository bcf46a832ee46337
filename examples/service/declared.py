"""The declaration as it holds on this machine: a copy of boundaries.yaml with loopback in the place of the network.

What is declared of flows, keys, stores and ledgers stays as it was reviewed. Replaced is where a probe finds what runs
here, what it must be told of it (the authority, the witness, the canaries), and the pins of the servers' keys.

    FOLDER/boundaries.yaml          all probes; those of what does not run here still name the reference's own hosts
    FOLDER/running/boundaries.yaml  the same declaration, and only the probes of what runs here
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from examples.service.pki import write_private

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "boundaries.yaml"
"""The file that was reviewed; the guards load this one, as it is."""

Request = dict[str, Any]


class Running(NamedTuple):
    """What runs here, as far as probes ask for it."""

    ports: Mapping[str, int]
    """By component, where it listens."""
    pins: Mapping[str, str]
    """By component, the pin of its server's key."""
    logs: frozenset[str]
    """Components that write a log."""
    probes: Mapping[str, Callable[[Request], Request | None]]
    """By probe, what makes a request of this machine of one of the reference's: for key stores and databases."""


def write(folder: Path, running: Running) -> None:
    """Write both copies into a folder."""
    pins = _pins(running.pins)
    here = folder / "running"
    for target in (folder, here):
        (target / "flows").mkdir(parents=True, exist_ok=True)
        (target / "probes").mkdir(exist_ok=True)
        shutil.copyfile(REFERENCE, target / "boundaries.yaml")
        for source in sorted((REPOSITORY / "flows").iterdir()):
            text = source.read_text(encoding="utf-8")
            for old, new in pins.items():
                text = text.replace(old, new)
            write_private(target / "flows" / source.name, text.encode())
    for source in sorted((REPOSITORY / "probes").iterdir()):
        asked = yaml.safe_load(source.read_text(encoding="utf-8"))["probes"]
        moved = [(request, list(_moved(request, folder, running))) for request in asked]
        _write(folder / "probes" / source.name, [one for request, found in moved for one in found or [request]])
        _write(here / "probes" / source.name, [one for _, found in moved for one in found])


def _pins(running: Mapping[str, str]) -> dict[str, str]:
    """Return, by pin of the reference, the pin of the same component here."""
    pins = {}
    for flow in _flows():
        for pin in flow["in_transit"].get("tls", {}).get("pins", ()):
            if flow["to"] in running:
                pins[pin] = running[flow["to"]]
    return pins


def _flows() -> Iterator[Mapping[str, Any]]:
    for path in sorted((REPOSITORY / "flows").iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            yield from map(json.loads, text.splitlines())
        else:
            yield from yaml.safe_load(text)["flows"]


def _moved(request: Request, folder: Path, running: Running) -> Iterator[Request]:
    """Yield what a request of the reference is here; nothing for one of something that does not run here."""
    component = request.get("component", "")
    match request["probe"]:
        case "tls" if component in running.ports:
            host = request["endpoint"].rpartition(":")[0]
            trust = str(folder / "pki" / "authority.pem")
            yield _at(request, f"127.0.0.1:{running.ports[component]}", trust=trust, server_name=host)
        case "leak" if component in running.logs:
            yield _at(request, f"file:{folder / 'log' / component}", canaries=str(folder / "canaries.json"))
        case "secrets":  # the history of this repository is long, and was searched when it was written
            yield request | {
                "endpoint": str(REPOSITORY),
                "options": {"allow": str(REPOSITORY / "tests/secrets-allowed.yaml")},
            }
        case "code":
            for place in ("examples/service", "src/limen/controls"):
                yield request | {"endpoint": str(REPOSITORY / place), "options": {}}
        case probe if probe in running.probes:
            found = running.probes[probe](request)
            yield from () if found is None else (found,)


def _at(request: Request, endpoint: str, **options: Any) -> Request:
    return request | {"endpoint": endpoint, "options": request.get("options", {}) | options}


def _write(path: Path, requests: list[Request]) -> None:
    if requests:
        write_private(path, json.dumps({"probes": requests}, indent=1).encode())  # JSON is YAML
    else:
        path.unlink(missing_ok=True)


def hosts() -> dict[str, str]:
    """Return, by component, the host name under which the reference's probes know it."""
    asked = yaml.safe_load((REPOSITORY / "probes" / "tls.yaml").read_text(encoding="utf-8"))["probes"]
    return {one["component"]: one["endpoint"].rpartition(":")[0] for one in asked if "component" in one}
