"""The holder, his representatives and his carers (decisions 20, 24, 25)."""
import periods
from answers import FAULT, NOT_OK, REFUSED, Refuse, Unsettled
from state import Carer, Representative

# Decision 25: "`manage` = what the holder may do except close, delegate, delete, change contacts"; "never private notes".
CARER_RIGHTS = {"read": {"read"}, "add": {"read", "add"}, "manage": {"read", "add", "manage"}}
CARER_NEVER = {"close", "delegate", "delete", "contacts", "note"}
# Decision 27: after closing the holder "keeps his history"; he may reopen, or ask for express deletion.
AFTER_CLOSING = {"history", "after-closing"}


def admit_account(world, dossier, requester, act, now, right):
    """May this account do what needs `right` ("read", "add", "manage", "close", "delete", "delegate", "note", "history", "after-closing")?"""
    if requester.kind not in CHECKS:
        raise Unsettled("an account's act asked by the insurer, the help desk, the operator or care")
    if dossier.dead:                    # decision 28: "not reopened except as an error, by the operator; nobody reads"
        raise Refuse(NOT_OK)
    if dossier.suspended_at is not None:
        raise Unsettled("an account's act on a dossier suspended for fraud")
    CHECKS[requester.kind](dossier, requester, act, now, right)
    if dossier.status != "open" and right not in AFTER_CLOSING:
        raise Refuse("closed", *([REFUSED] if not dossier.activated else []))
    # Decision 20: "A holder's token on a dossier not activated: refused, `activate first`"; once it is closed, decision 27 prevails (reading 26).
    if not dossier.activated and not (dossier.status == "closed" and right in AFTER_CLOSING):
        raise Refuse(NOT_OK)


def check_holder(dossier, requester, act, now, right):
    """Decision 24: "A minor may sign in himself from 16 and then sees what is hidden from his representatives"."""
    if now < periods.birthday(dossier.born, 16):
        raise Refuse(NOT_OK)
    if not dossier.adult(now) and right not in ("read", "note"):
        raise Unsettled("what a minor of 16 or 17 may do beyond reading")


def check_representative(dossier, requester, act, now, right):
    standing = dossier.representatives.get(requester.person)
    if standing is None or not in_office(dossier, standing, now):
        raise Refuse(NOT_OK)
    if standing.scope == "read" and right != "read":
        if right in ("history", "note"):
            raise Unsettled("a representative of scope `read` and history or notes")
        raise Refuse(NOT_OK)
    # "Each parent alone may do all but close and delete, which need all representatives on record."
    if right in ("close", "delete") and not everyone(dossier, now) <= {requester.person, *act.get("joint", [])}:
        raise Refuse(NOT_OK)


def in_office(dossier, standing, now):
    """Decision 24: "At majority representatives' rights ... end": a child's guardian's too. Dates end at midnight (31)."""
    started = now >= periods.midnight_opening(standing.start)
    ended = standing.end is not None and now >= periods.midnight_closing(standing.end)
    return started and not ended and (of_an_adult(dossier, standing) or not dossier.adult(now))


def of_an_adult(dossier, standing):
    """README, 23: a guardian whose mandate begins with the holder's majority or later."""
    return standing.guardian and dossier.adult(periods.midnight_opening(standing.start))


def everyone(dossier, now):
    return {one.person for one in dossier.representatives.values() if in_office(dossier, one, now)}


def lets_in(dossier, carer, now):
    """Does this delegation stand?"""
    if carer is None or carer.ended or now >= periods.midnight_closing(carer.end):
        return False
    # Decision 24: at majority "representatives' rights and the delegations they made end"; README, 33: with their office.
    if carer.by != "holder":
        return (carer.of_an_adult or not dossier.adult(now)) and in_office(dossier, dossier.representatives[carer.by], now)
    return True


def check_carer(dossier, requester, act, now, right):
    carer = dossier.carers.get(requester.person)
    if not lets_in(dossier, carer, now):
        raise Refuse(NOT_OK)
    if right in AFTER_CLOSING:
        raise Unsettled("a carer and the history, or a closed dossier")
    if right in CARER_NEVER or right not in CARER_RIGHTS[carer.scope]:
        raise Refuse(NOT_OK)


CHECKS = {"holder": check_holder, "representative": check_representative, "carer": check_carer}


def name_representative(world, dossier, requester, act, now):
    """Recorded by the operator: scope, start, end, guardian or not (issue, "Minors, protected adults, carers")."""
    if requester.kind != "operator" or dossier.status != "open":
        raise Unsettled("a representative recorded by another than the operator, or on a dossier not open")
    end = act.get("end")
    one = Representative(act["person"], act["scope"], day(act["start"]), day(end) if end else None, act["guardian"])
    # README, 23: what would let nobody in, ever, is not acknowledged.
    if dossier.adult(max(now, periods.midnight_opening(one.start))) and not of_an_adult(dossier, one):
        raise Refuse(FAULT)
    dossier.representatives[act["person"]] = one


def delegate(world, dossier, requester, act, now):
    admit_account(world, dossier, requester, act, now, "delegate")
    # Reading 31: what would already be over is not begun.
    if act["end"] is not None and day(act["end"]) < periods.paris_date(now):
        raise Refuse(FAULT)
    by = "holder" if requester.kind == "holder" else requester.person
    of_an_adult = by != "holder" and dossier.adult(now)
    # README, 34: what another of the family chose a representative does not take over.
    known = dossier.carers.get(act["person"])
    if by != "holder" and lets_in(dossier, known, now) and known.by != by:
        raise Refuse(FAULT)
    dossier.carers[act["person"]] = Carer(
        act["person"], act["scope"], tuple(act["categories"]), day(act["end"]), by, of_an_adult=of_an_adult)


def end_delegation(world, dossier, requester, act, now):
    """The issue: "either side may end it"."""
    carer = dossier.carers.get(act["person"])
    if carer is None or carer.ended:
        raise Unsettled("ending a delegation that does not stand")
    if requester.kind == "carer":
        if requester.person != act["person"]:
            raise Unsettled("a carer who ends another's delegation")
        admit_account(world, dossier, requester, act, now, "read")
    else:
        admit_account(world, dossier, requester, act, now, "delegate")
    carer.ended = True


def private_note(world, dossier, requester, act, now):
    """Decision 23: "A private note belongs to the account that wrote it"."""
    admit_account(world, dossier, requester, act, now, "note")
    dossier.notes.append((requester.kind, requester.person, act["note"]))


def list_notes(world, dossier, requester, act, now):
    """The issue: "Private notes of the patient that no one else ever sees, emergencies included"."""
    if requester.kind not in ("holder", "representative", "carer"):
        raise Refuse(NOT_OK)
    admit_account(world, dossier, requester, act, now, "note")
    return {"list": [note for kind, person, note in dossier.notes if (kind, person) == (requester.kind, requester.person)]}


def day(text):
    return periods.datetime.fromisoformat(text).date()
