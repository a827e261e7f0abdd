"""Hand-made cases. Each shows a sentence of the source, quoted in its docstring. Run: python3 -m unittest -v (in oracle/)."""
import datetime
import json
import subprocess
import sys
import unittest
from pathlib import Path

import periods
from answers import ITEM_RULES, REFUSALS, Unsettled, matches
from functional_rights import ROWS, FunctionalRights, column
from histories import cast
from matrix import DOCTOR, Matrix
from product import account_dimensions, care_dimensions, doctor, size
from requesters import Requester
from sectors import READING_SECTORS
from sources import G15
from world import World

MATRIX, RIGHTS = Matrix(), FunctionalRights()
CAST = {**cast(MATRIX), "dep": doctor("dep", "s9"), "mate9": doctor("mate9", "s9"), "nurse9": {**doctor("nurse9", "s9"), "profession": f"{G15}|60", "specialty": None},
        "cert9": {"kind": "structure", "structure": "s9", "sector": "SA07", "means": "indirect"}, "gp-s9": doctor("gp", "s9"),
        "sa10": {**doctor("sa10", "s11"), "sector": "SA10"}, "nosector": {**doctor("nosector", "s11"), "sector": None},
        "unknown": {**doctor("unknown", "s1"), "profession": f"{G15}|00", "specialty": None},
        "cert-samu": {"kind": "structure", "structure": "s6", "sector": "SA01", "means": "indirect"}}
IP, M, IR = "INVISIBLE_PATIENT", "MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"


class Scene(unittest.TestCase):
    """A dossier opened and activated on 2 January 2025; each act comes a minute after the one before, unless `at` says when."""

    policy = "mes-2024"
    born = "1980-05-10"
    occupational = "feed"
    budgets = None
    centres = ()
    count = 1
    active = True

    def setUp(self):
        self.now = periods.utc(2025, 1, 2, 9)
        case = {"policy": self.policy, "requesters": CAST,
                "settings": {"occupational": self.occupational, "budgets": self.budgets, "regulation_centres": list(self.centres)},
                "dossiers": [{"id": f"d{number + 1}", "born": self.born} for number in range(self.count)]}
        self.world = World(case, MATRIX, RIGHTS)
        for number in range(self.count):
            self.do("open-dossier", "op", channel="operator-import", dossier=f"d{number + 1}")
            if self.active:
                self.activate(f"d{number + 1}")

    def activate(self, dossier):
        self.do("activate", "h", dossier=dossier)

    def do(self, act, by, at=None, **more):
        self.now = periods.parse(at) if at else self.now + datetime.timedelta(minutes=1)
        return self.world.perform({"act": act, "by": by, "dossier": "d1", "mode": "normal", "at": periods.show(self.now), **more})

    def code(self, act, by, **more):
        return self.do(act, by, **more)["code"]

    def deposit(self, document="x1", by="dep", type="11488-4", flags=(), authors=None, replaces=None, **more):
        authors = [CAST[by]["person"]] if authors is None and "person" in CAST[by] and CAST[by]["kind"] == "professional" else (authors or [])
        return self.do("provide", by, document=document, type=type, flags=list(flags), authors=authors, replaces=replaces, withhold_motive="annonce", **more)

    def shown(self, by="gp", **more):
        return self.do("find", by, **{"status": ["current"], **more})["list"]

    def read(self, by="gp", document="x1", **more):
        found = self.do("retrieve", by, document=document, **more)
        return found.get("item", found["code"])

    def status(self, by="gp", **more):
        return self.do("test-existence", by, **more)["value"]["authorisation"]


class WhatACallerIsTold(Scene):
    def test_dossier_refusals_are_told(self):
        """1. "A refusal that concerns the *dossier* ... is told with its rule (403)"."""
        self.assertEqual(self.code("find", "gp", status=["current"]), "no-authorisation")

    def test_document_refusals_answer_as_not_found(self):
        """1. "A refusal that concerns *one document* ... answers as not found ...; its rule stands in the journal"."""
        self.deposit(flags=[M])
        self.do("declare", "gp")
        self.assertEqual(self.do("retrieve", "gp", document="x1"), {"code": "not-found", "item": "flags"})
        self.assertEqual(self.do("retrieve", "gp", document="x0"), {"code": "not-found", "item": "not-found"})

    def test_without_authorisation(self):
        """2. "TD3.1, TD3.2, TD3.3a, b, d and TD1.6 are 403 before any id is looked at"."""
        for act in ("retrieve", "mask", "make-visible", "archive", "list-authorizations"):
            self.assertEqual(self.code(act, "gp", document="x0", to="patient"), "no-authorisation")

    def test_own_only_without_authorisation(self):
        """2. "replace, TD3.1b and TD3.3c, which need none, reach one's own and are 404 for all else"."""
        self.deposit()
        for act in ("find-reference", "delete"):
            self.assertEqual(self.code(act, "gp", document="x1"), "not-found")
        self.assertEqual(self.deposit("x2", by="gp", replaces="x1")["code"], "not-found")
        self.assertEqual(self.code("find-reference", "dep", document="x1"), "ok")
        self.assertEqual(self.code("delete", "cert9", document="x1"), "ok")

    def test_anothers_visible_document(self):
        """2. "another's visible document 403, hidden or unknown 404"."""
        self.deposit()
        self.deposit("x2", flags=[M])
        self.do("declare", "gp")
        self.assertEqual([self.code("delete", "gp", document=one) for one in ("x1", "x2", "x0")], ["not-author", "not-found", "not-found"])

    def test_statuses(self):
        """3. "Withdrawn = NON_EXISTE; only time makes EXPIRE; INTERDIT wins over all"."""
        self.assertEqual(self.status(), "NON_EXISTE")
        self.do("declare", "gp")
        self.assertEqual(self.status(), "VALIDE")
        self.do("block", "h", to="person", id="gp")
        self.assertEqual(self.status(), "INTERDIT")
        self.do("unblock", "h", to="person", id="gp")
        self.do("withdraw-self", "gp")
        self.assertEqual(self.status(), "NON_EXISTE")
        self.do("declare", "gp")
        self.assertEqual(self.status(at="2027-01-01T00:00:00Z"), "EXPIRE")

    def test_admin_data_needs_no_authorisation(self):
        """3. "TD1.6 and TD3.x need VALIDE; TD0.2 and TD1.3a do not"."""
        self.assertEqual(self.code("admin-data", "gp"), "ok")

    def test_order_of_codes(self):
        """Facts c.1 and 3: the first rule in order is told: here the block before the missing authorisation, the suspension before both."""
        self.do("block", "h", to="person", id="gp")
        self.assertEqual(self.code("find", "gp", status=["current"]), "blocked")
        self.do("suspend", "op", to="person", id="gp")
        self.assertEqual(self.code("find", "gp", status=["current"]), "suspended")


