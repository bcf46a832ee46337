#!/usr/bin/env python3
"""Verify an evidence pack of limen, without limen.

    python3 verify.py PACK --trust trust.json

One file; Python 3.9 or later, its standard library and the `openssl` program, nothing else. Take this file from a
release and compare its SHA-256 with the published one (`sha256sum -c verify.py.sha256`). Never take it, or any key,
from the pack that you are about to verify: whoever forges a pack can enclose a verifier that likes it.

PACK is a folder or a zip. The trust file is yours: it holds the public keys that you believe in, whose they are, from
when until when, and what you require. Without it the best answer is "intact, unauthenticated".

Exit codes: 0 everything was checked and holds; 1 something is broken; 2 there is no pack, or the command line or the
trust file can't be used; 3 nothing is broken, but something could not be checked. Unknown is never green.

How to read this file: from the top to the bottom. First how a pack is read, then canonical JSON, the tree, keys and
openssl, the trust file, and then one function for each check, in the order in which `main` calls them.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import hmac
import json
import math
import os
import re
import stat
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
import zlib

UTC = datetime.timezone.utc
MOST_FILES = 100_000  # more files than this, or more bytes than the next line says, and it is no pack
MOST_BYTES = 1 << 32
MOST_READ = 1 << 26  # bytes of a document of the core
MOST_LINES = 5_000_000  # lines of a file
MOST_SMALL = 1 << 24  # bytes of one of the envelope, and of what the auditor gives
MOST_LINE = 1 << 26  # bytes of one line
CHUNK = 1 << 20
OPENSSL_SECONDS = 60
MOST_SHOWN = 20  # breaks of one check
STATES = ("ok", "broken", "unchecked")
NAMES = (  # of the checks, in the order in which they are told
    "files sums core-format tree redaction population statement signatures-producer policy e-signatures manifestation "
    "timestamps time log checkpoint witnesses since previous"
).split()


# ---------------------------------------------------------------------------------------------------------------------
# What is found. Every check says at least one thing: ok, broken or unchecked.


class Broken(Exception):
    """Something that must hold does not; the reader is told what, in which file and in which record."""

    def __init__(self, what, file="", record=None):
        super().__init__(what)
        self.what, self.file, self.record = what, file, record


class Unchecked(Broken):
    """Something that could not be checked. It is never taken for something that holds."""


class NoPack(Exception):
    """There is no pack, or the command line or the trust file can't be used."""


class Results:
    """All that was found, in order."""

    def __init__(self):
        self.checks = []

    def add(self, name, status, what, file="", record=None):
        """Add what a check says; of one check, the first MOST_SHOWN breaks are told."""
        count = sum(check["name"] == name and check["status"] == "broken" for check in self.checks)
        if status == "broken" and count >= MOST_SHOWN:
            what, file, record = "and more of the kind", "", None
        if status != "broken" or count <= MOST_SHOWN:
            self.checks.append({"name": name, "status": status, "what": what, "file": file, "record": record})

    def ok(self, name, what):
        """Say that a check holds, unless something else was said of it."""
        if not self.told(name):
            self.add(name, "ok", what)

    def broken(self, name, what, file="", record=None):
        """Say that a check does not hold."""
        self.add(name, "broken", what, file, record)

    def problem(self, name, found):
        """Say what a Broken or an Unchecked says."""
        self.add(name, "unchecked" if isinstance(found, Unchecked) else "broken", found.what, found.file, found.record)

    def told(self, name, *statuses):
        """Return whether anything was said of a check, with one of some statuses if any are named."""
        return any(check["name"] == name and check["status"] in (statuses or STATES) for check in self.checks)


# ---------------------------------------------------------------------------------------------------------------------
# Reading a pack: a folder or a zip. Nothing is extracted, no link is followed, no name leads out of the pack.


