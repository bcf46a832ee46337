"""What is asked of an endpoint that speaks TLS: versions, suites, groups, certificates, a whole transcript."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from limen.probes.interface import Context
from limen.probes.tls import codes
from limen.probes.tls.address import Address
from limen.probes.tls.answers import ServerHello, key_exchange, server_hello
from limen.probes.tls.hello import Offer, hello_record
from limen.probes.tls.preludes import NoTlsError
from limen.probes.tls.raw import Ended, Exchange
from limen.probes.tls.reader import MalformedError
from limen.probes.tls.records import HELLO_DONE, KEY_EXCHANGE, SERVER_HELLO, flight
from limen.probes.tls.sharing import COMPUTED
from limen.probes.tls.transcript import Transcript
from limen.probes.tls.wire import PATIENCE, connected

NO_TLS = "no tls"
"""The result of an exchange in which the server said that it speaks no TLS."""
_IMPATIENT = 2.0
"""Seconds for a server that was silent once."""
_MOST_SILENT = 2
"""After so many silent answers nothing more is offered: the endpoint, not the offer, is silent."""


class Scan:
    """Asks one endpoint; `exchanges` grows."""

    def __init__(self, address: Address, context: Context) -> None:
        """Ask nothing yet."""
        self.address, self.context = address, context
        self.exchanges: list[Exchange] = []
        self.alpn: Sequence[str] = address.alpn
        self.silent = 0
        self.offered: dict[int, ServerHello] = {}
        """What the server chose of each version that it takes."""
        self.found_suites: dict[int, list[int]] = {}
        """By version, the suites that it chose, in its order."""
        self.found_groups: list[int] = []
        self.scheme: int | None = None
        """How it signed in the transcript."""

    def begin(self) -> None:
        """Ask for the newest version; raises AttemptError where there is no connection or no time left."""
        self.version(codes.TLS13)

    def run(self) -> None:
        """Ask the rest; raises AttemptError where there is no connection or no time left."""
        for version in codes.VERSIONS[1:]:
            if self.without_tls or self.silent >= _MOST_SILENT:
                return
            self.version(version)
        if codes.TLS13 in self.offered:
            self.transcript(codes.SCHEMES)
            self.groups()
        for version in self.offered:
            self.suites(version)
        older = max((v for v in self.offered if v < codes.TLS13), default=0)
        if older:
            self.order(older)
            self.curves(older)
            self.prime(older)
        self.other_certificate(older)

    @property
    def without_tls(self) -> bool:
        """Whether the server said that it speaks no TLS, or speaks something else."""
        return not self.offered and any(e.result == NO_TLS or flight(e.received).foreign for e in self.exchanges)

    def ask(self, purpose: str, offer: Offer, enough: Callable[[bytes], bool], *, cut: bool = False) -> Exchange:
        """Send an offer over a connection of its own, and keep what comes back; `cut` keeps the first record alone."""
        sent, received, result = hello_record(offer), b"", ""
        with_patience = _IMPATIENT if self.silent else PATIENCE
        ended: Ended = "enough"
        try:
            with connected(self.address, self.context, patience=with_patience) as wire:
                wire.send(sent)
                received, ended = wire.receive(enough), wire.ended
        except NoTlsError:
            result = NO_TLS
        self.silent += ended == "silent"
        if cut and ended == "enough" and _over(first := _first_record(received), (SERVER_HELLO,)):
            received = first  # the rest was not asked for
        exchange = Exchange(
            purpose=purpose, version=offer.version, sent=sent, received=received, ended=ended, result=result
        )
        self.exchanges.append(exchange)
        return exchange

    def asked(self, purpose: str, offer: Offer, enough: Callable[[bytes], bool], *, cut: bool = False) -> Exchange:
        """Ask, once more where the connection merely ended: an end without a word says nothing if it happens once."""
        found = self.ask(purpose, offer, enough, cut=cut)
        alert = flight(found.received).alert
        if alert == codes.NO_APPLICATION_PROTOCOL and self.alpn:
            self.alpn = ()
            return self.asked(purpose, _without_alpn(offer), enough, cut=cut)
        if found.ended in ("closed", "reset") and not found.received and not found.result:
            found = self.ask(purpose, offer, enough, cut=cut)
        return found

    def offer(self, version: int, **given: Sequence[int]) -> Offer:
        """Return an offer of one version with everything, but for what is given."""
        new = version == codes.TLS13
        return Offer(
            version=version,
            name=self.address.name,
            suites=given.get("suites", codes.suites_13() if new else codes.suites_12()),
            groups=given.get("groups", codes.GROUPS_13 if new else codes.GROUPS_12),
            schemes=given.get("schemes", codes.SCHEMES),
            alpn=self.alpn,
        )

    def version(self, version: int) -> None:
        """Ask whether a version is taken; below 1.3 with all that the server sends in the clear."""
        enough = hello_seen if version == codes.TLS13 else _all_seen
        found = server_hello(flight(self.asked("version", self.offer(version), enough).received))
        if found is not None and found.version == version:
            self.offered[version] = found

    def transcript(self, schemes: Sequence[int]) -> None:
        """Shake hands over TLS 1.3 with what the server prefers, and keep all messages, decrypted."""
        preferred = self.offered[codes.TLS13].group
        groups = [preferred] if preferred in COMPUTED else list(COMPUTED[:2])
        for group in groups:
            with connected(self.address, self.context) as wire:
                try:
                    made = Transcript(wire, name=self.address.name, alpn=self.alpn, group=group, schemes=schemes)
                    self._kept(made, "transcript" if schemes is codes.SCHEMES else "other_certificate")
                except ValueError:
                    continue
                if schemes is codes.SCHEMES:
                    self.scheme = made.scheme
                if made.finished or schemes is not codes.SCHEMES:
                    return

    def _kept(self, made: Transcript, purpose: str) -> None:
        why = "finished"
        try:
            made.run()
        except (ValueError, MalformedError) as error:
            why = str(error)
        if not made.finished:
            why = f"alert {made.alert}" if made.alert is not None else why.replace("finished", "unfinished")
        self.exchanges.append(
            Exchange(purpose=purpose, version=codes.TLS13, detail=why, received=made.messages, ended=made.wire.ended)
        )

    def groups(self) -> None:
        """Ask which groups of TLS 1.3 are taken: each HelloRetryRequest names one, and costs the server nothing."""
        chosen = self.offered[codes.TLS13].group
        while chosen is not None:
            self.found_groups.append(chosen)
            left = [g for g in codes.GROUPS_13 if g not in self.found_groups]
            found = server_hello(flight(self._asked_scan("groups", self.offer(codes.TLS13, groups=left)).received))
            chosen = found.group if found is not None and found.group in left else None

    def suites(self, version: int) -> None:
        """Ask which suites of a version are taken, the server's choice of those that are left each time.

        What another version below TLS 1.3 was seen to take is not offered again: all of them are told as one list.
        """
        chosen = [self.offered[version].suite]
        everything = codes.suites_13() if version == codes.TLS13 else codes.suites_12()
        known = {suite for found in self.found_suites.values() for suite in found} | set(chosen)
        left = [suite for suite in everything if suite not in known]
        while left:
            found = server_hello(flight(self._asked_scan("suites", self.offer(version, suites=left)).received))
            if found is None or found.version != version or found.suite not in left:
                break
            left.remove(found.suite)
            chosen.append(found.suite)
        self.found_suites[version] = chosen

    def order(self, version: int) -> None:
        """Offer what a version takes in reverse: does the server still choose what it chose first?"""
        if len(self.found_suites[version]) > 1:
            self._asked_scan("order", self.offer(version, suites=self.found_suites[version][::-1]))

    def curves(self, version: int) -> None:
        """Ask which curves an older version takes besides those of TLS 1.3.

        The curve of an ECDSA certificate must stay on offer, or the server refuses for want of that one. It comes last.
        """
        suites = [s for s in self.found_suites[version] if codes.elliptic(s)]
        signing = [codes.suite_name(s) for s in suites]
        keep = [g for g in (23, 24, 25) if signing and all("_ECDSA_" in name for name in signing)]
        left = [g for g in codes.GROUPS_12 if g not in codes.FINITE_FIELDS and g not in (*self.found_groups, *keep)]
        while suites and left:
            found = self.asked("curves", self.offer(version, suites=suites, groups=[*left, *keep]), _exchange_seen)
            group = curve(found)
            if group is None or group in self.found_groups:
                return
            self.found_groups.append(group)
            left = [one for one in left if one != group]

    def prime(self, version: int) -> None:
        """Ask for a Diffie-Hellman prime of the server's own."""
        suites = [s for s in self.found_suites[version] if "_DHE_" in codes.suite_name(s)]
        if suites:
            groups = [g for g in codes.GROUPS_12 if g not in codes.FINITE_FIELDS]
            self.asked("prime", self.offer(version, suites=suites, groups=groups), _exchange_seen)

    def other_certificate(self, older: int) -> None:
        """Ask for the certificate of the other kind, which a server with two has: RSA besides ECDSA."""
        if codes.TLS13 in self.offered:
            for schemes in (codes.ECDSA_SCHEMES, codes.RSA_SCHEMES):
                if self.scheme not in schemes:
                    self.transcript(schemes)
            return
        chosen = codes.suite_name(self.offered[older].suite) if older else ""
        for kind in ("_ECDSA_", "_RSA_", "_DSS_"):
            suites = [s for s in self.found_suites.get(older, ()) if kind in codes.suite_name(s)]
            if suites and kind not in chosen:
                self.asked("other_certificate", self.offer(older, suites=suites), _all_seen)

    def _asked_scan(self, purpose: str, offer: Offer) -> Exchange:
        return self.asked(purpose, offer, hello_seen, cut=True)