class Authorisation(Scene):
    def test_care_team_by_colleague(self):
        """4. "whoever acts for a structure in which a colleague ... holds a valid authorisation is VALIDE"."""
        self.do("declare", "gp")
        self.assertEqual(self.status("gp2"), "VALIDE")
        self.do("withdraw-self", "gp")
        self.assertEqual(self.status("gp2"), "NON_EXISTE")

    def test_a_derived_right_does_not_carry(self):
        """4. "Only recorded authorisations carry"."""
        self.do("declare", "gp-s9")
        self.assertEqual(self.status("dep"), "VALIDE")
        self.assertEqual(self.status("gp2"), "NON_EXISTE")

    def test_block_on_the_colleague(self):
        """4. "a block on one carries to nobody but ends what derives from him alone"."""
        self.do("declare", "gp")
        self.do("block", "h", to="person", id="gp")
        self.assertEqual(self.status("gp2"), "NON_EXISTE")

    def test_collecting(self):
        """4. "Who collects consent for another must be VALIDE himself, in normal mode"."""
        self.assertEqual(self.code("collect", "gp", person="dentist", structure="s3"), "no-authorisation")
        self.do("declare", "gp")
        self.assertEqual(self.code("collect", "gp", person="dentist", structure="s3"), "ok")
        self.assertEqual(self.status("dentist"), "VALIDE")

    def test_declaring_from_a_sector_that_does_not_read(self):
        """4. "Declaring (TD0.3) from a sector that does not read: refused"."""
        self.assertEqual(self.code("declare", "sa10"), "sector")

    def test_named_has_his_own(self):
        """4. "One *named* by an authorised professional has an authorisation of his own of one year"."""
        self.do("declare", "gp")
        self.do("name-another", "gp", person="dentist", structure="s3")
        self.do("withdraw-self", "gp")
        self.assertEqual(self.status("dentist"), "VALIDE")

    def test_renewal(self):
        """5. "A declaration while VALIDE renews: a year from now (the same request repeated ... changes nothing)"."""
        self.do("declare", "gp", at="2025-02-01T09:00:00Z", correlation="k1")
        self.do("declare", "gp", at="2025-06-01T08:00:00Z", correlation="k1")
        self.assertEqual(self.status(at="2026-02-01T09:00:00Z"), "EXPIRE")
        self.do("declare", "gp", at="2026-03-01T09:00:00Z")
        self.do("declare", "gp", at="2026-06-01T08:00:00Z")
        self.assertEqual(self.status(at="2027-06-01T07:59:59Z"), "VALIDE")

    def test_repeated_after_a_withdrawal(self):
        """Reading 32: what was withdrawn since is asked anew, whatever its correlation id."""
        self.do("declare", "gp", at="2025-02-01T09:00:00Z", correlation="k1")
        self.do("withdraw-self", "gp", at="2025-03-01T09:00:00Z")
        self.do("declare", "gp", at="2025-06-01T08:00:00Z", correlation="k1")
        self.assertEqual(self.status(at="2025-06-02T09:00:00Z"), "VALIDE")

    def test_structure_serves_its_member(self):
        """5. "A structure's authorisation serves its member ... when the token names the structure"; Y1."""
        self.assertEqual(self.code("declare", "cpe"), "ok")
        self.assertEqual([self.status("gp"), self.status("gp-air"), self.status("gp-s9")], ["VALIDE", "VALIDE", "NON_EXISTE"])

    def test_indirect_has_the_certificate_column(self):
        """6. "Indirect: the certES columns, whoever is named"."""
        self.do("declare", "hospital")
        self.assertEqual(self.code("find", "indirect", status=["current"]), "functional-right")

    def test_specialty(self):
        """6. "A doctor of G15 without specialty is refused ...; a doctor in training ... needs none"."""
        self.assertEqual(self.code("test-existence", "no-specialty"), "specialty-missing")
        self.assertEqual(self.code("declare", "training"), "ok")
        self.assertEqual(self.code("find", "unknown", status=["current"]), "unknown-requester")


class Authorisation2012(Scene):
    policy = "dmp-2012"

    def test_neither_colleague_nor_named(self):
        """4. "`dmp-2012`: neither suffices; only `explicit_consent`, `collected_by_another` and `declared` do"."""
        self.do("declare", "gp")
        self.assertEqual(self.code("find", "gp2", status=["current"]), "no-authorisation")
        self.do("name-another", "gp", person="dentist", structure="s3")
        self.assertEqual(self.code("find", "dentist", status=["current"]), "no-authorisation")
        self.do("collect", "gp", person="nurse", structure="s2")
        self.assertEqual(self.status("nurse"), "VALIDE")

    def test_policy_change(self):
        """30. "rights are judged by the policy in force at the question"."""
        self.do("declare", "gp")
        self.assertEqual(self.status("gp2"), "NON_EXISTE")
        self.do("set-policy", "op", policy="mes-2024")
        self.assertEqual(self.status("gp2"), "VALIDE")

    def test_deletion_through_the_medecin_traitant(self):
        """22. "on the holder's recorded request, the médecin traitant ... deletes any document; never without the request"."""
        self.deposit()
        self.do("declare", "gp")
        self.do("name-medecin-traitant", "h", person="gp")
        self.assertEqual(self.code("delete", "gp", document="x1"), "not-author")
        self.do("request-deletion", "h", document="x1")
        self.do("declare", "hospital")
        self.assertEqual(self.code("delete", "hospital", document="x1"), "not-author")
        self.assertEqual(self.code("delete", "gp", document="x1"), "ok")

    def test_opening_by_a_professional(self):
        """26. "`dmp-2012`: professional, desk and patient online; the opt-out feed registers persons and opens nothing"."""
        for by, channel in (("gp", "professional"), ("cpe", "desk")):
            self.world.dossiers["d1"].status = "none"
            self.assertEqual(self.code("open-dossier", by, channel=channel, consent=True, notice="v1"), "ok")
        self.world.dossiers["d1"].status = "none"
        self.do("open-dossier", "am", channel="insurer-feed", informed_on="2024-01-01T00:00:00Z")
        self.assertEqual(self.do("test-existence", "gp")["value"], {"dossier": "none"})


