#!/usr/bin/env python3
"""A real SMTP server on loopback, for the tests of notices: STARTTLS is required, each mail that it takes becomes a file.

    server.py PORT FOLDER        prints "ready", after writing FOLDER/ca.pem

An address that begins with "later" is refused for now twice, one that begins with "never" always.
"""

import datetime
import ipaddress
import pathlib
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


class Handler:
    def __init__(self, folder):
        self.folder, self.tries, self.taken = folder, {}, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.tries[address] = self.tries.get(address, 0) + 1
        if address.startswith("never") or (address.startswith("later") and self.tries[address] <= 2):
            return "451 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        fresh = self.folder / f".{self.taken}"
        fresh.write_bytes(b"TLS: %s\r\n" % str(session.ssl is not None).encode() + envelope.content)
        fresh.rename(self.folder / f"{self.taken}.eml")
        return "250 taken"


def main():
    port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    context = certificate(folder)
    controller = Controller(Handler(folder), hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True)
    controller.start()
    print("ready", flush=True)
    threading.Event().wait()


main()
