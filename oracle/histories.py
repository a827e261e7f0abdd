"""Random histories of 10 to 40 acts with clock jumps, drawn with the oracle at hand so that interesting states are reached often."""
from datetime import timedelta

import periods
from answers import Unsettled
from product import FLAGS, SEASONS, TYPES, class_of, doctor, producer
from matrix import DOCTOR, in_training
from sources import G15
from world import World

SECOND = timedelta(seconds=1)
CARE = ["gp", "gp", "gp", "gp-air", "gp2", "hospital", "nurse", "dentist", "optician", "training", "occupational", "sa66", "sa23", "no-specialty",
        "cpe", "cert", "employee", "samu", "indirect"]
READERS = ["gp", "gp2", "hospital", "nurse", "samu", "training", "gp-air"]
PEOPLE = [("gp", "s1"), ("gp2", "s1"), ("hospital", "s2"), ("nurse", "s2"), ("dentist", "s3"), ("optician", "s4")]
JUMPS = [SECOND, timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4), timedelta(hours=4, seconds=-1), timedelta(days=1),
         timedelta(days=3), timedelta(days=14), timedelta(days=31), timedelta(days=90), timedelta(days=180)]
MODE_WEIGHTS = {"plain": [8, 2, 1], "budget": [8, 2, 1], "emergency": [2, 4, 2], "merge": [1, 0, 0]}
MINOR_SHIFTS = [timedelta(days=2), timedelta(days=20), timedelta(days=150)]


def cast(matrix):
    """Who plays."""
    training = next((one for one in matrix.professions if in_training(one)), "TRE_G16|10")

    def other(person, structure, profession, sector, **more):
        return {**doctor(person, structure), "profession": profession, "sector": sector, "specialty": None, **more}
    return {
        "op": {"kind": "operator", "person": "op"}, "am": {"kind": "insurer", "person": "am"}, "desk": {"kind": "help-desk", "person": "desk"},
        "h": {"kind": "holder", "person": "h"}, "r1": {"kind": "representative", "person": "r1"}, "r2": {"kind": "representative", "person": "r2"},
        "c1": {"kind": "carer", "person": "c1"}, "c2": {"kind": "carer", "person": "c2"},
        "gp": doctor("gp", "s1"), "gp-air": {**doctor("gp", "s1"), "means": "air"}, "gp2": doctor("gp2", "s1"),
        "hospital": {**doctor("hospital", "s2"), "specialty": "SM54", "sector": "SA01"},
        "nurse": other("nurse", "s2", f"{G15}|60", "SA01"), "dentist": other("dentist", "s3", f"{G15}|40", "SA07"),
        "optician": other("optician", "s4", f"{G15}|28", "SA37"), "training": other("training", "s2", training, "SA01"),
        "occupational": {**doctor("occupational", "s5"), "specialty": "SM25"}, "sa66": {**doctor("sa66", "s5"), "sector": "SA66"},
        "sa23": {**doctor("sa23", "s10"), "sector": "SA23"}, "no-specialty": other("no-specialty", "s1", DOCTOR, "SA07"),
        "cpe": {"kind": "staff", "person": "cpe", "structure": "s1", "sector": "SA07"},
        "employee": {"kind": "staff", "person": "employee", "structure": "s2", "sector": "SA01", "means": "air"},
        "cert": {"kind": "structure", "structure": "s2", "sector": "SA01", "means": "indirect"},
        "indirect": {**doctor("hospital", "s2"), "specialty": "SM54", "sector": "SA01", "means": "indirect"},
        "samu": {**doctor("samu", "s6"), "sector": "SA01", "regulation": True}}


def draw(number, rng, matrix, rights, policy):
    player = Player(number, rng, matrix, rights, policy)
    player.begin()
    wanted = rng.randint(10, 40)
    for _ in range(wanted * 12):
        if len(player.case["acts"]) >= wanted:
            break
        player.jump()
        player.step()
    if len(player.case["acts"]) < 10:
        raise Unsettled("a history that stays too short")
    return player.case, player.expected