class OwnBlocksOppositions(Scene):
    def test_matrix_and_own(self):
        """7. "The matrix does not bind the professional who deposited a document or is named in it; it binds the rest of his structure"."""
        self.deposit(type="83901-9", by="dep", authors=["dep", "nurse"])
        for one in ("nurse", "nurse9"):
            self.do("declare", one)
        self.assertEqual([self.read("nurse"), self.read("nurse9")], ["given", "matrix"])

    def test_own_in_every_mode(self):
        """7. "Own documents are read in every mode"."""
        self.deposit(flags=[M])
        self.assertEqual(self.read("dep", mode="bris-de-glace", motive="urgence"), "given")

    def test_block_spares_feeding(self):
        """8. "A block stops every act ..., except TD0.2 (INTERDIT) and feeding (TD2.1 without replacement)"."""
        self.deposit(by="gp")
        self.do("block", "h", to="structure", id="s1")
        self.assertEqual(self.status("gp"), "INTERDIT")
        self.assertEqual(self.deposit("x2", by="gp")["code"], "ok")
        self.assertEqual(self.deposit("x3", by="gp", replaces="x1")["code"], "blocked")
        self.assertEqual(self.code("delete", "gp", document="x1"), "blocked")
        self.assertEqual(self.code("find", "gp", mode="bris-de-glace", motive="m", status=["current"]), "blocked")

    def test_block_on_a_structure_is_on_the_token(self):
        """8. "A block on a structure concerns the structure in the token"."""
        self.do("block", "h", to="structure", id="s1")
        self.assertEqual([self.code("declare", "gp"), self.code("declare", "gp-s9")], ["blocked", "ok"])

    def test_suspension_stops_everything(self):
        """8. "A suspension by the operator stops everything"."""
        self.do("suspend", "op", to="structure", id="s1")
        self.assertEqual([self.code("test-existence", "gp"), self.deposit(by="gp")["code"]], ["suspended", "suspended"])
        self.do("lift", "op", to="structure", id="s1")
        self.assertEqual(self.code("test-existence", "gp"), "ok")

    def test_opposition_to_consultation(self):
        """9. "every professional, médecin traitant included, is refused in normal mode; an explicit consent ... *later* ... prevails for it"."""
        self.deposit()
        self.do("declare", "gp")
        self.do("name-medecin-traitant", "h", person="gp")
        self.do("oppose", "h", subject="consultation", scope="whole")
        self.assertEqual([self.code("find", "gp", status=["current"]), self.status()], ["opposition", "NON_EXISTE"])
        self.do("declare", "gp")
        self.assertEqual(self.code("find", "gp", status=["current"]), "opposition")
        self.assertEqual(self.read("gp", mode="bris-de-glace", motive="m"), "given")
        self.do("grant", "h", to="person", id="gp")
        self.assertEqual([self.shown(), self.status()], [["x1"], "VALIDE"])
        self.assertEqual(self.code("find", "gp2", status=["current"]), "opposition")
        self.do("oppose", "h", subject="consultation", scope="whole")
        self.assertEqual(self.code("find", "gp", status=["current"]), "opposition")
        self.do("grant", "h", to="person", id="gp")
        self.assertEqual(self.shown(), ["x1"])

    def test_a_declaration_under_an_opposition_prolongs_nothing(self):
        """9. "an explicit consent ... prevails for it, a declaration does not" (reading 30)."""
        self.deposit()
        self.do("oppose", "h", subject="consultation", scope="whole")
        self.do("grant", "h", to="person", id="gp")
        self.now += datetime.timedelta(days=330)
        self.do("declare", "gp")
        self.assertEqual(self.shown(), ["x1"])
        self.now += datetime.timedelta(days=60)
        self.assertEqual(self.code("find", "gp", status=["current"]), "opposition")

    def test_opposition_to_feeding(self):
        """9. "of the whole dossier or of a named professional or structure ...; REMB excepted"."""
        self.do("oppose", "h", subject="feeding", scope="named", to="person", id="gp")
        self.assertEqual([self.deposit("x1", by="gp")["code"], self.deposit("x2")["code"]], ["opposition-feeding", "ok"])
        self.do("oppose", "h", subject="feeding", scope="whole")
        self.assertEqual(self.deposit("x3")["code"], "opposition-feeding")
        self.assertEqual(self.deposit("x4", by="am", type="REMB")["code"], "ok")

    def test_medecin_traitant(self):
        """10. "Naming ... another ends the former's role at that instant"; "The role gives no authorisation"."""
        self.deposit(flags=[M])
        self.do("name-medecin-traitant", "h", person="gp")
        self.assertEqual(self.read("gp"), "no-authorisation")
        self.do("declare", "gp")
        self.assertEqual(self.read("gp"), "given")
        self.do("name-medecin-traitant", "h", person="hospital")
        self.assertEqual(self.read("gp"), "flags")
        self.assertEqual(self.code("give-up-medecin-traitant", "gp"), "functional-right")
        self.assertEqual(self.code("give-up-medecin-traitant", "hospital"), "ok")

    def test_exceptions(self):
        """11. "bind the médecin traitant too, yield in emergencies only if masked documents are permitted, never bind the author"."""
        self.deposit(type="18748-4")
        for one in ("gp", "dep"):
            self.do("declare", one)
        self.do("name-medecin-traitant", "h", person="gp")
        self.do("set-exception", "h", profession=DOCTOR, on=True, **{"class": "31"})
        self.assertEqual([self.read("gp"), self.read("dep")], ["exception", "given"])
        self.assertEqual(self.read("gp", mode="bris-de-glace", motive="m"), "exception")
        self.do("set-switches", "h", refused=[], masked_permitted=True)
        self.assertEqual(self.read("gp", mode="bris-de-glace"), "given")


