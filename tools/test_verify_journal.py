#!/usr/bin/env python3
"""Shows that the second reader finds every corruption: seeded flips, drops, swaps, edits and forks of one small journal; and every part
that is erased although no entry erases its document, of a journal made for it.

    python3 tools/test_verify_journal.py [FILE] [--count N] [--seed S]

closes with "N corruptions, N found" and status 0. FILE is an export; without it, the one among the vectors.
"""
import argparse
import os
import random
import sys

import verify_journal as reader
from verify_journal import AESGCMSIV, Fault, read_chain, sha256, verify

VECTOR = os.path.join(os.path.dirname(__file__), "../crates/seal/tests/vectors/journal.export")


def flip_bit(chance, text):
    at = chance.randrange(len(text))
    return text[:at] + bytes([text[at] ^ 1 << chance.randrange(8)]) + text[at + 1:]


def change_digit(chance, text):
    """Another hexadecimal digit in place of one: the form stays right."""
    places = [at for at, byte in enumerate(text) if byte in b"0123456789abcdef"]
    at = chance.choice(places)
    other = chance.choice([digit for digit in b"0123456789abcdef" if digit != text[at]])
    return text[:at] + bytes([other]) + text[at + 1:]


def drop_byte(chance, text):
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1:]


def add_byte(chance, text):
    at = chance.randrange(len(text) + 1)
    return text[:at] + bytes([chance.choice(b"0123456789abcdef \n\r\t")]) + text[at:]


def truncate(chance, text):
    return text[:chance.randrange(len(text))]


def upper_case(chance, text):
    places = [at for at, byte in enumerate(text) if byte in b"abcdef"]
    at = chance.choice(places)
    return text[:at] + text[at:at + 1].upper() + text[at + 1:]


def drop_line(chance, text):
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def repeat_line(chance, text):
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return b"".join(lines[:at] + [lines[at]] + lines[at:])


def swap_lines(chance, text):
    lines = text.splitlines(keepends=True)
    a, b = chance.sample(range(len(lines)), 2)
    lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


def swap_rows(chance, text):
    """Two rows change places, and the numbers stay in order."""
    lines = [line.split(b" ", 1) for line in text.splitlines()]
    a, b = chance.sample(range(1, len(lines) - 1), 2)
    lines[a][1], lines[b][1] = lines[b][1], lines[a][1]
    return b"\n".join(b" ".join(line) for line in lines) + b"\n"


def move_part(chance, text):
    """A row gets the last 20 bytes of another."""
    lines = [line.split(b" ", 1) for line in text.splitlines()]
    a, b = chance.sample(range(1, len(lines) - 1), 2)
    lines[a][1] = lines[a][1][:-40] + lines[b][1][-40:]
    return b"\n".join(b" ".join(line) for line in lines) + b"\n"


def split_row(seq, data):
    """Salt, previous digest or nothing, and each part's bytes with its commitment."""
    row = reader.Bytes(data)
    row.take(5)
    salt, origin = row.take(16), row.take(32) if seq == 1 else b""
    parts = []
    for _ in range(row.number(2)):
        start, _, commit = row.at, row.take(1), row.take(32)
        length = reader.part_length(row)
        row.take(length and 12 + length)
        parts.append((data[start:row.at], commit))
    return salt, origin, parts


def drop_part(chance, text):
    """A row loses its last part and says so, and all that follows is chained anew, without the key: the head is stated anew too."""
    lines = [line.split(b" ", 1) for line in text.splitlines()]
    rows = [bytes.fromhex(row.decode()) for _, row in lines[1:-1]]
    long = [seq for seq, row in enumerate(rows, 1) if len(split_row(seq, row)[2]) > 1]
    cut, where, digest = chance.choice(long), int(lines[0][1].split(b" ")[1]).to_bytes(4, "big"), b""
    for seq, row in enumerate(rows, 1):
        salt, origin, parts = split_row(seq, row)
        if seq == cut:
            parts.pop()
            rows[seq - 1] = row[:21] + origin + len(parts).to_bytes(2, "big") + b"".join(part for part, _ in parts)
        place = sha256(b"dmp1.place", salt, where, seq.to_bytes(4, "big"), origin or digest)
        digest = sha256(b"dmp1.entry", place, len(parts).to_bytes(2, "big"), *(commit for _, commit in parts))
    text = [b" ".join(lines[0])] + [b"%d %s" % (seq, row.hex().encode()) for seq, row in enumerate(rows, 1)]
    return b"\n".join(text + [b"head %s %d" % (digest.hex().encode(), len(rows)), b""])


