"""The product for accounts: holder, representatives, carers, insurer, help desk, operator. Its dimensions stand in product.py."""
from datetime import timedelta

import periods
from product import TYPES, Story, class_of, deposit, impossible, on_x1, plain, producer, shape
from sources import G15

def compile_account(choice, number, rng):
    story = Story({**choice, "relation": "stranger"}, rng)
    story.person = None
    story.begin()
    name_account(story)
    if choice["by_holder"] != (producer(choice["type"]) == "holder"):
        impossible("the producer of the document and its type disagree")
    deposit(story)
    shape(story)
    prepare_account_question(story)
    act, parameters = ACCOUNT_ASK[choice["question"]](story)
    joint = {"joint": ["rp2"]} if choice["joint"] else {}
    story.add(act, "a", timedelta(0), **parameters, **joint)
    settings = {"occupational": "feed", "budgets": None, "regulation_centres": []}
    return story.finish(number, settings)


def name_account(story):
    account, at = story.choice["account"], story.at
    if story.choice["two_parents"] and story.minor:
        represent(story, "rp2", "full", "2015-01-01", None, False)
    today, yesterday = (periods.paris_date(at - timedelta(days=days)).isoformat() for days in (0, 1))
    if account in ("holder", "insurer", "help-desk", "operator"):
        story.requesters["a"] = dict(story.requesters[{"holder": "h", "insurer": "am", "help-desk": "desk", "operator": "op"}[account]])
    elif account.startswith("carer"):
        name_carer(story, account, today, yesterday)
    else:
        scope, start, end, guardian = {"rep-full": ("full", "2015-01-01", None, False), "rep-read": ("read", "2015-01-01", today, False),
                                       "rep-ended": ("full", "2015-01-01", yesterday, False), "guardian": ("full", "2015-01-01", None, True),
                                       "rep-not-yet": ("full", periods.paris_date(at + timedelta(days=1)).isoformat(), None, False)}[account]
        story.requesters["a"] = {"kind": "representative", "person": "a"}
        represent(story, "a", scope, start, end, guardian)


def represent(story, person, scope, start, end, guardian):
    story.requesters[person] = {"kind": "representative", "person": person}
    story.add("name-representative", "op", timedelta(days=700), person=person, scope=scope, start=start, end=end, guardian=guardian)


def name_carer(story, account, today, yesterday):
    if not story.choice["activated"]:
        impossible("a carer before activation")
    if account == "carer-of-rep" and not story.minor:
        impossible("a carer chosen by a representative of an adult")
    scope = {"carer-read": "read", "carer-add": "add"}.get(account, "manage")
    categories = sorted({class_of(one) for one in TYPES} - (set() if story.choice["category"] else {class_of(story.choice["type"])}))
    story.requesters["a"] = {"kind": "carer", "person": "a"}
    story.add("delegate", story.account, timedelta(days=1), person="a", scope=scope, categories=categories,
              end=yesterday if account == "carer-ended" else today)


def prepare_account_question(story):
    question = story.choice["question"]
    if question == "withdraw-access":
        story.add("declare", "other", timedelta(minutes=30))
    if question == "withdraw-opposition":
        story.add("oppose", story.account, timedelta(minutes=30), subject="feeding", scope="whole", motive="légitime")
    if question in ("close-then-find", "close-then-reopen", "express-deletion"):
        by = story.account if story.choice["account"] != "rep-full" else "desk"
        story.add("close", by, timedelta(minutes=30), motive="choix", joint=["rp2", "a"])
    if question == "list-notes":
        story.add("private-note", story.account, timedelta(minutes=30), note="n1")
        story.add("private-note", "a", timedelta(minutes=20), note="n2")


ACCOUNT_ASK = {
    "find": plain("find", status=["current"]), "find-all": plain("find", status=["current", "superseded"]),
    "find-archived": plain("find", status=["current", "superseded"], archived=True),
    "retrieve": on_x1("retrieve"), "retrieve-unknown": plain("retrieve", document="x0"),
    "provide": plain("provide", document="x9", type="DOCPAT02", flags=[], authors=[], replaces=None),
    "provide-remb": plain("provide", document="x9", type="REMB", flags=[], authors=[], replaces=None),
    "hide": on_x1("hide"), "show": on_x1("show"), "delete": on_x1("delete"), "request-deletion": on_x1("request-deletion"),
    "claim-not-mine": on_x1("claim-not-mine"), "grant": plain("grant", to="person", id="other"),
    "withdraw-access": plain("withdraw-access", to="person", id="other"), "block": plain("block", to="person", id="other"),
    "oppose": plain("oppose", subject="consultation", scope="whole", motive="choix"),
    "withdraw-opposition": plain("withdraw-opposition", subject="feeding", scope="whole"),
    "set-switches": plain("set-switches", refused=["centre-15"], masked_permitted=False),
    "name-medecin-traitant": plain("name-medecin-traitant", person="other"),
    "set-exception": plain("set-exception", profession=f"{G15}|60", **{"class": "31"}, on=True),
    "choose-release": plain("choose-release", **{"class": "10"}, when="at-once"),
    "delegate": plain("delegate", person="c9", scope="read", categories=["10"], end="2031-01-01"),
    "private-note": plain("private-note", note="n3"), "list-notes": plain("list-notes"), "list-authorizations": plain("list-authorizations"),
    "read-history": plain("read-history"), "close": plain("close", motive="choix"), "close-then-find": plain("find", status=["current"]),
    "close-then-reopen": plain("reopen"), "express-deletion": plain("express-deletion"), "activate": plain("activate"),
    "report-death": plain("report-death"),
}
