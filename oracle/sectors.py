"""Sectors that may read, and occupational medicine (decisions 12 and 14)."""
from answers import Unsettled


def sector_list():
    """Decision 12: "SA01-SA09, SA12, SA15-SA17, SA20, SA21, SA25, ...". All others read nothing."""
    ranges = [(1, 9), (12, 12), (15, 17), (20, 21), (25, 25), (28, 30), (33, 34), (36, 42), (47, 47), (49, 52), (54, 54), (56, 57),
              (59, 59), (61, 61), (63, 65), (67, 69)]
    return {f"SA{number:02}" for first, last in ranges for number in range(first, last + 1)}


READING_SECTORS = sector_list()
# Decision 14 and the issue: `feed` = "TD0.1, TD0.2, TD2.1, and TD3.3c on its own documents; finds and reads nothing".
FEED_OPEN = {"test-existence", "provide"}
# Decision 14: "`table` is the one exception to the list of sectors: TD3.1 and TD1.6 as its column says, never TD3.2".
TABLE_OPEN = {"find", "list-authorizations"}
EITHER = ("sector", "functional-right")


def sector_refusal(world, requester, need, owns):
    """None, or (codes, open): when open, a later rule's code is as good, since the sources do not rank them."""
    if requester.sector == "SA23":
        return private_insurer(need, owns)
    if requester.occupational:
        return occupational(world, requester, need, owns)
    if not need.reading or requester.sector in READING_SECTORS:
        return None
    if need.name == "find-reference":
        raise Unsettled("find-reference from a sector that does not read")
    if need.on_document:
        return None if owns else (("sector",), True)
    return ("sector",), False


def private_insurer(need, owns):
    """Decision 12: "TD0.2 and feeding stay open to all but SA23"."""
    if need.on_document and owns:
        raise Unsettled("SA23 on a document that names him as author")
    return ("sector",), need.on_document


def occupational(world, requester, need, owns):
    setting = world.settings["occupational"]
    if setting == "none":       # "`none`: TD0.1 only"
        return EITHER, True
    if need.name in FEED_OPEN or (need.name in ("delete", "replace") and owns):
        return None
    if need.name == "find-reference":
        raise Unsettled("find-reference by an occupational doctor")
    if setting == "table":
        return by_table(need)
    # SA66 is not among the sectors of decision 12; a specialty alone may be told as a sector or as a missing right.
    if need.reading and requester.sector == "SA66" and not need.on_document:
        return ("sector",), False
    return EITHER, True


def by_table(need):
    if need.name in TABLE_OPEN:
        return None
    if need.name == "retrieve":
        return EITHER, True
    raise Unsettled("occupational setting `table`: an act that decision 14 does not name")
