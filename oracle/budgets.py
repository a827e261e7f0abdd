"""Budgets: distinct dossiers disclosed, per hour and per day (decision 32)."""
import periods
from answers import Unsettled

WINDOWS = {"hour": periods.HOUR, "day": periods.DAY}


def budget_refusal(world, dossier, requester, now):
    """Decision 32: "sliding; ... in every mode; one already counted still passes; a structure's budget counts its members together"."""
    budgets = world.settings["budgets"]
    if not budgets:
        return None
    for kind, who in (("professional", requester.person), ("structure", requester.structure)):
        for window, limit in budgets.get(kind, {}).items():
            counted = {name for at, names, name in world.disclosures if who in names and now < at + WINDOWS[window]}
            if who is not None and dossier.id not in counted and len(counted) >= limit:
                return "budget"
    return None


def disclose(world, dossier, requester, now, something=True):
    """Decision 32: "a dossier counts when something of it was disclosed (TD1.3a, TD1.6, TD3.1, TD3.2)"."""
    if not world.settings["budgets"]:
        return
    if not something:
        raise Unsettled("budgets: does an empty list disclose something?")
    world.disclosures.append((now, (requester.person, requester.structure), dossier.id))