class Folder:
    """The plain files of a folder; whatever else lies there is a fault."""

    def __init__(self, path):
        self.path = path

    def listed(self):
        """Return the size of each plain file, by name, and a list of (name, what is wrong with it)."""
        sizes, faults, waiting = {}, [], [""]
        while waiting:
            inside = waiting.pop()
            try:
                with os.scandir(os.path.join(self.path, inside)) as entries:
                    found = [(inside + entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
            except OSError as error:
                faults.append((inside.rstrip("/") or ".", f"it can't be read: {error.strerror}"))
                continue
            for name, status in found:
                if stat.S_ISREG(status.st_mode):
                    sizes[name] = status.st_size
                elif not stat.S_ISDIR(status.st_mode):
                    faults.append((name, "it is a link or a device, and a pack holds plain files alone"))
                elif name.count("/") >= 64:
                    faults.append((name, "it lies deeper than 64 folders"))
                else:
                    waiting.append(name + "/")
            if len(sizes) + len(faults) + len(waiting) > MOST_FILES:
                raise NoPack(f"{self.path} holds more files than any pack")
        return sizes, faults

    def chunks(self, name):
        """Yield the bytes of a file."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(os.path.join(self.path, name), flags), "rb", buffering=0) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Broken("it is no plain file", name)
                yield from iter(lambda: file.read(CHUNK), b"")
        except OSError as error:
            raise Broken(f"it can't be read: {error.strerror}", name) from None


class Zip:
    """The plain files of a zip; what two readers of a zip could take for different things is a fault."""

    DAMAGE = (OSError, ValueError, EOFError, RuntimeError, KeyError, zlib.error, zipfile.BadZipFile)

    def __init__(self, path):
        self.path = path
        try:
            self.archive = zipfile.ZipFile(path)
        except Zip.DAMAGE as error:
            raise NoPack(f"{path} can't be read as a zip: {error}") from None

    def listed(self):
        """Return the size of each plain file, by name, and a list of (name, what is wrong with it)."""
        sizes, faults, own = {}, [], os.path.basename(self.path)
        entries = self.archive.infolist()
        if len(entries) > MOST_FILES:
            raise NoPack(f"{self.path} holds more files than any pack")
        if self.archive.comment:
            faults.append((own, "the zip has a comment, in which another zip could lie"))
        hidden = self.hidden(entries, own)
        if hidden:
            faults.append(hidden)
        for entry in entries:
            name = entry.orig_filename
            wrong = self.wrong(entry)
            if wrong:
                faults.append((name, wrong))
            elif name in sizes:
                faults.append((name, "the zip has it twice"))
            elif not entry.is_dir():
                sizes[name] = entry.file_size
        return sizes, faults

    def hidden(self, entries, own):
        """Return name and fault of the first bytes that the zip's directory does not account for.

        Who reads a zip from its beginning, as many programs do that unpack, would find another pack there.
        """
        place = 0
        with open(self.path, "rb") as file:
            for entry in sorted(entries, key=lambda one: one.header_offset):
                if entry.header_offset != place and not place:
                    return own, "the zip begins with something else"
                if entry.header_offset < place:
                    return entry.orig_filename, "it lies over another file of the zip"
                if entry.header_offset > place:
                    return entry.orig_filename, "before it lies something that the zip's directory does not name"
                place = self.end(file, entry)
                if not place:
                    return entry.orig_filename, "its own header says otherwise than the zip's directory"
            if self.archive.start_dir != place:
                return own, "before the zip's directory lies something that it does not name"
            file.seek(place)
            rest = file.read(MOST_READ)
        place = 0
        for _ in entries:  # APPNOTE 4.3.12: 46 bytes, a name, an extra field and a comment
            lengths = struct.unpack_from("<3H", rest.ljust(place + 34, b"\0"), place + 28)
            place += 46 + sum(lengths)
        if len(rest) - place not in (22, 22 + 20 + 56):  # the end record; before it that of zip64 and its locator
            return own, "behind the zip's directory lies something else"
        return None

    @staticmethod
    def end(file, entry):
        """Return where an entry ends; 0 where its own header (APPNOTE 4.3.7) is not the one of the directory."""
        file.seek(entry.header_offset)
        header = file.read(30)
        if len(header) < 30:
            return 0
        signature, flags, method, checksum, packed, size, name, extra = struct.unpack("<4s2x2H4x3I2H", header)
        if (signature, method, flags & 0x849) != (b"PK\3\4", entry.compress_type, entry.flag_bits & 0x849):
            return 0
        said = (entry.CRC, entry.compress_size, entry.file_size)
        end = entry.header_offset + 30 + name + extra + entry.compress_size
        if not flags & 8:
            return end if (checksum, packed, size) in (said, (entry.CRC, 0xFFFFFFFF, 0xFFFFFFFF)) else 0
        file.seek(end)  # bit 3: checksum and sizes stand behind the content (APPNOTE 4.3.9)
        found = file.read(24)
        for mark in (b"PK\7\x08", b""):
            for form in ("<3I", "<I2Q"):
                if form == "<I2Q" or max(said) < 1 << 32:
                    behind = mark + struct.pack(form, *said)
                    if found.startswith(behind):
                        return end + len(behind)
        return 0

    @staticmethod
    def wrong(entry):
        """Return what keeps an entry from being a plain file or a folder."""
        if entry.filename != entry.orig_filename:
            return "its name ends early, or has another system's separators"
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            return "it is a link or a device, and a pack holds plain files alone"
        if entry.flag_bits & 0x41:
            return "it is encrypted"
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return "it is compressed in another way than a pack's files are"
        if entry.is_dir() and entry.file_size:
            return "it is a folder with content"
        return ""

    def chunks(self, name):
        """Yield the bytes of a file; zipfile holds them against their checksum and their size."""
        try:
            with self.archive.open(name) as file:
                yield from iter(lambda: file.read(CHUNK), b"")
        except Zip.DAMAGE as error:
            raise Broken(f"the zip is damaged there: {error}", name) from None


def oddity(name):
    """Return what makes a name one that not every system can hold, or that leads elsewhere; empty if it is fine."""
    parts = name.split("/")
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "its name is no UTF-8"
    if any(part in ("", ".", "..") for part in parts):
        return "its name is absolute, or has an empty part, '.' or '..'"
    if any(character in '\\:*?"<>|' for character in name) or not name.isprintable():
        return "its name has a character that not every system can hold"
    if any(part != part.strip() or part.endswith(".") for part in parts):
        return "a part of its name begins or ends with a blank, or ends with a dot"
    if len(encoded) > 1000 or any(len(part.encode()) > 255 for part in parts):
        return "its name is too long"
    if unicodedata.normalize("NFC", name) != name:
        return "its name is not in Unicode's composed form (NFC)"
    return ""


def collisions(names):
    """Return names that some systems take for another one: upper and lower case, a file within a file."""
    seen = {}
    found = [name for name in sorted(names) if seen.setdefault(name.casefold(), name) != name]
    for folded in list(seen):
        for place, character in enumerate(folded):
            if character == "/" and folded[:place] in seen:
                found.append(seen[folded[:place]])
    return sorted(set(found))


class Pack:
    """The files of a pack, and the SHA-256 of each of them once it was read."""

    def __init__(self, path):
        if os.path.isdir(path):
            self.container = Folder(path)
        elif os.path.isfile(path):
            self.container = Zip(path)
        else:
            raise NoPack(f"there is no pack at {path}")
        sizes, faults = self.container.listed()
        faults += [(name, oddity(name)) for name in sizes if oddity(name)]
        odd = {name for name, _ in faults}
        twice = "another name differs from it in case alone, or lies within it"
        faults += [(name, twice) for name in collisions(set(sizes) - odd)]
        self.faults = sorted(set(faults))
        bad = {name for name, _ in faults}
        self.sizes = {name: sizes[name] for name in sorted(sizes) if name not in bad}
        self.digests = {}
        self.held = {}
        if sum(self.sizes.values()) > MOST_BYTES:
            raise NoPack(f"{path} holds more bytes than any pack")
        if not any(name.startswith(("core/", "envelope/")) for name in self.sizes):
            raise NoPack(f"{path} is no pack: a pack holds core/ and envelope/")

    def __contains__(self, name):
        return name in self.sizes

    def chunks(self, name):
        """Yield the bytes of a file and note its digest."""
        if name not in self.sizes:
            raise Broken("it is missing", name)
        digest, size = hashlib.sha256(), 0
        for chunk in self.container.chunks(name):
            digest.update(chunk)
            size += len(chunk)
            if size > self.sizes[name]:
                raise Broken("it grew while it was read", name)
            yield chunk
        if self.digests.setdefault(name, digest.hexdigest()) != digest.hexdigest():
            raise Broken("it changed while it was read", name)

    def read(self, name):
        """Return the bytes of a file, which is read once."""
        if name not in self.held:
            most = MOST_READ if name.startswith("core/") else MOST_SMALL
            if self.sizes.get(name, 0) > most:
                raise Broken(f"it has {self.sizes[name]} bytes, and {most} at most belong there", name)
            self.held[name] = b"".join(self.chunks(name))
        return self.held[name]

    def lines(self, name):
        """Yield the lines of a file without their newlines; the last one must have one, too."""
        rest, count = b"", 0
        for chunk in self.chunks(name):
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            count += len(lines)
            if len(rest) > MOST_LINE or count > MOST_LINES:
                raise Broken(f"it has more than {MOST_LINES} lines, or one of more than {MOST_LINE} bytes", name)
            yield from lines
        if rest:
            raise Broken("its last line has no end", name)

    def digest(self, name):
        """Return the SHA-256 of a file."""
        if name not in self.digests:
            for _ in self.chunks(name):
                pass
        return self.digests[name]

    @property
    def redacted(self):
        """Whether records were withheld."""
        return "envelope/secret" not in self and any(name in self for name in REDACTED)


# ---------------------------------------------------------------------------------------------------------------------
# Canonical JSON (RFC 8785): each value has one text only. What is read is written again and compared, so that there is
# no room for a name that stands twice, for other blanks, or for another spelling of the same number.

LARGEST = 2**53 - 1
DEEPEST = 200
ASTRAL = re.compile(b"[\xf0-\xff]")  # characters that RFC 8785 sorts in another way than Python does


def no_constant(text):
    """Refuse NaN and Infinity."""
    raise ValueError(f"{text} is no JSON")


class Unusual(Exception):
    """A number that Python may write in another way than RFC 8785: the slow way has to be taken."""


def plain_float(text):
    """Return a float that Python writes as RFC 8785 does: no exponent, not whole, neither tiny nor huge."""
    value = float(text)
    if "e" in text or "E" in text or text.endswith("0") or not 1e-4 <= abs(value) < 1e15:
        raise Unusual
    return value


def whole(text):
    """Return an integer, as a double where only that is exact (RFC 8785, section 3.2.2.3)."""
    return int(text) if len(text) < 18 and abs(int(text)) <= LARGEST else float(text)


FAST = json.JSONDecoder(parse_float=plain_float, parse_constant=no_constant)
SLOW = json.JSONDecoder(parse_int=whole, parse_constant=no_constant)
WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)
LONG_NUMBER = re.compile(b"[0-9]{16}")


def parsed(text):
    """Return the value of a JSON text; raises ValueError where it is not the canonical text of that value."""
    shallow = len(text) < DEEPEST or text.count(b"[") + text.count(b"{") < DEEPEST
    plain = shallow and not (ASTRAL.search(text) or LONG_NUMBER.search(text))
    try:
        if plain:
            try:
                value = FAST.decode(text.decode())
                if WRITER.encode(value).encode() == text:
                    return value
                raise ValueError("it is not written as RFC 8785 has it")
            except Unusual:
                pass
        value = SLOW.decode(text.decode())
        if canonical(value).encode() != text:
            raise ValueError("it is not written as RFC 8785 has it")
        return value
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error}") from None
    except UnicodeError:
        raise ValueError("it is no UTF-8") from None


def canonical(value, depth=0):
    """Return the RFC 8785 text of a JSON value; raises ValueError where it has none."""
    if depth > DEEPEST:
        raise ValueError("it is nested too deeply")
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{WRITER.encode(name)}:{canonical(value[name], depth + 1)}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(one, depth + 1) for one in value) + "]"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("an integer beyond 2^53 has no exact JSON number")
    return WRITER.encode(value)


def number(value):
    """Return a float as ECMAScript writes it (RFC 8785, section 3.2.2.3)."""
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    return sign + digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{point - 1:+d}"


KINDS = {"text": str, "count": int, "object": dict, "list": list, "flag": bool}


def shape(words):
    """Return names with the kinds of their values, from `name:kind`; after a question mark it may be null."""
    return dict(word.split(":") for word in words.split())


def fields(value, expected, file, record=None, optional=()):
    """Return an object after its names and the kinds of its values were held against what is expected."""
    if not isinstance(value, dict):
        raise Broken("expected an object", file, record)
    wrong = [f"it lacks {name}" for name in expected if name not in value and name not in optional]
    wrong += [f"it has an unknown {name[:60]!r}" for name in value if name not in expected]
    if wrong:
        raise Broken("; ".join(wrong), file, record)
    for name, kind in expected.items():
        inner = value.get(name)
        if name not in value or (inner is None and kind.endswith("?")):
            continue
        if type(inner) is not KINDS[kind.rstrip("?")] or (kind == "count" and inner < 0):
            raise Broken(f"{name} is no {kind.rstrip('?')}", file, record)
    return value


def document(pack, name, end=b"\n"):
    """Return the value of a JSON file, which is canonical; in the envelope it ends with a newline, in the core not."""
    text = pack.read(name)
    if end is None:  # either
        end = b"\n" if text.endswith(b"\n") else b""
    if not text.endswith(end):
        raise Broken("it does not end with a newline", name)
    try:
        return parsed(text[: len(text) - len(end)])
    except ValueError as error:
        raise Broken(str(error), name) from None


TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)


def moment(text):
    """Return the time of a text such as 2026-11-22T10:00:00Z; raises ValueError for any other."""
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r:.40} is no time such as 2026-11-22T10:00:00Z")
    return datetime.datetime(*map(int, match.groups()), tzinfo=UTC)


def shown(time):
    """Return a time as it is written in a pack."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def unbase64(text):
    """Return the bytes of a base64 text; raises ValueError where it is not how those bytes are written."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError("it is no base64 as it is written")
    return content


# ---------------------------------------------------------------------------------------------------------------------
# The tree: RFC 6962, with salted leaves.


class Tree:
    """A Merkle tree that grows leaf by leaf; it holds one hash for each complete subtree."""

    def __init__(self):
        self.size = 0
        self.stack = []

    def add(self, leaf):
        """Add the hash of a leaf."""
        self.size += 1
        size = self.size
        while size % 2 == 0:
            leaf = hashlib.sha256(b"\1" + self.stack.pop() + leaf).digest()
            size //= 2
        self.stack.append(leaf)

    def root(self):
        """Return the root over all leaves so far, in hex."""
        if not self.stack:
            return hashlib.sha256().hexdigest()
        above = self.stack[-1]
        for left in reversed(self.stack[:-1]):
            above = hashlib.sha256(b"\1" + left + above).digest()
        return above.hex()


def salt_maker(secret, path):
    """Return the function that makes the salt of a record of a file from its index."""
    begin = b"limen-salt-v1\0" + path.encode() + b"\0"
    return lambda index: hmac.digest(secret, begin + index.to_bytes(8, "big"), "sha256")


def leaf_maker(path, kind):
    """Return the function that makes the hash of a leaf from its salt, its index and its content."""
    end = b',"path":' + canonical(path).encode() + b',"type":"' + kind.encode() + b'"}'
    sha256 = hashlib.sha256

    def leaf(salt, index, content):
        return sha256(b'\0%b{"content":"%b","index":%d%b' % (salt, content.encode(), index, end)).digest()

    return leaf


# ---------------------------------------------------------------------------------------------------------------------
# Keys, and the openssl program. A key's id is the SHA-256 of its SubjectPublicKeyInfo in DER.

PEM_KEY = re.compile(r"\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*", re.ASCII)
ALGORITHMS = (  # how the DER begins, how long it is, what openssl needs beside -rawin
    ("ed25519", bytes.fromhex("302a300506032b6570032100"), 44, []),
    ("ecdsa-p256", bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"), 91, ["-digest", "sha256"]),
    ("ecdsa-p384", bytes.fromhex("3076301006072a8648ce3d020106052b8104002203620004"), 120, ["-digest", "sha384"]),
    ("ml-dsa-65", bytes.fromhex("308207b2300b0609608648016503040312038207a100"), 1974, []),
)


class Key:
    """A public key from the auditor's trust file."""

    def __init__(self, pem):
        match = PEM_KEY.fullmatch(pem) if isinstance(pem, str) else None
        try:
            self.der = base64.b64decode("".join(match.group(1).split()), validate=True)
        except (AttributeError, ValueError):
            raise ValueError("it is no public key in PEM") from None
        self.id = hashlib.sha256(self.der).hexdigest()
        for self.algorithm, begin, size, self.options in ALGORITHMS:
            if self.der.startswith(begin) and len(self.der) == size:
                return
        raise ValueError("Ed25519, ECDSA P-256, ECDSA P-384 and ML-DSA-65 are taken, and it is none of them")

    def note_id(self, name, kind):
        """Return the four bytes that name the key in a signed note (C2SP)."""
        return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + self.der[12:]).digest()[:4]


class OpenSSL:
    """The openssl program, with a folder for what it reads."""

    def __init__(self, folder):
        self.folder = folder
        self.version = self.run("version")[1].strip()

    def file(self, name, content):
        """Write what openssl is to read and return where."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def run(self, *arguments):
        """Return the exit code and what was printed; 127 where there is no openssl."""
        environment = dict(os.environ, LC_ALL="C", TZ="UTC")
        try:
            done = subprocess.run(
                ["openssl", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=OPENSSL_SECONDS,
                env=environment,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return 127, ""
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def verifies(self, key, signature, message, file):
        """Return True or False; raises Unchecked where this openssl can't tell, as it does not know the algorithm."""
        pem = f"-----BEGIN PUBLIC KEY-----\n{base64.encodebytes(key.der).decode()}-----END PUBLIC KEY-----\n"
        key_file = self.file("key.pem", pem.encode())
        code, said = self.run(
            *["pkeyutl", "-verify", "-pubin", "-inkey", key_file, "-rawin", *key.options],
            *["-in", self.file("message", message), "-sigfile", self.file("signature", signature)],
        )
        if code == 0 and "Signature Verified Successfully" in said:
            return True
        if code == 1 and "Signature Verification Failure" in said:
            return False
        # Either the signature is not even one, or this openssl does not know the algorithm.
        knows = self.run("pkey", "-pubin", "-in", key_file, "-noout")[0] == 0
        if knows and "-rawin" in self.run("pkeyutl", "-help")[1]:
            return False
        raise Unchecked(f"{self.version or 'no openssl on PATH'}: it can't verify a signature by {key.algorithm}", file)

    def stamped(self, data, response, certificates, at=None):
        """Return when an authority with one of these certificates stamped some data; raises Broken and Unchecked.

        The certificates are judged at the time of the stamp: one that expired since was good when it was used.
        """
        time = self.stamp_time(response)
        reply, data_file = self.file("reply.tsr", response), self.file("data", data)
        judged = str(int((at or time).timestamp()))
        anchors = self.file("anchors.pem", "\n".join(certificates).encode())
        code, said = self.run(
            *["ts", "-verify", "-in", reply, "-data", data_file, "-CAfile", anchors, "-attime", judged]
        )
        if code == 0 and "Verification: OK" in said:
            return time
        if code in (0, 1) and "Verification: FAILED" in said:
            reasons = re.findall(r":(?:reason\(\d+\)|[a-z][a-z ]+):", said)
            raise Broken(f"openssl ts refuses it: {reasons[-1].strip(':') if reasons else 'it does not verify'}")
        raise Unchecked(f"{self.version or 'no openssl on PATH'}: it can't verify a timestamp")

    def in_force(self, response, data, certificates, at):
        """Return whether a timestamp that was verified would be made by valid certificates at another time, too."""
        try:
            self.stamped(data, response, certificates, at)
        except Broken:
            return False
        return True

    def stamp_time(self, response):
        """Return the time in a timestamp, read from its signed part alone."""
        code, said = self.run("ts", "-reply", "-in", self.file("reply.tsr", response), "-token_out", "-text")
        if code == 127:
            raise Unchecked("there is no openssl on PATH")
        times = re.findall(r"^Time stamp: (\w{3}) +(\d+) (\d+):(\d+):(\d+)(?:\.\d+)? (\d+) GMT$", said, re.MULTILINE)
        if code != 0 or len(times) != 1:
            raise Broken("it is no timestamp of RFC 3161")
        if not re.search(r"^Hash Algorithm: sha256$", said, re.MULTILINE):
            raise Broken("it is no timestamp over a SHA-256")
        month, *numbers = times[0]
        day, hour, minute, second, year = map(int, numbers)
        months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
        try:
            return datetime.datetime(year, months.index(month) + 1, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            raise Broken("its time is none") from None


# ---------------------------------------------------------------------------------------------------------------------
# The trust file. It is the auditor's, and never comes from the pack.

REQUIRE = shape("signatures:object timestamp:flag log:flag witnesses:count")
TRUST = shape("format:text keys:list logs:list witnesses:list authorities:list require:object")
KEY = shape("public_key:text holder:text user:text roles:list valid_from:text valid_to:text revoked:object?")


def requirements(value, file):
    """Return requirements with nothing left out: how many people by role, a timestamp, the log, witnesses."""
    found = {"signatures": {}, "timestamp": False, "log": False, "witnesses": 0}
    found.update(fields(value, REQUIRE, file, optional=REQUIRE))
    for role, count in found["signatures"].items():
        if type(count) is not int or not 1 <= count <= 1000:
            raise Broken(f"signatures of {role}: expected a number from 1 to 1000", file)
    return found


class Trust:
    """Whom the auditor believes."""

    def __init__(self, value):
        file = "the trust file"
        fields(value, TRUST, file, optional=[name for name in TRUST if name != "format"])
        if value["format"] != "limen-trust-1":
            raise Broken(f"its format is {value['format']!r:.40}, and limen-trust-1 is read", file)
        self.keys = [self.key(one, f"keys[{place}]") for place, one in enumerate(value.get("keys", []))]
        self.logs = self.named(value, "logs", "origin")
        self.witnesses = self.named(value, "witnesses", "name")
        self.certificates = []
        for place, one in enumerate(value.get("authorities", [])):
            fields(one, shape("name:text certificates:list"), f"authorities[{place}]")
            for pem in one["certificates"]:
                if not isinstance(pem, str) or pem.count("-----BEGIN CERTIFICATE-----") != 1:
                    raise Broken("expected certificates in PEM", f"authorities[{place}]")
                self.certificates.append(pem)
        self.require = requirements(value.get("require", {}), "require")
        self.no_contradictions()

    @staticmethod
    def key(one, place):
        """Return what is said of a key."""
        fields(one, KEY, place, optional=["revoked"])
        words = [one["user"], one["holder"], *one["roles"]]
        if not one["roles"] or not all(isinstance(word, str) and word and word == word.strip() for word in words):
            raise Broken("expected user, holder and roles, each in words", place)
        revoked = one.get("revoked")
        try:
            found = {"key": Key(one["public_key"]), "user": one["user"], "holder": one["holder"], "roles": one["roles"]}
            found["from"], found["to"] = moment(one["valid_from"]), moment(one["valid_to"])
            if revoked is not None:
                fields(revoked, shape("at:text reason:text"), place)
                revoked = dict(revoked, at=moment(revoked["at"]))
        except ValueError as error:
            raise Broken(str(error), place) from None
        if found["from"] >= found["to"]:
            raise Broken("valid_to is not after valid_from", place)
        return dict(found, revoked=revoked)

    @staticmethod
    def named(value, section, name):
        """Return the names and keys of logs or of witnesses."""
        found = []
        for place, one in enumerate(value.get(section, [])):
            where = f"{section}[{place}]"
            fields(one, shape(f"{name}:text public_key:text"), where)
            try:
                key = Key(one["public_key"])
            except ValueError as error:
                raise Broken(str(error), where) from None
            if key.algorithm != "ed25519":
                raise Broken("logs and witnesses sign by Ed25519", where)
            found.append((one[name], key))
        return found

    def no_contradictions(self):
        """A key is one person's alone and says once what holds at a time; a log and a witness have their own."""
        for place, one in enumerate(self.keys):
            for other in self.keys[:place]:
                same_person = (one["user"], one["holder"]) == (other["user"], other["holder"])
                if one["key"].id == other["key"].id and not same_person:
                    raise Broken("it is also somebody else's", f"keys[{place}]")
                if one["key"].id == other["key"].id and one["from"] < other["to"] and other["from"] < one["to"]:
                    raise Broken("it stands twice, for the same time", f"keys[{place}]")
                if one["user"] == other["user"] and not same_person:
                    raise Broken(f"the user {one['user']!r:.60} has two names", f"keys[{place}]")
                if one["user"] != other["user"] and plain_name(one["holder"]) == plain_name(other["holder"]):
                    both = f"{other['user']!r:.60} and {one['user']!r:.60} have one name, {one['holder']!r:.60}"
                    raise Broken(f"the users {both}: tell two people apart by it", f"keys[{place}]")
        ids = list({one["key"].id for one in self.keys}) + [key.id for _, key in self.logs + self.witnesses]
        if len(set(ids)) != len(ids):
            raise Broken("a key stands twice", "the trust file")


def plain_name(name):
    """Return a name so that those that look alike are the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def standing(entry, now, covered):
    """Return in words how a key counted when it signed; raises Broken where it did not count.

    `covered` is the earliest trusted timestamp that covers the signature, None where there is none.
    """
    judged, seen = (now, "now") if covered is None else (covered, f"at its timestamp, {shown(covered)}")
    if judged < entry["from"]:
        raise Broken("the key is valid from {}, and is not yet {}".format(shown(entry["from"]), seen))
    if judged >= entry["to"]:
        raise Broken("the key was valid until {}, and is expired {}".format(shown(entry["to"]), seen))
    if entry["revoked"] is not None:
        words = "the key was revoked at {}: {}".format(shown(entry["revoked"]["at"]), entry["revoked"]["reason"])
        if covered is None:
            raise Broken(f"{words}; no trusted timestamp shows that it signed before")
        if covered >= entry["revoked"]["at"]:
            raise Broken(f"{words}; its earliest trusted timestamp is {shown(covered)}")
        return f"{words}; it signed before, {seen}"
    return f"the key is valid {seen}"


# ---------------------------------------------------------------------------------------------------------------------
# The files of a pack

RECORDS = ["rules", "decisions", "details", "subjects", "findings", "claims", "attempts", "crossings", "waivers"]
DOCUMENTS = ["assessment", "vanished", "undeclared", "approvals", "sensitivity", "notes"]
CANONICAL = [f"core/{name}.json" for name in DOCUMENTS]
SIGNING = "core/inputs/signing.json"
CANONICAL += ["core/inputs/request.json", "core/inputs/previous.json", SIGNING]
PUBLIC = ["core/assessment.json", "core/rules.jsonl", "core/decisions.jsonl"]
SUBJECTS = ["SHA256SUMS", "VERIFY.md", "envelope/run.json", "envelope/log.jsonl", "envelope/checkpoint.txt"]
STATEMENT = "envelope/statement.json"
ALWAYS = PUBLIC + SUBJECTS[1:] + [STATEMENT]
FULL = ["SHA256SUMS", "envelope/secret", "core/inputs/request.json"]
FULL += [f"core/{name}.jsonl" for name in RECORDS] + CANONICAL[: len(DOCUMENTS)]
LEAVES = "envelope/leaves.jsonl"
LEAF = shape("index:count path:text salt:text type:text")
REDACTED = [LEAVES, "envelope/redaction.json"]
OTHERS = re.compile(
    r"reports/(limen\.(html|json|jsonl|sarif|xml|md|txt|pdf|xlsx)|oscal-(plan|results|component)\.json)"
    r"|core/inputs/(waivers\.yaml|(baseline|signing|previous)\.json|sensitivity/[^/]+\.json)"
    r"|core/inputs/((declaration|policies|own/[0-9]+)/.+|observations/(run\.json|SHA256SUMS|raw/[0-9a-f]{64}))"
    r"|envelope/(signatures/(?!0000)[0-9]{4}\.json|signatures\.pdf|timestamps/(?!0000)[0-9]{4}\.(json|tsr))",
    re.ASCII,
)
NAMED = frozenset(ALWAYS + FULL + REDACTED)
HEX = re.compile("[0-9a-f]{64}", re.ASCII)


def check_files(pack, results):
    """Nothing is missing, nothing is there that the format does not know, and every name is a plain one."""
    for name, what in pack.faults:
        results.broken("files", what, name)
    for name in pack.sizes:
        if name not in NAMED and not OTHERS.fullmatch(name):
            results.broken("files", "the format has no such file", name)
        elif pack.redacted and (name.startswith("reports/") or name == "SHA256SUMS"):
            results.broken("files", "a redacted pack must not hold it", name)
        elif not pack.redacted and name in REDACTED:
            results.broken("files", "a pack that is whole does not hold it", name)
    faulty = {name for name, _ in pack.faults}
    for name in ALWAYS + (REDACTED if pack.redacted else FULL):
        if name not in pack and name not in faulty:
            results.broken("files", "it is missing", name)
    if not pack.redacted and not any(name.startswith("core/inputs/declaration/") for name in pack.sizes):
        results.broken("files", "the declaration is missing", "core/inputs/declaration/")
    results.ok("files", f"{len(pack.sizes)} files, and no other")


def check_sums(pack, results):
    """Each file has the SHA-256 that SHA256SUMS says; the signed Statement names the digest of SHA256SUMS."""
    later = (STATEMENT, "envelope/signatures.pdf", "envelope/signatures/", "envelope/timestamps/")
    wanted = {name for name in pack.sizes if name != "SHA256SUMS" and not name.startswith(later)}
    listed = []
    for place, line in enumerate(pack.lines("SHA256SUMS")):
        digest, name = line[:64].decode("ascii", "replace"), line[66:].decode("utf-8", "replace")
        if not HEX.fullmatch(digest) or line[64:66] != b"  ":
            raise Broken("expected 64 hex digits, two blanks and a name", "SHA256SUMS", place)
        listed.append(name)
        if name not in pack:
            results.broken("sums", "SHA256SUMS names it, and it is not there", name)
        elif name not in wanted:
            results.broken("sums", "SHA256SUMS must not name it", name)
        elif pack.digest(name) != digest:
            results.broken("sums", "its SHA-256 is not the one in SHA256SUMS", name)
    for name in sorted(wanted - set(listed)):
        results.broken("sums", "SHA256SUMS does not name it", name)
    if listed != sorted(set(listed), key=str.encode):
        results.broken("sums", "its names are not in order, or one stands twice", "SHA256SUMS")
    results.ok("sums", f"the SHA-256 of {len(listed)} files is as listed")


# ---------------------------------------------------------------------------------------------------------------------
# The core: read once, line by line. The tree, the format and the population are checked while it goes by.

ASSESSMENT = shape(
    "format:text system:text assessed_at:text as_of:text scope:text partial:text fail_on:text "
    "verdict:text exit_code:count counts:object findings:object population:object claims:count "
    "observed:count unseeable:count"
)
TALLY = shape("failed:object gaps:count accepted:count")
STATUSES = ["error", "fail", "not_assessed", "pass", "not_applicable", "out_of_scope"]  # the worst first
SEVERITIES = ["critical", "high", "medium", "low"]
SCOPES = ("design", "conformance")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
GATING = ("fail", "error", "not_assessed")  # what must have a finding
RULE = shape("rule:text subject:text severity:text controls:list")
DECISION = shape("rule:text status:text severity:text controls:list kind:text")
DETAIL = shape("decision:count rule:text subject:text results:list")
SUBJECT = shape("kind:text subject:text")
FINDING = shape("rule:text subject:text status:text severity:text disposition:text fingerprint:text")
WAIVER = shape("fingerprint:text counted:flag")
RECORD_FORMS = {
    "core/rules.jsonl": RULE,
    "core/details.jsonl": DETAIL,
    "core/subjects.jsonl": SUBJECT,
    "core/findings.jsonl": FINDING,
    "core/waivers.jsonl": WAIVER,
}


def some_fields(value, expected, file, record=None):
    """Return an object after the fields that matter here were held against what is expected; it may have others."""
    if not isinstance(value, dict):
        raise Broken("expected an object", file, record)
    for name, kind in expected.items():
        inner = value.get(name)
        if type(inner) is not KINDS[kind] or (kind == "count" and inner < 0):
            raise Broken(f"{name} is missing, or is no {kind}", file, record)
    return value


class Core:
    """What the core says, as far as the checks need it, and its tree."""

    def __init__(self):
        self.tree = Tree()
        self.public_size = 0
        self.withheld = 0
        self.kept = {}  # public file of a redacted pack: how many of its leaves are there
        self.assessment = None
        self.rules = {}  # rule: its kind of subject, its severity and its controls
        self.decided = []  # rule and status of each decision
        self.details = []  # rule and subject of each decision's private half
        self.subjects = {}  # kind: its subjects, in order
        self.findings = []
        self.waived = set()  # fingerprints that a waiver counts for
        self.claims = [0, 0]  # how many, and how many of them were observed
        self.known = {}  # a line of decisions.jsonl: what it says; a few hundred of them are different

    def next_public(self, name, index):
        """Count a public leaf; return whether it is the next of its file."""
        self.public_size += 1
        self.kept[name] = self.kept.get(name, 0) + 1
        return self.kept[name] == index + 1

    def record(self, name, index, line):
        """Take a record; raises Broken where it is none, ValueError where it is not canonical JSON."""
        if name == "core/decisions.jsonl":
            if line not in self.known:
                self.known[line] = self.decision(parsed(line), name, index)
            self.decided.append(self.known[line])
            return
        value = parsed(line)
        form = RECORD_FORMS.get(name, {})
        value = some_fields(value, form, name, index)
        if name == "core/rules.jsonl":
            self.rule(value, name, index)
        elif name == "core/details.jsonl":
            if value["decision"] != index or index >= len(self.decided) or value["rule"] != self.decided[index][0]:
                raise Broken(f"it is not the detail of decision {index}", name, index)
            self.follows(value["results"], self.decided[index][1], name, index)
            self.details.append((sys.intern(value["rule"]), sys.intern(value["subject"])))
        elif name == "core/subjects.jsonl":
            self.subjects.setdefault(value["kind"], []).append(sys.intern(value["subject"]))
        elif name == "core/findings.jsonl":
            self.finding(value, name, index)
        elif name == "core/waivers.jsonl":
            self.waived.update([value["fingerprint"]] if value["counted"] else [])
        elif name == "core/claims.jsonl":
            self.claim(value, name, index)

    @staticmethod
    def follows(checks, status, name, index):
        """A decision is the worst of its checks; without any it neither passes nor fails."""
        found = [one.get("status") if isinstance(one, dict) else None for one in checks]
        if not all(isinstance(one, str) and one in STATUSES for one in found):
            raise Broken("a check of it ended in no way that there is", name, index)
        if min(found, key=STATUSES.index) != status if found else status in ("pass", "fail"):
            raise Broken(f"its checks do not come to {status}, which core/decisions.jsonl says", name, index)

    def rule(self, value, name, index):
        """Take a rule."""
        if value["rule"] in self.rules or value["severity"] not in SEVERITIES:
            raise Broken("the rule stands twice, or has no severity that there is", name, index)
        if not all(isinstance(one, str) for one in value["controls"]):
            raise Broken("its controls are no texts", name, index)
        self.rules[value["rule"]] = (value["subject"], value["severity"], value["controls"])

    def claim(self, value, name, index):
        """Count a claim, and whether it was observed."""
        agrees = value.get("agrees", "")
        if not (agrees is None or isinstance(agrees, bool)):
            raise Broken("it does not say whether the claim agrees with what was observed", name, index)
        self.claims = [self.claims[0] + 1, self.claims[1] + (agrees is not None)]

    def decision(self, value, name, index):
        """Return rule and status of a decision."""
        value = fields(value, DECISION, name, index)
        if value["status"] not in STATUSES:
            raise Broken(f"there is no status {value['status']!r:.40}", name, index)
        if self.rules.get(value["rule"]) != (value["kind"], value["severity"], value["controls"]):
            what = f"rules.jsonl has no rule {value['rule']:.80} of that kind and severity, for those controls"
            raise Broken(what, name, index)
        return value["rule"], value["status"]

    def finding(self, value, name, index):
        """Take a finding."""
        known = value["severity"] in SEVERITIES and value["status"] in GATING
        if not known or value["disposition"] not in ("open", "waived", "baseline", "inherited"):
            raise Broken("there is no such status, severity or disposition", name, index)
        self.findings.append(tuple(sys.intern(value[field]) for field in FINDING))


def tree_order(names):
    """Return the names of the files of the core in the order of the tree."""
    inside = [name for name in names if name.startswith("core/")]
    return [name for name in PUBLIC if name in inside] + sorted(set(inside) - set(PUBLIC), key=str.encode)


def is_records(name):
    """Whether each line of a file of the core is a leaf of its own."""
    return name.count("/") == 1 and name.endswith(".jsonl")


def read_core(pack, public_size, results):
    """Read a whole core; say what is wrong with its format and return what it says, None where there is no end."""
    core = Core()
    name = "redaction" if pack.redacted else "tree"
    try:
        if pack.redacted:
            read_redacted(pack, core, public_size, results)
        else:
            read_full(pack, core, results)
    except Broken as found:
        results.problem("core-format" if found.file.startswith("core/") else name, found)
        core = None
    if "envelope/run.json" in pack:
        try:
            document(pack, "envelope/run.json", None)
        except Broken as found:
            results.problem("core-format", found)
    results.ok("core-format", "records and documents are RFC 8785, each name once")
    return core


def take(core, results, name, index, line):
    """Give a record to the core and say what is wrong with it."""
    try:
        core.record(name, index, line)
    except Broken as found:
        results.problem("population", found)
    except ValueError as error:
        results.broken("core-format", str(error), name, index)


def take_file(pack, core, results, name):
    """Give a file that is one leaf to the core and return its digest."""
    if name in CANONICAL:
        try:
            value = document(pack, name, b"")
            if name == PUBLIC[0]:
                core.assessment = read_assessment(value, name)
            elif name == SIGNING:
                own_policy(pack)
        except Broken as found:
            results.problem("core-format", found)
    return pack.digest(name)


def read_assessment(value, name):
    """Return the public summary, after its form was held against what is expected."""
    value = some_fields(value, ASSESSMENT, name)
    known = value["scope"] in SCOPES and value["fail_on"] in SEVERITIES
    if value["format"] != "limen-pack-1" or not known:
        raise Broken("its format, its scope or a severity is none that is known", name)
    if not DAY.fullmatch(value["as_of"]):
        raise Broken("as_of is no day such as 2026-11-22", name)
    try:
        datetime.date(*map(int, value["as_of"].split("-")))
    except ValueError as error:
        raise Broken(f"as_of: {error}", name) from None
    fields(value["findings"], TALLY, name)
    if set(value["findings"]["failed"]) - set(SEVERITIES) or set(value["counts"]) - set(STATUSES):
        raise Broken("it counts a severity or a status that there is not", name)
    for counts in (value["counts"], value["population"], value["findings"]["failed"]):
        if not all(type(count) is int and count >= 0 for count in counts.values()):
            raise Broken("it counts in something else than numbers", name)
    return value


def read_full(pack, core, results):
    """Read the core of a full pack, of which every leaf can be computed."""
    text = pack.read("envelope/secret")
    if not re.fullmatch(b"[0-9a-f]{64}\n", text):
        raise Broken("expected 64 hex digits and a newline", "envelope/secret")
    secret = bytes.fromhex(text.decode().strip())
    sha256, add = hashlib.sha256, core.tree.add
    for name in tree_order(pack.sizes):
        salt, leaf = salt_maker(secret, name), leaf_maker(name, "record" if is_records(name) else "file")
        if is_records(name):
            for index, line in enumerate(pack.lines(name)):
                add(leaf(salt(index), index, sha256(line).hexdigest()))
                take(core, results, name, index, line)
        else:
            add(leaf(salt(0), 0, take_file(pack, core, results, name)))
        core.public_size = core.tree.size if name in PUBLIC else core.public_size


def read_redacted(pack, core, public_size, results):
    """Read the core of a redacted pack: leaves.jsonl has a salt for each leaf that is kept, a hash for each other."""
    places = {name: place for place, name in enumerate(tree_order(pack.sizes))}
    contents, kept, before = {}, 0, (-1, -1)
    for position, text in enumerate(pack.lines(LEAVES)):
        leaf = read_leaf(text, position)
        if "hash" in leaf:
            if position < public_size:
                what = "it is withheld and public: status, rule, controls and counts can't be"
                results.broken("redaction", what, LEAVES, position)
            core.tree.add(bytes.fromhex(leaf["hash"]))
            core.withheld += 1
            continue
        name, index = leaf["path"], leaf["index"]
        if name not in places:
            results.broken("redaction", "it is said to be kept, and is not there", name)
            raise Broken("the file that it stands for is not there", LEAVES, position)
        if (places[name], index) <= before:
            raise Broken("it does not come in order", LEAVES, position)
        before = (places[name], index)
        kept += 1
        if name in PUBLIC and not core.next_public(name, index):
            results.broken("redaction", "a public leaf before it is missing", LEAVES, position)
        content = ""
        if leaf["type"] == "file":
            contents[name] = iter(())
            content = take_file(pack, core, results, name)
        else:
            lines = contents.setdefault(name, pack.lines(name))
            line = next(lines, None)
            if line is None:
                results.broken("redaction", f"its line for record {index} is missing", name)
            else:
                content = hashlib.sha256(line).hexdigest()
                take(core, results, name, index, line)
        core.tree.add(leaf_maker(name, leaf["type"])(bytes.fromhex(leaf["salt"]), index, content))
    for name in places:
        if name not in contents:
            results.broken("redaction", "no leaf stands for it", name)
        elif next(contents[name], None) is not None:
            results.broken("redaction", "it has more lines than leaves stand for", name)
    check_redaction(pack, kept, core.withheld, results)


def read_leaf(text, position):
    """Return a line of leaves.jsonl."""
    where = (LEAVES, position)
    try:
        leaf = parsed(text)
    except ValueError as error:
        raise Broken(str(error), *where) from None
    withheld = isinstance(leaf, dict) and "hash" in leaf
    fields(leaf, shape("hash:text") if withheld else LEAF, *where)
    if not HEX.fullmatch(leaf["hash"] if withheld else leaf["salt"]):
        raise Broken("expected 64 hex digits", *where)
    if not withheld:
        kind = "record" if is_records(leaf["path"]) else "file"
        if leaf["type"] != kind or not leaf["path"].startswith("core/") or (kind == "file" and leaf["index"]):
            raise Broken("no leaf stands for such a thing", *where)
    return leaf


def check_redaction(pack, kept, withheld, results):
    """A redacted pack says itself how much is kept and how much withheld."""
    try:
        said = document(pack, REDACTED[1], None)
        fields(said, shape("format:text withheld:count kept:count reperformable:flag"), REDACTED[1])
    except Broken as found:
        results.problem("redaction", found)
        return
    if said != {"format": "limen-redaction-1", "withheld": withheld, "kept": kept, "reperformable": False}:
        what = f"{kept} leaves are kept and {withheld} withheld, and it says otherwise"
        results.broken("redaction", what, REDACTED[1])
    results.ok("redaction", f"{withheld} records withheld, not re-performable; {kept} are kept, and in the tree")


def check_population(pack, core, results):
    """Every rule judged every subject of its kind, once, and all that is counted follows from that."""
    assessment, public, redacted = core.assessment, "core/assessment.json", pack.redacted
    if assessment is None:
        results.add("population", "unchecked", "the summary can't be read", public)
        return
    population = assessment["population"]
    decided, counts, gating = check_decisions(core, redacted, results)
    for rule, (kind, _, _) in core.rules.items():
        if kind not in population:
            results.broken("population", f"it does not count the kind {kind}, which {rule} judges", public)
        if decided[rule] != population.get(kind, 0):
            what = f"{rule} has {decided[rule]} decisions for {population.get(kind, 0)} subjects"
            results.broken("population", what, "core/decisions.jsonl")
    if assessment["counts"] != counts:
        results.broken("population", "its counts are not those of the decisions", public)
    if not redacted:
        for kind in sorted(set(population) | set(core.subjects)):
            there, said = len(core.subjects.get(kind, [])), population.get(kind, 0)
            if there != said:
                what = f"it has {there} subjects of the kind {kind}, and the summary says {said}"
                results.broken("population", what, "core/subjects.jsonl")
            if len(set(core.subjects.get(kind, []))) != there:
                results.broken("population", f"a subject of the kind {kind} stands twice", "core/subjects.jsonl")
        if len(core.details) != len(core.decided):
            what = f"{len(core.decided)} decisions have {len(core.details)} details"
            results.broken("population", what, "core/details.jsonl")
        check_findings(pack, core, gating, results)
        check_observed(pack, core, results)
    check_enough(core, results)
    check_conclusion(assessment, results)
    results.ok("population", f"{len(core.decided)} decisions: every subject under every rule for its kind")


def check_decisions(core, redacted, results):
    """Decisions come rule by rule, and each is of the next subject of the rule's kind.

    Return how many there are by rule and by status, and the status of each that must have a finding.
    """
    order, last = {rule: place for place, rule in enumerate(core.rules)}, 0
    decided, counts, gating = dict.fromkeys(core.rules, 0), dict.fromkeys(STATUSES, 0), {}
    for index, (rule, status) in enumerate(core.decided):
        if order[rule] < last:
            results.broken("population", "it is out of the order of rules.jsonl", "core/decisions.jsonl", index)
        last, place = order[rule], decided[rule]
        decided[rule] += 1
        counts[status] += 1
        if redacted or index >= len(core.details):
            continue
        kind, subject = core.rules[rule][0], core.details[index][1]
        names = core.subjects.get(kind, [])
        if place < len(names) and names[place] != subject:
            what = f"it is of another subject than number {place} of the kind {kind}"
            results.broken("population", what, "core/details.jsonl", index)
        elif status in GATING:
            gating[rule, subject] = status
    return decided, counts, gating


def check_findings(pack, core, gating, results):
    """Each decision that is not good has a finding that says so, none says otherwise, and they are as many as told."""
    tally, missing, file = {"failed": {}, "gaps": 0, "accepted": 0}, dict(gating), "core/findings.jsonl"
    for index, (rule, subject, status, severity, disposition, fingerprint) in enumerate(core.findings):
        decided = gating.get((rule, subject))
        if decided == status:
            missing.pop((rule, subject), None)
        what = ""
        if rule not in core.rules:
            what = "" if subject.startswith("waiver:") else f"rules.jsonl has no rule {rule}"
        elif core.rules[rule][1] != severity:
            what = f"it is {severity}, and the rule {rule} is {core.rules[rule][1]}"
        elif decided is None:
            what = f"{rule} of {subject} is no decision that has a finding"
        elif STATUSES.index(status) < STATUSES.index(decided):
            what = f"it is {status}, and {rule} of {subject} was decided as {decided}"
        what = what or not_accepted(pack, core, disposition, fingerprint)
        if what:
            results.broken("population", what, file, index)
        if disposition != "open":
            tally["accepted"] += 1
        elif status == "fail":
            tally["failed"][severity] = tally["failed"].get(severity, 0) + 1
        else:
            tally["gaps"] += 1
    said = core.assessment["findings"]
    if dict(said, failed={severity: count for severity, count in said["failed"].items() if count}) != tally:
        results.broken("population", "it counts other findings than there are", "core/assessment.json")
    if missing and "only flow" not in core.assessment["partial"]:
        rule, subject = min(missing)
        results.broken("population", f"{rule} of {subject} is {missing[rule, subject]}, and no finding says so", file)


def not_accepted(pack, core, disposition, fingerprint):
    """Return what keeps a finding that is said to be accepted from being so; empty where nothing does."""
    if disposition == "waived":
        return "" if fingerprint in core.waived else "it is waived, and no waiver of core/waivers.jsonl counts for it"
    file = {"baseline": "core/inputs/baseline.json", "inherited": "core/inputs/request.json"}.get(disposition)
    if file is None or (file in pack and fingerprint and fingerprint.encode() in pack.read(file)):
        return ""
    return f"it is accepted ({disposition}), and {file} does not name it"


def check_enough(core, results):
    """The summary counts a finding for each decision that must have one; of a redacted pack nothing else is there."""
    said, bad = core.assessment["findings"], {}
    for rule, status in core.decided:
        if status in GATING:
            key = core.rules[rule][1] if status == "fail" else ""
            bad[key] = bad.get(key, 0) + 1
    lacking = sum(max(0, bad.get(severity, 0) - said["failed"].get(severity, 0)) for severity in SEVERITIES)
    lacking += max(0, bad.get("", 0) - said["gaps"])
    if lacking > said["accepted"] and "only flow" not in core.assessment["partial"]:
        what = f"{lacking} decisions must have a finding and are in none of its counts"
        results.broken("population", what, "core/assessment.json")


def check_observed(pack, core, results):
    """What is said to be observed was recorded."""
    assessment, conformance = core.assessment, core.assessment["scope"] == "conformance"
    if conformance and not any(name.startswith("core/inputs/observations/") for name in pack.sizes):
        what = "it speaks of conformance, and no observation is enclosed"
        results.broken("population", what, "core/assessment.json")
    wanted = [assessment["claims"] if conformance else 0, assessment["observed"]]
    if core.claims != wanted:
        what = "it has {} claims, {} of them observed: {} and {} must be there".format(*core.claims, *wanted)
        results.broken("population", what, "core/claims.jsonl")


def check_conclusion(assessment, results):
    """Exit code and verdict are what the counts lead to."""
    file, tally, threshold = PUBLIC[0], assessment["findings"], assessment["fail_on"]
    worse, below = SEVERITIES[: SEVERITIES.index(threshold) + 1], sum(tally["failed"].values())
    failed, gaps = sum(tally["failed"].get(severity, 0) for severity in worse), tally["gaps"]
    nothing, partial = not assessment["counts"].get("pass"), assessment["partial"]
    expected = 1 if failed else 3 if gaps or partial or nothing else 0
    if assessment["exit_code"] != expected:
        what = "its exit code is {}, and its counts lead to {}".format(assessment["exit_code"], expected)
        results.broken("population", what, file)
    claims = "{}, {} observed".format(several(assessment["claims"], "claim"), assessment["observed"])
    if assessment["scope"] == "conformance" and assessment["unseeable"]:
        claims += ", {} that no probe can see".format(assessment["unseeable"])
    if failed or gaps:
        parts = [several(failed, "finding")] * bool(failed) + [f"{gaps} not assessed or in error"] * bool(gaps)
        words = "does not conform: {}".format(", ".join(parts))
    elif nothing:
        words = "nothing was judged"
    elif below:
        words = "{} below the threshold {}".format(several(below, "finding"), threshold)
    else:
        words = "conforms as declared" if assessment["scope"] == "design" else "conforms as observed"
        words += " but for {}".format(several(tally["accepted"], "accepted finding")) if tally["accepted"] else ""
    words = (f"partial assessment ({partial}): " if partial else "") + words + "; " + claims
    if assessment["verdict"] != words:
        results.broken("population", "its verdict is not what its counts lead to", file)


def several(count, noun, nouns=None):
    """Return a number with its noun."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


# ---------------------------------------------------------------------------------------------------------------------
# The Statement (in-toto) in its envelope (DSSE): what the producer signs.

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://limen.dev/evidence-pack/v1"
LINKED = shape("root:text tree_size:count")
PREDICATE = shape(
    "format:text system:text assessed_at:text as_of:text scope:text partial:text verdict:text "
    "exit_code:count counts:object tree_size:count public_size:count previous:object? log:object "
    "signers:list"
)


class Envelope:
    """A DSSE envelope: a payload, its type, and signatures over both."""

    def __init__(self, pack, name, payload_type):
        value = document(pack, name)
        fields(value, shape("payload:text payloadType:text signatures:list"), name)
        if value["payloadType"] != payload_type:
            raise Broken(f"its payload is of the type {value['payloadType']!r:.80}", name)
        self.name, self.signatures = name, {}
        try:
            self.payload = unbase64(value["payload"])
            self.value = parsed(self.payload)
            for one in value["signatures"]:
                fields(one, shape("keyid:text sig:text"), name)
                if one["keyid"] in self.signatures:
                    raise Broken("two signatures by the key {:.64}".format(one["keyid"]), name)
                self.signatures[one["keyid"]] = unbase64(one["sig"])
        except ValueError as error:
            raise Broken(str(error), name) from None
        kind = payload_type.encode()
        self.message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)

    def check_signers(self, signers):
        """Who is named as a signer has signed, and nobody else."""
        if not in_order(signers):
            raise Broken("its signers are no sorted list of key ids", self.name)
        for key in signers:
            if key not in self.signatures:
                raise Broken(f"the signature by the key {key} is missing", self.name)
        for key in self.signatures:
            if key not in signers:
                raise Broken(f"a signature by the key {key:.64}, which is not among its signers", self.name)


def in_order(signers):
    """Return whether a list holds key ids, sorted, each once."""
    return all(isinstance(one, str) for one in signers) and signers == sorted(set(signers))


def read_statement(pack):
    """Return the Statement, by its form."""
    name = STATEMENT
    envelope = Envelope(pack, name, "application/vnd.in-toto+json")
    statement = fields(envelope.value, shape("_type:text predicateType:text subject:list predicate:object"), name)
    if (statement["_type"], statement["predicateType"]) != (TYPE, PREDICATE_TYPE):
        raise Broken("it is no Statement about an evidence pack", name)
    predicate = fields(statement["predicate"], PREDICATE, name)
    digests = {}
    for one in statement["subject"]:
        fields(one, shape("name:text digest:object"), name)
        digests[one["name"]] = fields(one["digest"], shape("sha256:text"), name)["sha256"]
    if [one["name"] for one in statement["subject"]] != ["core", *SUBJECTS]:
        raise Broken("its subjects are not {}".format(", ".join(["core", *SUBJECTS])), name)
    if not all(map(HEX.fullmatch, digests.values())):
        raise Broken("a digest in it is none", name)
    fields(predicate["log"], HEAD, name)
    if predicate["previous"] is not None:
        fields(predicate["previous"], LINKED, name)
        if not HEX.fullmatch(predicate["previous"]["root"]):
            raise Broken("its previous pack has a root that is no SHA-256", name)
    envelope.root, envelope.digests, envelope.said = digests["core"], digests, predicate
    return envelope


def check_statement(pack, core, statement, results):
    """The Statement names this tree and these files, and says of the assessment what the assessment says."""
    said = statement.said
    for file in SUBJECTS:
        if not (pack.redacted and file == "SHA256SUMS") and pack.digest(file) != statement.digests[file]:
            results.broken("statement", "it is not the file that the Statement is about", file)
    if core is not None:
        sizes = (core.tree.size, core.public_size)
        if core.tree.root() != statement.root or sizes != (said["tree_size"], said["public_size"]):
            results.broken("tree", "it does not lead to the root and the sizes in the Statement", "core/")
        results.ok("tree", f"{core.tree.size} leaves lead to the root {core.tree.root()}")
        for field in ("system", "assessed_at", "as_of", "scope", "partial", "verdict", "exit_code", "counts", "format"):
            if core.assessment is not None and core.assessment[field] != said[field]:
                results.broken("statement", f"its {field} is not that of {PUBLIC[0]}", STATEMENT)
    if not in_order(said["signers"]):
        results.broken("statement", "its signers are not in order, each once", STATEMENT)
    check_predecessor(pack, said["previous"], results)
    results.ok("statement", "it says what the pack holds")


def check_predecessor(pack, said, results):
    """The pack before that the Statement names is the one of which a summary is enclosed."""
    name = "core/inputs/previous.json"
    if name in pack:
        before = some_fields(document(pack, name, b""), LINKED, name)
        if said != {field: before[field] for field in LINKED}:
            results.broken("statement", f"its previous pack is not that of {name}", STATEMENT)
    elif said is not None and not pack.redacted:
        results.broken("statement", "it names a previous pack, and none is enclosed", STATEMENT)


def check_producer(envelope, context):
    """Whoever the Statement names as its signers has signed it, and is a producer by the trust file."""
    results, name = context.results, "signatures-producer"
    signers = envelope.said["signers"]
    envelope.check_signers(signers)
    if not signers:
        results.add(name, "unchecked", "nobody signed the Statement", STATEMENT)
    for key_id in signers:
        try:
            entry, words = context.judged(envelope, key_id, "producer")
        except Broken as found:
            results.problem(name, found)
        else:
            context.count("producer", entry["user"])
            results.add(name, "ok", f"signed by {entry['holder']}; {words}")


class Context:
    """What the checks of signatures share."""

    def __init__(self, pack, trust, openssl, now, results):
        self.pack, self.trust, self.openssl, self.now, self.results = pack, trust, openssl, now, results
        self.covered = {}  # file: the earliest trusted timestamp that covers it
        self.people = {}  # role: who signed so, for certain
        self.perhaps = {}  # role: who may have signed so; it could not be checked
        self.witnesses = set()  # which of the trust file's saw the run log

    def count(self, role, user):
        """Note that somebody signed in a role, for certain."""
        self.people.setdefault(role, set()).add(user)

    def log_keys(self, note):
        """Return the keys that the trust file has for the log of a checkpoint."""
        return [key for origin, key in self.trust.logs if origin == note.origin]

    def signed_by_log(self, note, keys):
        """Return whether one of some keys, if there are any, signed a checkpoint."""
        for key in keys:
            made = note.made(note.origin, key, PLAIN)
            if made and all(self.openssl.verifies(key, one, note.text.encode(), note.file) for one in made):
                return True
        return not keys

    def judged(self, envelope, key_id, role):
        """Return what the trust file says of a key, after its signature was verified, with how the key stands."""
        file = envelope.name
        if self.trust is None:
            raise Unchecked(f"signed by the key {key_id}; without a trust file nobody knows whose it is", file)
        entries = [one for one in self.trust.keys if one["key"].id == key_id]
        if not entries:
            raise Broken(f"signed by the key {key_id}, which the trust file does not name", file)
        try:
            good = self.openssl.verifies(entries[0]["key"], envelope.signatures[key_id], envelope.message, file)
        except Unchecked:
            self.perhaps.setdefault(role, set()).add(entries[0]["user"])
            raise
        if not good:
            raise Broken(f"the signature by the key {key_id} does not verify", file)
        for entry in entries:  # a key stands there once for each time in which it counts
            try:
                words = standing(entry, self.now, self.covered.get(file))
                if role not in entry["roles"]:
                    raise Broken(f"{entry['holder']} may not sign as {role:.80}")
                return entry, words
            except Broken as found:
                problem = found.what
        raise Broken(problem, file)


# ---------------------------------------------------------------------------------------------------------------------
# E-signatures of people (21 CFR Part 11), each over the pack and the signature before it

E_SIGNATURE = shape(
    "format:text pack:object user:text name:text at:text meaning:text role:text order:count previous:text "
    "signers:list manifestation:text"
)
MEANINGS = ["authorship", "review", "approval", "responsibility"]
TOLERANCE = datetime.timedelta(minutes=10)


def signature_names(pack):
    """Return the names of the e-signatures."""
    return [f"envelope/signatures/{number:04}.json" for number in numbered_files(pack, "signatures", "json")]


def numbered_files(pack, folder, ending):
    """Return the numbers of the files in a folder of the envelope."""
    found = re.compile(rf"envelope/{folder}/([0-9]{{4}})\.{ending}", re.ASCII)
    return [int(match.group(1)) for match in map(found.fullmatch, pack.sizes) if match]


def read_e_signatures(pack, statement, results):
    """Return the e-signatures, in order, that belong to this pack and to each other."""
    found, before = [], ""
    numbers = numbered_files(pack, "signatures", "json")
    for place in range(1, max(numbers, default=0) + 1):
        name = f"envelope/signatures/{place:04}.json"
        try:
            if name not in pack:
                raise Broken("it is missing", name)
            envelope = Envelope(pack, name, "application/vnd.limen.e-signature+json")
            value = fields(envelope.value, E_SIGNATURE, name)
            bound = fields(value["pack"], shape("root:text tree_size:count statement:text"), name)
            if value["format"] != "limen-e-signature-1" or value["meaning"] not in MEANINGS:
                raise Broken("its format or its meaning is none", name)
            if statement is not None:
                size = statement.said["tree_size"]
                digest = hashlib.sha256(statement.payload).hexdigest()
                if bound != {"root": statement.root, "tree_size": size, "statement": digest}:
                    raise Broken("it belongs to another pack", name)
            if (value["order"], value["previous"]) != (place, before):
                raise Broken("it does not follow the signature before it", name)
            envelope.at = moment(value["at"])
            envelope.check_signers(value["signers"])
            if not value["signers"]:
                raise Broken("nobody signed it", name)
            found.append(envelope)
        except ValueError as error:
            results.broken("e-signatures", str(error), name)
        except Broken as problem:
            results.problem("e-signatures", problem)
        before = pack.digests.get(name, "")
    return found


def check_e_signatures(signatures, assessed_at, context):
    """Each was made by the person whom it names, in one of that person's roles, at a time that can be."""
    for envelope in signatures:
        value, file = envelope.value, envelope.name
        try:
            if value["role"] == "producer":
                raise Broken("as producer one signs the Statement", file)
            for key_id in value["signers"]:
                entry, words = context.judged(envelope, key_id, value["role"])
                if (value["user"], value["name"]) != (entry["user"], entry["holder"]):
                    raise Broken(f"it names {value['name']:.80}, and the key is that of {entry['holder']}", file)
            latest = min(context.now, context.covered.get(file, context.now))
            early = assessed_at is not None and assessed_at - envelope.at > TOLERANCE
            if envelope.at - latest > TOLERANCE or early:
                raise Broken(f"it is dated {value['at']}, which can't be", file)
        except Broken as found:
            context.results.problem("e-signatures", found)
        else:
            context.count(value["role"], value["user"])
            what = f"{value['meaning']} of {value['name']} as {value['role']} at {value['at']}; {words}"
            context.results.add("e-signatures", "ok", what)


def check_manifestation(pack, signatures, results):
    """The page that people read is the one that the last e-signature was made with."""
    name, numbers = "envelope/signatures.pdf", numbered_files(pack, "signatures", "json")
    if not numbers:
        if name in pack:
            results.broken("manifestation", "there is no signature that it could show", name)
        return
    last = f"envelope/signatures/{max(numbers):04}.json"
    if name not in pack:
        results.broken("manifestation", "it is missing", name)
    elif signatures and signatures[-1].name == last:
        if pack.digest(name) != signatures[-1].value["manifestation"]:
            results.broken("manifestation", "it is not the page that the last signature was made with", name)
        results.ok("manifestation", "the page with the signatures is the one that was signed")
    else:
        results.add("manifestation", "unchecked", "the last signature can't be read", name)


# ---------------------------------------------------------------------------------------------------------------------
# Timestamps (RFC 3161): before which time something was there

COVERED = re.compile(
    r"envelope/(statement\.json|signatures\.pdf|signatures/(?!0000)[0-9]{4}\.json|timestamps/(?!0000)[0-9]{4}\.(json|tsr))",
    re.ASCII,
)


def check_timestamps(context):
    """Each is over what is here, and an authority of the trust file made it; note what each one covers."""
    pack, results = context.pack, context.results
    stamps = []
    numbers = numbered_files(pack, "timestamps", "json") + numbered_files(pack, "timestamps", "tsr")
    for place in range(1, max(numbers, default=0) + 1):
        data, reply = f"envelope/timestamps/{place:04}.json", f"envelope/timestamps/{place:04}.tsr"
        missing = [name for name in (data, reply) if name not in pack]
        for name in missing:
            results.broken("timestamps", "it is missing", name)
        if missing:
            continue
        names = None
        try:
            names = timestamped(pack, data, place)
        except Broken as found:
            results.problem("timestamps", found)
        try:
            time = stamp_of(context, data, reply)
        except Broken as found:
            results.problem("timestamps", found)
            continue
        if names is not None:
            stamps.append((time, names, data, reply))
            for name in names:
                context.covered[name] = min(time, context.covered.get(name, time))
    for (time, names, data, reply), following in zip(stamps, [*stamps[1:], (context.now,)]):
        given = (pack.read(reply), pack.read(data), context.trust.certificates)
        if context.openssl.in_force(*given, following[0]):
            results.add("timestamps", "ok", f"{shown(time)} over {', '.join(names)}")
        else:
            what = f"its authority's certificate ended before {shown(following[0])}, and it was not renewed in time"
            results.add("timestamps", "unchecked", what, reply)


def stamp_of(context, data, reply):
    """Return when an authority of the trust file saw a list of digests."""
    pack, trust = context.pack, context.trust
    try:
        context.openssl.stamp_time(pack.read(reply))
        if trust is None or not trust.certificates:
            raise Unchecked("no trust file names an authority that could have made it")
        time = context.openssl.stamped(pack.read(data), pack.read(reply), trust.certificates)
        if time - context.now > TOLERANCE:
            raise Unchecked(f"it is of {shown(time)}, which is yet to come")
    except Broken as found:
        found.file = reply
        if "imprint" in found.what:
            context.results.broken("timestamps", f"{reply} is over another content of it", data)
        raise
    return time


def timestamped(pack, name, place):
    """Return the names in a digests file, after each digest was held against its file."""
    value = fields(document(pack, name), shape("format:text digests:object"), name)
    names = sorted(value["digests"])
    if value["format"] != "limen-timestamped-1" or STATEMENT not in names:
        raise Broken("it is no list of digests that names the Statement", name)
    for earlier in range(1, place):
        for ending in ("json", "tsr"):
            if f"envelope/timestamps/{earlier:04}.{ending}" not in names:
                raise Broken(f"it does not cover the timestamp {earlier} before it", name)
    for covered in names:
        if not COVERED.fullmatch(covered):
            raise Broken(f"it names {covered!r:.80}, which no timestamp covers", name)
        if covered not in pack:
            raise Broken(f"the timestamp {name} covers it, and it is not there", covered)
        if covered != "envelope/signatures.pdf" and pack.digest(covered) != value["digests"][covered]:
            raise Broken(f"the timestamp {name} is over another one", covered)
    if "envelope/signatures.pdf" in names:
        # The page changes with each signature: it was the one of the last signature that this timestamp covers.
        signatures = [one for one in names if one.startswith("envelope/signatures/")]
        if not signatures:
            raise Broken("it covers the page with the signatures and no signature", name)
        last = Envelope(pack, signatures[-1], "application/vnd.limen.e-signature+json").value
        if not isinstance(last, dict) or last.get("manifestation") != value["digests"]["envelope/signatures.pdf"]:
            raise Broken(f"the timestamp {name} is over another one", "envelope/signatures.pdf")
    return names


def check_time(statement, context):
    """The assessment was not dated back: 24 hours before its first timestamp at most, and 10 minutes after it."""
    results, file = context.results, "core/assessment.json"
    try:
        assessed_at = moment(statement.said["assessed_at"])
    except ValueError as error:
        raise Broken(str(error), STATEMENT) from None
    first = context.covered.get(STATEMENT)
    if assessed_at - context.now > TOLERANCE:
        results.broken("time", f"it is dated {shown(assessed_at)}, which is still to come", file)
    elif first is not None and not -TOLERANCE <= first - assessed_at <= datetime.timedelta(hours=24):
        what = f"it is dated {shown(assessed_at)}, and its first trusted timestamp is of {shown(first)}"
        results.broken("time", what, file)
    elif first is not None:
        results.ok("time", f"assessed at {shown(assessed_at)}, timestamped at {shown(first)}")
    elif numbered_files(context.pack, "timestamps", "tsr"):
        results.add("time", "unchecked", "no trusted timestamp says when it was", file)
    else:
        results.ok("time", f"{shown(assessed_at)} is the producer's word: there is no timestamp")
    return assessed_at


# ---------------------------------------------------------------------------------------------------------------------
# The run log, its checkpoint (a C2SP signed note) and its witnesses

DASH = "\u2014 "
PLAIN, COSIGNATURE = 0x01, 0x04
RUN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
HEAD = shape("origin:text size:count root:text")
ENTRY = shape("format:text type:text run:text at:text")
ENTRIES = {
    "started": shape("system:text scope:text"),
    "ended": shape("root:text tree_size:count public_size:count exit_code:count counts:object"),
    "failed": shape("reason:text"),
    "observed": shape("recording:text head:object nonce:text"),
}
MAY_FOLLOW = {
    "ended": ["unfinished"],
    "failed": ["unfinished", "ended"],
}  # one whose pack was not finished failed after


class Note:
    """A checkpoint: origin, size and root of a log, and signatures over them."""

    def __init__(self, content, file):
        self.file = file
        try:
            whole = content.decode()
            self.text, separator, lines = whole.rpartition("\n\n")
            self.text += "\n"
            self.origin, size, root = self.text[:-1].split("\n")
            self.size, self.root = int(size), unbase64(root).hex()
            sane = re.fullmatch("0|[1-9][0-9]{0,17}", size, re.ASCII) and re.fullmatch(r"[^\s+]+", self.origin)
            if not separator or not sane or len(self.root) != 64 or re.search("[\0-\x09\x0b-\x1f]", whole):
                raise ValueError
            self.signatures = [self.signature(line) for line in lines[:-1].split("\n")]
            if not lines.endswith("\n") or len(self.signatures) > 100 or len(content) > 1 << 20:
                raise ValueError
        except ValueError:
            raise Broken("it is no signed checkpoint: origin, size, root, an empty line, signatures", file) from None

    @staticmethod
    def signature(line):
        """Return name, key id and signature of a line."""
        dash, name, content = line[:2], *line[2:].split(" ")
        content = unbase64(content)
        if dash != DASH or not re.fullmatch(r"[^\s+]+", name) or len(content) < 5:
            raise ValueError
        return name, content[:4], content[4:]

    def made(self, name, key, kind):
        """Return the signatures by a key, which are told by its name and four bytes of a digest."""
        return [rest for named, key_id, rest in self.signatures if (named, key_id) == (name, key.note_id(name, kind))]

    def cosigned(self, openssl, name, key):
        """Return the times at which a witness saw this checkpoint; none where one of its lines does not verify."""
        times = []
        for signature in self.made(name, key, COSIGNATURE):
            time = int.from_bytes(signature[:8], "big")
            message = f"cosignature/v1\ntime {time}\n{self.text}"
            if time >= 1 << 63 or not openssl.verifies(key, signature[8:], message.encode(), self.file):
                return []
            times.append(time)
        return times


def check_log(pack, statement, note, since, results):
    """The entries lead to the checkpoint, the last one ends the run of this pack, and the log only grew."""
    name, tree, runs, mine, held = "envelope/log.jsonl", Tree(), {}, "", Tree().root()
    begun, recorded = {}, set()  # for what each run started; what was recorded
    for place, line in enumerate(pack.lines(name)):
        tree.add(hashlib.sha256(b"\0" + line).digest())
        if since is not None and tree.size == since.size:
            held = tree.root()
        entry = read_entry(line, name, place)
        kind, run = entry["type"], entry["run"]
        if mine:
            raise Broken("it comes after the run of this pack ended", name, place)
        if kind == "started":
            if run in runs:
                raise Broken("the run started before", name, place)
            runs[run] = "unfinished"
            begun[run] = (entry["system"], entry["scope"])
        elif kind == "observed":
            recorded.add(entry["recording"])
        else:
            if runs.get(run) not in MAY_FOLLOW[kind]:
                raise Broken(f"the run {kind}, and did not start or came to an end before", name, place)
            runs[run] = kind
            mine = run if kind == "ended" and statement is not None and is_mine(entry, statement, name, place) else ""
    if since is not None:
        check_since(tree, held, note, since, name, results)
    check_end(statement, note, tree, begun.get(mine), name)
    check_attested(pack, recorded)
    states = list(runs.values())
    words = f"{states.count('failed')} runs failed, {states.count('unfinished')} have no end"
    results.ok("log", f"{tree.size} entries lead to the checkpoint; {words}")


def check_end(statement, note, tree, begun, name):
    """The entries lead to the checkpoint, which the Statement names; the last is of this pack's run, for its system."""
    if (note.size, note.root) != (tree.size, tree.root()):
        raise Broken(f"its {tree.size} entries do not lead to the checkpoint, which has {note.size}", name)
    if statement is None:
        return
    said = statement.said
    if said["log"] != {"origin": note.origin, "size": note.size, "root": note.root}:
        raise Broken("it is not the checkpoint that the Statement names", note.file)
    if begun is None:
        raise Broken("its last entry is not the end of the run that made this pack", name)
    if begun != (said["system"], said["scope"]):
        raise Broken("the run of this pack started for {} ({})".format(*begun), name)


def check_attested(pack, recorded):
    """Where it is said that the log attests observations, it knows of their recording."""
    recording, run = "core/inputs/observations/run.json", "envelope/run.json"
    if recording not in pack or run not in pack:
        return
    try:
        said = document(pack, run, None)
    except Broken:
        return  # core-format says so
    told = isinstance(said, dict) and said.get("observations") == "attested"
    if told and pack.digest(recording) not in recorded:
        raise Broken("it says that the observations are attested, and the log knows nothing of their recording", run)


def read_entry(line, name, place):
    """Return an entry of the run log, which has the fields of its type and no other."""
    try:
        entry = parsed(line)
        kind = entry.get("type") if isinstance(entry, dict) else None
        more = ENTRIES.get(kind) if isinstance(kind, str) else None
        if more is None:
            raise Broken("there is no entry of this type", name, place)
        fields(entry, dict(ENTRY, **more), name, place, optional=["head", "nonce"])
        moment(entry["at"])
    except ValueError as error:
        raise Broken(str(error), name, place) from None
    if entry["format"] != "limen-log-1" or not RUN.fullmatch(entry["run"]):
        raise Broken("it is no entry of a run log", name, place)
    if kind == "observed" and ("head" in entry) == ("nonce" in entry):
        raise Broken("it names neither a head nor a nonce, or both", name, place)
    if "head" in entry:
        fields(entry["head"], HEAD, name, place)
    head = entry.get("head", {})
    digests = [value for one in (entry, head) for field, value in one.items() if field in ("root", "recording")]
    words = [entry.get(field, "-") for field in ("system", "reason", "nonce")] + [head.get("origin", "-")]
    words += entry.get("counts", {})
    numbers = [
        entry.get("exit_code", 0) <= 4,
        *(type(one) is int and one >= 0 for one in entry.get("counts", {}).values()),
    ]
    if not all(map(HEX.fullmatch, digests)) or not all(1 <= len(word) <= 200 for word in words) or not all(numbers):
        raise Broken("it has a digest, a text or a number that is none", name, place)
    if entry.get("scope", "design") not in SCOPES:
        raise Broken("its scope is none", name, place)
    return entry


def check_since(tree, held, note, since, name, results):
    """The log begins with the entries of the head that the auditor holds."""
    if since.origin != note.origin:
        results.broken("since", f"you hold a head of the log {since.origin}", note.file)
    elif since.size > tree.size:
        what = f"the head that you hold has {since.size} entries, and this log has {tree.size}: it is older, or cut"
        results.broken("since", what, note.file)
    elif held != since.root:
        results.broken("since", "it does not begin with the entries that you hold the head of: a fork", name)
    results.ok("since", f"the log begins with the {since.size} entries that you hold the head of")


def is_mine(ended, statement, name, place):
    """Return whether an entry ends the run of this pack, and says what the Statement says."""
    if ended["root"] != statement.root:
        return False
    for field in ("tree_size", "public_size", "exit_code", "counts"):
        if ended[field] != statement.said[field]:
            raise Broken(f"its {field} is not that of the Statement", name, place)
    return True


def check_checkpoint(note, context):
    """The log's own key signed where it stands; count the witnesses of the trust file that saw it."""
    if context.trust is None:
        raise Unchecked("without a trust file nobody knows whose log it is", note.file)
    for witness, key in context.trust.witnesses:  # one that changed its key stands there with both, and counts once
        times = note.cosigned(context.openssl, witness, key)
        if times:
            context.witnesses.add(witness)
            when = shown(datetime.datetime.fromtimestamp(min(max(times), 253402300799), UTC))
            context.results.add("witnesses", "ok", f"{witness} saw the log at {when}")
    if not context.log_keys(note):
        raise Unchecked(f"the trust file names no log {note.origin}", note.file)
    if not context.signed_by_log(note, context.log_keys(note)):
        raise Broken(f"the log {note.origin} did not sign it", note.file)
    context.results.ok("checkpoint", f"the log {note.origin} signed that it has {note.size} entries")


def check_previous(statement, other, results):
    """The pack before, of which you hold a copy, is the one that the Statement names."""
    found = Results()
    try:
        theirs = read_statement(other)
        core = read_core(other, theirs.said["public_size"], found)
        if core is not None:
            check_statement(other, core, theirs, found)
    except Broken as problem:
        found.problem("tree", problem)
    if any(found.told(name, "broken") for name in ("tree", "redaction")):
        raise Broken("the previous pack itself is damaged")
    if statement.said["previous"] != {"root": theirs.root, "tree_size": core.tree.size}:
        raise Broken("the pack before it is another one than you hold", STATEMENT)
    results.ok("previous", "it follows the pack that you hold")


def own_policy(pack):
    """Return what the pack's own signing policy requires."""
    value = document(pack, SIGNING, b"")
    if isinstance(value, dict) and not isinstance(value.pop("approvals", {}), dict):  # core/approvals.json shows them
        raise Broken("its approvals are none", SIGNING)
    return requirements(value, SIGNING)


def check_policy(pack, context):
    """What the pack's own signing policy and the auditor ask for is there. People are counted, not keys."""
    results, file = context.results, SIGNING
    needed = [] if context.trust is None else [context.trust.require]
    if file in pack:
        needed.append(own_policy(pack))
    witnesses = max([require["witnesses"] for require in needed], default=0)
    if len(context.witnesses) < witnesses:
        found = Unchecked if context.trust is None else Broken
        what = f"{len(context.witnesses)} of {witnesses} witnesses that are trusted saw the run log"
        results.problem("witnesses", found(what, "envelope/checkpoint.txt"))
    if context.trust is None:
        raise Unchecked("without a trust file nobody's signature counts")
    told = set()
    for require in needed:
        for role, count in sorted(require["signatures"].items()):
            people = context.people.get(role, set())
            what = f"{len(people)} of {count} signed as {role}"
            if len(people) < count:
                found = Unchecked if len(people | context.perhaps.get(role, set())) >= count else Broken
                results.problem("policy", found(what, STATEMENT if role == "producer" else "envelope/signatures/"))
            told.add(what)
        for name in [STATEMENT, *signature_names(pack)] if require["timestamp"] else []:
            if name not in context.covered:
                results.broken("policy", "a timestamp of a trusted authority must cover it, and none does", name)
        bad = [one for one in results.checks if one["name"] in ("log", "checkpoint") and one["status"] != "ok"]
        if require["log"] and bad:
            results.broken("policy", f"the run log must be proven: {bad[0]['what']}", "envelope/checkpoint.txt")
    if pack.redacted and file not in pack:  # whoever took a signature away would withhold what asked for it, too
        results.add("policy", "unchecked", "the pack's own signing policy, if there is one, is withheld", file)
    results.ok("policy", "; ".join(sorted(told)) or "there is what is asked for")


# ---------------------------------------------------------------------------------------------------------------------
# All checks, in order


def verify(path, trust, now, since, previous):
    """Return what was found out about a pack."""
    results, pack = Results(), Pack(path)
    other = None if previous is None else Pack(previous)

    def checked(name, check, *given):
        """Do a check and say what is wrong; None where it could not come to its end."""
        try:
            return check(*given)
        except Broken as found:
            results.problem(name, found)
        return None

    check_files(pack, results)
    if not pack.redacted and "SHA256SUMS" in pack:
        checked("sums", check_sums, pack, results)
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        context = Context(pack, trust, OpenSSL(folder), now, results)
        if since is not None and trust is not None and not context.signed_by_log(since, context.log_keys(since)):
            raise NoPack(f"{since.file}: the log {since.origin} did not sign it")
        statement = checked("statement", read_statement, pack)
        core = read_core(pack, 0 if statement is None else statement.said["public_size"], results)
        if core is not None:
            check_population(pack, core, results)
        if statement is not None:
            checked("statement", check_statement, pack, core, statement, results)
        checked("timestamps", check_timestamps, context)
        assessed_at = None
        if statement is None:
            results.add("signatures-producer", "unchecked", "there is no Statement to verify", STATEMENT)
        else:
            assessed_at = checked("time", check_time, statement, context)
            checked("signatures-producer", check_producer, statement, context)
        signatures = read_e_signatures(pack, statement, results)
        check_e_signatures(signatures, assessed_at, context)
        checked("manifestation", check_manifestation, pack, signatures, results)
        note = checked("log", read_note, pack)
        if note is None:
            results.add("checkpoint", "unchecked", "there is no checkpoint that can be read", "envelope/checkpoint.txt")
        else:
            checked("log", check_log, pack, statement, note, since, results)
            checked("checkpoint", check_checkpoint, note, context)
        checked("policy", check_policy, pack, context)
        if other is not None and statement is not None:
            checked("previous", check_previous, statement, other, results)
    for name in ("since", "previous"):
        if {"since": since, "previous": previous}[name] is not None and not results.told(name):
            results.add(name, "unchecked", "what it needs can't be read")
    results.checks.sort(key=lambda check: NAMES.index(check["name"]))
    withheld = None if not pack.redacted else 0 if core is None else core.withheld
    return results, withheld


def read_note(pack):
    """Return the checkpoint of the run log."""
    return Note(pack.read("envelope/checkpoint.txt"), "envelope/checkpoint.txt")


def outcome(results, trust, withheld):
    """Return the exit code and one line that says no more than is known."""
    kept = "" if withheld is None else f"; {withheld} records withheld, not re-performable"
    broken = {(check["name"], check["file"]) for check in results.checks if check["status"] == "broken"}
    unchecked = sorted({check["name"] for check in results.checks if check["status"] == "unchecked"})
    if broken:
        return 1, f"refused: {several(len(broken), 'thing is', 'things are')} broken{kept}"
    if trust is None:
        return 3, f"intact, unauthenticated{kept}"
    if unchecked:
        return 3, f"intact, but not all of it is proven ({', '.join(unchecked)}){kept}"
    return 0, f"verified{kept}"


class Arguments(argparse.ArgumentParser):
    """Says what is wrong with the command line in one line."""

    def error(self, message):
        """Say it and leave."""
        self.exit(2, f"verify.py: {message}\ntry: python3 verify.py --help\n")


def arguments():
    """Return the parser of the command line."""
    parser = Arguments(
        prog="verify.py",
        allow_abbrev=False,
        description="Verify an evidence pack of limen with nothing but this file, Python and openssl.",
        epilog="exit codes: 0 everything holds, 1 something is broken, 2 no pack, 3 something could not be checked",
    )
    parser.add_argument("pack", metavar="PACK", help="the pack, a folder or a zip")
    parser.add_argument("--trust", metavar="FILE", help="your trust file, JSON; never one that came with the pack")
    parser.add_argument("--since", metavar="FILE", help="a checkpoint of the run log that you hold: the log only grew")
    parser.add_argument("--previous", metavar="PACK", help="the pack before, which you hold")
    parser.add_argument(
        "--at", metavar="TIME", help="judge as of this time, such as 2026-11-22T10:00:00Z; default: now"
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    return parser


def given(path, what):
    """Return the content of a file that the auditor named."""
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_SMALL + 1)
    except (OSError, ValueError) as error:
        raise NoPack("{} {} can't be read: {}".format(what, path, getattr(error, "strerror", None) or error)) from None
    if len(content) > MOST_SMALL:
        raise NoPack(f"{what} {path} is too large")
    return content


def read_trust(path):
    """Return the trust file; a name that stands twice in it is refused, as it would mean two things."""

    def once(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name stands twice in one object")
        return dict(pairs)

    try:
        text = given(path, "the trust file").decode()
        return Trust(json.loads(text, object_pairs_hook=once, parse_constant=no_constant))
    except Broken as found:
        raise NoPack("the trust file {}: {}{}".format(path, found.file and found.file + ": ", found.what)) from None
    except (ValueError, RecursionError) as error:
        raise NoPack(f"the trust file {path} is no JSON that can be read: {error}") from None


def answered(asked):
    """Return exit code, outcome in words and all checks of what the command line asks; raises NoPack."""
    try:
        now = moment(asked.at) if asked.at is not None else datetime.datetime.now(UTC).replace(microsecond=0)
    except ValueError as error:
        raise NoPack(f"--at: {error}") from None
    trust = read_trust(asked.trust) if asked.trust is not None else None
    try:
        since = Note(given(asked.since, "the checkpoint"), asked.since) if asked.since is not None else None
    except Broken as found:
        raise NoPack(f"{found.file}: {found.what}") from None
    results, withheld = verify(asked.pack, trust, now, since, asked.previous)
    code, words = outcome(results, trust, withheld)
    return code, words, results.checks


def main():
    """Verify what the command line names; return the exit code."""
    asked = arguments().parse_args()
    try:
        code, words, checks = answered(asked)
    except NoPack as error:
        print(printable(f"verify.py: {error}"), file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - whatever it was: it is not checked, and never a traceback
        words = f"verify.py could not go on, and nothing is proven: {type(error).__name__}: {error}"
        print(printable(words), file=sys.stderr)
        return 3
    if asked.json:
        said = {"format": "limen-verification-1", "checks": checks, "outcome": words, "exit_code": code}
        print(json.dumps(said, indent=2, sort_keys=True))
        return code
    for check in checks:
        record = "" if check["record"] is None else f", record {check['record']}"
        place = f"{check['file']}{record}: " if check["file"] else ""
        print(printable(f"{check['status']:<9}  {check['name']:<19}  {place}{check['what']}"))
    print(words)
    return code


def printable(text):
    """Return a text without anything that a terminal could take for a command."""
    return "".join(character if character.isascii() and character.isprintable() else "?" for character in text)


if __name__ == "__main__":
    sys.exit(main())
