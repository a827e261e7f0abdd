"""Acts on rights: authorisations, blocks, oppositions, switches, médecin traitant, exceptions (decisions 4, 5, 8-11, 20)."""
import authorization
from answers import ANY, NOT_OK, Refuse, Unsettled
from families import admit_account
from gate import NEEDS, admit, is_mt
from requesters import CARE, OCCUPATIONAL_SPECIALTIES


def repeated(world, dossier, requester, act):
    """Decision 5: "the same request repeated with the same correlation id changes nothing"; after a withdrawal it is asked anew (reading 32)."""
    key = (requester, act["dossier"], act["act"], act.get("correlation"))
    if act.get("correlation") is None:
        return False
    seen = key in world.correlations
    world.correlations.add(key)
    kind, who = ("structure", requester.structure) if requester.kind == "staff" else ("person", requester.person)
    mine = [one for one in dossier.authorizations if (one.kind, one.who) == (kind, who)]
    return seen and not (mine and mine[-1].withdrawn)


def declare(world, dossier, requester, act, now):
    """TD0.3 AJOUT: `declared`, on the person; by a CPE or an employee "to the structure" (NOTES, Y1)."""
    admit(world, dossier, requester, act, NEEDS["declare"], now)
    if repeated(world, dossier, requester, act):
        return {}
    opposed = dossier.opposition_at is not None
    if requester.kind == "staff":
        authorization.record(dossier, "structure", requester.structure, None, "declared", now, act["dossier"], certain=not opposed)
    else:
        authorization.record(dossier, "person", requester.person, requester.structure, "declared", now, act["dossier"], certain=not opposed)
    # Decision 9: under an opposition to consultation "a declaration does not" prevail; whether it is told or kept is not said.
    return {"code": ["ok", "opposition"]} if opposed else {}


def collect(world, dossier, requester, act, now):
    """Decision 4: "Who collects consent for another must be VALIDE himself, in normal mode"."""
    check_beneficiary(dossier, requester, act)
    admit(world, dossier, requester, act, NEEDS["collect"], now)
    authorization.record(dossier, "person", act["person"], act["structure"], "collected_by_another", now, act["dossier"])


def name_another(world, dossier, requester, act, now):
    """Decision 4: "One *named* by an authorised professional has an authorisation of his own of one year"; dmp-2012: does not suffice."""
    check_beneficiary(dossier, requester, act)
    admit(world, dossier, requester, act, NEEDS["name-another"], now)
    if not any(one.valid(now) and one.certain for one in authorization.direct(dossier, requester)):
        raise Unsettled("named by one whose authorisation is itself derived")
    old_policy = world.policy == "dmp-2012"
    authorization.record(dossier, "person", act["person"], act["structure"], "care_team_informed", now, act["dossier"],
                         certain=not old_policy, named_by=requester.person)
    return {"code": ANY} if old_policy else {}


def check_beneficiary(dossier, requester, act):
    if requester.kind != "professional":
        raise Unsettled("consent collected, or another named, by one who is not a professional")
    if act["person"] == requester.person:
        raise Unsettled("consent collected for oneself")
    if act["mode"] != "normal":
        raise Unsettled("consent collected, or another named, in an emergency mode")
    if dossier.opposition_at is not None:
        raise Unsettled("consent collected, or another named, under an opposition to consultation")
    if dossier.blocks & {("person", act["person"]), ("structure", act["structure"])}:
        raise Unsettled("consent collected for a blocked professional")


def grant(world, dossier, requester, act, now):
    """The holder's explicit consent to a professional or a structure (decision 9, facts c.3)."""
    admit_account(world, dossier, requester, act, now, "manage")
    blocked = (act["to"], act["id"]) in dossier.blocks
    authorization.record(dossier, act["to"], act["id"], None, "explicit_consent", now, act["dossier"], certain=not blocked)
    return {"code": ANY} if blocked else {}


