"""Life and death of a dossier (decisions 26-30; facts b)."""
import authorization
import periods
from answers import ANY, NOT_OK, REFUSED, Refuse, Unsettled
from families import admit_account, everyone, in_office
from gate import NEEDS, admit, is_mt
from requesters import CARE, identity_refusal
from sectors import READING_SECTORS


def open_dossier(world, dossier, requester, act, now):
    if dossier.status != "none":
        raise Unsettled("opening a dossier that exists")
    return {"insurer-feed": open_by_feed, "operator-import": open_by_operator, "online": open_online,
            "professional": open_by_care, "desk": open_by_care}[act["channel"]](world, dossier, requester, act, now)


def open_by_feed(world, dossier, requester, act, now):
    """Decision 26: `mes-2024`: insurer's feed; `dmp-2012`: it "registers persons and opens nothing". Six weeks run from sending (31: 7 x 24 h)."""
    due = now >= periods.parse(act["informed_on"]) + periods.SIX_WEEKS
    if world.policy == "mes-2024" and due and not dossier.objected:
        dossier.status = "open"
        return {}
    return {"code": ANY}


def open_by_operator(world, dossier, requester, act, now):
    """Decision 26: without `--informed-on`, "an operator's act and opens in both"."""
    if dossier.objected:
        raise Unsettled("an operator's opening after an objection")
    dossier.status = "open"


def open_online(world, dossier, requester, act, now):
    """Decision 26: "patient online", in both policies. What he opens himself, with the code and the card, is activated."""
    if not dossier.adult(now):
        raise Unsettled("an opening online for a minor")
    dossier.status, dossier.activated = "open", True


def open_by_care(world, dossier, requester, act, now):
    """Decision 26: `mes-2024`: "a professional's or desk's opening is refused"; `dmp-2012`: open, with consent and notice recorded."""
    if world.policy == "mes-2024":
        raise Refuse(NOT_OK)
    suspended = requester.person in world.suspended_persons or requester.structure in world.suspended_structures
    plain = requester.means == "direct" and requester.sector in READING_SECTORS and not requester.occupational
    if suspended or identity_refusal(requester) or not plain:
        raise Unsettled("an opening by care from a sector that does not read, by certificate or AIR, or by one who is refused")
    dossier.status = "open"


def object_opening(world, dossier, requester, act, now):
    """Facts b.2: "Objection possible at once (before)"; by the one-time link or the help desk."""
    if dossier.status != "none":
        raise Unsettled("an objection to an open dossier is a closing")
    dossier.objected = True
    return {"code": ANY}


def activate(world, dossier, requester, act, now):
    """Facts b.3: by the holder; "minors through a parent"."""
    if dossier.status != "open" or dossier.activated or dossier.suspended_at is not None:
        raise Unsettled("activation of what is not open, or is active")
    if requester.kind == "holder" and not dossier.adult(now):
        raise Unsettled("activation by a minor")
    if requester.kind == "representative" and (requester.person not in dossier.representatives or dossier.adult(now)):
        raise Unsettled("activation by another than the holder or a parent")
    if requester.kind not in ("holder", "representative") or (requester.kind == "representative" and (dossier.representatives[requester.person].scope == "read" or not in_office(dossier, dossier.representatives[requester.person], now))):
        raise Unsettled("activation by another than the holder or a parent")
    dossier.activated = True


def test_existence(world, dossier, requester, act, now):
    """TD0.2 (facts a.3)."""
    if dossier.status == "destroyed" or dossier.suspended_at is not None:
        raise Unsettled("TD0.2 on a dossier destroyed or suspended")
    admit(world, dossier, requester, act, NEEDS["test-existence"], now)
    if dossier.status != "open":
        return {"value": {"dossier": dossier.status}}
    return {"value": {"dossier": "open", "authorisation": told_status(world, dossier, requester, now),
                      "medecin_traitant": None if requester.means == "indirect" else is_mt(dossier, requester)}}


def told_status(world, dossier, requester, now):
    """The status, or None (not compared) where a derived right meets a token that could not use it."""
    usable = requester.kind != "structure" and requester.sector in READING_SECTORS and not requester.occupational
    direct = any(one.valid(now) for one in authorization.direct(dossier, requester))
    if not usable and not direct and authorization.colleagues(world, dossier, requester) and not dossier.blocked(requester):
        return None
    return authorization.status(world, dossier, requester, now)


