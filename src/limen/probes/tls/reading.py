"""From what was recorded to facts: what an endpoint speaks, takes and presents. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from limen.analysis.kinds.observed_tls import CertificatePart, ExtensionsPart, ListPart, TlsFacts, VersionsPart
from limen.probes.interface import AttemptError
from limen.probes.tls import codes
from limen.probes.tls.answers import ServerHello, alpn, key_exchange, server_hello
from limen.probes.tls.certificates import certificate_part
from limen.probes.tls.clienting import mutual_part
from limen.probes.tls.plaintext import served
from limen.probes.tls.presented import encrypted_extensions, flight_of, presented
from limen.probes.tls.raw import Exchange, Handshakes
from limen.probes.tls.reader import MalformedError
from limen.probes.tls.records import KEY_EXCHANGE, flight
from limen.probes.tls.scanning import NO_TLS, curve


class Reading:
    """Reads one record."""

    def __init__(self, recorded: Handshakes, at: int) -> None:
        """Prepare to read what was recorded of an attempt that started `at`, in seconds since 1970."""
        self.recorded, self.at = recorded, at
        self.hellos: dict[int, list[ServerHello]] = {}
        for exchange in recorded.exchanges:
            hello = server_hello(flight_of(exchange))
            if hello is not None and hello.version == exchange.version and exchange.purpose != "transcript":
                self.hellos.setdefault(hello.version, []).append(hello)

    def facts(self) -> TlsFacts:
        """Return the facts; raises AttemptError where what was recorded says nothing."""
        plaintext, protocol = self.plaintext()
        if not self.hellos:
            if plaintext is True:
                return TlsFacts(channel="none", plaintext=True, plaintext_protocol=protocol)
            raise AttemptError(self.why_nothing())
        versions = self.versions()
        groups = self.groups()
        chains = list(presented(self.recorded.exchanges))
        return TlsFacts(
            channel="tls",
            plaintext=plaintext,
            plaintext_protocol=protocol,
            legacy=versions.offered[0] < codes.TLS13,
            versions=versions,
            suites=self.suites(versions),
            preference=self.preference(),
            groups=groups,
            prime_bits=self.prime_bits(),
            post_quantum=self.post_quantum(groups),
            extensions=self.extensions(),
            certificate=certificate_part(chains, self.recorded, self.at) if chains else CertificatePart(),
            mutual=mutual_part(self.recorded, versions.offered),
        )

    def of(self, *purposes: str) -> list[Exchange]:
        """Return the exchanges of some purposes."""
        return [exchange for exchange in self.recorded.exchanges if exchange.purpose in purposes]

    def why_nothing(self) -> str:
        """Return in words why nothing was seen."""
        asked = self.of("version")
        if any(exchange.result == NO_TLS for exchange in asked):
            return "it says that it speaks no TLS, and did not answer in plaintext either"
        if any(flight(exchange.received).foreign for exchange in asked):
            return "what answered speaks no TLS, and none of the protocols that were tried"
        alerts = {flight(exchange.received).alert for exchange in asked} - {None}
        if alerts:
            return f"it refused every version with alert {', '.join(map(str, sorted(a for a in alerts if a)))}"
        if any(exchange.received for exchange in asked):
            return "it began to answer, and did not get as far as to choose a version in time"
        ends = {exchange.ended for exchange in asked}
        if ends <= {"silent"}:
            return "it takes connections and says nothing"
        return "it ends every connection without an answer"

    def plaintext(self) -> tuple[bool | UnsetType, str]:
        """Return whether plaintext is served, and which protocol's."""
        asked = self.of("plaintext")
        answers = [served(exchange) for exchange in asked]
        if True in answers:
            return True, asked[answers.index(True)].detail
        if UNSET in answers:
            return UNSET, ""
        if False in answers:
            return False, ""
        # Silence is no answer; whoever closes, or answers with an alert, is not the protocol that was spoken.
        told = all(exchange.ended in ("closed", "reset") or exchange.received for exchange in asked)
        return (False if asked and told else UNSET), ""

    def versions(self) -> VersionsPart:
        """Return which versions are taken, refused and neither."""
        offered = sorted(self.hellos)
        refused = [v for v in codes.VERSIONS if v not in offered and self.refused(self.of_version("version", v), v)]
        unknown = sorted(set(codes.VERSIONS) - set(offered) - set(refused))
        lowest = UNSET if unknown and unknown[0] < offered[0] else offered[0]
        return VersionsPart(
            offered=tuple(offered),
            refused=tuple(sorted(refused)),
            unknown=tuple(unknown),
            lowest=lowest,
            highest=offered[-1],
        )

    def of_version(self, purpose: str, version: int) -> list[Exchange]:
        """Return the exchanges of a purpose in which a version was offered."""
        return [exchange for exchange in self.of(purpose) if exchange.version == version]

    def refused(self, asked: Sequence[Exchange], version: int) -> bool:
        """Return whether the last of these offers was refused: by an alert that says so, or by another version.

        An end without a word counts only where it came twice, and the endpoint takes something else.
        """
        if not asked:
            return False
        found = flight(asked[-1].received)
        hello = server_hello(found)
        if found.alert in codes.REFUSALS or (hello is not None and hello.version not in (0, version)):
            return True
        return len(asked) > 1 and all(_mute(exchange) for exchange in asked[-2:])

    def suites(self, versions: VersionsPart) -> ListPart:
        """Return the suites of all versions that are taken."""
        names = {codes.suite_name(hello.suite) for hellos in self.hellos.values() for hello in hellos}
        whole = not versions.unknown and all(self.exhausted("suites", version) for version in versions.offered)
        return ListPart(names=tuple(sorted(names)), whole=True if whole else UNSET)

    def exhausted(self, purpose: str, version: int) -> bool:
        """Return whether an endpoint said that it takes nothing of what was left."""
        return self.refused(self.of_version(purpose, version), version)

    def preference(self) -> str | UnsetType:
        """Return whose order counts: offered in reverse, does the server choose its first one again?"""
        for exchange in self.of("order"):
            hello = server_hello(flight(exchange.received))
            if exchange.version < codes.TLS13 and hello is not None and hello.version == exchange.version:
                return "server" if hello.suite == self.hellos[exchange.version][0].suite else "client"
        return UNSET

    def groups(self) -> ListPart:
        """Return the groups of all versions that are taken."""
        found = {hello.group for hello in self.hellos.get(codes.TLS13, ()) if hello.group is not None}
        whole = codes.TLS13 not in self.hellos or self.exhausted("groups", codes.TLS13)
        for exchange in (asked := self.of("curves")):
            group = curve(exchange)
            known = group in found
            found |= set() if group is None else {group}
        if asked:
            # An ECDSA certificate's curve is always on offer: where the client's order counts, nothing else is taken.
            last = known and self.preference() == "client"
            whole = whole and (last or self.refused(asked, asked[-1].version))
        elif any(codes.elliptic(hello.suite) for hello in self.older()):
            whole = False
        whole = whole and self.primes_seen()
        return ListPart(names=tuple(sorted(map(codes.group_name, found))), whole=True if whole else UNSET)

    def post_quantum(self, groups: ListPart) -> bool | UnsetType:
        """Return whether a group with ML-KEM is taken."""
        if any(codes.group_name(group) in groups.names for group in codes.HYBRIDS):
            return True
        return False if codes.TLS13 not in self.hellos or self.exhausted("groups", codes.TLS13) else UNSET

    def prime_bits(self) -> int:
        """Return the bits of the shortest prime of the server's own; 0 where none was seen."""
        found = []
        for exchange in self.of("prime", "version"):
            seen = flight(exchange.received)
            hello, body = server_hello(seen), seen.body(KEY_EXCHANGE)
            if hello is None or body is None or exchange.version == codes.TLS13:
                continue
            try:
                exchanged = key_exchange(body, suite=codes.suite_name(hello.suite), version=hello.version)
            except MalformedError:
                continue
            if exchanged is not None and exchanged.prime_bits is not None:
                found.append(exchanged.prime_bits)
        return min(found, default=0)

    def primes_seen(self) -> bool:
        """Return whether a prime of the server's own was seen, or refused, in each version with a suite of DHE."""
        with_dhe = {one.version for one in self.older() if "_DHE_" in codes.suite_name(one.suite)}
        return bool(self.prime_bits()) or all(self.exhausted("prime", version) for version in with_dhe)

    def older(self) -> list[ServerHello]:
        """Return what was chosen of the versions below TLS 1.3."""
        return [hello for version, hellos in self.hellos.items() if version < codes.TLS13 for hello in hellos]

    def extensions(self) -> ExtensionsPart:
        """Return what the versions below TLS 1.3 leave open, and the application protocol."""
        older = self.older()
        transcripts = [flight_of(exchange) for exchange in self.of("transcript")]
        protocols = [alpn(encrypted_extensions(one)) for one in transcripts] + [h.alpn for h in older]
        if not older:
            return ExtensionsPart(alpn=max(protocols, default=""))
        tls = [h for h in older if h.version > codes.SSL3]
        cbc = [h for h in tls if "_CBC_" in codes.suite_name(h.suite)]
        return ExtensionsPart(
            secure_renegotiation=all(codes.RENEGOTIATION in h.extensions for h in older),
            extended_master_secret=all(codes.MASTER_SECRET in h.extensions for h in tls) if tls else UNSET,
            encrypt_then_mac=all(codes.ENCRYPT_THEN_MAC in h.extensions for h in cbc) if cbc else UNSET,
            compression=any(h.compression for h in older),
            tickets=any(codes.TICKET in h.extensions for h in older),
            alpn=max(protocols, default=""),
        )


def _mute(exchange: Exchange) -> bool:
    return not exchange.received and exchange.ended in ("closed", "reset") and not exchange.result
