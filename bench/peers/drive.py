#!/usr/bin/env python3
"""Drives a FHIR server with the workloads of `dmp bench`, and prints the server's CPU for each request.

    drive.py BASE PID [--seconds 5] [--clients 64] [--patients 1000] [--documents 200] [--load]
"""
import argparse
import base64
import http.client
import json
import os
import random
import threading
import time
import urllib.parse

TICKS = os.sysconf("SC_CLK_TCK")
BODY = base64.b64encode(os.urandom(45_000)).decode()


def cpu(pid):
    """Seconds of CPU of a process and its children, user and system."""
    total = 0
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(entry) == pid or int(fields[1]) == pid:
                total += int(fields[11]) + int(fields[12])
    return total / TICKS


def reference(patient, number):
    return {
        "resourceType": "DocumentReference", "id": f"d-{patient}-{number}", "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11490-0"}]},
        "subject": {"reference": f"Patient/p-{patient}"}, "date": "2026-11-22T10:00:00Z",
        "content": [{"attachment": {"contentType": "text/xml", "url": f"Binary/b-{patient}", "title": "Lettre de liaison"}}],
    }


def put(resource):
    return {"resource": resource, "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}}


class Client:
    def __init__(self, base):
        self.url = urllib.parse.urlsplit(base)
        self.link = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
        self.link.request(method, self.url.path + path, body and json.dumps(body), headers)
        answer = self.link.getresponse()
        answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status}")


def load(base, patients, documents):
    client = Client(base)
    for patient in range(patients):
        entries = [put({"resourceType": "Patient", "id": f"p-{patient}"}),
                   put({"resourceType": "Binary", "id": f"b-{patient}", "contentType": "text/xml", "data": BODY})]
        entries += [put(reference(patient, number)) for number in range(documents)]
        client.ask("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})


def provide(client, patient, turn):
    name = f"{patient}-{threading.get_ident()}-{turn}"
    entries = [put({"resourceType": "Binary", "id": f"n-{name}"[:64], "contentType": "text/xml", "data": BODY}),
               put(reference(patient, f"n{turn}-{threading.get_ident() % 100000}"))]
    client.ask("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})


WORKLOADS = {
    "W3": lambda client, patient, _: client.ask("GET", f"/DocumentReference?patient=Patient/p-{patient}&_count=50"),
    "W4": lambda client, patient, _: client.ask("GET", f"/Binary/b-{patient}"),
    "W5": lambda client, patient, _: client.ask("GET", f"/DocumentReference/d-{patient}-0"),
    "W1": provide,
}


def run(base, pid, name, given):
    times, faults, end = [], [], time.monotonic() + given.seconds
    before = cpu(pid)

    def one(seed):
        chance, client, turn = random.Random(seed), Client(base), 0
        while time.monotonic() < end:
            begun, turn = time.monotonic(), turn + 1
            try:
                WORKLOADS[name](client, chance.randrange(given.patients), turn)
                times.append(time.monotonic() - begun)
            except Exception as fault:  # counted: a fast wrong answer is no figure
                faults.append(str(fault))
                client = Client(base)

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(given.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    used = (cpu(pid) - before) / max(1, len(times)) * 1e6
    median = times[len(times) // 2] * 1e3 if times else 0
    print(f"{name}: {len(times) / given.seconds:8.0f} a second, p50 {median:7.1f} ms, CPU {used:8.0f} µs, {len(faults)} faults"
          + (f" (the first: {faults[0]})" if faults else ""))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("base")
    arguments.add_argument("pid", type=int)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--clients", type=int, default=64)
    arguments.add_argument("--patients", type=int, default=1000)
    arguments.add_argument("--documents", type=int, default=200)
    given = arguments.parse_args()
    begun = time.monotonic()
    load(given.base, given.patients, given.documents)
    print(f"loaded {given.patients} patients with {given.documents} documents each in {time.monotonic() - begun:.0f} s")
    for name in WORKLOADS:
        run(given.base, given.pid, name, given)


if __name__ == "__main__":
    main()
