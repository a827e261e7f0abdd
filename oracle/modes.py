"""Access modes: normal, Centre 15, bris de glace (decision 16; facts c.4)."""
import periods
from answers import Unsettled

EMERGENCY_MODES = ("centre-15", "bris-de-glace")


def mode_refusal(world, dossier, requester, act, now):
    mode = act["mode"]
    if mode == "normal":
        return None
    # Decision 16: "Centre 15 needs the claim Acces_Regulation_Medicale, or a structure that the operator lists".
    if mode == "centre-15" and not requester.regulation and requester.structure not in world.settings["regulation_centres"]:
        return "mode"
    # Facts c.4: "no opposition OPPOSITION_ACCES_URGENCE / OPPOSITION_BRIS_DE_GLACE".
    if mode in dossier.refused_modes:
        return "mode-opposed"
    if act.get("motive") or running(dossier, requester, mode, now):
        return None
    if (requester.identity, mode) in dossier.emergency_attempts:
        raise Unsettled("an emergency without motive after one whose request was refused")
    # Decision 16: "After its end a request without a motive is refused".
    return "motive-missing"


def running(dossier, requester, mode, now):
    """Decision 16: "requests in it need no motive"; 31: "the end is excluded"."""
    end = dossier.emergencies.get((requester.identity, mode))
    return end is not None and now < end


def enter(dossier, requester, act, now):
    """Decision 16: "The first request in a mode, with its motive, opens one emergency access (requester x dossier x mode) of 4 h"."""
    mode = act.get("mode", "normal")
    # Decision 24: who represents a minor never sees a secret connection, but is told of an open emergency: one opened in secret is not gone on openly.
    if act.get("secret"):
        return attempt(dossier, requester, act, now)
    if mode in EMERGENCY_MODES and not running(dossier, requester, mode, now):
        dossier.emergencies[requester.identity, mode] = now + periods.EMERGENCY


def attempt(dossier, requester, act, now):
    mode = act.get("mode", "normal")
    if mode in EMERGENCY_MODES and act.get("motive") and not running(dossier, requester, mode, now):
        dossier.emergency_attempts.add((requester.identity, mode))
