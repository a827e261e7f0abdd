"""The full product: every combination of the dimensions, each compiled into a short history that ends in one question.

Two enumerations: what *care* asks (professionals, structures, staff) and what *accounts* ask (holder, representatives, carers, insurer,
help desk, operator), since profession, sector, mode and authorisation mean nothing for the second.
"""
import calendar
import random
from datetime import timedelta

import periods
from answers import Unsettled
from matrix import DOCTOR, in_training
from sources import G15, classes_by_type

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

SECTORS = ["SA07", "SA01", "SA23", "SA66", None, "SA10"]
CLASS_OF = classes_by_type()
# One type for each class, and one for each cell that the sources tell apart.
TYPES = ["11488-4", "SYNTH", "11502-2", "18748-4", "57833-6", "PRESC-BIO", "60593-1", "PROT_ALD", "80565-5", "89601-9", "83901-9", "68599-0",
         "75496-0", "83981-1", "80788-3", "ATTEST-RESID", "REMB", "DOCPAT02", "DOCPAT06", "EXPPAT_1", "EXPPAT_3"]
FLAGS = {"none": (), "M": ("MASQUE_PS",), "IP": ("INVISIBLE_PATIENT",), "IR": ("INVISIBLE_REPRESENTANTS_LEGAUX",),
         "M+IR": ("MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"), "IP+IR": ("INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"),
         "M+IP": ("MASQUE_PS", "INVISIBLE_PATIENT"), "hidden": (), "shown-over-M": ("MASQUE_PS",), "hidden-then-shown": (),
         "masked-later": (), "claimed": (), "claim-closed": (), "exception": ()}
STATUSES = ["approved", "deprecated", "archived", "deleted", "deprecated+archived", "deletion-requested"]
AUTHORISATIONS = ["declared", "none", "explicit-person", "explicit-structure", "last-second", "colleague", "structure-by-cpe", "named", "collected",
                  "expired", "withdrawn-self", "withdrawn-by-holder", "blocked-person", "blocked-structure", "explicit-then-blocked",
                  "unblocked", "colleague-blocked", "suspended-person", "suspended-structure", "lifted"]
KINDS = ["direct", "air", "indirect", "structure", "staff", "staff-air"]
AGES = ["adult", "16-17", "under-16", "of-age-today"]
CARE_QUESTIONS = ["find", "find-all", "find-archived", "retrieve", "retrieve-unknown", "find-reference", "provide", "provide-secret", "replace",
                  "replace-withheld", "mask", "unmask", "unmask-asked", "make-visible", "make-visible-reps", "withhold", "archive", "unarchive",
                  "delete", "accept-deletion", "list-authorizations", "test-existence", "admin-data", "read-history", "declare", "withdraw-self",
                  "declare-medecin-traitant", "give-up-medecin-traitant", "block", "open-dossier"]
ACCOUNTS = ["holder", "rep-full", "rep-read", "rep-ended", "rep-not-yet", "guardian", "carer-read", "carer-add", "carer-manage", "carer-ended",
            "carer-of-rep", "insurer", "help-desk", "operator"]
ACCOUNT_QUESTIONS = ["find", "find-all", "find-archived", "retrieve", "retrieve-unknown", "provide", "provide-remb", "hide", "show", "delete",
                     "request-deletion", "claim-not-mine", "grant", "withdraw-access", "block", "oppose", "withdraw-opposition", "set-switches",
                     "name-medecin-traitant", "set-exception", "choose-release", "delegate", "private-note", "list-notes", "list-authorizations",
                     "read-history", "close", "close-then-find", "close-then-reopen", "express-deletion", "activate", "report-death"]
SEASONS = [(2024, 2, 29, 9, 0), (2025, 2, 28, 9, 0), (2024, 3, 31, 1, 30), (2025, 10, 26, 0, 30), (2024, 10, 27, 1, 15), (2025, 12, 31, 22, 59),
           (2025, 1, 31, 11, 0), (2025, 6, 15, 7, 45), (2026, 3, 29, 1, 0), (2024, 4, 30, 21, 59),
           (2022, 3, 1, 9, 0)]


