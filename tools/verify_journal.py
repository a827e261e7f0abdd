#!/usr/bin/env python3
"""The second reader: verifies an exported journal as docs/journal-format.md describes it, sharing no code with the server.

    python3 tools/verify_journal.py FILE [--head DIGEST]

closes with "N entries, chain whole" and status 0, or names the first fault and exits with status 1. A tail that was dropped, or
a fork made anew by who holds the key, is a whole chain too: only a head known from elsewhere (--head) finds it.
"""
import argparse
import hashlib
import re
import sys

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
    AESGCMSIV(bytes(32))
except Exception:  # the package, its version or its OpenSSL: the cure is the same
    sys.exit("verify_journal.py needs the Python package cryptography, version 42 or newer, with OpenSSL 3.2 or newer "
             "(pip install 'cryptography>=42')")

FACTS, WHO, CHANGE = 1, 2, 3
HEADER = re.compile(rb"dmp-journal 1 (0|[1-9][0-9]{0,9}) ([0-9a-f]{64})")
ENTRY = re.compile(rb"([1-9][0-9]{0,9}) ((?:[0-9a-f]{2})+)")
HEAD = re.compile(rb"head ([0-9a-f]{64}) ([1-9][0-9]{0,9})")


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
            raise Fault("cut short")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "big")

    def end(self):
        if self.at != len(self.data):
            raise Fault("bytes follow the last field")


def check_cbor(data, depth=0):
    """One item of deterministic CBOR: shortest heads, definite lengths, ascending unsigned keys, no floats, no tags."""
    if depth > 32:
        raise Fault("CBOR nested too deeply")
    first = data.number(1)
    major, low = first >> 5, first & 31
    if major == 7:
        if low not in (20, 21):
            raise Fault("CBOR holds a value that is neither true nor false")
        return None
    if low > 27:
        raise Fault("CBOR of indefinite or reserved length")
    width = 1 << (low - 24) if low > 23 else 0
    value = data.number(width) if width else low
    if width and value < (24 if width == 1 else 1 << (4 * width)):
        raise Fault("CBOR number not in its shortest form")
    if major in (2, 3):
        content = data.take(value)
        if major == 3:
            try:
                content.decode("utf-8")
            except UnicodeDecodeError:
                raise Fault("CBOR text is not UTF-8") from None
    elif major == 4:
        for _ in range(value):
            check_cbor(data, depth + 1)
    elif major == 5:
        last = -1
        for _ in range(value):
            key = check_cbor(data, depth + 1)
            if key is None or key <= last:
                raise Fault("CBOR map keys are not ascending numbers")
            last = key
            check_cbor(data, depth + 1)
    elif major == 6:
        raise Fault("CBOR holds a tag")
    return value if major == 0 else None


def who_number(data):
    """The number that a requester is given: the value of key 1, the first of its map."""
    if data.number(1) >> 5 != 5 or check_cbor(data) != 1:
        raise Fault("a requester has no number")
    return check_cbor(data)


def part_length(row):
    """Groups of seven bits, the lowest first, in the shortest form; 0, or at least kind, salt, one byte and tag."""
    length = 0
    for shift in (0, 7, 14, 21):
        byte = row.number(1)
        length |= (byte & 127) << shift
        if byte < 128:
            if (shift and not byte) or 0 < length < 34:
                raise Fault("a part's length is not canonical")
            return length
    raise Fault("a part's length is not canonical")


def open_row(cipher, journal, seq, previous, known, data):
    """Verifies one row; gives the digest of its entry, and how many requesters the journal knows after it."""
    row = Bytes(data)
    if row.number(1) != 1:
        raise Fault("unknown suite")
    epoch = row.take(4)
    salt = row.take(16)
    if seq == 1:
        previous = row.take(32)
    where = journal.to_bytes(4, "big") + seq.to_bytes(4, "big")
    count = row.take(2)
    kinds, commits = [], []
    for number in range(int.from_bytes(count, "big")):
        kind, commit, length = row.number(1), row.take(32), part_length(row)
        kinds.append(kind)
        commits.append(commit)
        if kind not in (FACTS, WHO, CHANGE):
            raise Fault(f"part {number} is of an unknown kind")
        if length == 0:
            if kind != CHANGE:
                raise Fault(f"part {number} is erased and is no change")
            continue
        nonce, sealed = row.take(12), row.take(length)
        try:
            part = cipher.decrypt(nonce, sealed, b"\x01" + epoch + where + salt + count + number.to_bytes(2, "big"))
        except InvalidTag:
            raise Fault(f"part {number} does not open") from None
        if sha256(b"dmp1.part", part) != commit:
            raise Fault(f"part {number} does not match its commitment")
        if part[0] != kind:
            raise Fault(f"part {number} is of another kind than its row says")
        cbor = Bytes(part[17:])
        check_cbor(cbor)
        cbor.end()
        if kind == WHO:
            if who_number(Bytes(part[17:])) != known:
                raise Fault(f"part {number}: a requester's number does not follow")
            known += 1
    row.end()
    if not kinds or kinds[0] != FACTS or kinds.count(FACTS) != 1:
        raise Fault("an entry is one facts part, then who and change parts")
    place = sha256(b"dmp1.place", salt, where, previous)
    return sha256(b"dmp1.entry", place, count, *commits), known


def verify(text, head=None):
    """Verifies the bytes of an export; gives the number of entries, or raises Fault. `head` is hexadecimal, lower case."""
    lines = text.split(b"\n")
    if len(lines) < 4 or lines.pop() != b"":
        raise Fault("the file does not end as an export does")
    header, last = HEADER.fullmatch(lines[0]), HEAD.fullmatch(lines[-1])
    if not header:
        raise Fault("line 1 is not the header of an export")
    if not last:
        raise Fault("the last line does not state a head")
    journal = int(header[1])
    if journal >= 1 << 31:
        raise Fault("no journal has this number")
    cipher, digest, again = AESGCMSIV(bytes.fromhex(header[2].decode())), None, [b"dmp-journal 1 %d %s" % (journal, header[2])]
    known = 0
    for seq, line in enumerate(lines[1:-1], 1):
        entry = ENTRY.fullmatch(line)
        if not entry or int(entry[1]) != seq:
            raise Fault(f"line {seq + 1} is not entry {seq}")
        row = bytes.fromhex(entry[2].decode())
        try:
            digest, known = open_row(cipher, journal, seq, digest, known, row)
        except Fault as fault:
            raise Fault(f"entry {seq}: {fault}") from None
        again.append(b"%d %s" % (seq, row.hex().encode()))
    count = len(again) - 1
    again.append(b"head %s %d" % (digest.hex().encode(), count))
    if int(last[2]) != count:
        raise Fault(f"the file states {last[2].decode()} entries and has {count}")
    if last[1] != digest.hex().encode():
        raise Fault("the entries do not lead to the head that the file states")
    if b"\n".join(again) + b"\n" != text:
        raise Fault("the file is not in its one form")
    if head is not None and head != digest.hex():
        raise Fault("the chain is whole and leads to another head than the one given")
    return count


def main():
    arguments = argparse.ArgumentParser(description="Verifies an exported journal.")
    arguments.add_argument("file", metavar="FILE")
    arguments.add_argument("--head", metavar="DIGEST", help="the head that the journal must have")
    given = arguments.parse_args()
    try:
        with open(given.file, "rb") as file:
            print(f"{verify(file.read(), given.head)} entries, chain whole")
    except OSError as error:
        sys.exit(f"cannot read {given.file}: {error.strerror}")
    except Fault as fault:
        print(f"fault: {fault}")
        sys.exit(1)


if __name__ == "__main__":
    main()
