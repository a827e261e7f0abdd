"""The state of a dossier, as the acts leave it."""
from dataclasses import dataclass, field
from datetime import date, datetime

import periods


@dataclass
class Document:
    id: str
    type_code: str
    class_code: str
    at: datetime
    via: str                            # the identifier of the dossier under which it was sent
    depositor: str | None               # a person; None when the deposit is imputed to a structure
    depositor_structure: str | None
    depositor_kind: str                 # "care", "holder", "insurer"
    authors: tuple
    masque_ps: bool
    invisible_patient: bool
    invisible_reps: bool
    first_at: datetime                  # deposit of the first version
    replaces: str | None = None
    replaced_by: str | None = None
    archived: bool = False
    deleted: bool = False
    released: bool = False              # made visible to the patient before its month
    holder_choice: str | None = None    # "hidden" or "shown"
    claimed: bool = False
    deletion_requested: bool = False
    mask_unsure: bool = False           # the newest version's mask moved after the replacement: the sources do not say of this one
    archive_unsure: bool = False

    def masked(self):
        """Decision 18: the holder's last choice, hidden or shown, over the depositor's flag."""
        return self.masque_ps if self.holder_choice is None else self.holder_choice == "hidden"

    def withheld(self, now):
        """Decision 19: INVISIBLE_PATIENT at deposit is the withholding; "its month runs from the deposit of the first version"."""
        return self.invisible_patient and not self.released and now < periods.plus(self.first_at, months=1)


@dataclass
class Authorization:
    kind: str                   # "person" or "structure"
    who: str
    structure: str | None       # for which structure the person acts
    ground: str
    at: datetime
    until: datetime
    via: str
    withdrawn: bool = False
    certain: bool = True        # False: the sources do not say whether this one was recorded
    named_by: str | None = None

    def valid(self, now):
        """Decision 31: "the end is excluded"."""
        return not self.withdrawn and now < self.until


@dataclass
class Representative:
    person: str
    scope: str
    start: date
    end: date | None
    guardian: bool


@dataclass
class Carer:
    person: str
    scope: str
    categories: tuple
    end: date
    by: str                     # "holder" or the representative who chose him
    ended: bool = False
    of_an_adult: bool = False   # chosen by a guardian of an adult


@dataclass
class Dossier:
    id: str
    born: date
    status: str = "none"        # none, open, closed, destroyed
    activated: bool = False
    closed_at: datetime | None = None
    dead: bool = False
    express_at: datetime | None = None
    suspended_at: datetime | None = None
    documents: list = field(default_factory=list)
    authorizations: list = field(default_factory=list)
    blocks: set = field(default_factory=set)                # (kind, id)
    opposition_at: datetime | None = None                   # to consultation
    opposition_feeding: set = field(default_factory=set)    # "whole" or (kind, id)
    refused_modes: set = field(default_factory=set)
    masked_permitted: bool = False
    medecin_traitant: str | None = None
    exceptions: set = field(default_factory=set)            # (profession, class)
    representatives: dict = field(default_factory=dict)
    carers: dict = field(default_factory=dict)
    release: dict = field(default_factory=dict)             # class -> "at-once"
    notes: list = field(default_factory=list)               # (account, note)
    emergencies: dict = field(default_factory=dict)         # (requester, mode) -> end
    emergency_attempts: set = field(default_factory=set)    # refused ones: the sources do not say whether they opened an access
    objected: bool = False
    merged_into: str | None = None
    before_merge: dict = field(default_factory=dict)
    unsure_blocks: set = field(default_factory=set)         # carried by a merge, then un-merged

    def adult(self, now):
        return now >= periods.birthday(self.born, 18)

    def document(self, document_id):
        return next((one for one in self.documents if one.id == document_id), None)

    def blocked(self, requester):
        """Decision 8: "A block on a structure concerns the structure in the token"."""
        return ("person", requester.person) in self.blocks or ("structure", requester.structure) in self.blocks