def professions(matrix):
    """(profession, specialty): every one that the matrix prints, and those of which the rules speak."""
    printed = [(one, "SM26" if one == DOCTOR else None) for one in matrix.professions]
    training = next((one for one in matrix.professions if in_training(one)), "TRE_G16|10")
    special = [(DOCTOR, None), (DOCTOR, "SM25"), (DOCTOR, "C41"), (DOCTOR, "CAPA11"), (DOCTOR, "SM54"), (training, None), (f"{G15}|00", None)]
    return printed + [one for one in special if one not in printed]


def care_dimensions(matrix):
    return [
        ("policy", ["mes-2024", "dmp-2012"], 0), ("profession", professions(matrix), .4), ("sector", SECTORS, .85), ("kind", KINDS, .75),
        ("type", TYPES, 0), ("visibility", list(FLAGS), .4), ("status", STATUSES, .6), ("activated", [True, False], .8),
        ("authorisation", AUTHORISATIONS, .4), ("mode", ["normal", "centre-15", "bris-de-glace"], .5),
        ("motive", ["given", "none", "running", "ended"], .5), ("claim", ["claim", "none", "listed"], .6), ("opposed", [False, True], .8),
        ("masked_permitted", [False, True], .5), ("relation", ["stranger", "author", "depositor", "structure", "mt"], .3),
        ("opposition", ["none", "consultation", "then-consent", "then-again", "feeding", "feeding-named"], .75), ("age", AGES, .7),
        ("occupational", ["feed", "none", "table"], .8), ("question", CARE_QUESTIONS, 0)]


def account_dimensions(matrix):
    return [
        ("policy", ["mes-2024", "dmp-2012"], 0), ("account", ACCOUNTS, 0), ("type", TYPES, 0), ("visibility", list(FLAGS), .4),
        ("status", STATUSES, .6), ("activated", [True, False], .85), ("by_holder", [False, True], .6), ("category", [True, False], .7),
        ("joint", [False, True], .5), ("two_parents", [False, True], .5), ("age", AGES, .4), ("question", ACCOUNT_QUESTIONS, 0)]


def size(dimensions):
    total = 1
    for _, values, _ in dimensions:
        total *= len(values)
    return total


def pick(dimensions, index):
    """The combination that an index names (mixed radix)."""
    chosen = {}
    for name, values, _ in dimensions:
        index, digit = divmod(index, len(values))
        chosen[name] = values[digit]
    return chosen


def index_near_plain(dimensions, rng):
    """An index drawn near the plain combination: else most cases would be refused by the sector or the profession."""
    index, weight = 0, 1
    for _, values, plain in dimensions:
        digit = 0 if rng.random() < plain else rng.randrange(len(values))
        index += digit * weight
        weight *= len(values)
    return index


def index_of(dimensions, seed, number, rng):
    """Case `number` of a seed: one in three walks a permutation of the whole product, the others keep near the plain combination."""
    if number % 3:
        return index_near_plain(dimensions, rng)
    total = size(dimensions)
    step = 2 * (random.Random(seed).randrange(total) // 2) + 1
    while any(total % prime == 0 and step % prime == 0 for prime in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)):
        step += 2
    return (number * step + seed) % total


def impossible(reason):
    raise Unsettled(f"combination that cannot be built: {reason}")


class Story:
    """A history under construction."""

    def __init__(self, choice, rng):
        self.choice, self.rng = choice, rng
        self.at = question_time(choice, rng)
        self.born = birth(choice["age"], self.at)
        self.minor = choice["age"] != "adult"
        self.requesters = {
            "op": {"kind": "operator", "person": "op"}, "am": {"kind": "insurer", "person": "am"}, "desk": {"kind": "help-desk", "person": "desk"},
            "h": {"kind": "holder", "person": "h"}, "rp": {"kind": "representative", "person": "rp"},
            "dep": doctor("dep", "s9"), "mate": doctor("mate", "s1"), "other": doctor("other", "s7"), "em": doctor("em", "s8"),
            "cpe": {"kind": "staff", "person": "cpe", "structure": "s1", "sector": "SA07"}}
        self.acts = []

    @property
    def account(self):
        """Who acts for the holder: himself, or the parent of a minor."""
        return "rp" if self.minor else "h"

    def add(self, act, by, before, **more):
        more.setdefault("mode", "normal")
        self.acts.append({"act": act, "by": by, "dossier": "d1", "at": periods.show(self.at - before), **more})

    def begin(self):
        self.add("open-dossier", "op", timedelta(days=800), channel="operator-import")
        if self.minor:
            self.add("name-representative", "op", timedelta(days=799), person="rp", scope="full", start="2015-01-01", end=None, guardian=False)
        if self.choice["activated"]:
            self.add("activate", self.account, timedelta(days=798))

    def finish(self, number, settings):
        self.acts.sort(key=lambda one: one["at"])
        used = {one["by"] for one in self.acts}
        requesters = {name: fields for name, fields in self.requesters.items() if name in used}
        return {"case": number, "policy": self.choice["policy"], "settings": settings, "requesters": requesters,
                "dossiers": [{"id": "d1", "born": self.born.isoformat()}], "acts": self.acts}


