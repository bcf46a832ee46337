"""One file from its bytes to its secrets: encodings undone, archives opened, places counted out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator

import msgspec

from limen.analysis.decoding import MOST_LAYERS, decoded
from limen.analysis.placeholders import entropy
from limen.probes.secrets.archives import Budget, members, opaque
from limen.probes.secrets.record import Found
from limen.probes.secrets.searching import Hit, Searcher
from limen.probes.tree import shown

_UTF16 = ((b"\xff\xfe", "utf-16-le", 1), (b"\xfe\xff", "utf-16-be", 0))
_DOMAIN = b"limen-secret-1\0"


class Sight(msgspec.Struct, frozen=True):
    """A secret in a file's bytes."""

    hit: Hit
    secret: bytes
    """Never kept longer than until its digest is made."""
    at: int
    """Where it begins in the file, or the outermost encoding around it."""
    layers: tuple[str, ...]


class Examiner:
    """Searches files, archives and encodings; counts what it searched."""

    def __init__(
        self, searcher: Searcher, key: bytes, unscanned: Callable[[str, str], None], tick: Callable[[], object]
    ) -> None:
        """Search with `searcher`, digest with `key`, and tell `unscanned` of a reason and a path.

        `tick` is called before each file and member, and raises when the time is over.
        """
        self._searcher, self._key, self._unscanned, self._tick = searcher, key, unscanned, tick
        self.files = 0
        self.size = 0

    def examine(self, path: str, data: bytes, commit: str = "") -> Iterator[Found]:
        """Yield the secrets of one file, of its name and of archives within it; `path` as the system knows it."""
        name = self.safe(path)
        yield from self._named(path, name, commit)
        yield from self._file(name, data, (), Budget(), commit)

    def _named(self, path: str, name: str, commit: str) -> Iterator[Found]:
        raw = shown(path).encode()
        for hit in self._searcher.search(raw) if "[secret]" in name else ():
            found = self._found(name, raw, Sight(hit, raw[hit.start : hit.end], hit.start, ()), (), commit)
            yield msgspec.structs.replace(found, line=0, column=0)

    def safe(self, path: str) -> str:
        """Return a path as text without a secret in it."""
        text = shown(path)
        raw = text.encode()
        for hit in reversed(self._searcher.search(raw)):
            raw = raw[: hit.start] + b"[secret]" + raw[hit.end :]
        return raw.decode("utf-8", "replace")

    def digest(self, secret: bytes) -> str:
        """Return the HMAC of a secret under this search's key."""
        return hmac.new(self._key, _DOMAIN + secret, hashlib.sha256).hexdigest()

    def _file(self, path: str, data: bytes, layers: tuple[str, ...], budget: Budget, commit: str) -> Iterator[Found]:
        self._tick()
        within = members(data, budget)
        if within is not None:
            if len(layers) >= MOST_LAYERS:
                self._unscanned("an archive in too many others", path)
                return
            for member in within:
                name = f"{path}!{self.safe(member.name)}" if member.name else path
                if member.reason:
                    self._unscanned(member.reason, name)
                else:
                    yield from self._file(name, member.content, (*layers, member.layer), budget, commit)
            return
        if reason := opaque(data):
            self._unscanned(reason, path)
            return
        self.files += 1
        self.size += len(data)
        for text in (data, _narrowed(data)):
            for sight in self.sights(text):
                yield self._found(path, text, sight, layers, commit)

    def sights(self, data: bytes) -> Iterator[Sight]:
        """Yield the secrets in some bytes, in the clear and in encodings; one that is also in the clear only once."""
        told: set[tuple[str, bytes]] = set()
        for hit in self._searcher.search(data):
            secret = data[hit.start : hit.end]
            told.add((hit.pattern.id, secret))
            yield Sight(hit, secret, hit.start, ())
        for sight in self._encoded(data, (), None):
            known = (sight.hit.pattern.id, sight.secret)
            if known not in told:
                told.add(known)
                yield sight

    def _encoded(self, data: bytes, layers: tuple[str, ...], at: int | None) -> Iterator[Sight]:
        if len(layers) >= MOST_LAYERS:
            return
        for run in decoded(data):
            around = (*layers, run.encoding)
            start = run.start if at is None else at
            for hit in self._searcher.search(run.content):
                yield Sight(hit, run.content[hit.start : hit.end], start, around)
            yield from self._encoded(run.content, around, start)

    def _found(self, path: str, data: bytes, sight: Sight, layers: tuple[str, ...], commit: str) -> Found:
        pattern = sight.hit.pattern
        return Found(
            pattern=pattern.id,
            provider=pattern.provider,
            path=path,
            line=data.count(b"\n", 0, sight.at) + 1,
            column=sight.at - data.rfind(b"\n", 0, sight.at),
            commit=commit,
            layers=(*layers, *sight.layers),
            length=len(sight.secret),
            entropy=round(entropy(sight.secret), 2),
            digest=self.digest(sight.secret),
        )


def _narrowed(data: bytes) -> bytes:
    """Return what UTF-16 says, with a mark or without, as UTF-8; nothing where data is none.

    Data is searched as it is, too: a mark can be wrong, and what follows it be plain.
    """
    for mark, encoding, high in _UTF16:
        begins = data[:4096]
        if begins.startswith(mark) or begins[high::2].count(0) > max(8, len(begins) * 0.4):
            return data.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    return b""
