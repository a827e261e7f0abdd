"""Deletion, requests for it, and the holder's choices on a document (decisions 18, 21-23)."""
import authorization
from answers import FAULT, Hidden, Refuse, Unsettled
from documents import EITHER_OWN, check_newest, check_not_deleted, foreign, move_mask, refuse_outsiders
from families import admit_account
from gate import NEEDS, admit, is_mt
from requesters import CARE, own
from visibility import reach, rule_for_care


def delete(world, dossier, requester, act, now):
    if requester.kind not in CARE:
        return delete_by_holder(world, dossier, requester, act, now)
    document = dossier.document(act["document"])
    admit(world, dossier, requester, act, NEEDS["delete"], now, document)
    if document is None:
        raise Hidden(None)
    if not may_delete(world, dossier, requester, act, document, now):
        foreign(world, dossier, requester, act, document, now)
    from documents import check_newer_seen_or_own
    check_newer_seen_or_own(world, dossier, requester, act, document, now)
    erase(dossier, document)


def may_delete(world, dossier, requester, act, document, now):
    """Decision 22, policy by policy."""
    if world.policy == "dmp-2012":
        return may_delete_2012(world, dossier, requester, act, document, now)
    if own(requester, document):
        return True
    if not (document.depositor_kind == "holder" and is_mt(dossier, requester)):
        return False
    if act["mode"] != "normal":
        raise Unsettled("the médecin traitant, in an emergency mode, on what the holder deposited")
    return requester.means != "indirect" and sees(world, dossier, requester, act, document, now)


def may_delete_2012(world, dossier, requester, act, document, now):
    """"on the holder's recorded request, the médecin traitant, or where there is none any doctor VALIDE in normal mode"."""
    mt = is_mt(dossier, requester)
    if document.deletion_requested and act["mode"] == "normal" and (mt or (dossier.medecin_traitant is None and requester.doctor)):
        if requester.means == "indirect" or requester.occupational:
            raise Unsettled("dmp-2012: deletion on request by indirect authentication or an occupational doctor")
        if sees(world, dossier, requester, act, document, now):
            return True
    if document.deletion_requested and mt and act["mode"] != "normal":
        raise Unsettled("the médecin traitant, in an emergency mode, on a requested deletion")
    if own(requester, document):
        raise Unsettled("dmp-2012: deletion by the author without the holder's request")
    return False


def sees(world, dossier, requester, act, document, now):
    return authorization.valid(world, dossier, requester, now) and rule_for_care(world, dossier, requester, act, document, now) is None


def erase(dossier, document):
    check_not_deleted(document)
    # Decision 21: "By both protocols: only the newest version can be deleted"; facts e.2: 422.
    if document.replaced_by:
        raise Refuse(FAULT)
    delete_chain(dossier, document)


def delete_chain(dossier, document):
    """Facts e.2: the server "flags every replaced predecessor deleted"."""
    document.deleted = True
    document.archived = document.archive_unsure = False
    if document.replaces:
        delete_chain(dossier, dossier.document(document.replaces))


def delete_by_holder(world, dossier, requester, act, now):
    """Facts c.8: the patient "deletes what he deposited himself"; decision 24: representatives together."""
    refuse_outsiders(requester)
    admit_account(world, dossier, requester, act, now, "delete")
    document = reach(world, dossier, requester, act, now)
    if document.depositor_kind != "holder":
        raise Refuse(*EITHER_OWN)
    if requester.kind != "holder" or document.depositor != requester.person:
        raise Unsettled("deletion by a representative, or of what a delegate deposited")
    erase(dossier, document)


def request_deletion(world, dossier, requester, act, now):
    """The issue: the holder "asks for the deletion of what others deposited"."""
    if requester.kind != "holder":
        raise Unsettled("a request for deletion by another than the holder")
    admit_account(world, dossier, requester, act, now, "manage")
    document = reach(world, dossier, requester, act, now)
    if document.depositor_kind != "care" or document.deletion_requested or document.replaced_by:
        raise Unsettled("a request for deletion of one's own, of REMB, of an old version, or twice")
    document.deletion_requested = True


def answer_deletion(world, dossier, requester, act, now):
    """The issue: "its author or his structure decides"."""
    document = dossier.document(act["document"])
    admit(world, dossier, requester, act, NEEDS["answer-deletion"], now, document)
    if document is None:
        raise Hidden(None)
    if not own(requester, document):
        foreign(world, dossier, requester, act, document, now)
    check_not_deleted(document)
    if not document.deletion_requested or document.replaced_by:
        raise Unsettled("an answer to a request that does not stand")
    document.deletion_requested = False
    if act["accept"]:
        delete_chain(dossier, document)


# --- the holder's choices ------------------------------------------------------------------------------------------------------

def holder_visibility(world, dossier, requester, act, now):
    """Decision 18: "one chosen by the holder"; the issue: "after: the holder's choice per document"."""
    admit_account(world, dossier, requester, act, now, "manage")
    document = reach(world, dossier, requester, act, now)
    check_newest(document, "hide or show")
    wanted = "hidden" if act["act"] == "hide" else "shown"
    if document.masked() == (wanted == "hidden"):
        raise Unsettled("hide what is hidden, show what is shown")
    document.holder_choice = wanted
    move_mask(dossier, document)
    return {"item": "given"}


def claim_not_mine(world, dossier, requester, act, now):
    """Decision 23."""
    if requester.kind != "holder":
        raise Unsettled("a claim `not mine` by another than the holder")
    admit_account(world, dossier, requester, act, now, "manage")
    document = reach(world, dossier, requester, act, now)
    if document.claimed or document.depositor_kind != "care" or document.replaces or document.replaced_by:
        raise Unsettled("a claim twice, on one's own, or on one of several versions")
    document.claimed = True


def close_claim(world, dossier, requester, act, now):
    document = dossier.document(act["document"])
    if requester.kind != "operator" or document is None or not document.claimed or dossier.status != "open":
        raise Unsettled("closing a claim: by whom, beyond the operator, is not said")
    document.claimed = False