class Player:
    def __init__(self, number, rng, matrix, rights, policy):
        self.rng = rng
        self.flavour = rng.choice(["plain"] * 6 + ["budget", "merge", "merge", "emergency"])
        self.at = periods.utc(*rng.choice(SEASONS)) + timedelta(seconds=rng.randrange(86400 * rng.choice([1, 365])))
        self.case = {"case": number, "policy": rng.choice(["mes-2024", "dmp-2012"]) if policy == "both" else policy,
                     "settings": settings(rng, self.flavour), "requesters": cast(matrix), "dossiers": self.dossiers(), "acts": []}
        self.world = World(self.case, matrix, rights)
        self.expected, self.documents, self.counter = [], [], 0

    def dossiers(self):
        count = {"budget": 3, "merge": 2}.get(self.flavour) or self.rng.choice([1, 1, 1, 2])
        today = periods.paris_date(self.at)
        self.years = self.rng.choice([40, 40, 18, 16, 8])
        shift = timedelta(0) if self.years == 40 else self.rng.choice(MINOR_SHIFTS)
        born = (today + shift - timedelta(days=1 if (today + shift).day == 29 else 0))
        born = born.replace(year=born.year - self.years)
        if self.years == 18 and self.rng.random() < .2:
            born = born.replace(year=2008, month=2, day=29)
        return [{"id": f"d{index + 1}", "born": born.isoformat()} for index in range(count)]

    @property
    def minor(self):
        return not self.world.dossiers["d1"].adult(self.at)

    def choose(self, *values):
        return self.rng.choice(values)

    def act(self, name, by, **more):
        """Perform, and keep the act if the sources settle it."""
        dossier = more.pop("dossier", None) or self.home(more.get("replaces") or more.get("document"))
        act = {"act": name, "by": by, "dossier": dossier, "at": periods.show(self.at), "mode": more.pop("mode", "normal"), **more}
        try:
            expected = self.world.perform(act)
        except Unsettled:
            return False
        self.case["acts"].append(act)
        self.expected.append(expected)
        return True

    def home(self, document):
        """The dossier of a document, mostly; any dossier for the rest."""
        names = [one["id"] for one in self.case["dossiers"]]
        known = [one.id for one in self.world.dossiers.values() if document and one.document(document)]
        return self.choose(*known) if known and self.rng.random() < .95 else self.choose(*names)

    # --- beginning ---

    def begin(self):
        for one in self.case["dossiers"]:
            self.open(one["id"])
            if self.minor:
                self.act("name-representative", "op", dossier=one["id"], person="r1", scope="full", start="2010-01-01", end=None, guardian=False)
                if self.rng.random() < .4:
                    self.act("name-representative", "op", dossier=one["id"], person="r2", scope=self.choose("full", "read"), start="2010-01-01",
                             end=self.some_day(), guardian=False)
            if self.rng.random() < .85:
                self.act("activate", "r1" if self.minor else "h", dossier=one["id"])
            self.furnish(one["id"])

    def furnish(self, dossier):
        """A few documents and rights to begin with."""
        for by in self.rng.sample(["gp", "gp2", "hospital", "nurse"], self.rng.choice([1, 1, 2])):
            self.act("declare", by, dossier=dossier)
        for by in self.rng.sample(["gp", "hospital", "nurse", "dentist"], self.rng.choice([1, 2])):
            flags = list(self.choose((), (), (), *FLAGS.values()))
            self.act("provide", by, dossier=dossier, document=self.new_id(), type=self.choose("11488-4", "11502-2", "18748-4", "PRESC-BIO", "83901-9"),
                     flags=flags, authors=[by], replaces=None, withhold_motive="annonce")
        if self.rng.random() < .5:
            self.act("name-medecin-traitant", "r1" if self.minor else "h", dossier=dossier, person=self.choose("gp", "hospital"))

    def open(self, dossier):
        way = self.choose("operator-import", "operator-import", "operator-import", "insurer-feed", "online", "professional", "objected")
        if way == "insurer-feed":
            self.feed(dossier)
        if way == "objected":
            self.act("object-opening", "desk", dossier=dossier)
            self.feed(dossier)
            self.act("test-existence", "gp", dossier=dossier)
        if way == "online":
            self.act("open-dossier", "h", dossier=dossier, channel="online")
        if way == "professional":
            by = self.choose("gp", "cpe")
            self.act("open-dossier", by, dossier=dossier, channel="professional" if by == "gp" else "desk", consent=True, notice="v1")
        if self.world.dossiers[dossier].status == "none":
            self.act("open-dossier", "op", dossier=dossier, channel="operator-import")

    def feed(self, dossier):
        margin = self.choose(-SECOND, timedelta(0), SECOND, -timedelta(days=10))
        informed = periods.show(self.at - periods.SIX_WEEKS - margin)
        self.act("open-dossier", "am", dossier=dossier, channel="insurer-feed", informed_on=informed)
        self.act("test-existence", "gp", dossier=dossier)

    def some_day(self):
        return self.choose(None, *(periods.paris_date(self.at + timedelta(days=days)).isoformat() for days in (0, 1, 40)))

    # --- the clock ---

    def jump(self):
        edges = self.edges()
        if edges and self.rng.random() < .15:
            self.at = self.choose(*edges) + self.choose(-SECOND, timedelta(0), SECOND)
        else:
            self.at += self.rng.choice(JUMPS[:3] if self.rng.random() < .8 else JUMPS)

    def edges(self):
        """The moments at which a right, a retention, an emergency or a delegation ends, when still to come."""
        found = []
        for one in self.world.dossiers.values():
            found += [right.until for right in one.authorizations]
            found += list(one.emergencies.values())
            found += [periods.plus(doc.first_at, months=1) for doc in one.documents if doc.invisible_patient]
            found += [periods.midnight_closing(carer.end) for carer in one.carers.values()]
            found += [periods.midnight_closing(rep.end) for rep in one.representatives.values() if rep.end]
            found += [periods.birthday(one.born, age) for age in (16, 18)]
            found += [periods.archive_end(one.closed_at)] if one.closed_at else []
            found += [periods.plus(one.express_at, months=3)] if one.express_at else []
        found += [at + periods.HOUR for at, _, _ in self.world.disclosures[-3:]] + [at + periods.DAY for at, _, _ in self.world.disclosures[-3:]]
        limit = timedelta(days=4000 if self.rng.random() < .1 else 400)
        return [one for one in found if self.at + SECOND < one < self.at + limit]

    # --- one step ---

    def step(self):
        closed = any(one.status == "closed" for one in self.world.dossiers.values())
        moves = CLOSED_MOVES if closed else FLAVOURS[self.flavour]
        self.rng.choices([move for move, _ in moves], [weight for _, weight in moves])[0](self)

    def emergency(self):
        """Mode and motive of a request."""
        mode = self.rng.choices(["normal", "bris-de-glace", "centre-15"], MODE_WEIGHTS[self.flavour])[0]
        if mode == "normal":
            return {"mode": mode}
        return {"mode": mode, **({"motive": "urgence vitale"} if self.rng.random() < .6 else {})}

    def document(self):
        known = [doc.id for one in self.world.dossiers.values() for doc in one.documents]
        return self.choose(*known[-4:], *known[-4:], *known, "x0") if known else "x0"

    def likely_reader(self):
        """Mostly someone who holds an authorisation."""
        holders = [right.who for one in self.world.dossiers.values() for right in one.authorizations if right.kind == "person" and right.valid(self.at)]
        return self.choose(*CARE, *READERS, *(holders * 14))

    def depositor(self, document):
        """Mostly the one who deposited, or the médecin traitant."""
        for one in self.world.dossiers.values():
            found = one.document(document)
            people = [name for name in (found and found.depositor, one.medecin_traitant) if name in CARE]
            if found and people and self.rng.random() < .6:
                return self.choose(*people)
        return self.likely_reader()

    def account(self):
        """Mostly who may speak for the holder today."""
        likely = "r1" if self.minor else "h"
        return self.choose(*[likely] * 10, "h", "r1", "r2", "c1", "c2")

    def new_id(self):
        self.counter += 1
        return f"x{self.counter}"