class SectorsAndMatrix(Scene):
    def test_sector_list(self):
        """12. "SA01-SA09, SA12, ... All others read nothing"; "without SA23 ... and SA66"."""
        self.assertEqual(len(READING_SECTORS), 44)
        self.assertFalse(READING_SECTORS & {"SA23", "SA66", "SA10", "SA70"})
        self.do("grant", "h", to="structure", id="s11")
        for one in ("sa10", "nosector"):
            self.assertEqual([self.code(act, one, status=["current"], document="x0") for act in ("find", "retrieve", "admin-data", "list-authorizations")], ["sector"] * 4)
            self.assertEqual(self.code("test-existence", one), "ok")
            self.assertEqual(self.deposit(f"own-{one}", by=one)["code"], "ok")

    def test_sa23(self):
        """12. "TD0.2 and feeding stay open to all but SA23"; the issue, shown 3: in every mode, with the patient's authorisation."""
        self.do("grant", "h", to="person", id="sa23")
        self.assertEqual([self.code("test-existence", "sa23"), self.deposit(by="sa23")["code"]], ["sector", "sector"])
        for mode in ("normal", "centre-15", "bris-de-glace"):
            self.assertEqual(self.code("find", "sa23", mode=mode, motive="m", status=["current"]), "sector")

    def test_td3_3_on_ones_own_is_not_reading(self):
        """12. "every TD3.3 on what is not one's own"."""
        self.deposit(by="sa10")
        self.assertEqual(self.code("delete", "sa10", document="x1"), "ok")

    def test_optician(self):
        """13. "The optician reads nothing of classes 31 and 60 and no prescription of medicines (57833-6)"."""
        self.deposit("x1", type="18748-4")
        self.deposit("x2", type="57833-6")
        self.deposit("x3", by="am", type="REMB")
        self.do("declare", "optician")
        self.assertEqual([self.read("optician", one) for one in ("x1", "x2", "x3")], ["matrix"] * 3)

    def test_doctor_reads_all_but_the_attestation(self):
        """Facts c.10: "doctors: everything but the residence attestation"."""
        self.deposit("x1", type="ATTEST-RESID")
        self.deposit("x2", type="REMB", by="am")
        self.do("declare", "gp")
        self.assertEqual([self.read("gp", "x1"), self.read("gp", "x2")], ["matrix", "given"])

    def test_occupational_feeds(self):
        """14. "`feed`": TD0.1, TD0.2, TD2.1, and TD3.3c on its own documents; finds and reads nothing."""
        for number, one in enumerate(("occupational", "sa66")):
            self.do("grant", "h", to="person", id=one)
            self.assertEqual([self.code("test-existence", one), self.deposit(f"x{number}", by=one)["code"]], ["ok", "ok"])
            for mode in ("normal", "centre-15", "bris-de-glace"):
                self.assertIn("sector", self.code("find", one, mode=mode, motive="m", status=["current"]))
            self.assertEqual(self.code("delete", one, document=f"x{number}"), "ok")

    def test_air(self):
        """15. "AIR: archive and unarchive are `any document` for doctors, `own` for others, in the three modes"; TD2.1 refused in AIR."""
        self.deposit()
        self.do("declare", "gp")
        self.assertEqual(self.deposit("x2", by="gp-air")["code"], "functional-right")
        self.assertIn("not-author", self.code("archive", "gp", document="x1"))
        self.assertEqual(self.code("archive", "gp-air", document="x1"), "ok")

    def test_missing_columns(self):
        """15. "A column that the rights sheet lacks is N throughout, except médecin traitant in regulation = doctor in regulation"."""
        staff, mt = Requester(**CAST["cpe"]), Requester(**CAST["gp"])
        self.assertTrue(all(RIGHTS.cell(name, staff, "bris-de-glace", False) == "N" for name in ROWS))
        self.assertEqual(column(mt, "centre-15", True), "med_regulation")


class OccupationalNone(Scene):
    occupational = "none"

    def test_none(self):
        """14. "`none`: TD0.1 only"."""
        self.assertIn("functional-right", self.code("test-existence", "sa66"))
        self.assertIn("functional-right", self.deposit(by="occupational")["code"])


class OccupationalTable(Scene):
    occupational = "table"

    def test_table(self):
        """14. "TD3.1 and TD1.6 as its column says, never TD3.2"."""
        self.do("grant", "h", to="person", id="sa66")
        self.assertEqual([self.code(act, "sa66", status=["current"]) for act in ("find", "list-authorizations")], ["ok", "ok"])
        self.assertIn("sector", self.code("retrieve", "sa66", document="x0"))


class Emergencies(Scene):
    centres = ("s6",)

    def test_motive_and_four_hours(self):
        """16. "opens one emergency access ... of 4 h ...; requests in it need no motive. After its end a request without a motive is refused"."""
        bdg = {"mode": "bris-de-glace", "status": ["current"]}
        self.assertEqual(self.code("find", "gp", **bdg), "motive-missing")
        self.assertEqual(self.code("find", "gp", at="2025-02-01T10:00:00Z", motive="inconscient", **bdg), "ok")
        self.assertEqual(self.code("find", "gp", at="2025-02-01T13:59:59Z", **bdg), "ok")
        self.assertEqual(self.code("find", "gp", at="2025-02-01T14:00:00Z", **bdg), "motive-missing")
        self.assertEqual(self.code("find", "gp2", at="2025-02-01T14:00:01Z", **bdg), "motive-missing")

    def test_centre_15(self):
        """16. "Centre 15 needs the claim Acces_Regulation_Medicale, or a structure that the operator lists"."""
        c15 = {"mode": "centre-15", "motive": "appel", "status": ["current"]}
        self.assertEqual([self.code("find", "gp", **c15), self.code("find", "samu", **c15)], ["mode", "ok"])
        self.assertEqual(self.code("admin-data", "cert-samu", mode="centre-15", motive="appel"), "ok")

    def test_refusable_beforehand(self):
        """The issue: "each refusable by the patient beforehand"."""
        self.do("set-switches", "h", refused=["bris-de-glace"], masked_permitted=False)
        self.assertEqual(self.code("find", "gp", mode="bris-de-glace", motive="m", status=["current"]), "mode-opposed")
        self.assertEqual(self.code("find", "samu", mode="centre-15", motive="m", status=["current"]), "ok")

    def test_masked_only_if_permitted(self):
        """Facts c.4: "masked only if the patient permitted masked documents in emergencies"; Y7."""
        self.deposit(flags=[M])
        self.assertEqual(self.read("gp", mode="bris-de-glace", motive="m"), "flags")
        self.do("set-switches", "h", refused=[], masked_permitted=True)
        self.assertEqual(self.read("gp", mode="bris-de-glace"), "given")

    def test_the_end_follows_the_clock_not_the_wall(self):
        """16, 31: 4 h are 4 h, across the change of 30 March 2025."""
        self.do("find", "gp", at="2025-03-29T23:30:00Z", mode="bris-de-glace", motive="m", status=["current"])
        self.assertEqual(self.code("find", "gp", at="2025-03-30T03:29:59Z", mode="bris-de-glace", status=["current"]), "ok")
        self.assertEqual(self.code("find", "gp", at="2025-03-30T03:30:00Z", mode="bris-de-glace", status=["current"]), "motive-missing")

    def test_not_in_an_emergency(self):
        """Facts c.4, "Cannot": add authorisation, mask, make visible, list PS."""
        self.deposit()
        for act in ("declare", "mask", "make-visible", "list-authorizations"):
            self.assertEqual(self.code(act, "gp", document="x1", to="patient", mode="bris-de-glace", motive="m"), "functional-right")


