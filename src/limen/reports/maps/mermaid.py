"""The boundary map as a Mermaid flowchart, which GitHub and many wikis draw."""

from __future__ import annotations

from collections.abc import Mapping

from limen.records.assessment import BoundaryMap, MapNode, MapZone
from limen.reports._words import one_line


def mermaid(boundary_map: BoundaryMap, bad: Mapping[str, str] | None = None) -> str:
    """Return the flowchart; zones are subgraphs, flows with findings are red."""
    marked = bad or {}
    names = {node.id: f"c{number}" for number, node in enumerate(boundary_map.nodes)}
    zone_names = {zone.id: f"z{number}" for number, zone in enumerate(boundary_map.zones)}
    members: dict[str, list[MapNode]] = {}
    for node in boundary_map.nodes:
        members.setdefault(node.zone, []).append(node)
    children: dict[str, list[MapZone]] = {}
    for zone in boundary_map.zones:
        children.setdefault(zone.within, []).append(zone)
    lines = ["flowchart LR"]
    for zone in children.get("", []):
        lines += _subgraph(zone, members, children, names, zone_names, "  ")
    red, dashed = [], []
    for number, edge in enumerate(boundary_map.edges):
        lines.append(f"  {names[edge.source]} -->|{_text(edge.id)}| {names[edge.target]}")
        if edge.id in marked:
            red.append(str(number))
        elif not edge.protected:
            dashed.append(str(number))
    if red:
        lines.append(f"  linkStyle {','.join(red)} stroke:#cf222e,stroke-width:2px")
    if dashed:
        lines.append(f"  linkStyle {','.join(dashed)} stroke-dasharray:5")
    return "\n".join(lines) + "\n"


def _subgraph(
    zone: MapZone,
    members: Mapping[str, list[MapNode]],
    children: Mapping[str, list[MapZone]],
    names: Mapping[str, str],
    zone_names: Mapping[str, str],
    indent: str,
) -> list[str]:
    lines = [f"{indent}subgraph {zone_names[zone.id]} [{_text(f'{zone.id} · trust {zone.trust}')}]"]
    lines += [f"{indent}  {names[node.id]}[{_text(node.id)}]" for node in members.get(zone.id, [])]
    for child in children.get(zone.id, []):
        lines += _subgraph(child, members, children, names, zone_names, indent + "  ")
    return [*lines, f"{indent}end"]


def _text(text: str) -> str:
    """Return a quoted Mermaid text; what could end it or be markup becomes an entity code."""
    safe = "".join(c if c.isalnum() or c in " .,-_·/" else f"#{ord(c)};" for c in one_line(text))
    return f'"{safe}"'
