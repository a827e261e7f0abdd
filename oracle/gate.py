"""The order of evaluation for everything that concerns the *dossier* (facts c.1 and decision 3, which lists the codes in that order)."""
from dataclasses import dataclass

import authorization
import budgets
import modes
from answers import Refuse, Unsettled
from requesters import identity_refusal, own
from sectors import sector_refusal


@dataclass(frozen=True)
class Need:
    """What an act asks of the dossier."""
    name: str
    row: str | None = None          # the row of the functional rights sheet; None: the sheet has none
    reading: bool = False           # decision 12: "Reading means TD0.4, TD1.3a, TD1.6, TD3.1, TD3.2 and every TD3.3 on what is not one's own"
    on_document: bool = False       # one of TD3.3: reading only on what is not one's own
    valid: bool = False             # decision 3: "TD1.6 and TD3.x need VALIDE; TD0.2 and TD1.3a do not"
    discloses: bool = False         # decision 32
    despite_block: bool = False     # decision 8: "except TD0.2 (INTERDIT) and feeding (TD2.1 without replacement)"


def need(name, **more):
    return Need(name, row=more.pop("row", name), **more)


NEEDS = {one.name: one for one in (
    need("test-existence", despite_block=True),
    need("admin-data", reading=True, discloses=True),
    need("list-authorizations", reading=True, valid=True, discloses=True),
    need("read-history", row=None, reading=True, valid=True),
    need("provide", despite_block=True),
    need("replace", row="provide"),
    need("find", reading=True, valid=True, discloses=True),
    need("find-reference", reading=True),
    need("retrieve", reading=True, valid=True, discloses=True),
    need("mask", reading=True, on_document=True, valid=True),
    need("unmask", reading=True, on_document=True, valid=True),
    need("make-visible", reading=True, on_document=True, valid=True),
    need("archive", reading=True, on_document=True, valid=True),
    need("unarchive", reading=True, on_document=True, valid=True),
    need("delete", reading=True, on_document=True),
    need("answer-deletion", row="delete", reading=True, on_document=True),
    # Decision 4: "Declaring (TD0.3) from a sector that does not read: refused"; and "Who collects consent for another must be VALIDE himself".
    need("declare", reading=True),
    need("collect", row="declare", reading=True, valid=True),
    need("name-another", row="declare", reading=True, valid=True),
    need("withdraw-self"),
    need("declare-medecin-traitant", row="declare", reading=True),
    need("give-up-medecin-traitant"),
    need("medecin-traitant-act", row=None, valid=True),
)}


def suspended(world, dossier, requester):
    """Decision 8: "A suspension by the operator stops everything"; the issue: "a professional or a structure at once"."""
    return (requester.person in world.suspended_persons or requester.structure in world.suspended_structures
            or dossier.suspended_at is not None)


def authorisation_refusal(world, dossier, requester, act, what, now):
    """Normal mode only: in an emergency the mode's own switches decide (decision 9, facts c.4)."""
    if act["mode"] != "normal" or not what.valid:
        return None
    if authorization.valid(world, dossier, requester, now):
        if requester.kind == "structure" and not any(one.valid(now) for one in authorization.direct(dossier, requester)):
            raise Unsettled("a certificate alone, where only a colleague is authorised")
        return None
    # Decision 9: "every professional, médecin traitant included, is refused in normal mode".
    return "opposition" if dossier.opposition_at is not None else "no-authorisation"


def functional_refusal(world, dossier, requester, act, what):
    if what.row is None:
        return None
    row = "provide-cpe" if what.row == "provide" and requester.kind == "staff" else what.row
    return "functional-right" if world.rights.cell(row, requester, act["mode"], is_mt(dossier, requester)) == "N" else None


def is_mt(dossier, requester):
    """Facts c.5: "a doctor declared as such": who was named and is none has nothing of the role."""
    return requester.person is not None and requester.doctor and dossier.medecin_traitant == requester.person


def later_refusals(world, dossier, requester, act, what, now):
    """Facts c.1, 3 to 6, then the budget: the codes in the order of decision 3."""
    if dossier.blocked(requester) and not what.despite_block:
        yield "blocked"
    yield modes.mode_refusal(world, dossier, requester, act, now)
    yield authorisation_refusal(world, dossier, requester, act, what, now)
    yield functional_refusal(world, dossier, requester, act, what)
    if what.discloses:
        yield budgets.budget_refusal(world, dossier, requester, now)


def first(codes):
    return next((code for code in codes if code is not None), None)


def check_scope(dossier, requester, act, what):
    """What the sources leave open about a whole act."""
    if requester.kind == "professional" and requester.means == "indirect" and identity_refusal(requester):
        raise Unsettled("indirect authentication that names a professional without known profession or specialty")
    if what.name == "admin-data" and act["mode"] == "normal" and dossier.opposition_at is not None:
        raise Unsettled("TD1.3a under an opposition to consultation")


def admit(world, dossier, requester, act, what, now, document=None):
    """Let pass, or refuse by the first rule that says no."""
    check_scope(dossier, requester, act, what)
    if requester.sector == "SA23":      # nothing of the dossier is looked at before: a private insurer may learn nothing of it
        owns = document is not None and own(requester, document)
        if sector_refusal(world, requester, what, owns):
            raise Refuse("sector")
    if suspended(world, dossier, requester):
        raise Refuse(*suspension_codes(dossier, now))
    if dossier.status != "open" and what.name != "test-existence":      # facts c.1, 1; a.3: TD0.2 says `terminated`
        raise Refuse("closed")
    code = identity_refusal(requester)  # facts c.1, 2
    if code:
        raise Refuse(code)
    owns = document is not None and own(requester, document)
    codes, is_open = sector_refusal(world, requester, what, owns) or ((), True)
    if codes and not is_open:
        raise Refuse(*codes)
    later = first(later_refusals(world, dossier, requester, act, what, now))
    if codes:
        raise Refuse(*codes, later or "not-found")
    if later:
        raise Refuse(later)


def suspension_codes(dossier, now):
    """Decision 8: a suspended dossier is "closed after six weeks without objection"; until a job has closed it, either may be told."""
    return ("suspended", "closed") if dossier.suspended_at is not None else ("suspended",)
