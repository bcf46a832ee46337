"""A timestamp authority by the openssl program: a root, a certificate for timestamps, and responses to any data."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.evidence.oracle import jcs, sha

CONFIG = """\
[tsa]
serial = {folder}/serial
signer_cert = {folder}/tsa.crt
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
[usage]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
"""


def openssl(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run openssl."""
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, timeout=60, check=check)


class Authority:
    """One authority; its root, for a trust file, is `root.pem` in its folder."""

    def __init__(self, folder: Path, days: int = 365) -> None:
        folder.mkdir(parents=True)
        self.folder, self.config = folder, folder / "tsa.cnf"
        self.config.write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        root = [
            "-x509",
            "-subj",
            "/CN=Root of tests",
            "-days",
            str(days),
            "-config",
            self.config,
            "-extensions",
            "root",
        ]
        keys = ["-newkey", "rsa:2048", "-nodes"]
        self.config.write_text(self.config.read_text() + "[req]\ndistinguished_name = name\n[name]\n")
        openssl("req", *root, *keys, "-keyout", folder / "root.key", "-out", folder / "root.pem")
        request = folder / "tsa.csr"
        names = ["-subj", "/CN=Authority of tests", "-config", self.config]
        openssl("req", "-new", *names, *keys, "-keyout", folder / "tsa.key", "-out", request)
        signing = ["-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-CAcreateserial", "-days", str(days)]
        usage = ["-extfile", self.config, "-extensions", "usage"]
        openssl("x509", "-req", "-in", request, *signing, *usage, "-out", folder / "tsa.crt")

    @property
    def root(self) -> str:
        return (self.folder / "root.pem").read_text()

    def response(self, data: bytes, algorithm: str = "sha256") -> bytes:
        """Return a response over some data."""
        content, query, reply = (self.folder / name for name in ("data", "query.tsq", "reply.tsr"))
        content.write_bytes(data)
        openssl("ts", "-query", "-data", content, f"-{algorithm}", "-cert", "-out", query)
        made = ["-config", self.config, "-section", "tsa", "-queryfile", query, "-out", reply]
        openssl("ts", "-reply", *made)
        return reply.read_bytes()

    def stamp(self, pack: Path) -> None:
        """Put the next timestamp into a pack."""
        folder = pack / "envelope" / "timestamps"
        folder.mkdir(exist_ok=True)
        number = len(list(folder.glob("*.tsr"))) + 1
        envelope = pack / "envelope"
        files = [envelope / "statement.json", *envelope.glob("signatures*"), *envelope.glob("signatures/*")]
        files += folder.glob("*")
        digests = {file.relative_to(pack).as_posix(): sha(file.read_bytes()) for file in files if file.is_file()}
        data = jcs({"format": "limen-timestamped-1", "digests": digests}) + b"\n"
        (folder / f"{number:04}.json").write_bytes(data)
        (folder / f"{number:04}.tsr").write_bytes(self.response(data))
