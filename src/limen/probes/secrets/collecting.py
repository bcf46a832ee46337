"""One search: the target's files, on wish its history, other tools' results, and what of it is accepted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import UNSET

from limen.probes.allowances import AllowList, load_allowances
from limen.probes.git import Git
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.scan_results import Result, read_results
from limen.probes.secrets.baseline import excused, load_known
from limen.probes.secrets.examining import Examiner
from limen.probes.secrets.history import History, object_id
from limen.probes.secrets.patterns import SecretPattern, load_patterns
from limen.probes.secrets.pipelines import Pipelines, pipelines
from limen.probes.secrets.record import MOST_FOUND, Found, SearchRecord
from limen.probes.secrets.searching import Searcher
from limen.probes.tally import Tally
from limen.probes.tree import Tree, opened, read_file, root_of, tree_of

_LEAST_KEY = 16


def search(target: Target, context: Context) -> bytes:
    """Return the record of a search as JSON.

    Raises AttemptError where the target, or a file that the options name, can't be read, or the time is over.
    """
    return msgspec.json.encode(_Search(target, context).record())


class _Search:
    """One search; one use."""

    def __init__(self, target: Target, context: Context) -> None:
        options = target.options
        self.context = context
        self.root = root_of(target, "secrets")
        self.patterns = load_patterns(target.folder / name for name in options.patterns or ())
        self.key, self.key_id = _key(target, context)
        self.allowed: AllowList = load_allowances(_file(target, options.allow), context.started_at)
        self.known = load_known(_file(target, options.known), self.key_id)
        self.results = [read_results(target.folder / name) for name in options.results or ()]
        self.history = options.history is True
        self.ignored = options.ignored is True
        self.unscanned, self.excluded = Tally(), Tally()
        self.examiner = Examiner(Searcher(self.patterns), self.key, self.miss, context.remaining)
        self.found: list[Found] = []
        self.dropped = 0

    def miss(self, reason: str, path: str) -> None:
        """Note what is not searched, unless the allow-list says that it need not be."""
        (self.excluded if path and self.allowed.skips(path) else self.unscanned).add(reason, path)

    def record(self) -> SearchRecord:
        """Search, and return the record."""
        git = opened(self.root, self.context, needed=self.history)
        tree = tree_of(self.root, git, ignored=self.ignored)
        ids: set[bytes] = set()
        paths = self.search_tree(tree, git, ids)
        commits = self.search_history(tree, git, ids)
        for results in self.results:
            for reason in results.unfinished:
                self.unscanned.add(reason, "")
            self.add(self.foreign(one) for one in results.found)
        ran = self.pipelines(tree, paths)
        return SearchRecord(
            sort=tree.sort,
            ignored=self.ignored or tree.sort != "repository",
            history=self.history,
            patterns=len(self.patterns),
            patterns_sha256=_digest_of(self.patterns),
            key=self.key_id,
            files=self.examiner.files,
            size=self.examiner.size,
            commits=commits,
            found=tuple(self.found),
            dropped=self.dropped,
            unscanned=self.unscanned.result(),
            excluded=self.excluded.result(),
            unused_allowances=self.allowed.unused(),
            pipelines=ran.read,
            in_ci=ran.searched,
        )

    def search_tree(self, tree: Tree, git: Git | None, ids: set[bytes]) -> list[str]:
        """Search the files; return their paths, and put the ids of their content into `ids` for the history."""
        size = 0
        if self.history and git is not None:
            size = 64 if git.ask("rev-parse", "--show-object-format") == b"sha256\n" else 40
        paths: list[str] = []
        for entry in tree.entries:
            self.context.remaining()
            data: bytes | str = entry.reason or read_file(tree.root, entry.path)
            if isinstance(data, str):
                self.miss(data, self.examiner.safe(entry.path))
                continue
            paths.append(entry.path)
            if size:
                ids.add(object_id(data, size))
            self.add(self.examiner.examine(entry.path, data))
        return paths

    def search_history(self, tree: Tree, git: Git | None, ids: set[bytes]) -> int:
        """Search what is only in history; return the number of commits."""
        if not self.history:
            return 0
        if git is None or git.ask("rev-parse", "--git-dir") is None:
            raise AttemptError("history is asked for, and the target is no repository of git")
        history = History(git, self.context, self.miss)
        told = {(one.pattern, one.digest, one.path) for one in self.found}
        self.add(history.search(self.examiner, ids, told))
        return history.commits

    def add(self, found: Iterator[Found]) -> None:
        """Keep what was found, with its excuse."""
        for one in found:
            if len(self.found) >= MOST_FOUND:
                self.dropped += 1
            else:
                self.found.append(excused(one, self.allowed, self.known))

    def foreign(self, one: Result) -> Found:
        """Return another tool's finding as one of ours, its secret digested."""
        return Found(
            pattern=self.examiner.safe(one.rule),
            provider="generic",
            path=self.examiner.safe(one.path),
            line=one.line,
            column=one.column,
            commit=one.commit,
            length=0,
            entropy=0.0,
            digest=self.examiner.digest(one.secret.encode("utf-8", "replace")) if one.secret is not None else "",
            tool=self.examiner.safe(one.tool),
        )

    def pipelines(self, tree: Tree, paths: list[str]) -> Pipelines:
        """Return what the repository's pipelines say."""

        def read(path: str) -> bytes | None:
            data = read_file(tree.root, path)
            return data if isinstance(data, bytes) else None

        return Pipelines((), None) if tree.sort == "file" else pipelines(paths, read)


def _file(target: Target, name: object) -> Path | None:
    return None if name is UNSET else target.folder / str(name)


def _key(target: Target, context: Context) -> tuple[bytes, str]:
    """Return the key of the digests and its id: the declared one, or one of this run alone."""
    if not target.credential:
        return secrets.token_bytes(32), "random"
    key = context.credential(target).reveal().encode()
    if len(key) < _LEAST_KEY:
        raise AttemptError(f"the key of the digests has fewer than {_LEAST_KEY} bytes")
    return key, hashlib.sha256(b"limen-key-id-1\0" + key).hexdigest()[:16]


def _digest_of(patterns: tuple[SecretPattern, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode(patterns)).hexdigest()
