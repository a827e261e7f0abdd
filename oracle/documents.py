"""Acts on documents by whoever gives care: provide, replace, find, retrieve, mask, make visible, archive, delete."""
import authorization
import budgets
import sectors
from answers import ANY, FAULT, NOT_OK, Hidden, Refuse, Unsettled
from gate import NEEDS, admit, is_mt
from requesters import CARE, own, personally
from state import Document
from visibility import matrix_rule, reach, rule, rule_for_care
from families import admit_account

EITHER_OWN = ("functional-right", "not-author")


# --- provide and replace -------------------------------------------------------------------------------------------------------

def provide(world, dossier, requester, act, now):
    if requester.kind == "insurer":
        return provide_by_insurer(world, dossier, requester, act, now)
    if requester.kind in CARE:
        previous = check_feeding(world, dossier, requester, act, now)
    else:
        previous = check_account_deposit(world, dossier, requester, act, now)
    check_faults(world, dossier, act, previous, now)
    store(world, dossier, requester, act, previous, now)


def check_feeding(world, dossier, requester, act, now):
    target = dossier.document(act["replaces"]) if act.get("replaces") else None
    admit(world, dossier, requester, act, NEEDS["replace" if act.get("replaces") else "provide"], now, target)
    check_opposition(dossier, requester, act)
    # The issue: the insurer's feed provides REMB, "nobody else may".
    if act["type"] == "REMB":
        raise Refuse(NOT_OK)
    if act.get("replaces"):
        check_replaced(world, dossier, requester, act, target, now)
    return target


def check_opposition(dossier, requester, act):
    """Decision 9: "Opposition to feeding: of the whole dossier or of a named professional or structure ...; REMB excepted"."""
    if dossier.opposition_feeding & {"whole", ("person", requester.person), ("structure", requester.structure)}:
        raise Refuse("opposition-feeding")
    if dossier.opposition_feeding & {("person", author) for author in act["authors"]}:
        raise Unsettled("opposition to feeding that names the author, not the depositor")


def check_replaced(world, dossier, requester, act, target, now):
    if target is None:
        raise Hidden(None)
    if not own(requester, target):
        foreign(world, dossier, requester, act, target, now)
    check_not_deleted(target)
    check_newer_seen_or_own(world, dossier, requester, act, target, now)
    if target.replaced_by:
        raise Refuse(NOT_OK)
    if target.claimed or target.deletion_requested:
        raise Unsettled("replacement of a document under a claim or a request for deletion")


def foreign(world, dossier, requester, act, document, now):
    """Decision 2: "Replace and delete: only one's own; another's visible document 403, hidden or unknown 404"; without authorisation 404."""
    if act["mode"] == "normal" and not authorization.valid(world, dossier, requester, now):
        raise Hidden(None)
    if requester.sector not in sectors.READING_SECTORS or requester.occupational:
        raise Refuse("not-found", "not-author", "sector")
    if world.rights.cell("retrieve", requester, act["mode"], is_mt(dossier, requester)) == "N":
        raise Refuse("not-found", "not-author")
    if rule_for_care(world, dossier, requester, act, document, now):
        raise Hidden(None)
    raise Refuse("not-author")


def check_not_deleted(document):
    if document.deleted:
        raise Hidden("deleted")


def check_account_deposit(world, dossier, requester, act, now):
    """The holder adds documents; a carer from scope `add`."""
    admit_account(world, dossier, requester, act, now, "add")
    if act["type"] == "REMB":
        raise Refuse(NOT_OK)
    if act.get("replaces") or act["flags"] or dossier.opposition_feeding:
        raise Unsettled("a holder's replacement, flags, or deposit under an opposition to feeding")
    if requester.kind == "carer" and world.matrix.class_of[act["type"]] not in dossier.carers[requester.person].categories:
        raise Unsettled("a carer's deposit outside his categories")