def doctor(person, structure):
    return {"kind": "professional", "person": person, "structure": structure, "profession": DOCTOR, "specialty": "SM26", "sector": "SA07"}


def question_time(choice, rng):
    at = periods.utc(*rng.choice(SEASONS)) + rng.choice([timedelta(0), SECOND, timedelta(days=1)])
    if choice["age"] == "of-age-today":
        at = periods.midnight_opening(periods.paris_date(at)) + rng.choice([-SECOND, timedelta(0), SECOND, timedelta(hours=10)])
    return at


def birth(age, at):
    """A date of birth such that the holder is of that age when the question is asked."""
    day = periods.paris_date(at + SECOND)
    years = {"adult": 40, "16-17": 16, "under-16": 8, "of-age-today": 18}[age]
    shift = timedelta(days=0 if age == "of-age-today" else 100)
    if (day.month, day.day) == (2, 29) and age == "of-age-today":
        impossible("a birthday on 29 February eighteen years after a common year")
    if (day.month, day.day) == (3, 1) and age == "of-age-today" and calendar.isleap(day.year - years):
        return day.replace(year=day.year - years, month=2, day=29)      # decision 31: of age on 1 March
    return (day - shift).replace(year=(day - shift).year - years)


# --- care ----------------------------------------------------------------------------------------------------------------------

def compile_care(choice, number, rng):
    story = Story(choice, rng)
    name_questioner(story)
    story.begin()
    deposit(story)
    shape(story)
    authorise(story)
    restrict(story)
    ask(story)
    settings = {"occupational": choice["occupational"], "budgets": None, "regulation_centres": ["s1"] if choice["claim"] == "listed" else []}
    return story.finish(number, settings)


def name_questioner(story):
    """`q` asks the question; `qn` is the same person or structure, by direct authentication, for what came before."""
    choice = story.choice
    profession, specialty = choice["profession"]
    person = {"kind": "professional", "person": "q", "structure": "s1", "profession": profession, "specialty": specialty, "sector": choice["sector"],
              "regulation": choice["claim"] == "claim"}
    staff = {"kind": "staff", "person": "q", "structure": "s1", "sector": choice["sector"], "regulation": choice["claim"] == "claim"}
    structure = {"kind": "structure", "structure": "s1", "sector": choice["sector"], "means": "indirect", "regulation": choice["claim"] == "claim"}
    story.requesters["q"], story.requesters["qn"] = {
        "direct": (person, person), "air": ({**person, "means": "air"}, person), "indirect": ({**person, "means": "indirect"}, person),
        "structure": (structure, structure), "staff": (staff, staff), "staff-air": ({**staff, "means": "air"}, staff)}[choice["kind"]]
    if choice["kind"] in ("structure", "staff", "staff-air") and choice["relation"] in ("author", "mt"):
        impossible("a structure or its staff as author or médecin traitant")


DEPOSITS = [timedelta(days=1), timedelta(days=20), timedelta(days=25)]


def deposit(story):
    choice = story.choice
    source = producer(choice["type"])
    if source != "care" and (choice["relation"] in ("author", "depositor", "structure") or FLAGS[choice["visibility"]] or choice["visibility"] == "masked-later"):
        impossible("a document of the holder or the insurer deposited or flagged by a professional")
    if source == "holder" and not choice["activated"]:
        impossible("a document of the holder before activation")
    story.first = deposit_moment(story)
    by, authors = {"stranger": ("dep", ["dep"]), "author": ("dep", ["dep", "q"]), "depositor": ("qn", ["q"]), "structure": ("mate", ["mate"]),
                   "mt": ("dep", ["dep"])}[choice["relation"]]
    if source != "care":
        by, authors = {"holder": story.account, "insurer": "am"}[source], []
    elif choice["relation"] == "depositor" and "person" not in story.requesters["q"]:
        authors = []
    story.depositor, story.authors = by, authors
    put(story, story.depositor, story.first, "x1")