def settings(rng, flavour):
    budgets = [{"professional": {"hour": 1, "day": 2}}, {"professional": {"hour": 2, "day": 2}}, {"structure": {"hour": 1, "day": 3}}]
    return {"occupational": rng.choice(["feed", "feed", "none", "table"]), "budgets": rng.choice(budgets) if flavour == "budget" else None,
            "regulation_centres": rng.choice([[], ["s2"]])}


# --- moves: each proposes one act ----------------------------------------------------------------------------------------------

def provide(player):
    replaces = player.document() if player.rng.random() < .35 else None
    by = player.depositor(replaces) if replaces and player.rng.random() < .7 else player.choose(*CARE)
    flags = list(player.choose((), *FLAGS.values()))
    fields = player.case["requesters"][by]
    authors = [fields["person"]] if fields["kind"] == "professional" else []
    if player.rng.random() < .2:
        authors.append(player.choose("hospital", "gp", "nurse"))
    type_code = player.choose(*(one for one in TYPES if producer(one) == "care"), "REMB")
    target = next((doc for one in player.world.dossiers.values() for doc in one.documents if doc.id == replaces), None)
    if target:
        type_code = target.type_code
        flags = [] if player.rng.random() < .3 else list(kept_flags(target, player.at))
    player.act("provide", by, document=player.new_id(), type=type_code, flags=flags, authors=authors, replaces=replaces,
               **({"withhold_motive": "annonce"} if "INVISIBLE_PATIENT" in flags and player.rng.random() < .85 else {}), **({"secret": True} if player.rng.random() < .1 else {}),
               **player.emergency())


