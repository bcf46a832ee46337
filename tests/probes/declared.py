"""A small declaration with probes, for tests of the frame."""

from __future__ import annotations

from pathlib import Path

from limen.loading import load
from limen.loading.load import Loaded

TEXT = """\
version: 1
system: {id: rx}
zones:
  edge: {trust: 20, posture: {in_transit: {protocol: https, tls: {min: "1.2"}}}}
  core: {trust: 80, posture: {in_transit: {protocol: https, tls: {min: "1.3"}}}}
components:
  gateway: {zone: edge, kind: gateway}
  service: {zone: core, kind: service, partitions_by: tenant_id, isolation: {row_level_security: forced}}
flows:
  - {id: hand-over, from: gateway, to: service, carries: [], returns: []}
  - {id: back, from: service, to: gateway, carries: [], returns: [], in_transit: {protocol: amqps}}
keys:
  data-key: {provider: vault, id: data, algorithm: AES-256, rotation: P90D}
ledgers:
  log: {component: service, chain: {algorithm: SHA-256, format: limen-v1}}
secrets: {scanning: {repository: src}}
probes:
"""


def declared(folder: Path, *probes: str) -> Loaded:
    """Write and load a declaration with these probes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "boundaries.yaml"
    text = TEXT + "".join(f"  - {{{probe}}}\n" for probe in probes)
    path.write_text(text if probes else text.replace("probes:\n", ""), encoding="utf-8")
    return load(path)