def seal(cipher, journal, count, first, chance):
    """A whole journal of other content, sealed under the same key: its text."""
    draw, lines, digest = chance.randbytes, [first], None
    for seq in range(1, count + 1):
        epoch, salt = (7).to_bytes(4, "big"), draw(16)
        origin = draw(32) if seq == 1 else b""
        where = journal.to_bytes(4, "big") + seq.to_bytes(4, "big")
        part, nonce = b"\x01" + draw(16) + b"\xa1\x01\x1a" + (chance.randrange(1 << 31) | 1 << 30).to_bytes(4, "big"), draw(12)
        commit = sha256(b"dmp1.part", part)
        sealed = cipher.encrypt(nonce, part, b"\x01" + epoch + where + salt + b"\x00\x01" + bytes(2))
        row = b"\x01" + epoch + salt + origin + b"\x00\x01\x01" + commit + bytes([len(sealed)]) + nonce + sealed
        place = sha256(b"dmp1.place", salt, where, digest or origin)
        digest = sha256(b"dmp1.entry", place, b"\x00\x01", commit)
        lines.append(b"%d %s" % (seq, row.hex().encode()))
    return b"\n".join(lines + [b"head %s %d" % (digest.hex().encode(), count), b""])


def fork(chance, text):
    """Made anew under the right key: whole by itself."""
    lines = text.splitlines()
    _, _, journal, key = lines[0].split(b" ")
    return seal(AESGCMSIV(bytes.fromhex(key.decode())), int(journal), chance.randrange(1, len(lines)), lines[0], chance)


def drop_tail(chance, text):
    """The last rows go, and the head is stated anew."""
    lines = text.splitlines()
    keep = chance.randrange(1, len(lines) - 2)
    _, _, journal, key = lines[0].split(b" ")
    cipher, digest, known = AESGCMSIV(bytes.fromhex(key.decode())), None, 0
    for seq in range(1, keep + 1):
        row = bytes.fromhex(lines[seq].split(b" ")[1].decode())
        digest, known, _, _ = reader.open_row(cipher, int(journal), seq, digest, known, row)
    return b"\n".join(lines[:keep + 1] + [b"head %s %d" % (digest.hex().encode(), keep), b""])


ALONE = [flip_bit, change_digit, drop_byte, add_byte, truncate, upper_case, drop_line, repeat_line, swap_lines, swap_rows, move_part,
         drop_part]
WITH_HEAD = [fork, drop_tail]


def cbor(value):
    """The few forms that the journal below needs."""
    if isinstance(value, int):
        return bytes([value]) if value < 24 else b"\x18" + bytes([value])
    if isinstance(value, list):
        return bytes([0x80 | len(value)]) + b"".join(map(cbor, value))
    return bytes([0xa0 | len(value)]) + b"".join(cbor(key) + cbor(one) for key, one in value.items())


def provided(first, people, rule=3):
    """The changes of a deposit of two documents, the first of which has an author of its own, and its facts."""
    values = [[3, {1: number, 2: [1, {}]}] for number in people]
    documents = [[5, {1: first + place, 2: first - 1, 3: {17: [number]}}] for place, number in enumerate((people[0], people[-1]), 1)]
    outcome = [{1: first + place, 2: 1, 3: rule} for place in (1, 2)]
    return {1: 7, 11: {1: rule, 2: outcome}}, values + [[4, {1: first - 1, 2: {6: [people[-1]]}}]] + documents