def kept_flags(target, at):
    if target.masque_ps:
        yield "MASQUE_PS"
    if target.withheld(at):
        yield "INVISIBLE_PATIENT"
    if target.invisible_reps:
        yield "INVISIBLE_REPRESENTANTS_LEGAUX"


def account_provide(player):
    player.act("provide", player.account(), document=player.new_id(), type=player.choose("DOCPAT02", "DOCPAT06", "EXPPAT_3"), flags=[], authors=[],
               replaces=None)


def insurer_provide(player):
    player.act("provide", "am", document=player.new_id(), type="REMB", flags=[], authors=[], replaces=None)


def search(player):
    status = player.choose(["current"], ["current", "superseded"], ["superseded"])
    more = {"archived": True} if player.rng.random() < .25 else {}
    if player.rng.random() < .35:
        return player.act("find", player.choose(player.account(), "am", "desk") if player.rng.random() < .2 else player.account(), status=status, **more)
    return player.act("find", player.likely_reader(), status=status, **more, **player.emergency())


def retrieve(player):
    if player.rng.random() < .35:
        return player.act("retrieve", player.account(), document=player.document())
    return player.act("retrieve", player.likely_reader(), document=player.document(), **player.emergency())


def care_question(player):
    name = player.choose("test-existence", "test-existence", "admin-data", "list-authorizations", "read-history")
    player.act(name, player.likely_reader(), **player.emergency())


def on_document(player):
    document = player.document()
    names = ["find-reference", "mask", "unmask", "make-visible", "withhold", "archive", "unarchive", "delete"]
    name = player.choose(*(apt_acts(player, document) if player.rng.random() < .7 else names))
    more = {"make-visible": {"to": player.choose("patient", "representatives")}, "unmask": {"holder_asked": player.choose(True, False)}}.get(name, {})
    mode = {} if player.rng.random() < .5 else player.emergency()
    player.act(name, player.depositor(document), document=document, **more, **mode)