def deposit_moment(story):
    """How long before the question; for a retention, often at the edge of its month."""
    if "INVISIBLE_PATIENT" not in FLAGS[story.choice["visibility"]] or story.rng.random() < .5:
        return story.rng.choice(DEPOSITS)
    return story.at - periods.plus(story.at, months=-1) + story.rng.choice([-SECOND, timedelta(0), SECOND])


def producer(type_code):
    if type_code == "REMB":
        return "insurer"
    return "holder" if type_code.startswith(("DOCPAT", "EXPPAT")) else "care"


def put(story, by, before, document, replaces=None, **more):
    flags = list(FLAGS[story.choice["visibility"]])
    motive = {"withhold_motive": "annonce"} if "INVISIBLE_PATIENT" in flags else {}
    story.add("provide", by, before, document=document, type=story.choice["type"], flags=flags, authors=story.authors, replaces=replaces,
              **{**motive, **more})


def shape(story):
    """What happened to the document: the holder's choices, a replacement, the archive, a deletion."""
    choice, first = story.choice, story.first
    by = story.depositor
    if choice["visibility"] in ("hidden", "hidden-then-shown"):
        story.add("hide", story.account, first - MINUTE, document="x1")
    if choice["visibility"] in ("hidden-then-shown", "shown-over-M"):
        story.add("show", story.account, first - 2 * MINUTE, document="x1")
    if choice["visibility"] == "masked-later":
        if choice["relation"] not in ("stranger", "author", "mt"):
            impossible("a later mask by the questioner or his colleague, whose declaration would authorise him")
        story.add("declare", "dep", first - MINUTE)
        story.add("mask", "dep", first - 2 * MINUTE, document="x1")
    if "deprecated" in choice["status"]:
        if producer(choice["type"]) == "holder":
            impossible("a replacement by the holder")
        put(story, by, first - 3 * MINUTE, "x2", replaces=None if by == "am" else "x1")
    if "archived" in choice["status"]:
        archiver = by if by in ("dep", "mate") else "em"
        story.add("archive", archiver, first - 4 * MINUTE, document="x1", mode="bris-de-glace", motive="inconscient")
    shape_end(story)


def shape_end(story):
    choice, first, by = story.choice, story.first, story.depositor
    if choice["visibility"] in ("claimed", "claim-closed"):
        story.add("claim-not-mine", "h", first - 5 * MINUTE, document="x1")
    if choice["visibility"] == "claim-closed":
        story.add("close-claim", "op", first - 6 * MINUTE, document="x1")
    if choice["status"] == "deletion-requested" or (choice["status"] == "deleted" and choice["policy"] == "dmp-2012" and by not in ("h", "rp")):
        story.add("request-deletion", "h", first - 5 * MINUTE, document="x1")
    if choice["status"] == "deleted" and by in ("h", "rp"):
        story.add("delete", by, first - 6 * MINUTE, document="x1")
    elif choice["status"] == "deleted" and choice["policy"] == "dmp-2012":
        story.add("answer-deletion", by, first - 6 * MINUTE, document="x1", accept=True)
    elif choice["status"] == "deleted":
        story.add("delete", by, first - 6 * MINUTE, document="x1")


DAYS_200 = timedelta(days=200)
YEAR_ENDS = [timedelta(0), SECOND, timedelta(days=1)]


def authorise(story):
    """How the questioner came to be authorised, or not."""
    what = story.choice["authorisation"]
    story.person = story.requesters["q"].get("person") if story.choice["kind"] in ("direct", "air", "indirect") else None
    if what in PERSONAL and story.person is None:
        impossible("an authorisation of a person, for a structure or its staff")
    if what in BY_HOLDER and not story.choice["activated"]:
        impossible("the holder's own act before activation")
    if story.choice["relation"] == "mt":
        become_mt(story)
    AUTHORISE[what](story)


PERSONAL = {"explicit-person", "named", "collected", "withdrawn-self", "withdrawn-by-holder", "explicit-then-blocked", "suspended-person", "lifted",
            "blocked-person"}
BY_HOLDER = {"explicit-person", "explicit-structure", "withdrawn-by-holder", "explicit-then-blocked", "unblocked"}