def close(world, dossier, requester, act, now):
    """R1111-36, at any time by the holder; the help desk after checking identity (the issue)."""
    if requester.kind == "help-desk":
        if dossier.status != "open" or dossier.suspended_at is not None:
            raise Unsettled("the help desk closes what is not open")
        # README, 25: where others speak for the holder, all of them sign.
        speak = everyone(dossier, now)
        if not (speak or dossier.adult(now)) or not speak <= set(act.get("joint", [])):
            raise Refuse(REFUSED)
    elif requester.kind in CARE or requester.kind in ("insurer", "operator"):
        raise Unsettled("closing by another than the holder, his representatives or the help desk")
    else:
        admit_account(world, dossier, requester, act, now, "close")
    shut(dossier, now)
    # Decision 27: "Express deletion may be asked with the closing".
    dossier.express_at = now if act.get("express") else None


def shut(dossier, now):
    dossier.status, dossier.closed_at = "closed", now


def reopen(world, dossier, requester, act, now):
    """Decision 27: "by the holder, until the destruction has begun, which cancels a pending express deletion"."""
    if dossier.status == "destroyed":
        raise Refuse(NOT_OK)
    if requester.kind != "holder" or dossier.status != "closed":
        raise Unsettled("reopening by another than the holder, or of what is open")
    admit_account(world, dossier, requester, act, now, "after-closing")
    if overdue(dossier, now):
        raise Unsettled("reopening after the term, before the destruction ran")
    dossier.status, dossier.closed_at, dossier.express_at = "open", None, None


def express_deletion(world, dossier, requester, act, now):
    """Decision 27: "may be asked with the closing or during the archive"."""
    if requester.kind != "holder" or dossier.status == "destroyed" or dossier.express_at is not None:
        raise Unsettled("express deletion by another than the holder, twice, or of what is destroyed")
    admit_account(world, dossier, requester, act, now, "after-closing")
    if dossier.status != "closed":
        raise Refuse(NOT_OK)
    dossier.express_at = now


def overdue(dossier, now):
    """Ten years to the day (31); or the three months of an express deletion."""
    if dossier.status != "closed":
        return False
    express = dossier.express_at is not None and now >= periods.plus(dossier.express_at, months=3)
    return express or now >= periods.archive_end(dossier.closed_at)


def destroy_due(world, dossier, requester, act, now):
    """The job. Before the three months of an express deletion are over it may already destroy: not said when."""
    due = overdue(dossier, now)
    if dossier.express_at is not None and not due:
        raise Unsettled("destruction within the three months of an express deletion")
    if due:
        dossier.status = "destroyed"
    return {"value": {"destroyed": due}}


def report_death(world, dossier, requester, act, now):
    """Decision 28: "reported by the insurer's feed or the operator; closes with its own motive"."""
    if requester.kind not in ("insurer", "operator") or dossier.status != "open":
        raise Unsettled("a death reported by another, or on a dossier not open")
    shut(dossier, now)
    dossier.dead = True


def report_death_error(world, dossier, requester, act, now):
    """Decision 28: "not reopened except as an error, by the operator"."""
    if not dossier.dead or overdue(dossier, now) or dossier.status != "closed":
        raise Unsettled("correction of a death that was not reported, or after the term")
    if requester.kind != "operator":
        raise Refuse(NOT_OK)
    dossier.status, dossier.closed_at, dossier.dead = "open", None, False


def suspend(world, dossier, requester, act, now):
    """The issue: "The operator can suspend a professional or a structure at once"; lifted by him."""
    if requester.kind != "operator":
        raise Unsettled("a suspension by another than the operator")
    held = world.suspended_persons if act["to"] == "person" else world.suspended_structures
    if (act["id"] in held) == (act["act"] == "suspend"):
        raise Unsettled("suspend what is suspended, lift what is not")
    (held.add if act["act"] == "suspend" else held.discard)(act["id"])


def suspend_dossier(world, dossier, requester, act, now):
    """Decision 8: "The operator may also suspend a dossier (fraud)"."""
    if requester.kind != "operator" or dossier.status != "open":
        raise Unsettled("a dossier suspended by another than the operator, or not open")
    dossier.suspended_at = now


