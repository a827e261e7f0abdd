"""The oracle itself: a world of dossiers in which acts are performed one after the other."""
import datetime

import budgets
import deletion
import documents
import families
import life
import modes
import periods
import rights_acts
from answers import Hidden, Refuse, Unsettled, answer
from functional_rights import FunctionalRights
from requesters import CARE, Requester
from state import Dossier

ACTS = {
    "open-dossier": life.open_dossier, "object-opening": life.object_opening, "activate": life.activate,
    "test-existence": life.test_existence, "close": life.close, "reopen": life.reopen, "express-deletion": life.express_deletion,
    "destroy-due": life.destroy_due, "report-death": life.report_death, "report-death-error": life.report_death_error,
    "suspend": life.suspend, "lift": life.suspend, "suspend-dossier": life.suspend_dossier, "set-policy": life.set_policy,
    "merge": life.merge, "unmerge": life.unmerge,
    "declare": rights_acts.declare, "collect": rights_acts.collect, "name-another": rights_acts.name_another, "grant": rights_acts.grant,
    "withdraw-self": rights_acts.withdraw_self, "withdraw-access": rights_acts.withdraw_access,
    "block": rights_acts.block, "unblock": rights_acts.block, "oppose": rights_acts.oppose,
    "withdraw-opposition": rights_acts.withdraw_opposition, "set-switches": rights_acts.set_switches,
    "name-medecin-traitant": rights_acts.name_medecin_traitant, "declare-medecin-traitant": rights_acts.declare_medecin_traitant,
    "give-up-medecin-traitant": rights_acts.give_up_medecin_traitant, "set-exception": rights_acts.set_exception,
    "choose-release": rights_acts.choose_release, "list-authorizations": rights_acts.list_authorizations,
    "admin-data": rights_acts.admin_data, "read-history": rights_acts.read_history,
    "provide": documents.provide, "find": documents.find, "retrieve": documents.retrieve, "find-reference": documents.find_reference,
    "mask": documents.mask, "unmask": documents.unmask, "make-visible": documents.make_visible, "withhold": documents.withhold_later,
    "archive": documents.set_archived, "unarchive": documents.set_archived, "delete": deletion.delete,
    "request-deletion": deletion.request_deletion, "answer-deletion": deletion.answer_deletion,
    "hide": deletion.holder_visibility, "show": deletion.holder_visibility,
    "claim-not-mine": deletion.claim_not_mine, "close-claim": deletion.close_claim,
    "name-representative": families.name_representative, "delegate": families.delegate, "end-delegation": families.end_delegation,
    "private-note": families.private_note, "list-notes": families.list_notes,
}
# Acts on a dossier not open that the sources settle.
WITHOUT_DOSSIER = {"open-dossier", "object-opening", "test-existence", "suspend", "lift", "set-policy"}
AFTER_DESTRUCTION = {"reopen", "suspend", "lift", "set-policy"}


class World:
    def __init__(self, case, matrix, rights=None):
        self.policy = case["policy"]
        self.settings = case["settings"]
        self.matrix = matrix
        self.rights = rights or FunctionalRights()
        self.requesters = {name: Requester(**fields) for name, fields in case["requesters"].items()}
        self.dossiers = {one["id"]: Dossier(one["id"], datetime.date.fromisoformat(one["born"])) for one in case["dossiers"]}
        self.suspended_persons, self.suspended_structures = set(), set()
        self.disclosures = []
        self.correlations = set()

    def structures_of(self, person):
        return {one.structure for one in self.requesters.values() if one.person == person and one.kind in CARE}

    def disclose(self, dossier, requester, now):
        budgets.disclose(self, dossier, requester, now)

    def dossier(self, name):
        """Journal by journal, a merged identifier leads to the survivor (decision 29)."""
        one = self.dossiers[name]
        return self.dossiers[one.merged_into] if one.merged_into else one

    def perform(self, act):
        """The expected answer to one act. `Unsettled` passes through, and leaves the world as it was."""
        requester = self.requesters[act["by"]]
        dossier = self.dossiers[act["dossier"]] if act["act"] in ("merge", "unmerge") else self.dossier(act["dossier"])
        now = periods.parse(act["at"])
        check_exists(dossier, act)
        check_token(requester, act)
        try:
            more = ACTS[act["act"]](self, dossier, requester, act, now) or {}
        except Hidden as hidden:
            self.entered(dossier, requester, act, now)
            return answer("not-found", **({"item": hidden.rule} if hidden.rule not in (None, "category") else {}))
        except Refuse as refused:
            modes.attempt(dossier, requester, act, now)
            codes = refused.codes
            return answer(codes[0] if len(codes) == 1 else sorted(set(codes)))
        self.entered(dossier, requester, act, now)
        return {"code": "ok", **more}

    def entered(self, dossier, requester, act, now):
        if dossier.status == "none" and act.get("mode", "normal") != "normal":
            raise Unsettled("an emergency on a dossier that is not there: there is nothing that it opens")
        if requester.kind in CARE:
            modes.enter(dossier, requester, act, now)


def check_exists(dossier, act):
    if dossier.status == "none" and act["act"] not in WITHOUT_DOSSIER:
        raise Unsettled("an act on a dossier that does not exist")
    if dossier.status == "destroyed" and act["act"] not in AFTER_DESTRUCTION:
        raise Unsettled("an act on a dossier destroyed")


def check_token(requester, act):
    """An act is asked of those to whom some source gives it, or refuses it; the others are left out."""
    if requester.kind in CARE and act["act"] in ACCOUNT_ACTS:
        raise Unsettled("an account's act asked by care")
    if requester.kind not in CARE and act["act"] in CARE_ACTS:
        raise Unsettled("an act of care asked by an account, the insurer or the operator")


CARE_ACTS = {"test-existence", "declare", "collect", "name-another", "withdraw-self", "declare-medecin-traitant", "give-up-medecin-traitant",
             "find-reference", "mask", "unmask", "make-visible", "withhold", "archive", "unarchive", "answer-deletion", "admin-data"}
ACCOUNT_ACTS = {"grant", "withdraw-access", "withdraw-opposition", "set-switches", "name-medecin-traitant", "set-exception", "choose-release",
                "request-deletion", "hide", "show", "claim-not-mine", "delegate", "end-delegation", "private-note", "reopen", "express-deletion"}