def made(entries, erased):
    """An export of entries, each facts and changes, with these parts erased: (entry, part)."""
    chance, key = random.Random(7), bytes(range(32))
    cipher, journal, lines, digest = AESGCMSIV(key), (9).to_bytes(4, "big"), [b"dmp-journal 1 9 " + key.hex().encode()], None
    for seq, (facts, changes) in enumerate(entries, 1):
        salt, origin = chance.randbytes(16), chance.randbytes(32) if seq == 1 else b""
        where, count = journal + seq.to_bytes(4, "big"), (1 + len(changes)).to_bytes(2, "big")
        row, commits = b"\x01" + bytes(4) + salt + origin + count, []
        for number, content in enumerate([facts] + changes):
            kind = b"\x03" if number else b"\x01"
            part, nonce = kind + chance.randbytes(16) + cbor(content), chance.randbytes(12)
            commits.append(sha256(b"dmp1.part", part))
            sealed = cipher.encrypt(nonce, part, b"\x01" + bytes(4) + where + salt + count + number.to_bytes(2, "big"))
            length = bytes([len(sealed)]) if len(sealed) < 128 else bytes([len(sealed) & 127 | 128, len(sealed) >> 7])
            row += kind + commits[-1] + (b"\x00" if (seq, number) in erased else length + nonce + sealed)
        digest = sha256(b"dmp1.entry", sha256(b"dmp1.place", salt, where, digest or origin), count, *commits)
        lines.append(b"%d %s" % (seq, row.hex().encode()))
    return b"\n".join(lines + [b"head %s %d" % (digest.hex().encode(), len(entries)), b""])


def erasures():
    """How many forged erasures there are, and how many were found: one more part at a time, and the same with the last act left out."""
    rename = lambda item: ({1: 75, 11: {1: 1, 2: [{1: item, 2: 1, 3: 1}]}}, [[54, {1: item, 2: 9}]])
    erase = lambda *items: ({1: 76, 11: {1: 1}}, [[55, {1: item}] for item in items])
    # Two deposits of two documents, items 2 and 3, 5 and 6; the first of each is renamed; the first of the one and both of the other go.
    entries = [provided(1 + 1, [0, 1]), rename(3), provided(4 + 1, [2, 3]), rename(6), ({1: 10, 11: {1: 1}}, [[6, {1: 4}]]), erase(3, 6, 7)]
    true = {(1, 1), (1, 4), (2, 1), (3, 1), (3, 2), (3, 3), (3, 4), (3, 5), (4, 1)}
    assert verify(made(entries, set())) == (6, 0)
    assert verify(made(entries, true)) == (6, 9)
    parts = [(seq, number) for seq, (_, changes) in enumerate(entries, 1) for number in range(1, len(changes) + 1)]
    forged = [made(entries, true | {part}) for part in parts if part not in true] + [made(entries[:-1], {part}) for part in true]
    # An act that came before it erases nothing later.
    forged.append(made(entries[-1:] + entries[:-1], true))
    return len(forged), sum(is_found(text, None) for text in forged)


def is_found(text, head, reads=verify):
    try:
        reads(text, head)
    except Fault:
        return True
    return False


def main():
    arguments = argparse.ArgumentParser(description="Corrupts an export and counts what the second reader finds.")
    arguments.add_argument("file", metavar="FILE", nargs="?", default=VECTOR)
    arguments.add_argument("--count", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    with open(given.file, "rb") as file:
        text = file.read()
    head = text.splitlines()[-1].split(b" ")[1].decode()
    # The vector's entries say nothing that an entry says, and one of its parts is erased: its form and its chain are what is read.
    if len(read_chain(text, head)) < 3:
        sys.exit("the journal needs three entries or more")
    chance, found = random.Random(given.seed), 0
    for number in range(given.count):
        corrupt = (ALONE + WITH_HEAD)[number % (len(ALONE) + len(WITH_HEAD))]
        corrupted = corrupt(chance, text)
        while corrupted == text:
            corrupted = corrupt(chance, text)
        if corrupt in WITH_HEAD:
            # Whole by itself: were it not, the test would show nothing about --head.
            alone = len(read_chain(corrupted)) > 0
            found += alone and is_found(corrupted, head, read_chain)
        elif is_found(corrupted, None, read_chain):
            found += 1
        else:
            print(f"not found: {corrupt.__name__}, number {number}, seed {given.seed}")
    forged, seen = erasures()
    print(f"{forged} forged erasures, {seen} found")
    print(f"{given.count} corruptions, {found} found")
    sys.exit(0 if (found, seen) == (given.count, forged) else 1)


if __name__ == "__main__":
    main()