def set_policy(world, dossier, requester, act, now):
    """Decision 30: "rights are judged by the policy in force at the question"."""
    world.policy = act["policy"]


# --- merge ---------------------------------------------------------------------------------------------------------------------

def merge(world, dossier, requester, act, now):
    """Decision 29: `dossier` is absorbed by `into`."""
    survivor = world.dossiers[act["into"]]
    check_mergeable(world, dossier, survivor, requester)
    kept = ("blocks", "opposition_at", "opposition_feeding", "refused_modes", "masked_permitted")
    for one in (dossier, survivor):
        one.before_merge = {name: copy_of(getattr(one, name)) for name in kept}
    survivor.documents = sorted(survivor.documents + dossier.documents, key=lambda one: one.at)
    survivor.authorizations += dossier.authorizations
    survivor.blocks |= dossier.blocks                           # "blocks, oppositions, masks: the union"
    survivor.opposition_feeding |= dossier.opposition_feeding
    moments = [one.opposition_at for one in (dossier, survivor) if one.opposition_at is not None]
    survivor.opposition_at = max(moments, default=None)
    survivor.refused_modes |= dossier.refused_modes             # "emergency switches: the more protective"
    survivor.masked_permitted &= dossier.masked_permitted
    dossier.merged_into = survivor.id


def copy_of(value):
    return set(value) if isinstance(value, set) else value


def check_mergeable(world, dossier, survivor, requester):
    for one in (dossier, survivor):
        plain = one.status == "open" and one.suspended_at is None and not one.before_merge
        simple = not (one.exceptions or one.representatives or one.carers or one.notes or one.emergencies or one.release
                      or any(doc.type_code == "REMB" for doc in one.documents))
        if not plain or not simple:
            raise Unsettled("merge of dossiers not open, or with exceptions, families, notes, running emergencies, REMB")
    if requester.kind != "operator" or dossier is survivor or world.settings["budgets"]:
        raise Unsettled("merge by another than the operator, or of dossiers counted in a budget")
    if dossier.opposition_at is not None and survivor.opposition_at is not None:
        raise Unsettled("merge of two oppositions to consultation: from when does a consent count as later?")


def unmerge(world, dossier, requester, act, now):
    """Decision 29: "A block placed after the merge stays on both at un-merge; documents and authorisations go by the identifier used"."""
    survivor = world.dossiers[dossier.merged_into] if dossier.merged_into else None
    if survivor is None or requester.kind != "operator":
        raise Unsettled("un-merge of what is not merged")
    before, other = dossier.before_merge, survivor.before_merge
    united = {name: (union(before[name], other[name])) for name in before}
    moved = [name for name in united if name != "blocks" and getattr(survivor, name) != united[name]]
    if moved or survivor.status != "open" or survivor.exceptions or survivor.emergencies or survivor.notes or survivor.carers:
        raise Unsettled("un-merge after switches, oppositions, exceptions, families or emergencies that came since the merge")
    via = {doc.id: doc.via for doc in survivor.documents}
    if any(doc.replaces and via[doc.replaces] != doc.via for doc in survivor.documents):
        raise Unsettled("un-merge that parts the versions of one document")
    placed = survivor.blocks - united["blocks"]
    lifted = united["blocks"] - survivor.blocks
    if lifted:
        raise Unsettled("un-merge after a block was lifted")
    if before["opposition_at"] != other["opposition_at"]:
        raise Unsettled("un-merge of an opposition that came from the other dossier")
    for one, first, second in ((dossier, before, other), (survivor, other, before)):
        one.blocks = first["blocks"] | placed
        one.unsure_blocks = second["blocks"] - one.blocks
        one.opposition_at, one.opposition_feeding = first["opposition_at"], set(first["opposition_feeding"])
        one.refused_modes, one.masked_permitted = set(first["refused_modes"]), first["masked_permitted"]
    documents, rights = survivor.documents, survivor.authorizations
    for one in (dossier, survivor):
        one.documents = [doc for doc in documents if doc.via == one.id]
        one.authorizations = [right for right in rights if right.via == one.id]
    dossier.merged_into = None


def union(one, other):
    if isinstance(one, set):
        return one | other
    if isinstance(one, bool):
        return one and other
    return max((value for value in (one, other) if value is not None), default=None)
