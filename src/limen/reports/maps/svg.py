"""The boundary map as SVG: one picture, no script, no outside reference."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from limen.records.assessment import BoundaryMap, MapEdge, MapNode, MapZone
from limen.reports._words import one_line
from limen.reports.maps.layout import Box, layout
from limen.reports.maps.routes import Route, routes

MOST_NODES = 400
"""Beyond it a drawing shows nothing to anybody."""
STYLE = """
.zone{fill:#f6f8fa;stroke:#8c959f;stroke-dasharray:5 4}.zone.untrusted{fill:#fff6f5;stroke:#d1767a}
.zone.inner{fill:#eef1f4}.zonename{font:600 13px system-ui,sans-serif;fill:#424a53}
.node rect{fill:#fff;stroke:#57606a}.node text{font:600 12px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}
.node .label{font:10px system-ui,sans-serif;fill:#57606a}.node.bad rect{stroke:#cf222e;stroke-width:2.5}
.edge path{fill:none;stroke:#818b98;stroke-width:1.3}.edge.crossing path{stroke:#4184d6}
.edge.open path{stroke-dasharray:6 3}.edge.bad path{stroke:#cf222e;stroke-width:2.4}
.edge .hit{stroke:transparent!important;stroke-width:9!important;stroke-dasharray:none!important}
.edge:hover path,.edge:focus path,.edge.lit path{stroke-width:3}
.focus .edge:not(.lit):not(:hover),.focus .node:not(.lit){opacity:.13}
"""
_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="context-stroke"/></marker></defs>'
)


def svg(
    boundary_map: BoundaryMap,
    bad: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    style: str = STYLE,
) -> str:
    """Return the drawing.

    `bad` gives a word for each flow or component with findings, `links` a reference for each flow that has one,
    `style` the CSS of the medium. A map with more than `MOST_NODES` components becomes a sentence, since nobody could
    read the picture.
    """
    marked, targets = bad or {}, links or {}
    if len(boundary_map.nodes) > MOST_NODES:
        return _sentence(
            f"{len(boundary_map.nodes)} components: too many for a picture; limen graph --format dot draws it elsewhere"
        )
    if not boundary_map.nodes:
        return _sentence("no components")
    boundary_map = BoundaryMap(  # they may be computed at each look
        zones=boundary_map.zones, nodes=tuple(boundary_map.nodes), edges=tuple(boundary_map.edges)
    )
    places = layout(boundary_map)
    width, height = f"{places.width:.0f}", f"{places.height:.0f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="Boundary map">'
    )
    parts = [head, f"<style>{style}</style>", _TIP]
    zones = {zone.id: zone for zone in boundary_map.zones}
    parts += [_zone(zones[name], box) for name, box in places.zones.items()]
    drawn = zip(boundary_map.edges, routes(boundary_map, places), strict=True)
    # findings are drawn last, so that nothing hides them
    for edge, route in sorted(drawn, key=lambda pair: (pair[0].id in marked, pair[0].crossing)):
        parts.append(_edge(edge, route, marked.get(edge.id, ""), targets.get(edge.id, "")))
    parts += [_node(node, places.nodes[node.id], marked.get(node.id, "")) for node in boundary_map.nodes]
    parts.append("</svg>")
    return "\n".join(parts)


def _sentence(text: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="40" role="img">'
        f'<text x="10" y="25">{escape(text)}</text></svg>'
    )


def _zone(zone: MapZone, box: Box) -> str:
    kind = "zone" + (" untrusted" if zone.trust == 0 else "") + (" inner" if zone.within else "")
    words = _cut(f"{zone.id} · trust {zone.trust}", box.width / 7.4)
    title = escape(one_line(zone.title))
    return (
        f'<rect class="{kind}" {_rect(box)} rx="9"><title>{title}</title></rect>'
        f'<text class="zonename" x="{box.x + 10:.0f}" y="{box.y + 18:.0f}">{words}</text>'
    )


def _edge(edge: MapEdge, route: Route, bad: str, target: str) -> str:
    kinds = ["edge"] + ["crossing"] * edge.crossing + ["bad"] * bool(bad) + ["open"] * (not edge.protected)
    transport = edge.protocol or "no protocol"
    items = ", ".join(edge.items) or "nothing"
    words = f"{edge.id}: {edge.source} → {edge.target}, {transport}, {items}{f'; {bad}' if bad else ''}"
    path = route.path()
    inside = (
        f'<path d="{path}" marker-end="url(#tip)"/><path class="hit" d="{path}"><title>{_xml(words)}</title></path>'
    )
    data = (
        f'class="{" ".join(kinds)}" data-flow="{_xml(edge.id)}" data-source="{_xml(edge.source)}" '
        f'data-target="{_xml(edge.target)}" data-words="{_xml(words)}"'
    )
    return f'<a {data} href="{escape(target)}">{inside}</a>' if target else f"<g {data}>{inside}</g>"


def _node(node: MapNode, box: Box, bad: str) -> str:
    middle = box.x + box.width / 2
    tenant = f", tenant {node.tenant}" if node.tenant else ""
    words = f"{node.id}: {node.title or node.id}; {node.kind}{tenant}; in plaintext: {node.label or 'nothing'}"
    if bad:
        words += f"; {bad}"
    return (
        f'<g class="node{" bad" if bad else ""}" data-component="{_xml(node.id)}" data-words="{_xml(words)}">'
        f'<title>{_xml(words)}</title><rect {_rect(box)} rx="6"/>'
        f'<text x="{middle:.0f}" y="{box.middle - 2:.0f}">{_cut(node.id, 21)}</text>'
        f'<text class="label" x="{middle:.0f}" y="{box.middle + 11:.0f}">{_cut(node.label or node.kind, 27)}</text></g>'
    )


def _rect(box: Box) -> str:
    return f'x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}"'


def _xml(text: str) -> str:
    """Return text on one line, escaped for an element or a quoted attribute."""
    return escape(one_line(text))


def _cut(text: str, most: float) -> str:
    """Return text escaped for XML and cut to a number of characters."""
    line = one_line(text)
    return escape(line if len(line) <= most else line[: max(1, int(most) - 1)] + "…")
