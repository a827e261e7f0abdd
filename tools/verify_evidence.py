#!/usr/bin/env python3
"""Verifies what a deployment signed: an extract about one access (`dmp evidence`) or a certificate of destruction.

    python3 tools/verify_evidence.py FILE --key PUBKEY

PUBKEY is what `dmp destruction key` prints, obtained from elsewhere than the file. Closes with "signed, N receipts hold" and status 0, or
names the first fault and exits with status 1. Shares no code with the server; docs/destruction.md describes the lines.
"""
import argparse
import hashlib
import re
import sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except Exception:
    sys.exit("verify_evidence.py needs the Python package cryptography (pip install 'cryptography>=42')")

FACTS, WHO, CHANGE = 1, 2, 3
KINDS = (b"dmp-evidence 1", b"dmp-certificate 1")
SIGNATURE = re.compile(rb"signature ([0-9a-f]{128})")


class Fault(Exception):
    """What is wrong, in one line."""


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


class Bytes:
    """Reads bytes in order and never past the end."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Fault("a receipt is cut short")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "big")


def cbor(data):
    """One item of the deterministic CBOR of docs/journal-format.md."""
    first = data.number(1)
    major, low = first >> 5, first & 31
    if major == 7:
        return low == 21
    value = data.number(1 << (low - 24)) if low > 23 else low
    if major == 1:
        return -1 - value
    if major == 2:
        return data.take(value)
    if major == 3:
        return data.take(value).decode("utf-8")
    if major == 4:
        return [cbor(data) for _ in range(value)]
    if major == 5:
        pairs = [(cbor(data), cbor(data)) for _ in range(value)]
        return dict(pairs)
    return value


def texts(value):
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def receipt(data, root):
    """The parts that a receipt opens, once it leads to its root."""
    data = Bytes(data)
    if data.take(12) != b"dmp1.receipt":
        raise Fault("a receipt does not begin as one")
    place, count, commits, shown = data.take(32), data.take(2), [], []
    for _ in range(int.from_bytes(count, "big")):
        form = data.number(1)
        if form == 0:
            commits.append(data.take(32))
            continue
        if form != 1:
            raise Fault("a receipt is not in its one form")
        part = data.take(data.number(4))
        if len(part) < 18 or part[0] not in (FACTS, WHO):
            raise Fault("a receipt opens what none may open")
        commits.append(sha256(b"dmp1.part", part))
        shown.append((part[0], cbor(Bytes(part[17:]))))
    if (data.number(8), data.number(8)) != (0, 1) or data.at != len(data.data):
        raise Fault("a receipt is not of a log of one entry")
    digest = sha256(b"dmp1.entry", place, count, *commits)
    if sha256(b"\x00", digest) != root:
        raise Fault("a receipt does not lead to its root")
    return shown


def check_facts(facts, said):
    """What is opened says what is stated."""
    stated = (int(said["act"].split()[0]), int(said["at"].split()[0]), int(said["outcome"].split()[0]))
    if (facts[1], facts[2], facts[11][1]) != stated:
        raise Fault("the statement is not what the opened facts say")


def check_who(people, said):
    """Whoever is named is in a receipt, by his identifier."""
    kind, _, rest = said["requester"].partition(" ")
    if kind in ("holder", "representative", "carer") or not rest:
        return
    identifier = rest.split()[0].split("|")[-1]
    if not any(identifier in text for who in people for text in texts(who)):
        raise Fault("who asked is in none of the receipts")


def verify(text, key):
    """Verifies the bytes of a signed text; gives its kind and the number of receipts, or raises Fault."""
    body, _, last = text[:-1].rpartition(b"\n")
    found = SIGNATURE.fullmatch(last)
    if not text.endswith(b"\n") or not found:
        raise Fault("the last line is not a signature")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(found[1].decode()), body + b"\n")
    except InvalidSignature:
        raise Fault("the signature is not of this text, or not of this key") from None
    lines = body.split(b"\n")
    if lines[0] not in KINDS:
        raise Fault("neither an extract nor a certificate, or of another version")
    said, receipts, people = {}, 0, []
    for line in lines[1:]:
        label, _, value = line.decode("utf-8").partition(" ")
        if label != "receipt":
            said.setdefault(label, value)
            continue
        kind, root, data = value.split(" ")
        receipts += 1
        for part, content in receipt(bytes.fromhex(data), bytes.fromhex(root)):
            if part == WHO:
                people.append(content)
            elif kind == "access":
                check_facts(content, said)
    if lines[0] == KINDS[0]:
        if not receipts:
            raise Fault("an extract without a receipt proves nothing")
        check_who(people, said)
    return lines[0].decode(), receipts


def main():
    arguments = argparse.ArgumentParser(description="Verifies a signed extract or certificate.")
    arguments.add_argument("file", metavar="FILE")
    arguments.add_argument("--key", metavar="PUBKEY", required=True, help="the public key, 64 hexadecimal digits")
    given = arguments.parse_args()
    try:
        with open(given.file, "rb") as file:
            kind, receipts = verify(file.read(), bytes.fromhex(given.key))
        print(f"{kind}: signed, {receipts} receipts hold")
    except OSError as error:
        sys.exit(f"cannot read {given.file}: {error.strerror}")
    except (Fault, ValueError, KeyError, IndexError, TypeError) as fault:
        print(f"fault: {fault}")
        sys.exit(1)


if __name__ == "__main__":
    main()
