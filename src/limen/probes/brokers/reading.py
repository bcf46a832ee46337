"""From a listener's answers, as recorded, to facts: what is not plain from an answer stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET, UnsetType

from limen.analysis.kinds.observed_brokers import BrokersFacts, BrokerTlsPart
from limen.probes.brokers.asking import DIALECTS, Answers
from limen.probes.brokers.conversation import ANONYMOUS, Conversation, Outcome, Reading
from limen.probes.brokers.hello import VERSIONS, is_tls, told
from limen.probes.interface import AttemptError

_WITHOUT_CERTIFICATE = ("certificate_required", "bad_certificate", "no_certificate", "handshake_failure")
"""Alerts with which servers refuse who shows no certificate; the last only where one was asked for."""
_BROKEN = ("silent", "too long", "tls failed", "no tls")


class _Channel:
    """What one channel showed: plaintext, or TLS."""

    def __init__(self, answers: Answers, name: str) -> None:
        self._dialect = DIALECTS[answers.protocol]
        held = [one for one in answers.conversations if one.channel == name]
        self.anonymous = next((one for one in held if one.login == ANONYMOUS), None)
        self.logins = [one for one in held if one.login != ANONYMOUS]

    def read(self, held: Conversation) -> Reading:
        """Return what one conversation's answers mean."""
        found: Reading = self._dialect.read(held.answers, held.login)
        return found

    def outcome(self, held: Conversation) -> Outcome:
        """Return how one conversation ended; a refusal that was not said, or not heard, is unknown."""
        outcome = self.read(held).outcome
        return "unknown" if outcome == "refused" and held.end in _BROKEN else outcome

    @property
    def spoke(self) -> bool:
        """Whether the protocol was answered, and not merely to say that it goes on over TLS."""
        if self.anonymous is None:
            return False
        reading = self.read(self.anonymous)
        if len(self.anonymous.answers) <= self.anonymous.before:
            return False
        return reading.spoke and not (reading.tls_required and reading.outcome == "unknown")

    @property
    def end(self) -> str:
        """How the conversation without a credential ended."""
        return "" if self.anonymous is None else self.anonymous.end


def read_facts(answers: Answers) -> BrokersFacts:
    """Return the facts; raises AttemptError where nothing there speaks the protocol."""
    plain, tls = _Channel(answers, "plaintext"), _Channel(answers, "tls")
    hellos = {one.version: told(one) for one in answers.hellos}
    offered = tuple(version for version in VERSIONS if version in hellos and hellos[version].offered == "yes")
    asks = any(one.asks_certificate for one in hellos.values())
    encrypted = _encrypted(answers, plain, tls, offered)
    plaintext = _plaintext(plain, encrypted)
    if not plain.spoke and encrypted != "answered":
        raise AttemptError(f"nothing there speaks {answers.protocol}: {plain.end or 'it answered something else'}")
    certificate = _client_certificate(tls, asks=asks) if encrypted == "answered" else UNSET
    if not plain.spoke and not tls.spoke and certificate != "required":
        raise AttemptError(f"TLS is answered, but nothing behind it speaks {answers.protocol}: {tls.end or 'silence'}")
    anonymous: list[Outcome] = []
    passwords: list[Outcome] = []
    for channel, shut in ((plain, plaintext == "refused"), (tls, encrypted == "refused" or certificate == "required")):
        if channel.spoke and channel.anonymous is not None:
            anonymous.append(channel.outcome(channel.anonymous))
            passwords += [channel.outcome(one) for one in channel.logins]
        else:
            anonymous.append("refused" if shut else "unknown")
            passwords.append("refused" if shut else "unknown")
    held = [*plain.logins, *tls.logins, *(one.anonymous for one in (plain, tls) if one.anonymous is not None)]
    return BrokersFacts(
        protocol=answers.protocol,
        plaintext=plaintext,
        encrypted=encrypted,
        tls=_tls(offered, hellos_refused(answers), certificate) if encrypted == "answered" else UNSET,
        anonymous=_worst(anonymous),
        default_password=_worst(passwords),
        admitted=sum(one == "admitted" for one in (*anonymous, *passwords)),
        tried=len(plain.logins) + len(tls.logins),
        mechanisms=tuple(sorted({name for one in held for name in plain.read(one).mechanisms})),
        unseen=tuple(_unseen(plain, tls, plaintext, encrypted)),
    )


def hellos_refused(answers: Answers) -> frozenset[int]:
    """Return the versions that the listener refused by saying so."""
    return frozenset(one.version for one in answers.hellos if told(one).offered == "no")


def _encrypted(answers: Answers, plain: _Channel, tls: _Channel, offered: Sequence[int]) -> str:
    if offered or tls.spoke:
        return "answered"
    if any(is_tls(one.content) for one in answers.hellos):
        return "answered"
    # Who answers in plaintext at once, and to a ClientHello not as TLS does, is no listener for TLS.
    silent = any(one.end in ("silent", "too long") and not one.content for one in answers.hellos)
    return "unknown" if silent and not plain.spoke else "refused"


def _plaintext(plain: _Channel, encrypted: str) -> str | UnsetType:
    if plain.spoke:
        return "answered"
    held = plain.anonymous
    if held is None or encrypted != "answered":
        return UNSET
    alert = any(answer[:2] == b"\x15\x03" for answer in held.answers)
    tells = any(plain.read(one).tls_required for one in (held,))
    return "refused" if alert or tells or held.end in ("closed", "reset") else UNSET


def _client_certificate(tls: _Channel, *, asks: bool) -> str | UnsetType:
    if tls.spoke:
        return "optional" if asks else "off"
    alert = tls.end.removeprefix("alert:")
    if alert != tls.end and any(name in alert for name in _WITHOUT_CERTIFICATE[:-1]):
        return "required"
    shut = alert != tls.end or tls.end in ("closed", "reset")
    return "required" if asks and shut else UNSET


def _tls(offered: Sequence[int], refused: Iterable[int], certificate: str | UnsetType) -> BrokerTlsPart:
    least: int | UnsetType = min(offered, default=UNSET)
    if least is not UNSET and not {version for version in VERSIONS if version < least} <= set(refused):
        least = UNSET
    return BrokerTlsPart(min=least, versions=tuple(offered), client_certificate=certificate)


def _worst(outcomes: Sequence[Outcome]) -> str | UnsetType:
    if "admitted" in outcomes:
        return "admitted"
    if not outcomes or "unknown" in outcomes:
        return UNSET
    return "unasked" if "unasked" in outcomes else "refused"


def _unseen(plain: _Channel, tls: _Channel, plaintext: object, encrypted: str) -> Iterable[str]:
    if plaintext is UNSET:
        yield f"whether plaintext is answered: {plain.end or 'the answer is of another protocol'}"
    if encrypted == "unknown":
        yield f"whether TLS is answered: {tls.end or 'the answer is none of TLS'}"
    for channel, name in ((plain, "plaintext"), (tls, "TLS")):
        for one in (*([channel.anonymous] if channel.anonymous else []), *channel.logins):
            if channel.spoke and channel.outcome(one) == "unknown":
                who = f"{one.login.user} {one.login.mechanism}".strip() if one.login.given else "nobody"
                yield f"whether {who} is let in over {name}: {one.end or 'the answer says neither'}"