def curve(exchange: Exchange) -> int | None:
    """Return the curve of a ServerKeyExchange; None where none came."""
    found = flight(exchange.received)
    hello, body = server_hello(found), found.body(KEY_EXCHANGE)
    if hello is None or body is None:
        return None
    try:
        seen = key_exchange(body, suite=codes.suite_name(hello.suite), version=hello.version)
    except MalformedError:
        return None
    return None if seen is None else seen.group


def hello_seen(data: bytes) -> bool:
    """Return whether a ServerHello, an alert or something foreign was received."""
    # What follows in further records is looked at only where the first one does not hold the whole message.
    return _over(_first_record(data), (SERVER_HELLO,)) or _over(data, (SERVER_HELLO,))


def _all_seen(data: bytes) -> bool:
    return _over(data, (HELLO_DONE,))


def _exchange_seen(data: bytes) -> bool:
    return _over(data, (KEY_EXCHANGE, HELLO_DONE))


def _over(data: bytes, kinds: tuple[int, ...]) -> bool:
    if not data:
        return False
    found = flight(data)
    return found.foreign or found.alert is not None or any(m.kind in kinds for m in found.messages)


def _first_record(data: bytes) -> bytes:
    end = 5 + int.from_bytes(data[3:5], "big")
    return data[:end] if len(data) > end > 5 else data


def _without_alpn(offer: Offer) -> Offer:
    return Offer(**{name: getattr(offer, name) for name in offer.__struct_fields__} | {"alpn": ()})