def provide_by_insurer(world, dossier, requester, act, now):
    """REMB: "each replacing the last"; excepted from the opposition to feeding (decision 9)."""
    if dossier.status != "open" or dossier.suspended_at is not None:
        raise Refuse("suspended" if dossier.suspended_at is not None else "closed")
    if act["type"] != "REMB" or act.get("replaces"):
        raise Unsettled("the insurer's feed of something else than the next REMB")
    previous = next((one for one in dossier.documents if one.type_code == "REMB" and not one.replaced_by and not one.deleted), None)
    if previous and previous.claimed:
        raise Unsettled("replacement of a document under a claim or a request for deletion")
    store(world, dossier, requester, act, previous, now)


def check_faults(world, dossier, act, previous, now):
    flags = set(act["flags"])
    # Decision 19: "MASQUE_PS with INVISIBLE_PATIENT: refused (422) by default, the signature document excepted".
    if {"MASQUE_PS", "INVISIBLE_PATIENT"} <= flags:
        raise Refuse(FAULT)
    if act.get("secret"):
        check_secret(dossier, flags, now)
    if previous:
        check_inheritance(dossier, previous, flags, act, now)
    if "INVISIBLE_PATIENT" in flags and not act.get("withhold_motive"):
        # The issue: a professional's retention wins over "at once" and "then needs a motive".
        if dossier.release.get(world.matrix.class_of[act["type"]]) == "at-once":
            raise Refuse(NOT_OK)
        raise Unsettled("a retention without motive where the holder has not chosen `at once` himself")


def check_secret(dossier, flags, now):
    """Facts b.5: "In such a connection only documents invisible to the legal representatives may be deposited"; decision 24: adult, 422."""
    if dossier.adult(now) or "INVISIBLE_REPRESENTANTS_LEGAUX" not in flags:
        raise Refuse(FAULT)


def check_inheritance(dossier, previous, flags, act, now):
    if previous.type_code != act["type"]:
        raise Unsettled("replacement by another type")
    if previous.withheld(now) != ("INVISIBLE_PATIENT" in flags):
        if previous.withheld(now) or not dossier.activated:
            raise Unsettled("replacement that drops a retention, or retention of what an unactivated dossier's holder could not read yet")
        # Decision 19: "A document the patient could already see is never withheld afterwards; a replacement that would is refused (422)".
        raise Refuse(FAULT)
    if previous.invisible_reps != ("INVISIBLE_REPRESENTANTS_LEGAUX" in flags):
        raise Unsettled("replacement that changes INVISIBLE_REPRESENTANTS_LEGAUX")
    if previous.masque_ps and previous.holder_choice is None and "MASQUE_PS" not in flags:
        raise Unsettled("replacement that drops a mask set by a professional")


def store(world, dossier, requester, act, previous, now):
    flags = set(act["flags"])
    alone = requester.kind != "professional" or requester.means == "indirect"
    care = requester.kind in CARE
    document = Document(
        id=act["document"], type_code=act["type"], class_code=world.matrix.class_of[act["type"]], at=now, via=act["dossier"],
        # NOTES, Y4: "the deposit is imputed to the structure".
        depositor=(None if alone else requester.person) if care else requester.person,
        depositor_structure=requester.structure if care else None,
        depositor_kind="care" if care else ("insurer" if requester.kind == "insurer" else "holder"),
        authors=tuple(act["authors"]),
        masque_ps="MASQUE_PS" in flags, invisible_patient="INVISIBLE_PATIENT" in flags,
        invisible_reps="INVISIBLE_REPRESENTANTS_LEGAUX" in flags, first_at=now)
    if previous:
        inherit(document, previous)
    dossier.documents.append(document)


def inherit(document, previous):
    """Decisions 18 (the holder's last choice) and 19 (what is left of the month); facts d.6 (archived)."""
    document.replaces, previous.replaced_by = previous.id, document.id
    document.holder_choice = previous.holder_choice
    document.first_at = previous.first_at
    document.archived = previous.archived
    previous.archive_unsure = previous.archived


# --- find and retrieve ---------------------------------------------------------------------------------------------------------