class Documents(Scene):
    def test_mask_of_a_professional(self):
        """18. "One set by a professional ... is lifted by the author, his structure, the médecin traitant or the holder"."""
        self.deposit()
        for one in ("dep", "mate9", "gp"):
            self.do("declare", one)
        self.do("mask", "dep", document="x1")
        self.assertEqual(self.code("unmask", "gp", document="x1"), "not-found")
        self.assertEqual(self.code("unmask", "mate9", document="x1"), "ok")
        self.assertEqual(self.read("gp"), "given")

    def test_mask_of_the_holder(self):
        """18. "one chosen by the holder, only by the holder, his representative, or the médecin traitant, who says that the holder asked"."""
        self.deposit()
        for one in ("dep", "gp", "hospital"):
            self.do("declare", one)
        self.do("name-medecin-traitant", "h", person="gp")
        self.do("hide", "h", document="x1")
        self.do("unmask", "dep", document="x1")
        self.assertEqual([self.read("dep"), self.read("hospital")], ["given", "flags"])
        self.assertEqual(self.code("unmask", "gp", document="x1"), "!ok")
        self.do("unmask", "gp", document="x1", holder_asked=True)
        self.assertEqual(self.read("hospital"), "given")

    def test_replacement_inherits_the_choice(self):
        """18. "A replacement inherits the holder's last choice, hidden or shown, over the depositor's flag"."""
        self.deposit(flags=[M])
        self.do("declare", "gp")
        self.do("show", "h", document="x1")
        self.deposit("x2", flags=[M], replaces="x1")
        self.assertEqual(self.read("gp", "x2"), "given")

    def test_withholding(self):
        """19. "Its month runs from the deposit of the first version; a replacement inherits what is left of it"."""
        self.deposit(flags=[IP], at="2025-01-31T10:00:00Z")
        self.assertEqual(self.read("h", at="2025-02-01T10:00:00Z"), "flags")
        self.deposit("x2", flags=[IP], replaces="x1", at="2025-02-20T10:00:00Z")
        self.assertEqual(self.read("h", "x2", at="2025-02-28T09:59:59Z"), "flags")
        self.assertEqual(self.read("h", "x2", at="2025-02-28T10:00:00Z"), "given")
        self.assertEqual(self.deposit("x3", flags=[IP], replaces="x2")["code"], "fault")

    def test_masked_and_withheld(self):
        """19. "MASQUE_PS with INVISIBLE_PATIENT: refused (422) by default"."""
        self.assertEqual(self.deposit(flags=[M, IP])["code"], "fault")

    def test_make_visible_is_one_way(self):
        """Facts c.6: "Making visible (3.3b) is one-way"."""
        self.deposit(flags=[IP])
        self.do("declare", "gp")
        self.do("make-visible", "gp", document="x1", to="patient")
        self.assertEqual([self.read("h"), self.code("withhold", "gp", document="x1")], ["given", "!ok"])

    def test_at_once_needs_a_motive(self):
        """The issue: "a professional's retention wins over `at once` and then needs a motive"."""
        self.do("choose-release", "h", when="at-once", **{"class": "10"})
        provide = {"type": "11488-4", "flags": [IP], "authors": ["dep"], "replaces": None}
        self.assertEqual(self.code("provide", "dep", document="x1", **provide), "!ok")
        self.assertEqual(self.code("provide", "dep", document="x1", withhold_motive="annonce", **provide), "ok")

    def test_archived_in_searches(self):
        """21. "Without `isArchived` a professional's search leaves archived documents out; the holder's keeps them"."""
        self.deposit()
        self.do("declare", "dep")
        self.do("archive", "dep", document="x1")
        self.assertEqual([self.shown("dep"), self.shown("dep", archived=True), self.shown("h")], [[], ["x1"], ["x1"]])

    def test_only_the_newest_is_deleted(self):
        """21. "only the newest version can be deleted; Deprecated ones may be archived and taken out"; facts e.2: predecessors go too."""
        self.deposit()
        self.deposit("x2", replaces="x1")
        self.do("declare", "dep")
        self.assertEqual([self.code("archive", "dep", document="x1"), self.code("unarchive", "dep", document="x1")], ["ok", "ok"])
        self.assertEqual([self.code("delete", "dep", document=one) for one in ("x1", "x2")], ["fault", "ok"])
        self.assertEqual([self.read("dep", "x1"), self.shown("dep", status=["current", "superseded"])], ["deleted", []])

    def test_deletion_mes_2024(self):
        """22. "`mes-2024`: the author or his structure; and the médecin traitant for what the holder deposited"."""
        self.deposit("x1")
        self.deposit("x2", by="h", type="DOCPAT02")
        self.do("declare", "gp")
        self.assertEqual(self.code("delete", "gp", document="x2"), "not-author")
        self.do("name-medecin-traitant", "h", person="gp")
        self.assertEqual([self.code("delete", "gp", document=one) for one in ("x1", "x2")], ["not-author", "ok"])
        self.assertEqual(self.code("delete", "mate9", document="x1"), "ok")

    def test_request_and_answer(self):
        """The issue: the patient "asks for the deletion of what others deposited: its author or his structure decides"."""
        self.deposit()
        self.assertIn("not-author", self.code("delete", "h", document="x1"))
        self.do("request-deletion", "h", document="x1")
        self.assertEqual(self.code("answer-deletion", "gp", document="x1", accept=True), "not-found")
        self.assertEqual(self.code("answer-deletion", "mate9", document="x1", accept=True), "ok")
        self.assertEqual(self.read("h"), "deleted")

    def test_not_mine(self):
        """23. "masked, in every mode and whatever the switch, to all professionals but its author and his structure, until the case is closed"."""
        self.deposit()
        for one in ("gp", "mate9"):
            self.do("declare", one)
        self.do("name-medecin-traitant", "h", person="gp")
        self.do("set-switches", "h", refused=[], masked_permitted=True)
        self.do("claim-not-mine", "h", document="x1")
        self.assertEqual([self.read("gp"), self.read("gp", mode="bris-de-glace", motive="m"), self.read("mate9")], ["flags", "flags", "given"])
        self.do("close-claim", "op", document="x1")
        self.assertEqual(self.read("gp"), "given")

    def test_notes(self):
        """23. "A private note belongs to the account that wrote it"; the issue: "that no one else ever sees, emergencies included"."""
        self.do("private-note", "h", note="n1")
        self.assertEqual(self.do("list-notes", "h")["list"], ["n1"])
        self.assertEqual(self.code("list-notes", "gp", mode="bris-de-glace", motive="m"), "!ok")

    def test_remb(self):
        """The issue: "The insurer's feed provides ... REMB, each replacing the last; nobody else may"."""
        self.assertEqual([self.deposit("x1", by="am", type="REMB")["code"], self.deposit("x2", by="am", type="REMB")["code"]], ["ok", "ok"])
        self.assertEqual(self.shown("h"), ["x2"])
        self.assertEqual([self.deposit("x3", type="REMB")["code"], self.code("find", "am", status=["current"])], ["!ok", "!ok"])


