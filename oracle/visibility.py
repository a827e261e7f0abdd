"""What one document shows to whom: matrix, flags, exception, deleted, in that order (facts c.1, c.6; decisions 7, 11, 18, 23)."""
from answers import Hidden, Unsettled
from gate import is_mt
from requesters import own, personally

# Organ donation statement and advance directives: the issue prints a table of their own for representatives, carers and emergencies.
WISHES = {"EXPPAT_1", "EXPPAT_3"}


def rule_for_care(world, dossier, requester, act, document, now):
    """None when a professional may read the document, else the rule that hides it."""
    return (matrix_rule(world, requester, act, document)
            or flags_rule(world, dossier, requester, act, document, now)
            or exception_rule(dossier, requester, act, document)
            or ("deleted" if document.deleted else None))


def matrix_rule(world, requester, act, document):
    """Decision 7: "The matrix does not bind the professional who deposited a document or is named in it; it binds the rest of his structure"."""
    if personally(requester, document):
        return None
    cell = world.matrix.cell(requester.profession, document.type_code)
    if cell is None:
        raise Unsettled("matrix: no cell printed for this profession and type")
    if cell == "none" and document.type_code in WISHES and act["mode"] != "normal":
        raise Unsettled("wishes of the holder in an emergency: the printed table of the issue may show more than the matrix")
    return "matrix" if cell == "none" else None


def flags_rule(world, dossier, requester, act, document, now):
    """Facts c.6, by the rows TD3.2 of the sheet: what the row grants for each flag that the document bears."""
    owns = own(requester, document)
    # Decision 23: "from the claim on it is masked, in every mode and whatever the switch, to all professionals but its author and his structure".
    if document.claimed and not owns:
        return "flags"
    if document.mask_unsure and not owns:
        raise Unsettled("visibility of a replaced version whose newest version was masked or unmasked since")
    for row in rows_of(document, now):
        cell = world.rights.cell(row, requester, act["mode"], is_mt(dossier, requester))
        if not granted(cell, owns, dossier):
            return "flags"
    return None


def rows_of(document, now):
    if document.masked():
        yield "read-masked"
    if document.withheld(now) or document.invisible_reps:
        yield "read-invisible"
    if document.archived:
        yield "read-archived"
    if document.replaced_by:
        yield "read-deprecated"


def granted(cell, owns, dossier):
    """NOTES: Y6 "only documents of which the user is the author" (decision 15: own); Y7 "only if the patient has permitted masked documents".

    Decision 15: "Y7 is for the others' documents"; decision 7: "Own documents are read in every mode".
    """
    return cell == "Y" or (cell in ("Y6", "Y7", "Y8") and owns) or (cell == "Y7" and dossier.masked_permitted)


def exception_rule(dossier, requester, act, document):
    """Decision 11: exceptions "bind the médecin traitant too, yield in emergencies only if masked documents are permitted, never bind the author"."""
    if (requester.profession, document.class_code) not in dossier.exceptions or requester.person in document.authors:
        return None
    if act["mode"] != "normal" and dossier.masked_permitted:
        return None
    if personally(requester, document):
        raise Unsettled("an exception of the holder against the depositor who is not the author")
    return "exception"


def rule_for_account(world, dossier, requester, document, now):
    """Facts c.6 for the holder, his representatives and his carers."""
    if requester.kind != "holder" and document.type_code in WISHES:
        raise Unsettled("wishes of the holder to representatives and carers: the printed table of the issue is not given")
    carer = dossier.carers.get(requester.person) if requester.kind == "carer" else None
    if carer and document.class_code not in carer.categories:
        return "category"       # decision 25: "within their categories"; the journal's word for it is not settled
    if document.withheld(now):
        return "flags"
    # Decision 24: "hides from guardians too, and from carers that a representative chose".
    if document.invisible_reps and (requester.kind == "representative" or (carer and carer.by != "holder")):
        return "flags"
    return "deleted" if document.deleted else None


def rule(world, dossier, requester, act, document, now):
    if requester.kind in ("holder", "representative", "carer"):
        return rule_for_account(world, dossier, requester, document, now)
    return rule_for_care(world, dossier, requester, act, document, now)


def reach(world, dossier, requester, act, now):
    """The document that the act names, if the caller may see it."""
    document = dossier.document(act["document"])
    if document is None:
        raise Hidden("not-found")
    hidden = rule(world, dossier, requester, act, document, now)
    if hidden:
        raise Hidden(hidden)
    return document