def find(world, dossier, requester, act, now):
    care = requester.kind in CARE
    if care:
        admit(world, dossier, requester, act, NEEDS["find"], now)
        if requester.occupational:
            return {"list": None}   # decision 14, `table`: which documents its search lists is not said
    else:
        refuse_outsiders(requester)
        admit_account(world, dossier, requester, act, now, "read")
    for one in dossier.documents:
        check_newer_seen(world, dossier, requester, act, one, now)
    shown = [one.id for one in dossier.documents if asked_for(one, act, care) and rule(world, dossier, requester, act, one, now) is None]
    if care:
        budgets.disclose(world, dossier, requester, now, something=bool(shown))
    return {"list": shown}


def check_newer_seen_or_own(world, dossier, requester, act, document, now):
    newer = dossier.document(document.replaced_by) if document.replaced_by else None
    if newer is not None and not own(requester, newer):
        raise Unsettled("a replaced version whose newer version the caller may not see")


def check_newer_seen(world, dossier, requester, act, document, now):
    if document.replaced_by and rule(world, dossier, requester, act, document, now) is None:
        if rule(world, dossier, requester, act, dossier.document(document.replaced_by), now):
            raise Unsettled("a replaced version whose newer version the caller does not see: it is not there for him")


def asked_for(document, act, care):
    if ("superseded" if document.replaced_by else "current") not in act["status"]:
        return False
    if document.archive_unsure and not document.deleted and (care or act.get("archived")):
        raise Unsettled("is a replaced version still archived?")
    if act.get("archived"):
        return document.archived
    # Decision 21: "Without `isArchived` a professional's search leaves archived documents out; the holder's keeps them, marked."
    return not (care and document.archived)


def refuse_outsiders(requester):
    """The insurer's feed, the help desk ("he sees no content") and the operator read nothing."""
    if requester.kind in ("insurer", "help-desk", "operator"):
        raise Refuse(NOT_OK)


def retrieve(world, dossier, requester, act, now):
    if requester.kind in CARE:
        admit(world, dossier, requester, act, NEEDS["retrieve"], now)
    else:
        refuse_outsiders(requester)
        admit_account(world, dossier, requester, act, now, "read")
    reach(world, dossier, requester, act, now)
    if requester.kind in CARE:
        budgets.disclose(world, dossier, requester, now)
    return {"item": "given"}


def find_reference(world, dossier, requester, act, now):
    """TD3.1b. Decision 2: without authorisation it reaches "one's own and [is] 404 for all else"."""
    admit(world, dossier, requester, act, NEEDS["find-reference"], now)
    document = dossier.document(act["document"])
    if document is None:
        raise Hidden(None)
    if not own(requester, document):
        if world.settings["budgets"]:
            raise Unsettled("budgets: does TD3.1b count?")
        consult_reference(world, dossier, requester, act, now)
        return {}
    hidden = requester.kind == "professional" and requester.means != "indirect" and rule_for_care(world, dossier, requester, act, document, now)
    if hidden and hidden != "deleted":
        raise Unsettled("TD3.1b on a document of one's structure that the matrix or an exception hides")
    check_not_deleted(document)
    return {}


def consult_reference(world, dossier, requester, act, now):
    if world.rights.cell("retrieve", requester, act["mode"], is_mt(dossier, requester)) == "N":
        raise Hidden(None)
    if act["mode"] == "normal" and not authorization.valid(world, dossier, requester, now):
        raise Hidden(None)
    reach(world, dossier, requester, act, now)


# --- masks, visibility, archive ------------------------------------------------------------------------------------------------

def reach_for_update(world, dossier, requester, act, name, now):
    document = dossier.document(act["document"])
    admit(world, dossier, requester, act, NEEDS[name], now, document)
    if document and own(requester, document) and not personally(requester, document):
        if matrix_rule(world, requester, act, document) or (requester.profession, document.class_code) in dossier.exceptions:
            raise Unsettled("update of a document of one's structure that the matrix or an exception hides")
    return reach(world, dossier, requester, act, now)


def check_newest(document, what):
    if document.replaced_by:
        raise Unsettled(f"{what} of a replaced version")


def move_mask(dossier, document):
    """The versions that this one replaced keep, or follow: the sources do not say."""
    for one in dossier.documents:
        if one.replaced_by == document.id:
            one.mask_unsure = True
            move_mask(dossier, one)