class NotActivated(Scene):
    active = False

    def test_before_activation(self):
        """20. "Before activation a professional may mask ..., and the help desk or the médecin traitant may record a block or an opposition"."""
        self.deposit()
        self.do("declare", "dep")
        self.assertEqual([self.code("mask", "dep", document="x1"), self.code("block", "desk", to="person", id="gp")], ["ok", "ok"])
        self.assertEqual(self.status("gp"), "INTERDIT")
        self.assertEqual(self.code("find", "h", status=["current"]), "!ok")

    def test_choices_hold(self):
        """20. "recorded choices hold"."""
        self.do("oppose", "desk", subject="consultation", scope="whole")
        self.do("declare", "gp")
        self.do("activate", "h")
        self.assertEqual(self.code("find", "gp", status=["current"]), "opposition")

    def test_medecin_traitant_declared(self):
        """10. "declaring (TD0.3, by a doctor with a recorded consent)"."""
        self.assertEqual([self.code("declare-medecin-traitant", one, consent=True) for one in ("nurse", "gp")], ["!ok", "ok"])
        self.assertEqual(self.code("give-up-medecin-traitant", "gp-air"), "functional-right")


class Families(Scene):
    born = "2008-06-15"

    def activate(self, dossier):
        for parent, scope in (("r1", "full"), ("r2", "read")):
            self.do("name-representative", "op", dossier=dossier, person=parent, scope=scope, start="2010-01-01", end=None, guardian=False)
        self.do("activate", "r1", dossier=dossier)

    def test_representatives(self):
        """24. "Each parent alone may do all but close and delete, which need all representatives on record"; scope `read`."""
        self.assertEqual([self.code("block", one, to="person", id="gp") for one in ("r2", "r1")], ["!ok", "ok"])
        self.assertEqual([self.code("close", "r1", joint=joint) for joint in ([], ["r2"])], ["!ok", "ok"])

    def test_hidden_from_representatives(self):
        """24. "A minor may sign in himself from 16 and then sees what is hidden from his representatives"; and carers they chose."""
        self.deposit(flags=[IR], secret=True)
        self.do("delegate", "r1", person="c1", scope="manage", categories=["10"], end="2030-01-01")
        self.assertEqual([self.read("r1"), self.read("c1"), self.read("h")], ["flags", "flags", "given"])
        self.do("name-representative", "op", person="r2", scope="full", start="2010-01-01", end=None, guardian=True)
        self.assertEqual(self.read("r2"), "flags")

    def test_secret_connection(self):
        """Facts b.5: "In such a connection only documents invisible to the legal representatives may be deposited"."""
        self.assertEqual(self.deposit(secret=True)["code"], "fault")

    def test_sixteen_and_majority(self):
        """24. "At majority representatives' rights and the delegations they made end"; 31: at the Paris midnight."""
        self.do("delegate", "r1", person="c1", scope="read", categories=["10"], end="2030-01-01")
        for one, before, after in (("r1", "ok", "!ok"), ("c1", "ok", "!ok")):
            self.assertEqual(self.code("find", one, at="2026-06-14T21:59:59Z", status=["current"]), before)
            self.assertEqual(self.code("find", one, at="2026-06-14T22:00:00Z", status=["current"]), after)

    def test_a_delegation_of_who_is_no_representative(self):
        """24. "At majority representatives' rights and the delegations they made end"; README, 33: or before."""
        self.do("name-representative", "op", person="r2", scope="full", start="2010-01-01", end="2025-03-31", guardian=False)
        self.do("delegate", "r2", person="c1", scope="read", categories=["10"], end="2030-01-01")
        for one in ("r2", "c1"):
            self.assertEqual(self.code("find", one, at="2025-03-31T21:59:59Z", status=["current"]), "ok")
            self.assertEqual(self.code("find", one, at="2025-03-31T22:00:00Z", status=["current"]), "!ok")

    def test_under_sixteen(self):
        """24. "A minor may sign in himself from 16"."""
        self.assertEqual(self.code("find", "h", at="2024-06-14T21:59:59Z", status=["current"]), "!ok")
        self.assertEqual(self.code("find", "h", at="2024-06-14T22:00:00Z", status=["current"]), "ok")


class Carers(Scene):
    def test_carer(self):
        """25. "`manage` = what the holder may do except close, delegate, delete, change contacts"; "within their categories"; "never private notes"."""
        self.deposit("x1")
        self.deposit("x2", type="18748-4")
        self.do("delegate", "h", person="c1", scope="manage", categories=["10"], end="2025-03-31")
        self.assertEqual(self.do("find", "c1", status=["current"])["list"], ["x1"])
        self.assertEqual(self.code("retrieve", "c1", document="x2"), "not-found")
        self.assertEqual([self.code(act, "c1", document="x1", note="n") for act in ("hide", "close", "delete", "private-note")], ["ok", "!ok", "!ok", "!ok"])

    def test_end_of_a_delegation(self):
        """31. "Periods ... given as a date (end of a delegation ...) end at the Paris midnight that closes the day"."""
        self.do("delegate", "h", person="c1", scope="read", categories=["10"], end="2025-03-31")
        self.assertEqual(self.code("find", "c1", at="2025-03-31T21:59:59Z", status=["current"]), "ok")
        self.assertEqual(self.code("find", "c1", at="2025-03-31T22:00:00Z", status=["current"]), "!ok")

    def test_secret_for_an_adult(self):
        """24. "Secret connection for an adult: refused (422)"."""
        self.assertEqual(self.deposit(flags=[IR], secret=True)["code"], "fault")

    def test_either_side_may_end_it(self):
        """The issue: "either side may end it"."""
        self.do("delegate", "h", person="c1", scope="read", categories=["10"], end="2026-03-31")
        self.do("end-delegation", "c1", person="c1")
        self.assertEqual(self.code("find", "c1", status=["current"]), "!ok")


