"""What the oracle says of one act, and how an answer is compared with it."""

# Decision 3: the refusals told to the caller, in the order in which they are looked for.
REFUSALS = ("suspended closed unknown-requester specialty-missing sector blocked mode mode-opposed motive-missing "
            "opposition no-authorisation functional-right budget opposition-feeding not-author").split()
# Decision 3: "per item, in the journal only"; the order is that of facts c.1 (7 matrix, 8 flags ... deleted).
ITEM_RULES = "matrix flags exception deleted".split()
# Codes for what decision 3 does not name.
NOT_FOUND = "not-found"     # decision 1: answers "the same bytes as for an unknown id"
FAULT = "fault"             # 422
REFUSED = "refused"         # a refusal that has no code in decision 3 ("activate first", a carer out of his scope, ...)

NOT_OK = "!ok"              # expected: any code but ok (the sources say refused, and no more)
ANY = "*"                   # expected: any code at all (only the effect is settled)


class Unsettled(Exception):
    """The sources do not say. The generator leaves the case out; the README lists the reasons."""


class Refuse(Exception):
    """A refusal told to the caller: one code, or the codes among which the sources do not choose."""

    def __init__(self, *codes):
        super().__init__(*codes)
        self.codes = codes


class Hidden(Exception):
    """Decision 1: a refusal that concerns one document answers as not found; its rule stands in the journal."""

    def __init__(self, rule):
        super().__init__(rule)
        self.rule = rule


def answer(code="ok", **more):
    return {"code": code, **more}


def same_code(expected, got):
    if expected == ANY:
        return True
    if expected == NOT_OK:
        return got not in (None, "ok")
    if isinstance(expected, list):
        return got in expected
    return got == expected


def same_value(expected, got):
    """A value is compared key by key; a list of values is a choice; None is not compared."""
    if expected is None:
        return True
    return isinstance(got, dict) and all(
        wanted is None or (got.get(key) in wanted if isinstance(wanted, list) else got.get(key) == wanted)
        for key, wanted in expected.items())


def matches(expected, got):
    """Does the adapter's answer to one act agree with what the oracle expects?"""
    if not isinstance(got, dict) or not same_code(expected["code"], got.get("code")):
        return False
    if got["code"] == "ok" and "list" in expected and expected["list"] is not None and expected["list"] != got.get("list"):
        return False
    if "item" in expected and got["code"] in ("ok", NOT_FOUND) and expected["item"] != got.get("item"):
        return False
    return got["code"] != "ok" or same_value(expected.get("value"), got.get("value"))
