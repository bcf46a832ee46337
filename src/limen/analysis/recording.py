"""Which crossings are recorded: in a ledger that is declared, and that the ends that record can reach."""

from __future__ import annotations

from msgspec import UNSET

from limen.analysis.kinds.flow import AuditPart
from limen.analysis.movement import Movement


class Recording:
    """What is recorded of one network's flows."""

    def __init__(self, movement: Movement) -> None:
        """Find the components that keep ledgers, and who has a flow to them that carries something."""
        network = movement.network
        self._movement = movement
        self._network = network
        self.keeper: dict[str, int] = {}
        """The component that keeps each ledger; -1 for one that is not declared."""
        for name, ledger in network.declaration.ledgers.items():
            self.keeper[name] = network.component_index.get(ledger.component, -1)
        self.keepers = frozenset(self.keeper.values()) - {-1}
        """Components that keep a ledger."""
        self._writers: dict[int, set[int]] = {
            keeper: {
                keeper,
                *(network.source[flow] for flow in network.incoming[keeper] if movement.moves_forward(flow)),
            }
            for keeper in self.keepers
        }
        self._memo: dict[tuple[int, bool, bool], AuditPart] = {}

    def code(self, flow: int) -> tuple[int, bool, bool]:
        """Return what `part` depends on: the declared audit, whether its ledger is reached, whether it goes to one."""
        network = self._network
        audit = network.flows[flow].audit
        own = network.target[flow] in self.keepers
        if audit is UNSET:
            return (0, own, own)
        writers = self._writers.get(self.keeper.get(audit.ledger, -1))
        if writers is None:
            reached = False
        elif audit.by == "to":
            reached = network.target[flow] in writers
        elif audit.by == "from":
            reached = network.source[flow] in writers
        else:
            reached = network.source[flow] in writers and network.target[flow] in writers
        return (id(audit), reached, own)

    def part(self, flow: int) -> AuditPart:
        """Return where a flow is recorded, as rules see it."""
        code = self.code(flow)
        found = self._memo.get(code)
        if found is None:
            audit = self._network.flows[flow].audit
            _, reached, own = code
            if audit is UNSET:
                found = AuditPart(ledger="undeclared", reachable=reached, by="undeclared", own_ledger=own)
            else:
                found = AuditPart(
                    ledger="declared" if audit.ledger in self.keeper else "unknown",
                    reachable=reached,
                    by=audit.by,
                    redacts=audit.redacts is True,
                    own_ledger=own,
                )
            self._memo[code] = found
        return found

    def recorded(self, flow: int) -> bool:
        """Return whether a flow is recorded: in a ledger that is reached, or because it goes into one."""
        _, reached, own = self.code(flow)
        return reached or own
