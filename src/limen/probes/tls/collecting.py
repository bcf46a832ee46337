"""One attempt on one endpoint: what is asked, in which order, and with which certificates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from msgspec import UNSET, UnsetType

from limen.probes.interface import AttemptError, Context, Target
from limen.probes.tls import codes, plaintext
from limen.probes.tls.address import SSH, Address, address
from limen.probes.tls.certificates import parsed
from limen.probes.tls.clients import Client, client, stranger
from limen.probes.tls.mutual import behaviours
from limen.probes.tls.presented import asked_for_client, flight_of, presented
from limen.probes.tls.raw import Exchange, Handshakes
from limen.probes.tls.scanning import Scan

_MOST_FILE = 1 << 22
_BEHAVING = (codes.TLS10, codes.TLS11, codes.TLS12, codes.TLS13)
"""Versions in which client certificates can be tried: OpenSSL no longer speaks SSL 3.0."""


def collected(target: Target, context: Context) -> Handshakes:
    """Ask an endpoint everything; raises AttemptError where there is no connection, or no time is left."""
    at = address(target)
    trust = _file(target, target.options.trust)
    host_keys = target.options.host_keys
    known = () if host_keys is UNSET else host_keys
    if at.protocol in SSH:
        from limen.probes.tls.ssh import exchanges

        return _recorded(at, exchanges(at, context), host_keys=known)
    clients = _clients(target, context)
    scan = Scan(at, context)
    scan.begin()
    spoken = plaintext.exchanges(at, context) if scan.silent else []
    # Many a server of a plaintext protocol waits for the rest of what a ClientHello looks like to it.
    if not any(plaintext.served(exchange) is True for exchange in spoken):
        scan.run()
    asked = scan.exchanges
    asked += spoken or plaintext.exchanges(at, context)
    able = [version for version in _BEHAVING if version in scan.offered]
    asking = [version for version in able if _asks(asked, version) is not False]
    if asking:
        asked += behaviours(at, context, {**clients, "stranger": stranger(context.started_at)}, asking)
    # Below TLS 1.3, who does not ask in the handshake may do so once it hears what is wanted, which matters where
    # client certificates do; and where the server's key does not sign, only a whole handshake shows that it has it.
    matters = bool(target.credential) or bool(target.declared.get("client_certificates"))
    older = [version for version in able if version not in asking and version < codes.TLS13]
    silent = [v for v in older if (matters and v == older[-1]) or not codes.signing(scan.offered[v].suite)]
    asked += behaviours(at, context, {"none": None}, silent)
    return _recorded(at, asked, anchors=_anchors(asked, trust), trust=trust, own="right" in clients)


def _recorded(
    at: Address,
    asked: Iterable[Exchange],
    *,
    anchors: tuple[bytes, ...] = (),
    trust: bytes | None = None,
    own: bool = False,
    host_keys: tuple[str, ...] = (),
) -> Handshakes:
    return Handshakes(
        host=at.host,
        port=at.port,
        name=at.name,
        protocol=at.protocol,
        exchanges=tuple(asked),
        anchors=anchors,
        trust="file" if trust is not None else "machine" if _machine() else "",
        own_credential=own,
        host_keys=host_keys,
    )


def _asks(asked: Iterable[Exchange], version: int) -> bool | None:
    """Return whether a version asks for a client's certificate, as far as the handshakes show."""
    purposes = ("transcript",) if version == codes.TLS13 else ("version",)
    found = [asked_for_client(flight_of(e)) for e in asked if e.version == version and e.purpose in purposes]
    return True if True in found else False if False in found else None


def _clients(target: Target, context: Context) -> Mapping[str, Client | None]:
    """Return whom to present: nobody and, where they are given, an expired client and the right one."""
    found: dict[str, Client | None] = {"none": None}
    expired = target.options.expired
    if expired is not UNSET:
        found["expired"] = client(context.secret(expired).reveal().encode(), "the expired client certificate")
    if target.credential:
        found["right"] = client(context.credential(target).reveal().encode(), "the credential")
    return found


def _file(target: Target, path: str | UnsetType) -> bytes | None:
    """Return the content of a file of the declaration's folder; raises AttemptError where it can't be read."""
    if path is UNSET:
        return None
    try:
        with (target.folder / Path(path)).open("rb") as file:
            return file.read(_MOST_FILE)
    except (OSError, ValueError) as error:
        raise AttemptError(f"the trust file {path} can't be read: {type(error).__name__}") from None


def _anchors(asked: Iterable[Exchange], trust: bytes | None) -> tuple[bytes, ...]:
    """Return the authorities that the chains may end at; raises AttemptError where the trust file holds none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if trust is not None:
        try:
            return tuple(one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(trust))
        except ValueError:
            raise AttemptError("the trust file holds no certificate in PEM") from None
    chains = [parsed(der) for one in presented(asked) for der in one.certificates]
    names = {name.public_bytes() for one in chains if one is not None for name in (one.issuer, one.subject)}
    return tuple(der for name, der in _machine() if name in names)


@cache
def _machine() -> tuple[tuple[bytes, bytes], ...]:
    """Return the authorities that this machine trusts: name and certificate of each."""
    import ssl

    found = [(parsed(der), der) for der in ssl.create_default_context().get_ca_certs(binary_form=True)]
    return tuple((one.subject.public_bytes(), der) for one, der in found if one is not None)