def apt_acts(player, document_id):
    """What makes sense on this document."""
    document = next((doc for one in player.world.dossiers.values() for doc in one.documents if doc.id == document_id), None)
    if document is None:
        return ["find-reference", "delete"]
    return (["unmask", "unmask"] if document.masked() else ["mask"]) + (["make-visible"] * 2 if document.withheld(player.at) or document.invisible_reps else []) + (
        ["unarchive", "unarchive"] if document.archived else ["archive", "archive"]) + ["delete"]


def holder_on_document(player):
    name = player.choose("hide", "show", "hide", "show", "delete", "request-deletion", "claim-not-mine")
    player.act(name, player.account(), document=player.document())


def operator_on_document(player):
    claimed = [doc.id for one in player.world.dossiers.values() for doc in one.documents if doc.claimed]
    if claimed:
        player.act("close-claim", "op", document=player.choose(*claimed))


def answer_deletion(player):
    asked = [doc.id for one in player.world.dossiers.values() for doc in one.documents if doc.deletion_requested]
    document = player.choose(*asked) if asked else player.document()
    player.act("answer-deletion", player.depositor(document), document=document, accept=player.choose(True, False), **player.emergency())


def declare(player):
    more = {"correlation": "k1"} if player.rng.random() < .2 else {}
    player.act("declare", player.choose(*CARE, *READERS), **more, **player.emergency())


def for_another(player):
    person, structure = player.choose(*PEOPLE)
    player.act(player.choose("collect", "name-another"), player.likely_reader(), person=person, structure=structure)


def grant(player):
    player.act("grant", player.account(), **someone(player))


def someone(player):
    person, structure = player.choose(*PEOPLE)
    return {"to": "person", "id": person} if player.rng.random() < .6 else {"to": "structure", "id": structure}


def withdraw(player):
    if player.rng.random() < .5:
        return player.act("withdraw-self", player.likely_reader())
    return player.act("withdraw-access", player.account(), **someone(player))


def block(player):
    blocked = sorted(named for one in player.world.dossiers.values() for named in one.blocks)
    by = player.choose(player.account(), player.account(), "desk", player.likely_reader())
    if blocked and player.rng.random() < .5:
        to, who = player.choose(*blocked)
        return player.act("unblock", by, to=to, id=who)
    return player.act("block", by, **someone(player))


def oppose(player):
    subject = player.choose("consultation", "feeding", "feeding")
    scope = {"scope": "whole"} if subject == "consultation" or player.rng.random() < .4 else {"scope": "named", **someone(player)}
    if player.rng.random() < .5:
        return player.act("oppose", player.choose(player.account(), "desk", "gp"), subject=subject, motive="légitime", **scope)
    return player.act("withdraw-opposition", player.account(), subject=subject, **scope)


def switches(player):
    refused = player.choose([], [], ["centre-15"], ["bris-de-glace"], ["centre-15", "bris-de-glace"])
    player.act("set-switches", player.account(), refused=refused, masked_permitted=player.choose(True, False))


def medecin_traitant(player):
    name = player.choose("name-medecin-traitant", "declare-medecin-traitant", "give-up-medecin-traitant")
    if name == "name-medecin-traitant":
        return player.act(name, player.account(), person=player.choose("gp", "gp", "gp2", "hospital"))
    return player.act(name, player.choose("gp", "gp-air", "hospital", "nurse"), **({"consent": player.choose(True, True, False)} if name.startswith("d") else {}))


def exception(player):
    code = player.choose(DOCTOR, f"{G15}|60")
    player.act("set-exception", player.account(), profession=code, on=player.choose(True, True, False), **{"class": class_of(player.choose(*TYPES))})


