"""Sockets that misbehave: silent, dripping, resetting, endless, rubbish, and real servers whose answers are altered."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behave = Callable[[socket.socket], None]
_LINGER = struct.pack("ii", 1, 0)


@contextmanager
def serving(behave: Behave) -> Iterator[int]:
    """Serve each connection in a thread of its own; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    stop = threading.Event()

    def one(stream: socket.socket) -> None:
        with stream, contextlib.suppress(OSError):
            behave(stream)

    def accept() -> None:
        while not stop.is_set():
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(stream,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def silent(stream: socket.socket) -> None:
    """Take everything, say nothing."""
    while stream.recv(4096):
        pass


def drip(stream: socket.socket) -> None:
    """Begin a record, and send a byte of it from time to time."""
    stream.recv(4096)
    stream.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
    while True:
        stream.sendall(b"\x00")
        time.sleep(0.2)


def reset(stream: socket.socket) -> None:
    """Reset as soon as something is said."""
    stream.recv(4096)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)


def hang_up(stream: socket.socket) -> None:
    """Close as soon as something is said."""
    stream.recv(4096)


def rubbish(stream: socket.socket) -> None:
    """Answer with bytes of no protocol."""
    stream.recv(4096)
    stream.sendall(bytes(range(128, 256)) * 4)


def flood(stream: socket.socket) -> None:
    """Send a gigabyte of whole records that never finish a message."""
    stream.recv(4096)
    record = b"\x16\x03\x03\x40\x00" + b"\x0b\xff\xff\xff" + bytes(16380)
    for _ in range((1 << 30) // len(record)):
        stream.sendall(record)


def http(stream: socket.socket) -> None:
    """Serve plain HTTP, and nothing else."""
    asked = stream.recv(4096)
    if asked.startswith((b"GET ", b"HEAD ")):
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    else:
        stream.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def alert(number: int) -> Behave:
    """Answer every hello with one alert."""

    def behave(stream: socket.socket) -> None:
        stream.recv(4096)
        stream.sendall(b"\x15\x03\x03\x00\x02\x02" + bytes([number]))

    return behave


def altering(port: int, alter: Callable[[bytes], bytes]) -> Behave:
    """Stand before a real server and alter what it sends."""

    def behave(stream: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server:
            forward = threading.Thread(target=_forward, args=(stream, server), daemon=True)
            forward.start()
            while data := server.recv(1 << 16):
                time.sleep(0.005)  # a flight comes in several pieces; what is altered lies within one
                stream.sendall(alter(data))
            # What the server ends, ends.
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_WR)

    return behave


def either(port: int, other: Behave) -> Behave:
    """Hand TLS to a real server, and whatever does not begin with a TLS record to another behaviour."""

    def behave(stream: socket.socket) -> None:
        first = stream.recv(1, socket.MSG_PEEK)
        (altering(port, bytes) if first == b"\x16" else other)(stream)

    return behave


def _forward(source: socket.socket, sink: socket.socket) -> None:
    """Carry bytes one way; where the source resets, the sink must learn of it, too."""
    try:
        while data := source.recv(1 << 16):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