def withdraw_self(world, dossier, requester, act, now):
    """TD0.3 SUPPRESSION. Decision 3: "Withdrawn = NON_EXISTE"."""
    admit(world, dossier, requester, act, NEEDS["withdraw-self"], now)
    if requester.kind != "professional":
        raise Unsettled("withdrawal by another than a professional")
    withdraw(dossier, "person", requester.person, now)


def withdraw_access(world, dossier, requester, act, now):
    """The holder withdraws what he, or a declaration, gave."""
    admit_account(world, dossier, requester, act, now, "manage")
    withdraw(dossier, act["to"], act["id"], now)


def withdraw(dossier, kind, who, now):
    mine = [one for one in dossier.authorizations if (one.kind, one.who) == (kind, who)]
    if not any(one.valid(now) and one.certain for one in mine):
        raise Unsettled("withdrawal of an authorisation that does not stand")
    for one in mine:
        one.withdrawn = True


def block(world, dossier, requester, act, now):
    """Decision 8; decision 20: before activation "the help desk or the médecin traitant may record a block"."""
    if requester.kind == "help-desk":
        check_desk(dossier)
        if act["act"] == "unblock":     # it "may record a block or an opposition", and lifts none (reading 27)
            raise Refuse(NOT_OK)
    elif requester.kind in CARE:
        check_mt(world, dossier, requester, act, now)
        if act["act"] == "unblock" and (act["to"], act["id"]) == ("person", requester.person):
            raise Unsettled("the médecin traitant lifts a block on himself")
    else:
        admit_account(world, dossier, requester, act, now, "manage")
    named = (act["to"], act["id"])
    if (named in dossier.blocks) == (act["act"] == "block"):
        raise Unsettled("block what is blocked, unblock what is not")
    (dossier.blocks.add if act["act"] == "block" else dossier.blocks.discard)(named)


def check_desk(dossier):
    """Decision 20: recorded choices hold."""
    if dossier.status != "open":
        raise Refuse("closed")
    if dossier.activated or dossier.suspended_at is not None:
        raise Unsettled("the help desk records a block or an opposition on an activated or suspended dossier")


def check_mt(world, dossier, requester, act, now):
    """Facts c.5: "can block/unblock a PS"; decision 10: without a valid authorisation "its rights rest"."""
    if act["mode"] != "normal" or requester.means == "indirect" or requester.occupational or dossier.opposition_at is not None:
        raise Unsettled("a block or an opposition by a professional in an emergency mode, by certificate, or under an opposition")
    if requester.kind != "professional" or not is_mt(dossier, requester):
        raise Refuse(NOT_OK)
    admit(world, dossier, requester, act, NEEDS["medecin-traitant-act"], now)


def oppose(world, dossier, requester, act, now):
    """Decision 9: to consultation (whole); to feeding (whole, or a named professional or structure), with its motive."""
    if requester.kind == "help-desk":
        check_desk(dossier)
    elif requester.kind in CARE:
        if dossier.activated:
            raise Unsettled("the médecin traitant records an opposition on an activated dossier")
        check_mt(world, dossier, requester, act, now)
    else:
        admit_account(world, dossier, requester, act, now, "manage")
    if act["subject"] == "consultation":
        # "Later": said again over a consent, it is the new moment that a consent must be later than (reading 29).
        over = [one for one in dossier.authorizations if dossier.opposition_at is not None and authorization.prevails(dossier, one)]
        if dossier.opposition_at is None or any(not one.withdrawn for one in over):
            dossier.opposition_at = now
        return
    dossier.opposition_feeding.add("whole" if act["scope"] == "whole" else (act["to"], act["id"]))


def withdraw_opposition(world, dossier, requester, act, now):
    admit_account(world, dossier, requester, act, now, "manage")
    if act["subject"] == "consultation":
        if dossier.opposition_at is None:
            raise Unsettled("withdrawal of an opposition that does not stand")
        dossier.opposition_at = None
        return
    named = "whole" if act["scope"] == "whole" else (act["to"], act["id"])
    if named not in dossier.opposition_feeding:
        raise Unsettled("withdrawal of an opposition that does not stand")
    dossier.opposition_feeding.discard(named)


