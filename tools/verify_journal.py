#!/usr/bin/env python3
"""The second reader: verifies an exported journal as docs/journal-format.md describes it, sharing no code with the server.

    python3 tools/verify_journal.py FILE [--head DIGEST]

closes with "N entries, chain whole" and status 0 (with "N entries, M parts erased, chain whole" where a document was erased), or names the
first fault and exits with status 1. A part that is erased although no later entry erases its document is a fault. A tail that was dropped,
or a fork made anew by who holds the key, is a whole chain too: only a head known from elsewhere (--head) finds it.
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
PROVIDE, RENAME, ERASE = 7, 75, 76
KNOWN_ADDED, SET_ADDED, DOCUMENT_ADDED, DOCUMENT_ERASED = 3, 4, 5, 55
GIVEN, ALREADY_DONE = 1, 17
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


def read_cbor(data, depth=0):
    """One item of deterministic CBOR: shortest heads, definite lengths, ascending unsigned keys, no floats, no tags. Gives its value."""
    if depth > 32:
        raise Fault("CBOR nested too deeply")
    first = data.number(1)
    major, low = first >> 5, first & 31
    if major == 7:
        if low not in (20, 21):
            raise Fault("CBOR holds a value that is neither true nor false")
        return low == 21
    if low > 27:
        raise Fault("CBOR of indefinite or reserved length")
    width = 1 << (low - 24) if low > 23 else 0
    value = data.number(width) if width else low
    if width and value < (24 if width == 1 else 1 << (4 * width)):
        raise Fault("CBOR number not in its shortest form")
    if major == 2:
        return data.take(value)
    if major == 3:
        try:
            return data.take(value).decode("utf-8")
        except UnicodeDecodeError:
            raise Fault("CBOR text is not UTF-8") from None
    if major == 4:
        return [read_cbor(data, depth + 1) for _ in range(value)]
    if major == 5:
        found, last = {}, -1
        for _ in range(value):
            key = read_cbor(data, depth + 1)
            if type(key) is not int or key <= last:
                raise Fault("CBOR map keys are not ascending numbers")
            found[key], last = read_cbor(data, depth + 1), key
        return found
    if major == 6:
        raise Fault("CBOR holds a tag")
    return value if major == 0 else -1 - value


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
    """Verifies one row; gives the digest of its entry, how many requesters the journal knows after it, its facts and its changes: None for
    one that is erased."""
    row = Bytes(data)
    if row.number(1) != 1:
        raise Fault("unknown suite")
    epoch = row.take(4)
    salt = row.take(16)
    if seq == 1:
        previous = row.take(32)
    where = journal.to_bytes(4, "big") + seq.to_bytes(4, "big")
    count = row.take(2)
    kinds, commits, facts, changes = [], [], None, []
    for number in range(int.from_bytes(count, "big")):
        kind, commit, length = row.number(1), row.take(32), part_length(row)
        kinds.append(kind)
        commits.append(commit)
        if kind not in (FACTS, WHO, CHANGE):
            raise Fault(f"part {number} is of an unknown kind")
        if length == 0:
            if kind != CHANGE:
                raise Fault(f"part {number} is erased and is no change")
            changes.append((number, None))
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
        value = read_cbor(cbor)
        cbor.end()
        if kind == FACTS:
            facts = value
        elif kind == CHANGE:
            changes.append((number, value))
        elif type(value) is not dict or value.get(1) != known:
            raise Fault(f"part {number}: a requester's number does not follow")
        else:
            known += 1
    row.end()
    if not kinds or kinds[0] != FACTS or kinds.count(FACTS) != 1:
        raise Fault("an entry is one facts part, then who and change parts")
    place = sha256(b"dmp1.place", salt, where, previous)
    return sha256(b"dmp1.entry", place, count, *commits), known, facts, changes


def of_kind(changes, kind):
    """What the changes of that kind say, each a map."""
    return [one[1] for _, one in changes if type(one) is list and len(one) == 2 and one[0] == kind and type(one[1]) is dict]


def given(facts):
    """The items that an entry's facts say were given or done, but for those that were there already."""
    outcome = facts.get(11)
    items = outcome.get(2, []) if type(outcome) is dict else []
    return [one[1] for one in items if type(one) is dict and 1 in one and one.get(2) == GIVEN and one.get(3) != ALREADY_DONE]


