"""From how a server treated each client certificate to what its mutual TLS is worth. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import UNSET

from limen.analysis.kinds.observed_tls import MutualPart, MutualVersionPart
from limen.probes.interface import AttemptError
from limen.probes.tls import codes
from limen.probes.tls.mutual import Behaviour
from limen.probes.tls.presented import asked_for_client, flight_of
from limen.probes.tls.raw import Handshakes

STATES = ("off", "ignored", "unchecked", "optional", "application", "required")
"""From the weakest to the strongest."""
_REFUSING = frozenset({400, 401, 403, 495, 496})
"""HTTP statuses by which a certificate may have been refused."""
_DECODER = msgspec.json.Decoder(Behaviour)
Treated = str | None
"""taken, refused (in the handshake), turned away (in the answer to a request); None where that is not known."""


def mutual_part(recorded: Handshakes, offered: tuple[int, ...]) -> MutualPart:
    """Return how the versions that are taken treat client certificates."""
    by_version = {version: _Version(recorded, version) for version in offered}
    versions = tuple(MutualVersionPart(version=v, state=one.state()) for v, one in by_version.items())
    states = [one.state for one in versions]
    right, expired = _treated(by_version.values(), "right"), _treated(by_version.values(), "expired")
    refused = any(one in ("refused", "turned away") for one in right)
    return MutualPart(
        asked=any(one.asked is True for one in by_version.values()),
        weakest=UNSET if "unknown" in states else min(states, key=STATES.index, default=UNSET),
        versions=versions,
        presented=bool(right or expired),
        right_accepted=False if refused else UNSET if not right or None in right else True,
        expired_taken=True if "taken" in expired else UNSET if not expired or None in expired else False,
    )


def _treated(versions: Iterable[_Version], kind: str) -> list[Treated]:
    """Return how a certificate was treated by each version to which it was presented."""
    return [one.treated(kind) for one in versions if kind in one.behaviours]


class _Version:
    """One version's answers to each client certificate."""

    def __init__(self, recorded: Handshakes, version: int) -> None:
        self.version = version
        self.behaviours: Mapping[str, Behaviour] = {
            exchange.detail: _behaviour(exchange.result)
            for exchange in recorded.exchanges
            if exchange.purpose == "mutual" and exchange.version == version
        }
        self.asked = self._asked(recorded)

    def _asked(self, recorded: Handshakes) -> bool | None:
        """Return whether the server asks for a certificate; None where no handshake went far enough to see it."""
        purposes = ("transcript",) if self.version == codes.TLS13 else ("version",)
        found = [
            asked_for_client(flight_of(exchange))
            for exchange in recorded.exchanges
            if exchange.version == self.version and exchange.purpose in purposes
        ]
        found += [one.asked for one in self.behaviours.values()]
        return True if True in found else False if False in found else None

    def treated(self, kind: str) -> Treated:
        """Return how one client was treated."""
        one = self.behaviours.get(kind)
        if one is None or (one.outcome == "failed" and not self._refused_oddly(kind, one)):
            return None
        if one.outcome in ("refused", "failed"):
            return "refused"
        if one.outcome == "finished":
            # Below TLS 1.3 the server finishes after it has seen the certificate; in 1.3 nothing says that it did.
            return "taken" if self.version < codes.TLS13 else None
        if one.says_certificate or one.status in (495, 496):
            return "turned away"
        if one.status in _REFUSING and kind != "right":
            right = self.behaviours.get("right")
            if right is None or right.outcome != "answered":
                return None
            return "taken" if right.status == one.status else "turned away"
        return "taken"

    def _refused_oddly(self, kind: str, one: Behaviour) -> bool:
        """Return whether an alert that is not about certificates can be about nothing else.

        The server asked for one, and took the right one; or it can't decode an empty list, as GnuTLS below TLS 1.3.
        """
        if one.alert is None or one.asked is not True:
            return False
        right = self.behaviours.get("right")
        return (kind == "none" and one.alert == codes.DECODE_ERROR) or (
            right is not None and right.outcome == "answered"
        )

    def state(self) -> str:
        """Return the state of the version."""
        none, stranger = self.treated("none"), self.treated("stranger")
        if self.asked is False:
            return "off" if none in ("taken", None) else "unknown"
        if self.asked is None or none is None or stranger is None:
            return "unknown"
        if none == "taken":
            return "ignored" if stranger == "taken" else "optional"
        if stranger == "taken":
            return "unchecked"
        return "required" if none == stranger == "refused" else "application"


def _behaviour(result: str) -> Behaviour:
    try:
        return _DECODER.decode(result)
    except msgspec.MsgspecError:
        raise AttemptError("what was recorded of client certificates can't be read") from None


def finished_versions(recorded: Handshakes) -> frozenset[int]:
    """Return the versions in which a whole handshake was finished, with whichever client."""
    return frozenset(
        exchange.version
        for exchange in recorded.exchanges
        if exchange.purpose == "mutual" and _behaviour(exchange.result).outcome in ("answered", "finished")
    )
