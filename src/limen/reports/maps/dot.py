"""The boundary map as a Graphviz graph."""

from __future__ import annotations

from collections.abc import Mapping

from limen.records.assessment import BoundaryMap, MapNode, MapZone
from limen.reports._words import one_line


def dot(boundary_map: BoundaryMap, bad: Mapping[str, str] | None = None) -> str:
    """Return the graph in the DOT language; zones are clusters, flows with findings are red."""
    marked = bad or {}
    members: dict[str, list[MapNode]] = {}
    for node in boundary_map.nodes:
        members.setdefault(node.zone, []).append(node)
    children: dict[str, list[MapZone]] = {}
    for zone in boundary_map.zones:
        children.setdefault(zone.within, []).append(zone)
    lines = ["digraph limen {", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="sans-serif"];']
    for zone in children.get("", []):
        lines += _cluster(zone, members, children, marked, "  ")
    for edge in boundary_map.edges:
        color = "red" if edge.id in marked else "blue" if edge.crossing else "gray40"
        style = "solid" if edge.protected else "dashed"
        lines.append(
            f"  {_text(edge.source)} -> {_text(edge.target)} [label={_text(edge.id)}, color={color}, style={style}];"
        )
    return "\n".join([*lines, "}"]) + "\n"


def _cluster(
    zone: MapZone,
    members: Mapping[str, list[MapNode]],
    children: Mapping[str, list[MapZone]],
    marked: Mapping[str, str],
    indent: str,
) -> list[str]:
    name, words = _text(f"cluster_{zone.id}"), _text(f"{zone.id} (trust {zone.trust})")
    lines = [f"{indent}subgraph {name} {{", f"{indent}  label={words};"]
    for node in members.get(zone.id, []):
        color = ", color=red" if node.id in marked else ""
        words = f"{node.id}\n{node.label}" if node.label else node.id
        lines.append(f"{indent}  {_text(node.id)} [label={_text(words)}{color}];")
    for child in children.get(zone.id, []):
        lines += _cluster(child, members, children, marked, indent + "  ")
    return [*lines, f"{indent}}}"]


def _text(text: str) -> str:
    """Return a quoted DOT string; line breaks stay, everything else is on one line."""
    lines = [one_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n")]
    return '"' + "\\n".join(lines) + '"'
