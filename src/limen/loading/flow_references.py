"""References of flows. A declaration may have a million: parts that flows share are checked once."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from limen.loading.names import Names
from limen.loading.wording import listing, quote
from limen.model.flows import Flow
from limen.model.posture import ONE_WAY_PROTOCOLS


def check_flows(names: Names) -> None:
    """Report every reference of a flow to what is not declared, and every answer that is not declared."""
    checker = _FlowChecker(names)
    for flow in names.declaration.flows:
        checker.check(flow)
        if names.problems.full:
            names.problems.more = True
            return


class _FlowChecker:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.components = names.known("components") or {}
        self.flows = names.known("flows") or {}
        # Loading makes equal parts one object, so that its identity tells whether a part was found sound before.
        self.sound: set[int] = set()
        self.sound_items: set[tuple[int, ...]] = set()

    def check(self, flow: Flow) -> None:
        names, sound, flow_id = self.names, self.sound, flow.id
        if flow.source not in self.components:
            names.check("components", flow.source, "flows", flow_id, "from")
        if flow.target not in self.components:
            names.check("components", flow.target, "flows", flow_id, "to")
        if flow.fallback_for is not UNSET:
            self._check_fallback(flow, flow.fallback_for)
        if flow.tenant is not UNSET:
            names.check("tenants", flow.tenant, "flows", flow_id, "tenant")
        part: object = flow.carries
        if part is not UNSET and id(part) not in sound:
            before = len(names.problems.found)
            names.check_items(flow.carries, "flows", flow_id, "carries")
            self._keep(part, before)
        part = flow.returns
        if part is not UNSET and id(part) not in sound:
            before = len(names.problems.found)
            names.check_items(flow.returns, "flows", flow_id, "returns")
            self._keep(part, before)
        authz = flow.authz
        if authz is not UNSET and id(authz) not in sound:
            before = len(names.problems.found)
            names.check_all("roles", authz.roles, "flows", flow_id, "authz", "roles")
            self._keep(authz, before)
        audit = flow.audit
        if audit is not UNSET and id(audit) not in sound:
            before = len(names.problems.found)
            names.check("ledgers", audit.ledger, "flows", flow_id, "audit", "ledger")
            self._keep(audit, before)
        for index, hop in enumerate(flow.via):
            names.check("components", hop.component, "flows", flow_id, "via", index, "component")
        if flow.protection or flow.fields:
            self._check_items(flow)
        if flow.returns is UNSET and flow.carries is not UNSET:
            self._check_answer(flow)

    def _keep(self, part: object, before: int) -> None:
        if len(self.names.problems.found) == before:
            self.sound.add(id(part))

    def _check_fallback(self, flow: Flow, primary: str) -> None:
        self.names.check("flows", primary, "flows", flow.id, "fallback_for")
        if primary == flow.id:
            self.names.report("a flow can't be its own fallback", "name its primary", "flows", flow.id, "fallback_for")

    def _check_items(self, flow: Flow) -> None:
        """Check `protection` and `fields`: both may only speak of what the flow moves."""
        names = self.names
        parts = (id(flow.protection), id(flow.fields), id(flow.carries), id(flow.returns))
        if parts in self.sound_items:
            return
        before = len(names.problems.found)
        for part in ("protection", "fields"):
            for item in getattr(flow, part):
                self._check_moved(flow, part, item)
        for item, layers in flow.protection.items():
            for index, layer in enumerate(layers):
                at = ("flows", flow.id, "protection", item, index)
                names.check("keys", layer.sealed, *at, "sealed")
                names.check("keys", layer.signed, *at, "signed")
                if layer.field_encrypted is not UNSET:
                    names.check("keys", layer.field_encrypted.key, *at, "field_encrypted", "key")
                    names.check_fields(item, layer.field_encrypted.fields, *at, "field_encrypted", "fields")
        for item, fields in flow.fields.items():
            names.check_fields(item, fields, "flows", flow.id, "fields", item)
        if len(names.problems.found) == before:
            self.sound_items.add(parts)

    def _check_moved(self, flow: Flow, part: str, item: str) -> None:
        moved = tuple(item for items in (flow.carries, flow.returns) if items is not UNSET for item in items)
        if flow.carries is not UNSET and item not in moved:
            hint = f"it moves {listing(moved)}" if moved else "it moves nothing"
            self.names.report(f"the flow does not move {quote(item)}", hint, "flows", flow.id, part, item)
        else:
            self.names.check_item(item, "flows", flow.id, part, item)

    def _check_answer(self, flow: Flow) -> None:
        own = flow.in_transit.protocol if flow.in_transit is not UNSET else UNSET
        protocols = {own} if own is not UNSET else {self._zone_protocol(flow.source), self._zone_protocol(flow.target)}
        known = {str(protocol) for protocol in protocols if protocol is not UNSET}
        two_way = sorted(known - ONE_WAY_PROTOCOLS)
        if two_way:
            message = f"returns is missing, though {listing(two_way)} answers"
            self.names.report(message, "list what comes back, or write returns: []", "flows", flow.id)

    def _zone_protocol(self, component: str) -> str | UnsetType:
        declaration = self.names.declaration
        found = declaration.components.get(component)
        zone = declaration.zones.get(found.zone) if found is not None else None
        if zone is None or zone.posture is UNSET or zone.posture.in_transit is UNSET:
            return UNSET
        return zone.posture.in_transit.protocol
