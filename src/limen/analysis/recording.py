"""Which crossings are recorded: in a ledger that is declared, and that the ends that record can reach."""

from __future__ import annotations

from msgspec import UNSET

from limen.analysis.kinds.flow import AuditPart
from limen.analysis.movement import Movement
from limen.model.flows import Audit


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
        self._writers: dict[int, frozenset[int]] = {
            keeper: frozenset(
                (keeper, *(network.source[flow] for flow in network.incoming[keeper] if movement.moves_forward(flow)))
            )
            for keeper in self.keepers
        }
        self._own = bytearray(len(network.components))
        for keeper in self.keepers:
            self._own[keeper] = 1
        self._audits: dict[int, tuple[frozenset[int], str, int]] = {}
        self._codes: dict[tuple[bool, str, bool], int] = {}
        self._parts: dict[int, AuditPart] = {}
        self.codes = [
            self._code(audit, source, target) if (audit := flow.audit) is not UNSET else 3 * self._own[target]
            for flow, source, target in zip(network.flows, network.source, network.target, strict=True)
        ]
        """For each flow what `part` depends on; bit 0: it goes into a ledger, bit 1: whoever records reaches one,
        bit 2: an end that reaches it does not record."""

    def _code(self, audit: Audit, source: int, target: int) -> int:
        """Return the code of a flow with an audit."""
        writers, by, code = self._audits.get(id(audit)) or self._audit(audit)
        if by == "to":
            reached = target in writers
        elif by == "from":
            reached = source in writers
        else:
            reached = target in writers and source in writers
        # A ledger's own record of what it takes is the one that counts; whoever writes to it need not note that too.
        silent = (by == "to" and source in writers and not self._own[target]) or (by == "from" and target in writers)
        return self._own[target] | reached << 1 | silent << 2 | code << 3

    def _audit(self, audit: Audit) -> tuple[frozenset[int], str, int]:
        """Return who can write to the ledger of an audit, who should, and a code that equal audits share."""
        writers = self._writers.get(self.keeper.get(audit.ledger, -1), frozenset())
        alike = (audit.ledger in self.keeper, audit.by, audit.redacts is True)
        found = (writers, audit.by, self._codes.setdefault(alike, len(self._codes) + 1))
        # By identity: loading makes equal audits the same object, which the declaration keeps alive.
        self._audits[id(audit)] = found
        return found

    def part(self, flow: int) -> AuditPart:
        """Return where a flow is recorded, as rules see it."""
        code = self.codes[flow]
        found = self._parts.get(code)
        if found is None:
            audit = self._network.flows[flow].audit
            own, reached = bool(code & 1), bool(code & 2)
            if audit is UNSET:
                found = AuditPart(
                    ledger="undeclared", reachable=reached, by="undeclared", silent_end=False, own_ledger=own
                )
            else:
                found = AuditPart(
                    ledger="declared" if audit.ledger in self.keeper else "unknown",
                    reachable=reached,
                    by=audit.by,
                    redacts=audit.redacts is True,
                    silent_end=bool(code & 4),
                    own_ledger=own,
                )
            self._parts[code] = found
        return found

    def recorded(self, flow: int) -> bool:
        """Return whether a flow is recorded: in a ledger that is reached, or because it goes into one."""
        return bool(self.codes[flow] & 3)
