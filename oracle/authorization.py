"""The authorisation of a professional or structure (decisions 3-5, 9; facts c.2)."""
import periods
from answers import Unsettled
from state import Authorization

# Decision 4: which grounds suffice.
SUFFICES = {
    "mes-2024": {"explicit_consent", "collected_by_another", "declared", "care_team_informed"},
    "dmp-2012": {"explicit_consent", "collected_by_another", "declared"},
}


def record(dossier, kind, who, structure, ground, now, via, **more):
    """Facts c.2: "Valid 1 year, renewable"; decision 5: a declaration while VALIDE renews, "a year from now"."""
    dossier.authorizations.append(Authorization(kind, who, structure, ground, now, periods.plus(now, years=1), via, **more))


def direct(dossier, requester):
    """What is recorded on the person, or on the structure that the token names (decision 5, last sentence)."""
    return [one for one in dossier.authorizations
            if (one.kind, one.who) in (("person", requester.person), ("structure", requester.structure)) and one.who is not None]


def colleagues(world, dossier, requester):
    """Decision 4, `mes-2024`: "a structure in which a colleague ... holds a valid authorisation"; "a block on one carries to nobody"."""
    if world.policy != "mes-2024" or requester.structure is None:
        return []
    return [one for one in dossier.authorizations
            if one.kind == "person" and one.who != requester.person and acts_for(world, one, requester)
            and ("person", one.who) not in dossier.blocks]


def acts_for(world, one, requester):
    """The structure is the one recorded with the authorisation. A consent to a person alone names none."""
    return one.structure == requester.structure or (one.structure is None and requester.structure in world.structures_of(one.who))


def known_colleague(one, requester):
    return one.structure == requester.structure


def suffices(world, one):
    return one.ground in SUFFICES[world.policy]


def prevails(dossier, one):
    """Decision 9: "an explicit consent that the holder gives *later* ... prevails for it, a declaration does not"."""
    return one.ground == "explicit_consent" and one.at > dossier.opposition_at


def is_valid(world, dossier, requester, now, certain_only):
    """Is the requester VALIDE, blocks aside?"""
    mine = [one for one in direct(dossier, requester) if suffices(world, one) and one.valid(now) and (one.certain or not certain_only)]
    if dossier.opposition_at is not None:
        return any(prevails(dossier, one) for one in mine)
    return bool(mine) or any(carries(world, dossier, one, requester, now, certain_only) for one in colleagues(world, dossier, requester))


def carries(world, dossier, one, requester, now, certain_only):
    """Does a colleague's authorisation reach this requester? Doubtful ones count only when `certain_only` is off."""
    doubtful = not one.certain or not known_colleague(one, requester) or one.who in world.suspended_persons
    return suffices(world, one) and one.valid(now) and not (certain_only and doubtful)


def valid(world, dossier, requester, now):
    """Decision 3: "INTERDIT wins over all"."""
    check_settled(world, dossier, requester, now)
    return not dossier.blocked(requester) and is_valid(world, dossier, requester, now, certain_only=True)


def check_settled(world, dossier, requester, now):
    if is_valid(world, dossier, requester, now, True) != is_valid(world, dossier, requester, now, False):
        raise Unsettled("authorisation rests on a record of which the sources do not say that it exists or carries")
    if dossier.opposition_at is not None and not is_valid(world, dossier, requester, now, True) and renewed_consent(dossier, requester, now):
        raise Unsettled("under opposition: an explicit consent that has ended, renewed by a declaration where nothing was opposed")
    for one in direct(dossier, requester):
        if one.named_by and ("person", one.named_by) in dossier.blocks and one.valid(now):
            raise Unsettled("named by a professional since blocked: derived from him alone, or his own")
    if dossier.unsure_blocks & {("person", requester.person), ("structure", requester.structure)}:
        raise Unsettled("after un-merge: a block that came from the other dossier before the merge")


def renewed_consent(dossier, requester, now):
    mine = direct(dossier, requester)
    ended = [one for one in mine if prevails(dossier, one) and not one.valid(now) and not one.withdrawn]
    # What was declared under the opposition prolongs nothing (reading 30); in a dossier that was merged since, nothing may have been opposed.
    return any(other.certain and other.valid(now) and old.at < other.at < old.until for old in ended for other in mine)


def status(world, dossier, requester, now):
    """What TD0.2 says (facts a.3, c.2): a value, or the values among which the sources do not choose."""
    if dossier.blocked(requester):
        return "INTERDIT"
    if valid(world, dossier, requester, now):
        return "VALIDE"
    # Decision 3: "Under an opposition to consultation TD0.2 says NON_EXISTE".
    if dossier.opposition_at is not None:
        return "NON_EXISTE"
    return ended_status(world, dossier, requester)


def ended_status(world, dossier, requester):
    """Decision 3: "Withdrawn = NON_EXISTE; only time makes EXPIRE"."""
    last = {}
    for one in direct(dossier, requester):
        last[one.kind] = one
    if any(not one.certain or not suffices(world, one) for one in last.values()):
        return ["EXPIRE", "NON_EXISTE"]
    said = {"NON_EXISTE" if one.withdrawn else "EXPIRE" for one in last.values()}
    # Decision 4: a derived right "ends when the last one it derives from ends": of what TD0.2 then says, nothing is written.
    if any(not one.withdrawn for one in colleagues(world, dossier, requester)):
        said |= {"EXPIRE", "NON_EXISTE"}
    said = said or {"NON_EXISTE"}
    return said.pop() if len(said) == 1 else sorted(said)
