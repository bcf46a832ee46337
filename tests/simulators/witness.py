"""A witness of C2SP tlog-witness on loopback: it keeps the last head of each log it knows, and cosigns what follows it.

It persists a head before it answers, refuses forks and rollbacks, and can be told to fail as real ones do.
Source: https://c2sp.org/tlog-witness
"""

from __future__ import annotations

import base64
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from limen.integrity.merkle import EMPTY, consistent
from limen.integrity.notes import cosignature, read_checkpoint, read_note, signature_lines, verify_note
from limen.integrity.signatures import KeySigner, PublicKey, key_signer, new_ed25519

SIZE = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9][0-9]*)")


class SmallWitness:
    """A witness: its name, its key, the logs that it knows by origin, and the last head of each, in a file."""

    def __init__(self, name: str, state: Path, logs: dict[str, PublicKey] | None = None) -> None:
        self.name, self.state = name, state
        self.logs = {} if logs is None else logs
        self.signer: KeySigner = key_signer(new_ed25519())
        self.clock: Callable[[], float] = time.time
        self.asked: list[int] = []
        """Status of each answer."""
        self._lock = threading.Lock()

    def head(self, origin: str) -> tuple[int, bytes]:
        """Return size and root of the last head of a log that it cosigned."""
        if not self.state.exists():
            return 0, EMPTY
        size, root = json.loads(self.state.read_text()).get(origin, [0, EMPTY.hex()])
        return size, bytes.fromhex(root)

    def answer(self, body: bytes) -> tuple[int, str, bytes]:
        """Return status, content type and body of the answer to add-checkpoint."""
        head, _, rest = body.partition(b"\n\n")
        try:
            old_line, *proof_lines = head.decode().split("\n")
            match = _OLD.fullmatch(old_line)
            proof = [base64.b64decode(line, validate=True) for line in proof_lines]
            note = read_note(rest)
            tree = read_checkpoint(note.text)
        except ValueError:
            match = None
        if match is None or len(proof) > 63:
            return 400, "text/plain", b""
        if tree.origin not in self.logs:
            return 404, "text/plain", b""
        if not verify_note(note, tree.origin, self.logs[tree.origin]):
            return 403, "text/plain", b""
        old = int(match[1])
        if old > tree.size:
            return 400, "text/plain", b""
        with self._lock:
            size, root = self.head(tree.origin)
            if old != size:
                return 409, SIZE, f"{size}\n".encode()
            if size == tree.size and root != tree.root:
                return 409, SIZE, f"{size}\n".encode()
            if not consistent(size, tree.size, root, tree.root, proof):
                return 422, "text/plain", b""
            self._persist(tree.origin, tree.size, tree.root)
        made = cosignature(note.text, self.name, self.signer, int(self.clock()))
        return 200, "text/plain", signature_lines((made,)).encode()

    def description(self, url: str) -> bytes:
        """Return what `limen pack --witness FILE` takes."""
        found = {"format": "limen-witness-1", "name": self.name, "url": url, "public_key": self.signer.key.pem}
        return json.dumps(found).encode()

    def _persist(self, origin: str, size: int, root: bytes) -> None:
        known: dict[str, Any] = json.loads(self.state.read_text()) if self.state.exists() else {}
        new = self.state.with_suffix(".new")
        with new.open("w") as file:
            json.dump({**known, origin: [size, root.hex()]}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.state)


@contextmanager
def served(witness: SmallWitness, instead: Callable[[], tuple[int, str, bytes]] | None = None) -> Iterator[str]:
    """Serve a witness on a free port for as long as the block lasts, and yield its URL; `instead` answers for it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/w/add-checkpoint":
                status, kind, content = 404, "text/plain", b""
            else:
                status, kind, content = witness.answer(body) if instead is None else instead()
            witness.asked.append(status)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/w"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