def become_mt(story):
    if story.choice["activated"]:
        story.add("name-medecin-traitant", story.account, timedelta(days=300), person="q")
    else:
        story.add("declare-medecin-traitant", "qn", timedelta(days=300), consent=True)


def declared(story, by="qn", before=DAYS_200):
    story.add("declare", by, before)


def a_year_before(story, margin):
    return story.at - periods.plus(story.at, years=-1) + margin


def explicit(story, to, before=DAYS_200):
    story.add("grant", story.account, before, to=to, id="q" if to == "person" else "s1")


def by_another(story, act):
    declared(story, "other")
    story.add(act, "other", timedelta(days=150), person="q", structure="s1")


def forbid(story, to, who, before=timedelta(minutes=15)):
    story.add("block", story.account if story.choice["activated"] else "desk", before, to=to, id=who)


def then(*steps):
    def run(story):
        for step in steps:
            step(story)
    return run


AUTHORISE = {
    "none": lambda story: None,
    "declared": declared,
    "explicit-person": lambda story: explicit(story, "person"),
    "explicit-structure": lambda story: explicit(story, "structure"),
    "last-second": lambda story: declared(story, before=a_year_before(story, -SECOND)),
    "colleague": lambda story: declared(story, "mate"),
    "structure-by-cpe": lambda story: declared(story, "cpe"),
    "named": lambda story: by_another(story, "name-another"),
    "collected": lambda story: by_another(story, "collect"),
    "expired": lambda story: declared(story, before=a_year_before(story, story.rng.choice(YEAR_ENDS))),
    "withdrawn-self": then(declared, lambda story: story.add("withdraw-self", "qn", timedelta(days=100))),
    "withdrawn-by-holder": then(declared, lambda story: story.add("withdraw-access", story.account, timedelta(days=100), to="person", id="q")),
    "blocked-person": then(declared, lambda story: forbid(story, "person", "q")),
    "blocked-structure": then(declared, lambda story: forbid(story, "structure", "s1")),
    "explicit-then-blocked": then(lambda story: explicit(story, "person"), lambda story: forbid(story, "structure", "s1")),
    "unblocked": then(declared, lambda story: forbid(story, "structure", "s1"),
                      lambda story: story.add("unblock", story.account, timedelta(minutes=14), to="structure", id="s1")),
    "colleague-blocked": then(lambda story: declared(story, "mate"), lambda story: forbid(story, "person", "mate")),
    "suspended-person": then(declared, lambda story: story.add("suspend", "op", timedelta(minutes=10), to="person", id="q")),
    "suspended-structure": then(declared, lambda story: story.add("suspend", "op", timedelta(minutes=10), to="structure", id="s1")),
    "lifted": then(declared, lambda story: story.add("suspend", "op", timedelta(minutes=10), to="person", id="q"),
                   lambda story: story.add("lift", "op", timedelta(minutes=9), to="person", id="q")),
}


def restrict(story):
    """Oppositions, switches, exceptions, and an emergency access already opened."""
    choice = story.choice
    chooser = story.account if choice["activated"] else "desk"
    if choice["opposition"] in ("consultation", "then-consent", "then-again"):
        story.add("oppose", chooser, timedelta(minutes=30), subject="consultation", scope="whole", motive="choix")
    if choice["opposition"] in ("then-consent", "then-again"):
        if not choice["activated"]:
            impossible("the holder's own act before activation")
        structure_only = story.person is None
        explicit(story, "structure" if structure_only or story.rng.random() < .5 else "person", timedelta(minutes=20))
    if choice["opposition"] == "then-again":
        story.add("oppose", chooser, timedelta(minutes=18), subject="consultation", scope="whole", motive="choix")
    if choice["opposition"] == "feeding":
        story.add("oppose", chooser, timedelta(minutes=30), subject="feeding", scope="whole", motive="légitime")
    if choice["opposition"] == "feeding-named":
        to, who = ("structure", "s1") if story.person is None else ("person", "q")
        story.add("oppose", chooser, timedelta(minutes=30), subject="feeding", scope="named", to=to, id=who, motive="légitime")
    if choice["visibility"] == "exception":
        profession = story.requesters["q"].get("profession") or impossible("an exception against a structure or its staff")
        story.add("set-exception", story.account, timedelta(minutes=40), profession=profession, **{"class": class_of(choice["type"])}, on=True)
    prepare_emergency(story)


