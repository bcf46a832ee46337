"""A RabbitMQ node of its own on loopback: own name, folders, cookie and port mapper, all ended by their own pids."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.ports import free_port, wait_until_listening
from tests.lab.tls_pki import Pki
from tests.lab.tls_servers import program
from tests.needs import need_program


def server() -> Path:
    """Return the program that runs a node as whoever starts it; Debian's wrapper would change the user."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    return found[-1] if found else need_program("rabbitmq-server")


@contextmanager
def rabbitmq(pki: Pki, *, user: str, password: str, strict: bool, plaintext: bool) -> Iterator[tuple[int, int]]:
    """Run a node; yield its port for TLS and that for plaintext, 0 where it has none.

    `strict` demands a client certificate; the user is the only one.
    """
    held = pki.server()
    port, open_port, mapper, distribution = (free_port() for _ in range(4))
    folder = pki.folder / f"rabbitmq-{port}"
    folder.mkdir()
    lines = [
        f"listeners.tcp.1 = 127.0.0.1:{open_port}" if plaintext else "listeners.tcp = none",
        f"listeners.ssl.1 = 127.0.0.1:{port}",
        f"ssl_options.cacertfile = {pki.trust}",
        f"ssl_options.certfile = {held.certificate}",
        f"ssl_options.keyfile = {held.key}",
        "ssl_options.versions.1 = tlsv1.3",
        "ssl_options.versions.2 = tlsv1.2",
        f"ssl_options.verify = {'verify_peer' if strict else 'verify_none'}",
        f"ssl_options.fail_if_no_peer_cert = {'true' if strict else 'false'}",
        f"default_user = {user}",
        f"default_pass = {password}",
        "log.file = false",
        "log.console = true",
        "log.console.level = warning",
    ]
    (folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
    environment = os.environ | {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"limen{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
    }
    epmd = [need_program("epmd"), "-address", "127.0.0.1", "-port", str(mapper)]
    with program(epmd, mapper, folder), (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [server()], env=environment, stdout=output, stderr=output, cwd=folder, start_new_session=True
        )
        try:
            for each in (port, open_port) if plaintext else (port,):
                listening = wait_until_listening(each, lambda: process.poll() is None, 60.0)
                assert listening, (folder / "output").read_text(errors="replace")[-2000:]
            yield port, open_port if plaintext else 0
        finally:
            with contextlib.suppress(ProcessLookupError):  # the node and what it started share a session of their own
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