def family(player):
    name = player.choose("delegate", "delegate", "end-delegation", "name-representative", "private-note", "list-notes", "list-notes", "read-history")
    if name == "delegate":
        classes = sorted({class_of(one) for one in TYPES})
        return player.act(name, player.account(), person=player.choose("c1", "c2"), scope=player.choose("read", "add", "manage"),
                          categories=player.choose(classes, classes[:4], classes[4:]), end=player.some_day() or "2040-01-01")
    if name == "end-delegation":
        person = player.choose("c1", "c2")
        return player.act(name, player.choose(player.account(), person), person=person)
    if name == "name-representative":
        return player.act(name, "op", person="r2", scope=player.choose("full", "read"), start="2010-01-01", end=player.some_day(), guardian=player.choose(True, False))
    more = {"note": player.new_id()} if name == "private-note" else {}
    return player.act(name, player.choose(player.account(), player.account(), "gp") if name != "private-note" else player.account(), **more)


def suspend(player):
    persons, structures = sorted(player.world.suspended_persons), sorted(player.world.suspended_structures)
    if (persons or structures) and player.rng.random() < .8:
        to, who = player.choose(*[("person", one) for one in persons], *[("structure", one) for one in structures])
        return player.act("lift", "op", to=to, id=who)
    return player.act("suspend", "op", **someone(player))


def rare(player):
    name = player.choose("close", "close", "close", "close", "close", "close", "report-death", "suspend-dossier", "set-policy", "set-policy", "activate")
    if name == "close":
        joint = ["r1", "r2"] if player.rng.random() < .5 else []
        return player.act(name, player.choose(player.account(), "desk"), motive="choix", joint=joint, express=player.rng.random() < .2)
    if name == "set-policy":
        return player.act(name, "op", policy=player.choose("mes-2024", "dmp-2012"))
    by = {"report-death": player.choose("am", "op"), "suspend-dossier": "op", "activate": "r1" if player.minor else "h"}[name]
    return player.act(name, by)


def join(player):
    merged = any(one.merged_into for one in player.world.dossiers.values())
    if not merged:
        return player.act("merge", "op", dossier="d1", into="d2")
    return player.rng.random() < .3 and player.act("unmerge", "op", dossier="d1")


def read_all(player):
    """One reader, dossier after dossier: what a budget counts."""
    by = player.likely_reader()
    for one in player.case["dossiers"]:
        player.act("find", by, dossier=one["id"], status=["current", "superseded"])


def release(player):
    player.act("choose-release", player.account(), when="at-once", **{"class": class_of(player.choose(*TYPES))})


def after_closing(player):
    name = player.choose("reopen", "reopen", "express-deletion", "destroy-due", "read-history", "report-death-error")
    by = {"destroy-due": "op", "report-death-error": player.choose("op", "am")}.get(name, "h")
    player.act(name, by)


MOVES = [(provide, 10), (account_provide, 2), (insurer_provide, 1), (search, 12), (retrieve, 12), (care_question, 8), (on_document, 10),
         (holder_on_document, 8), (operator_on_document, 1), (answer_deletion, 2), (declare, 8), (for_another, 3), (grant, 3), (withdraw, 3), (block, 5),
         (oppose, 4), (switches, 3), (medecin_traitant, 4), (exception, 2), (family, 5), (suspend, 1), (rare, 3), (release, 1)]
FLAVOURS = {
    "plain": MOVES,
    "budget": [*MOVES, (read_all, 40)],
    "emergency": [*MOVES, (switches, 8), (search, 15), (retrieve, 15)],
    "merge": [(provide, 12), (search, 12), (retrieve, 12), (care_question, 10), (on_document, 6), (holder_on_document, 4), (declare, 6), (for_another, 2),
              (grant, 3), (block, 12), (oppose, 4), (switches, 3), (medecin_traitant, 3), (join, 12)]}
CLOSED_MOVES = [(after_closing, 12), (search, 4), (retrieve, 4), (provide, 2), (care_question, 4), (declare, 2), (holder_on_document, 1), (block, 1)]