class Life(Scene):
    def test_opening_by_the_feed(self):
        """26. `mes-2024`: insurer's feed; the six weeks run from sending (31: "7 x 24 h")."""
        self.world.dossiers["d1"].status = "none"
        feed = {"channel": "insurer-feed", "informed_on": "2025-03-01T08:00:00Z"}
        self.do("open-dossier", "am", at="2025-04-12T07:59:59Z", **feed)
        self.assertEqual(self.do("test-existence", "gp")["value"]["dossier"], "none")
        self.assertEqual(self.code("open-dossier", "am", at="2025-04-12T08:01:00Z", **feed), "ok")

    def test_objection(self):
        """Facts b.2: "Six weeks without objection"; 26: "a professional's or desk's opening is refused"."""
        self.world.dossiers["d1"].status = "none"
        self.do("object-opening", "desk")
        self.do("open-dossier", "am", channel="insurer-feed", informed_on="2020-01-01T00:00:00Z")
        self.assertEqual(self.do("test-existence", "gp")["value"]["dossier"], "none")
        self.assertEqual(self.code("open-dossier", "gp", channel="professional", consent=True, notice="v1"), "!ok")
        self.assertEqual(self.code("open-dossier", "h", channel="online"), "ok")

    def test_closing_and_reopening(self):
        """27. "unreadable to all, the holder included, who keeps his history; reopening ... restores ... authorisations whose year has not ended"."""
        self.deposit()
        self.do("declare", "gp")
        self.do("block", "h", to="person", id="hospital")
        self.do("close", "h", motive="choix")
        self.assertEqual([self.code("find", one, status=["current"]) for one in ("gp", "h")], ["closed", "closed"])
        self.assertEqual([self.code("read-history", "h"), self.do("test-existence", "gp")["value"]["dossier"]], ["ok", "closed"])
        self.assertEqual(self.deposit("x2")["code"], "closed")
        self.do("reopen", "h")
        self.assertEqual([self.shown("gp"), self.status("hospital")], [["x1"], "INTERDIT"])

    def test_ten_years(self):
        """31. "ten years of archive ... end at the Paris midnight that closes the day"."""
        self.do("close", "h", at="2026-02-28T10:00:00Z", motive="choix")
        self.assertFalse(self.do("destroy-due", "op", at="2036-02-28T22:59:59Z")["value"]["destroyed"])
        self.assertTrue(self.do("destroy-due", "op", at="2036-02-28T23:00:00Z")["value"]["destroyed"])
        self.assertEqual(self.code("reopen", "h"), "!ok")

    def test_express_deletion(self):
        """27. "Express deletion may be asked with the closing or during the archive"; reopening "cancels a pending express deletion"."""
        self.do("close", "h", at="2026-01-15T10:00:00Z", motive="choix", express=True)
        self.do("reopen", "h", at="2026-02-01T10:00:00Z")
        self.do("close", "h", at="2026-03-01T10:00:00Z", motive="choix")
        self.do("express-deletion", "h", at="2026-03-02T10:00:00Z")
        self.assertTrue(self.do("destroy-due", "op", at="2026-06-02T10:00:00Z")["value"]["destroyed"])

    def test_death(self):
        """28. "not reopened except as an error, by the operator; nobody reads"."""
        self.do("report-death", "am")
        self.assertEqual([self.code("find", one, status=["current"]) for one in ("gp", "h")], ["closed", "!ok"])
        self.assertEqual([self.code("reopen", "h"), self.code("report-death-error", "op")], ["!ok", "ok"])
        self.assertEqual(self.code("find", "h", status=["current"]), "ok")


class Merges(Scene):
    count = 2

    def test_merge_and_unmerge(self):
        """29. "the union ...; the more protective; ... A block placed after the merge stays on both ...; documents ... go by the identifier used"."""
        self.deposit("x1", dossier="d1")
        self.deposit("x2", dossier="d2")
        self.do("declare", "gp", dossier="d1")
        self.do("set-switches", "h", dossier="d1", refused=["centre-15"], masked_permitted=True)
        self.do("merge", "op", dossier="d1", into="d2")
        self.assertEqual(self.shown("gp", dossier="d2"), ["x1", "x2"])
        self.assertEqual(self.code("find", "samu", dossier="d2", mode="centre-15", motive="m", status=["current"]), "mode-opposed")
        self.deposit("x3", dossier="d1")
        self.do("block", "h", dossier="d1", to="person", id="dentist")
        self.do("unmerge", "op", dossier="d1")
        self.assertEqual([self.status("dentist", dossier=one) for one in ("d1", "d2")], ["INTERDIT", "INTERDIT"])
        self.assertEqual(self.shown("gp", dossier="d1"), ["x1", "x3"])
        self.assertEqual(self.code("find", "gp", dossier="d2", status=["current"]), "no-authorisation")


class Budgets(Scene):
    count = 3
    budgets = {"professional": {"hour": 1, "day": 2}}

    def test_sliding(self):
        """32. "sliding; a dossier counts when something of it was disclosed ...; one already counted still passes; feeding and TD0.2 never count"."""
        for one in ("d1", "d2", "d3"):
            self.do("test-existence", "gp", dossier=one)
        admin = lambda dossier, at: self.code("admin-data", "gp", dossier=dossier, at=at)
        self.assertEqual([admin("d1", "2025-02-01T10:00:00Z"), admin("d2", "2025-02-01T10:30:00Z"), admin("d1", "2025-02-01T10:31:00Z")], ["ok", "budget", "ok"])
        self.assertEqual(admin("d2", "2025-02-01T11:31:00Z"), "ok")
        self.assertEqual(admin("d3", "2025-02-01T13:00:00Z"), "budget")


class StructureBudget(Scene):
    count = 2
    budgets = {"structure": {"hour": 1, "day": 5}}

    def test_members_together(self):
        """32. "A structure's budget counts its members together"."""
        self.assertEqual([self.code("admin-data", one, dossier=dossier) for one, dossier in (("gp", "d1"), ("gp2", "d2"))], ["ok", "budget"])


