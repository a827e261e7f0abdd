"""Who asks. A requester is a token: a person, the structure it names, profession, sector, means of authentication."""
import functools
from dataclasses import dataclass

import sources
from answers import Unsettled
from matrix import DOCTOR, is_doctor

# Decision 14: "Occupational: SA66, or SM25, C41, CAPA11, each alone suffices."
OCCUPATIONAL_SPECIALTIES = {"SM25", "C41", "CAPA11"}
CARE = ("professional", "structure", "staff")


@dataclass(frozen=True)
class Requester:
    kind: str
    person: str | None = None
    structure: str | None = None
    profession: str | None = None
    specialty: str | None = None
    sector: str | None = None
    means: str = "direct"
    regulation: bool = False    # the claim Acces_Regulation_Medicale

    @property
    def doctor(self):
        return self.kind == "professional" and is_doctor(self.profession)

    @property
    def occupational(self):
        return self.sector == "SA66" or self.specialty in OCCUPATIONAL_SPECIALTIES

    @property
    def identity(self):
        return self.person or self.structure


@functools.lru_cache(maxsize=None)
def known_profession(profession):
    """Facts c.1, 2: "with a known profession": one of value set J65. A system without captured OID is known by its code."""
    system, _, code = (profession or "").partition("|")
    known = sources.known_professions()
    captured = {oid for oid, _, _ in known if not oid.startswith("(")}
    if system in captured:
        return (system, code) in {(oid, other) for oid, _, other in known}
    return any(oid.startswith("(") and other == code for oid, _, other in known)


def identity_refusal(requester):
    """Facts c.1, 2; decision 6: "A doctor of G15 without specialty is refused"."""
    if requester.kind != "professional":
        return None
    if not known_profession(requester.profession):
        return "unknown-requester"
    if requester.profession == DOCTOR and requester.specialty is None:
        return "specialty-missing"
    return None


def own(requester, document):
    """Decisions, preamble: "deposited by the caller or his structure (the one in the request's token), or naming him as author"."""
    by_structure = requester.structure is not None and requester.structure == document.depositor_structure
    if requester.means == "indirect" and personally(requester, document) and not by_structure:
        raise Unsettled("by certificate, on a document that names the professional but comes from another structure (Y9 or own?)")
    return by_structure or personally(requester, document)


def personally(requester, document):
    """Decision 7: "the professional who deposited a document or is named in it", without the rest of his structure."""
    return requester.person is not None and (requester.person == document.depositor or requester.person in document.authors)