def class_of(type_code):
    return CLASS_OF[type_code]


def prepare_emergency(story):
    choice = story.choice
    if choice["mode"] == "normal":
        if choice["motive"] != "given" or choice["opposed"] or choice["masked_permitted"]:
            impossible("the switches and motives of an emergency in normal mode")
        return
    if choice["motive"] in ("running", "ended"):
        before = timedelta(hours=1) if choice["motive"] == "running" else periods.EMERGENCY
        before += story.rng.choice([timedelta(0), -SECOND]) if choice["motive"] == "ended" else timedelta(0)
        story.add("find", "q", before, mode=choice["mode"], motive="urgence vitale", status=["current"])
    if choice["opposed"] or choice["masked_permitted"]:
        if not choice["activated"]:
            impossible("the holder's switches before activation")
        story.add("set-switches", story.account, timedelta(minutes=25), refused=[choice["mode"]] if choice["opposed"] else [],
                  masked_permitted=choice["masked_permitted"])


def ask(story):
    choice = story.choice
    more = {"mode": choice["mode"]}
    if choice["mode"] != "normal" and choice["motive"] == "given":
        more["motive"] = "urgence vitale"
    if choice["question"] == "open-dossier":
        return ask_opening(story)
    act, parameters = CARE_ASK[choice["question"]](story)
    story.add(act, "q", timedelta(0), **parameters, **more)


def ask_opening(story):
    """A second person, whom the questioner would open a dossier for: the only act of the story."""
    if story.choice["mode"] != "normal" or story.choice["age"] != "adult":
        impossible("an opening in an emergency mode, or for a minor")
    story.acts.clear()
    kind = story.requesters["q"]["kind"]
    if kind == "structure":
        impossible("an opening by a certificate alone")
    story.add("open-dossier", "q", timedelta(0), channel="professional" if kind == "professional" else "desk", consent=True, notice="v1")


def fresh(story, flags=(), **more):
    author = [story.person] if story.person else []
    type_code = story.choice["type"] if producer(story.choice["type"]) == "care" else "11488-4"
    return "provide", {"document": "x9", "type": type_code, "flags": list(flags), "authors": author, "replaces": None, **more}


def replacing(story, flags, **more):
    author = [story.person] if story.person else []
    return "provide", {"document": "x9", "type": story.choice["type"], "flags": list(flags), "authors": author, "replaces": "x1", **more}


def on_x1(act, **more):
    return lambda story: (act, {"document": "x1", **more})


def plain(act, **more):
    return lambda story: (act, dict(more))


CARE_ASK = {
    "find": plain("find", status=["current"]), "find-all": plain("find", status=["current", "superseded"]),
    "find-archived": plain("find", status=["current", "superseded"], archived=True),
    "retrieve": on_x1("retrieve"), "retrieve-unknown": plain("retrieve", document="x0"), "find-reference": on_x1("find-reference"),
    "provide": lambda story: fresh(story, story.rng.choice(list(FLAGS.values())), withhold_motive="annonce"),
    "provide-secret": lambda story: fresh(story, story.rng.choice([(), ("INVISIBLE_REPRESENTANTS_LEGAUX",)]), secret=True),
    "replace": lambda story: replacing(story, FLAGS[story.choice["visibility"]], withhold_motive="annonce"),
    "replace-withheld": lambda story: replacing(story, ("INVISIBLE_PATIENT",), withhold_motive="annonce"),
    "mask": on_x1("mask"), "unmask": on_x1("unmask"), "unmask-asked": on_x1("unmask", holder_asked=True),
    "make-visible": on_x1("make-visible", to="patient"), "make-visible-reps": on_x1("make-visible", to="representatives"),
    "withhold": on_x1("withhold"), "archive": on_x1("archive"), "unarchive": on_x1("unarchive"), "delete": on_x1("delete"),
    "accept-deletion": on_x1("answer-deletion", accept=True),
    "list-authorizations": plain("list-authorizations"), "test-existence": plain("test-existence"), "admin-data": plain("admin-data"),
    "read-history": plain("read-history"), "declare": plain("declare"), "withdraw-self": plain("withdraw-self"),
    "declare-medecin-traitant": plain("declare-medecin-traitant", consent=True), "give-up-medecin-traitant": plain("give-up-medecin-traitant"),
    "block": plain("block", to="person", id="other"),
}