class Time(unittest.TestCase):
    def plus(self, instant, **period):
        return periods.show(periods.plus(periods.parse(instant), **period))

    def test_calendar(self):
        """31. "last day of the month where the day is missing (29 February -> 28 February)"."""
        self.assertEqual(self.plus("2024-02-29T10:00:00Z", years=1), "2025-02-28T10:00:00Z")
        self.assertEqual(self.plus("2025-01-31T10:00:00Z", months=1), "2025-02-28T10:00:00Z")

    def test_same_wall_clock(self):
        """31. "same wall-clock time": 10:00 in Paris, winter and summer."""
        self.assertEqual(self.plus("2025-03-15T09:00:00Z", months=1), "2025-04-15T08:00:00Z")

    def test_gap_and_overlap(self):
        """31. "a time that does not exist -> the first that does, one that occurs twice -> the first"."""
        self.assertEqual(self.plus("2025-02-28T01:30:00Z", months=1), "2025-03-28T01:30:00Z")
        self.assertEqual(self.plus("2024-03-30T01:30:00Z", years=1), "2025-03-30T01:00:00Z")
        self.assertEqual(self.plus("2025-09-26T00:30:00Z", months=1), "2025-10-26T00:30:00Z")

    def test_born_on_the_29th(self):
        """31. "Born on 29 February: of age on 1 March 00:00"."""
        self.assertEqual(periods.show(periods.birthday(datetime.date(2004, 2, 29), 18)), "2022-02-28T23:00:00Z")

    def test_archive(self):
        """31. ten years end "at the Paris midnight that closes the day"."""
        self.assertEqual(periods.show(periods.archive_end(periods.parse("2024-07-01T23:30:00Z"))), "2034-07-02T22:00:00Z")


class RightsSheet(Scene):
    """One test for each kind of cell."""

    def test_y_and_n(self):
        """Y: a nurse searches; N: a staff card does not."""
        for one in ("nurse", "cpe"):
            self.do("declare", one)
        self.assertEqual([self.code("find", one, status=["current"]) for one in ("nurse", "cpe")], ["ok", "functional-right"])

    def test_y1(self):
        """Y1 "the authorisation goes to the structure"."""
        self.do("declare", "cpe")
        self.assertEqual(self.status("gp"), "VALIDE")

    def test_y2_y3_are_lists(self):
        """Y2, Y3 bear on TD0.4, which touches no dossier: only their printing is shown."""
        self.assertEqual([RIGHTS.sheet["my-patients"][name] for name in ("CPE_normal", "certES_normal")], ["Y2", "Y3"])

    def test_y4(self):
        """Y4 "the deposit is imputed to the structure"."""
        self.deposit(by="cert9", authors=[])
        self.assertEqual([self.code("delete", one, document="x1") for one in ("gp", "dep")], ["not-found", "ok"])

    def test_y5(self):
        """Y5 "only to find a technical id (e.g. before deletion)"."""
        self.deposit()
        self.assertEqual([self.code("find-reference", one, document="x1") for one in ("cert9", "cert")], ["ok", "not-found"])

    def test_y6(self):
        """Y6 "only documents of which the user is the author" (15: own)."""
        self.deposit(flags=[M])
        for one in ("mate9", "gp"):
            self.do("declare", one)
        self.assertEqual([self.read("mate9"), self.read("gp")], ["given", "flags"])

    def test_y7(self):
        """Y7 "only if the patient has permitted masked documents to be read in emergencies" (15: for the others' documents)."""
        self.deposit(flags=[M])
        self.assertEqual([self.read(one, mode="bris-de-glace", motive="m") for one in ("gp", "mate9")], ["flags", "given"])

    def test_y8(self):
        """Y8 "only own documents"."""
        self.deposit()
        for one in ("gp", "mate9"):
            self.do("declare", one)
        self.assertIn("not-author", self.code("archive", "gp", document="x1"))
        self.assertEqual(self.code("archive", "mate9", document="x1"), "ok")

    def test_y9(self):
        """Y9 "only documents of the structure (or of one of its CPE)"."""
        self.deposit()
        self.assertEqual([self.code("delete", one, document="x1") for one in ("cert", "cert9")], ["not-found", "ok"])

    def test_star(self):
        """* "for a document deposited by the patient: only the MT or the patient"."""
        self.deposit(by="h", type="DOCPAT02")
        self.assertIn("functional-right", self.code("archive", "gp", document="x1", mode="bris-de-glace", motive="m"))
        self.do("declare", "gp")
        self.do("name-medecin-traitant", "h", person="gp")
        self.assertEqual(self.code("archive", "gp", document="x1"), "ok")

    def test_all_rows_and_columns(self):
        """"26 actions x 12 columns"."""
        self.assertEqual((len(ROWS), {len(row) - 2 for row in RIGHTS.sheet.values()}), (26, {12}))


class Machinery(unittest.TestCase):
    def run_it(self, *arguments):
        here = Path(__file__).parent
        return subprocess.run([sys.executable, "run.py", *arguments], cwd=here, capture_output=True, text=True)

    def test_the_product_is_large(self):
        self.assertGreater(size(care_dimensions(MATRIX)) + size(account_dimensions(MATRIX)), 10 ** 12)

    def test_the_oracle_agrees_with_itself(self):
        done = self.run_it("--cases", "300", "--seed", "7", "--adapter", f"{sys.executable} echo.py")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "300 cases, 0 differences"))

    def test_a_lie_is_found(self):
        done = self.run_it("--cases", "300", "--seed", "7", "--adapter", f"{sys.executable} echo.py --lie ok")
        self.assertEqual(done.returncode, 1)

    def test_a_case_does_not_depend_on_the_jobs(self):
        cases = [json.loads(line)["case"] for line in self.run_it("--dump", "--cases", "12", "--seed", "3").stdout.splitlines()]
        again = [json.loads(line)["case"] for line in self.run_it("--dump", "--cases", "12", "--seed", "3", "--jobs", "1").stdout.splitlines()]
        self.assertEqual(cases, again)

    def test_every_code_is_reached(self):
        out = self.run_it("--self", "--cases", "6000", "--seed", "1").stdout
        codes = {line.split()[1] for line in out.split("acts (ok")[0].splitlines()[1:]}
        rules = {line.split("(")[1].rstrip(")") for line in out.split("acts (ok")[0].splitlines() if "(" in line}
        self.assertFalse(set(REFUSALS) - codes)
        self.assertFalse({*ITEM_RULES, "not-found"} - rules)

    def test_comparison(self):
        self.assertTrue(matches({"code": ["sector", "blocked"]}, {"code": "sector"}))
        self.assertFalse(matches({"code": "ok", "list": ["x1"]}, {"code": "ok", "list": []}))
        self.assertFalse(matches({"code": "!ok"}, {"code": "ok"}))

    def test_unsettled_is_said(self):
        scene = Scene()
        scene.setUp()
        with self.assertRaises(Unsettled):
            scene.do("reopen", "h")


if __name__ == "__main__":
    unittest.main()