def erased_lawfully(facts, changes, gone):
    """Of one entry, the numbers of the erased parts that go with the documents `gone`, which a later entry erases."""
    parts = [number for number, change in changes if change is None]
    act, items = (facts.get(1), given(facts)) if type(facts) is dict else (None, [])
    if act == RENAME:
        return parts[:1] if gone.issuperset(items) and items else []
    if act != PROVIDE:
        return []
    # In this order: values that others refer to, the set, its documents in the order of the outcome.
    sets = [place for place, (_, change) in enumerate(changes) if of_kind([(0, change)], SET_ADDED)]
    if not sets:
        # The set goes with the last of its documents, and with it whatever nothing else names.
        return parts if items and gone.issuperset(items) and len(parts) > len(items) else []
    documents = {changes[place][0] for place, item in enumerate(items, sets[0] + 1) if item in gone and place < len(changes)}
    before = {number for number, _ in changes[:sets[0]]} if documents.intersection(parts) else set()
    return [number for number in parts if number in documents | before]


def numbers_named(document):
    """The numbers of the shared values that a document or a set refers to."""
    return document.get(17, []) + [document[key] for key in (18, 19) if key in document]


def account_for(entries):
    """How many parts are erased; each must go with a document that a later entry of the act `erase-document` names."""
    gone, lawful, erased = set(), {}, 0
    for seq, (facts, changes) in reversed(list(enumerate(entries, 1))):
        lawful[seq] = erased_lawfully(facts, changes, gone) if any(change is None for _, change in changes) else []
        if type(facts) is dict and facts.get(1) == ERASE:
            gone.update(one.get(1) for one in of_kind(changes, DOCUMENT_ERASED))
    for seq, (_, changes) in enumerate(entries, 1):
        for number, change in changes:
            if change is None and number not in lawful[seq]:
                raise Fault(f"entry {seq}: part {number} is erased, and no later entry erases its document")
            erased += change is None
    if erased:
        check_references(entries)
    return erased


def check_references(entries):
    """What documents and sets that are there refer to is there: else it was erased without one of them."""
    sets, known = set(), set()
    for seq, (_, changes) in enumerate(entries, 1):
        known.update(one.get(1) for one in of_kind(changes, KNOWN_ADDED))
        sets.update(one.get(1) for one in of_kind(changes, SET_ADDED))
        named = [number for one in of_kind(changes, SET_ADDED) for number in one.get(2, {}).get(6, [])]
        for one in of_kind(changes, DOCUMENT_ADDED):
            named += numbers_named(one.get(3, {}))
            if one.get(2) not in sets:
                raise Fault(f"entry {seq}: the set of document {one.get(1)} is erased, and the document is not")
        for number in named:
            if number not in known:
                raise Fault(f"entry {seq}: value {number} is erased, and is still referred to")


def verify(text, head=None):
    """Verifies the bytes of an export; gives the number of entries and of erased parts, or raises Fault. `head` is hexadecimal, lower case."""
    entries = read_chain(text, head)
    try:
        return len(entries), account_for(entries)
    except (AttributeError, TypeError):
        raise Fault("parts are erased, and what is left is not what an entry says") from None


def read_chain(text, head=None):
    """Verifies form and chain alone; gives the facts and the changes of each entry."""
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
    known, entries = 0, []
    for seq, line in enumerate(lines[1:-1], 1):
        entry = ENTRY.fullmatch(line)
        if not entry or int(entry[1]) != seq:
            raise Fault(f"line {seq + 1} is not entry {seq}")
        row = bytes.fromhex(entry[2].decode())
        try:
            digest, known, facts, changes = open_row(cipher, journal, seq, digest, known, row)
        except Fault as fault:
            raise Fault(f"entry {seq}: {fault}") from None
        again.append(b"%d %s" % (seq, row.hex().encode()))
        entries.append((facts, changes))
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
    return entries


def main():
    arguments = argparse.ArgumentParser(description="Verifies an exported journal.")
    arguments.add_argument("file", metavar="FILE")
    arguments.add_argument("--head", metavar="DIGEST", help="the head that the journal must have")
    asked = arguments.parse_args()
    try:
        with open(asked.file, "rb") as file:
            count, erased = verify(file.read(), asked.head)
        print(f"{count} entries, {f'{erased} parts erased, ' if erased else ''}chain whole")
    except OSError as error:
        sys.exit(f"cannot read {asked.file}: {error.strerror}")
    except Fault as fault:
        print(f"fault: {fault}")
        sys.exit(1)


if __name__ == "__main__":
    main()
