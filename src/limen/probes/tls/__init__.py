"""The tls probe: what an endpoint speaks, takes and presents over TLS or SSH; by a ClientHello prober of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limen.probes.interface import AttemptError, Contact, Context, Seen, Target
from limen.records.attempts import RawResponse

NAME = "tls"
VERSION = "1"
KIND = "tls_observation"
CAPABILITY = (
    "plaintext",
    "versions.lowest",
    "suites.whole",
    "groups.whole",
    "certificate.trusted",
    "certificate.names_match",
    "certificate.expires_at",
    "certificate.proved",
    "mutual.weakest",
)


def contacts(target: Target) -> Sequence[Contact]:
    """Return every connection that an attempt would make; opens none."""
    from limen.probes.tls.address import SSH, address

    at = address(target)
    if at.protocol in SSH:
        return [Contact(where=at.where, what="about 4 SSH key exchanges, without a login")]
    return [
        Contact(
            where=at.where,
            what="30 to 120 TLS handshakes that are broken off, 1 to 6 attempts in plaintext, "
            f"and up to 16 requests (GET {at.path} over HTTP) with and without client certificates",
        )
    ]


def collect(target: Target, context: Context) -> Sequence[RawResponse]:
    """Ask, and return what was sent and received; raises AttemptError where nothing could be learnt."""
    try:
        import cryptography  # noqa: F401
        import OpenSSL  # noqa: F401 - whether it is there
    except ImportError:
        raise AttemptError("the tls probe needs limen[tls]: pip install 'limen[tls]'") from None
    from limen.probes.tls.collecting import collected
    from limen.probes.tls.raw import encoded

    return [encoded(collected(target, context))]


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts in what was recorded of an attempt that started `at`, in seconds since 1970; pure.

    Raises AttemptError where it says nothing.
    """
    from limen.probes.tls.raw import RAW_NAME, decoded
    from limen.probes.tls.reading import Reading

    if RAW_NAME not in raw:
        raise AttemptError(f"there is no {RAW_NAME}")
    recorded = decoded(raw[RAW_NAME])
    where = f"[{recorded.host}]:{recorded.port}" if ":" in recorded.host else f"{recorded.host}:{recorded.port}"
    if any(exchange.purpose == "ssh" for exchange in recorded.exchanges):
        from limen.probes.tls.ssh_reading import ssh_facts

        return [Seen(detail=where, facts=ssh_facts(recorded))]
    return [Seen(detail=where, facts=Reading(recorded, at).facts())]