def mask(world, dossier, requester, act, now):
    """TD3.3a; facts a.2: "mask: any PS normal mode"."""
    document = reach_for_update(world, dossier, requester, act, "mask", now)
    check_newest(document, "mask")
    if document.holder_choice is not None or document.masked() or document.claimed:
        raise Unsettled("a professional's mask over the holder's choice, over a mask, or under a claim")
    if document.withheld(now):      # decision 19: MASQUE_PS with INVISIBLE_PATIENT, 422
        raise Refuse(FAULT)
    document.masque_ps = True
    move_mask(dossier, document)
    return {"item": "given"}


def unmask(world, dossier, requester, act, now):
    """Decision 18: lifted by "the author, his structure, the médecin traitant or the holder"; Y8 own only."""
    document = reach_for_update(world, dossier, requester, act, "unmask", now)
    if not may_by_note(world, dossier, requester, act, "unmask", document):
        raise Refuse(*EITHER_OWN)
    check_newest(document, "unmask")
    if not document.masked() or document.claimed:
        raise Unsettled("unmask of what is not masked, or under a claim")
    if document.holder_choice == "hidden":
        return lift_holders_mask(dossier, requester, act, document)
    document.masque_ps = False
    move_mask(dossier, document)
    return {"item": "given"}


def lift_holders_mask(dossier, requester, act, document):
    """Decision 18: "one chosen by the holder, only by the holder, his representative, or the médecin traitant, who says that the holder asked"."""
    if not is_mt(dossier, requester):
        return {"code": ANY}        # no effect; decision 10: the mask is shown to no professional but the médecin traitant
    if not act.get("holder_asked"):
        raise Refuse(NOT_OK)
    document.holder_choice = "shown"
    move_mask(dossier, document)
    return {"item": "given"}


def may_by_note(world, dossier, requester, act, row, document):
    """The cell of the sheet for this row: Y, or Y8 and Y9 "only own documents"."""
    cell = world.rights.cell(row, requester, act["mode"], is_mt(dossier, requester))
    return cell == "Y" or (cell in ("Y8", "Y9") and own(requester, document))


def make_visible(world, dossier, requester, act, now):
    """TD3.3b; facts c.6: "one-way"."""
    document = reach_for_update(world, dossier, requester, act, "make-visible", now)
    check_newest(document, "make visible")
    if document.replaces:
        raise Unsettled("make visible: a version that replaced another")
    if act["to"] == "patient":
        if not document.withheld(now):
            raise Unsettled("make visible what is visible")
        document.released = True
    else:
        if not document.invisible_reps:
            raise Unsettled("make visible what is visible")
        document.invisible_reps = False
    return {"item": "given"}


def withhold_later(world, dossier, requester, act, now):
    """Decision 19: "A document the patient could already see is never withheld afterwards"; facts a.2: TD3.3b is irreversible."""
    document = reach_for_update(world, dossier, requester, act, "make-visible", now)
    if document.withheld(now):
        raise Unsettled("withhold what is withheld")
    raise Refuse(NOT_OK)


def set_archived(world, dossier, requester, act, now):
    """TD3.3d; facts a.2: "author; any doctor in regulation/bris de glace; MT"; decision 15 for AIR."""
    document = reach_for_update(world, dossier, requester, act, act["act"], now)
    mt = is_mt(dossier, requester)
    if document.depositor_kind == "holder":     # NOTES, *: "for a document deposited by the patient: only the MT or the patient"
        if mt and act["mode"] != "normal":
            raise Unsettled("the médecin traitant, in an emergency mode, on what the holder deposited")
        if not mt:
            raise Refuse(*EITHER_OWN)
    if not may_by_note(world, dossier, requester, act, act["act"], document):
        raise Refuse(*EITHER_OWN)
    wanted = act["act"] == "archive"
    if document.archived == wanted or document.archive_unsure:
        raise Unsettled("archive what is archived, or take out what is not")
    document.archived = wanted
    return {"item": "given"}