def set_switches(world, dossier, requester, act, now):
    """Facts c.4: three separate switches: ETREAT (Centre 15), BTG (break the glass), MASKED."""
    admit_account(world, dossier, requester, act, now, "manage")
    dossier.refused_modes = set(act["refused"])
    dossier.masked_permitted = act["masked_permitted"]


def name_medecin_traitant(world, dossier, requester, act, now):
    """Decision 10: "Naming (by the holder) ... another ends the former's role at that instant"."""
    admit_account(world, dossier, requester, act, now, "manage")
    dossier.medecin_traitant = act["person"]
    # Facts c.5, "a doctor": one who is none may be refused already here, where his profession is known; the role gives him nothing (`is_mt`).
    named = [one for one in world.requesters.values() if one.kind == "professional" and one.person == act["person"]]
    return {} if all(one.doctor for one in named) else {"code": ANY}


def declare_medecin_traitant(world, dossier, requester, act, now):
    """Decision 10: "declaring (TD0.3, by a doctor with a recorded consent)". "The role gives no authorisation"."""
    admit(world, dossier, requester, act, NEEDS["declare-medecin-traitant"], now)
    if not requester.doctor or not act.get("consent"):
        raise Refuse(NOT_OK)
    if dossier.opposition_at is not None:
        raise Unsettled("a médecin traitant declared under an opposition to consultation")
    dossier.medecin_traitant = requester.person
    # TD0.3 AJOUT with a role: whether it also records an authorisation is not said.
    authorization.record(dossier, "person", requester.person, requester.structure, "declared", now, act["dossier"], certain=False)


def give_up_medecin_traitant(world, dossier, requester, act, now):
    """Facts c.5: "can give up the role himself (only he can)": the sheet's row, N for all others."""
    admit(world, dossier, requester, act, NEEDS["give-up-medecin-traitant"], now)
    dossier.medecin_traitant = None


def set_exception(world, dossier, requester, act, now):
    """Decision 11: "this profession never sees imaging"."""
    admit_account(world, dossier, requester, act, now, "manage")
    (dossier.exceptions.add if act["on"] else dossier.exceptions.discard)((act["profession"], act["class"]))


def choose_release(world, dossier, requester, act, now):
    """The issue: "The patient may choose per class when results appear". Only `at-once` is settled (decision 19)."""
    admit_account(world, dossier, requester, act, now, "manage")
    dossier.release[act["class"]] = "at-once"


def list_authorizations(world, dossier, requester, act, now):
    """TD1.6; its content is not compared."""
    if requester.kind in CARE:
        admit(world, dossier, requester, act, NEEDS["list-authorizations"], now)
        world.disclose(dossier, requester, now)
    elif requester.kind == "carer" or (requester.kind == "representative" and dossier.representatives.get(requester.person) is None):
        raise Unsettled("the list of authorisations, to a carer or to one who represents nobody")
    else:
        admit_account(world, dossier, requester, act, now, "history")


def admin_data(world, dossier, requester, act, now):
    """TD1.3a."""
    admit(world, dossier, requester, act, NEEDS["admin-data"], now)
    world.disclose(dossier, requester, now)


def read_history(world, dossier, requester, act, now):
    """Facts g: "the MT sees all"; the holder reads it "any time", even closed (decision 27)."""
    if requester.kind not in CARE:
        if requester.kind in ("insurer", "help-desk", "operator"):
            raise Refuse(NOT_OK)
        return admit_account(world, dossier, requester, act, now, "history")
    if not is_mt(dossier, requester) or act["mode"] != "normal" or requester.means == "indirect" or requester.specialty in OCCUPATIONAL_SPECIALTIES:
        raise Unsettled("the history, to a professional who is not the médecin traitant in normal mode")
    admit(world, dossier, requester, act, NEEDS["read-history"], now)
