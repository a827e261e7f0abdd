//! Who looks, and what he may not know.

use dmp_lab::Person;
use serde_json::json;

use crate::secrets::Secret;
use crate::world::Who;

/// Somebody who asks.
pub struct Observer {
    pub name: &'static str,
    pub who: fn(&Person, &Person) -> Who,
    /// The dossier is of a minor of sixteen.
    pub minor: bool,
    /// A guardian was given to the holder, of age.
    pub guarded: bool,
    /// The other dossier is merged with this one: he asks under either number, and what he may not know happens under either.
    pub united: bool,
    /// He declares himself authorised first.
    pub declares: bool,
    /// An id that the server never gave answers him as one that he may not see. Else it is one that resolves against another that
    /// resolves: that it does is a residue (`ARCHITECTURE.md`).
    pub lets_in: bool,
    /// An emergency mode in which he asks.
    pub mode: Option<&'static str>,
    pub secrets: &'static [Secret],
}

/// What no professional may know. Who is authorised and who is blocked, those who may enter do know (TD1.6).
const OF_PROFESSIONALS: [Secret; 11] = [
    Secret::Masked,
    Secret::HiddenByHolder,
    Secret::Deleted,
    Secret::ArchivedMasked,
    Secret::Elsewhere,
    Secret::NoteOfHolder,
    Secret::Claimed,
    Secret::HiddenVersion,
    Secret::Reading,
    Secret::MaskedAndShown,
    Secret::Notices,
];

const fn with<const MORE: usize>(more: [Secret; MORE]) -> [Secret; 20] {
    let mut all = [Secret::Masked; 20];
    let mut at = 0;
    while at < OF_PROFESSIONALS.len() {
        all[at] = OF_PROFESSIONALS[at];
        at += 1;
    }
    let mut from = 0;
    while from < MORE {
        all[at] = more[from];
        (at, from) = (at + 1, from + 1);
    }
    all
}

const DOCTOR: [Secret; 20] = with([Secret::Excepted, Secret::Carer]);
const OPTICIAN: [Secret; 20] = with([Secret::Prescription, Secret::Contact, Secret::Carer]);
const OTHER: [Secret; 20] = with([Secret::Carer]);
const OUTSIDE: [Secret; 20] = with([
    Secret::Carer,
    Secret::Authorised,
    Secret::Prescription,
    Secret::Excepted,
    Secret::Contact,
    Secret::Shown,
    Secret::Block,
]);

/// Whose own a hidden replacement would be.
const HOSPITAL: [Secret; 8] = [
    Secret::Masked,
    Secret::HiddenByHolder,
    Secret::Deleted,
    Secret::Claimed,
    Secret::MaskedAndShown,
    Secret::Reading,
    Secret::NoteOfHolder,
    Secret::Carer,
];

const HOLDER: [Secret; 3] = [Secret::Withheld, Secret::WithheldRead, Secret::Elsewhere];
const MINOR: [Secret; 4] = [Secret::Withheld, Secret::WithheldRead, Secret::NoteOfMother, Secret::Elsewhere];
const MOTHER: [Secret; 10] = [
    Secret::Withheld,
    Secret::NotForParents,
    Secret::NotForParentsClaimed,
    Secret::NotForParentsDeletion,
    Secret::NotForParentsRead,
    Secret::HiddenEntry,
    Secret::HiddenReading,
    Secret::HiddenEnd,
    Secret::NoteOfHolder,
    Secret::Elsewhere,
];
const CARER: [Secret; 5] =
    [Secret::OtherClass, Secret::Withheld, Secret::WithheldRead, Secret::NoteOfHolder, Secret::Elsewhere];

/// What is hidden from representatives is hidden from guardians too (decisions 24).
const GUARDIAN: [Secret; 8] = [
    Secret::Withheld,
    Secret::WithheldRead,
    Secret::NotForParents,
    Secret::NotForParentsClaimed,
    Secret::NotForParentsDeletion,
    Secret::NotForParentsRead,
    Secret::NoteOfHolder,
    Secret::Elsewhere,
];
/// Of dossiers that are one nothing is elsewhere.
const OF_UNITED: [Secret; 9] = [
    Secret::Masked,
    Secret::HiddenByHolder,
    Secret::Deleted,
    Secret::ArchivedMasked,
    Secret::NoteOfHolder,
    Secret::Claimed,
    Secret::Reading,
    Secret::Notices,
    Secret::Carer,
];
const HOLDER_OF_UNITED: [Secret; 2] = [Secret::Withheld, Secret::WithheldRead];

const NOBODY: Observer = Observer {
    name: "",
    who: |_, _| Who::Persona("gp"),
    minor: false,
    guarded: false,
    united: false,
    declares: false,
    lets_in: false,
    mode: None,
    secrets: &OTHER,
};

/// The general practitioner again, in the role that the holder gave him: he reads the history.
pub const MEDECIN_TRAITANT: &str = "médecin traitant";

/// Everybody who looks.
pub const OBSERVERS: [Observer; 21] = [
    Observer { name: "general practitioner", declares: true, lets_in: true, secrets: &DOCTOR, ..NOBODY },
    Observer {
        name: MEDECIN_TRAITANT,
        declares: true,
        lets_in: true,
        // He sees all traces (facts c.5 and g): those of a document that was deleted are no secret to him.
        secrets: &[Secret::Claimed, Secret::Excepted, Secret::NoteOfHolder, Secret::Elsewhere],
        ..NOBODY
    },
    Observer {
        name: "help desk",
        who: |_, _| Who::Claims(json!({"role": "helpdesk", "id": "aide-1", "name": "Aide"})),
        secrets: &OUTSIDE,
        ..NOBODY
    },
    Observer {
        name: "optician",
        who: |_, _| Who::Persona("optician"),
        declares: true,
        lets_in: true,
        secrets: &OPTICIAN,
        ..NOBODY
    },
    Observer {
        name: "the hospital, author of what is shown",
        who: |_, _| Who::Persona("hospital"),
        declares: true,
        lets_in: true,
        secrets: &HOSPITAL,
        ..NOBODY
    },
    Observer { name: "holder", who: |person, _| Who::holder(person), lets_in: true, secrets: &HOLDER, ..NOBODY },
    Observer {
        name: "mother of a minor",
        who: |person, _| Who::mother(person),
        minor: true,
        lets_in: true,
        secrets: &MOTHER,
        ..NOBODY
    },
    Observer {
        name: "minor of sixteen",
        who: |person, _| Who::holder(person),
        minor: true,
        lets_in: true,
        secrets: &MINOR,
        ..NOBODY
    },
    Observer { name: "carer", who: |person, _| Who::carer(person), lets_in: true, secrets: &CARER, ..NOBODY },
    Observer {
        name: "guardian of an adult",
        who: |person, _| Who::mother(person),
        guarded: true,
        lets_in: true,
        secrets: &GUARDIAN,
        ..NOBODY
    },
    Observer {
        name: "general practitioner, of dossiers that are one",
        united: true,
        declares: true,
        lets_in: true,
        secrets: &OF_UNITED,
        ..NOBODY
    },
    Observer {
        name: "holder, of dossiers that are one",
        who: |person, _| Who::holder(person),
        united: true,
        lets_in: true,
        secrets: &HOLDER_OF_UNITED,
        ..NOBODY
    },
    Observer {
        name: "a stranger, of dossiers that are one",
        who: |_, _| Who::Persona("nurse"),
        united: true,
        secrets: &OF_UNITED,
        ..NOBODY
    },
    Observer { name: "stranger, a nurse", who: |_, _| Who::Persona("nurse"), ..NOBODY },
    Observer {
        name: "pharmacist in an emergency",
        who: |_, _| Who::Persona("pharmacist"),
        mode: Some("bris_de_glace"),
        ..NOBODY
    },
    Observer {
        name: "Centre 15",
        who: |_, _| Who::Persona("dispatcher"),
        mode: Some("centre_15"),
        secrets: &DOCTOR,
        ..NOBODY
    },
    Observer {
        name: "occupational doctor",
        who: |_, _| Who::Persona("occupational-doctor"),
        secrets: &OUTSIDE,
        ..NOBODY
    },
    Observer {
        name: "the hospital's system",
        who: |_, _| Who::Persona("hospital-system"),
        secrets: &HOSPITAL,
        ..NOBODY
    },
    Observer { name: "insurer's feed", who: |_, _| Who::Persona("insurer"), secrets: &OUTSIDE, ..NOBODY },
    Observer {
        name: "doctor of the insurer, SA23",
        who: |_, _| {
            Who::Claims(
                json!({"SubjectNameID": "899900000009", "profession": "10", "specialty": "SM26", "sector": "SA23"}),
            )
        },
        secrets: &OUTSIDE,
        ..NOBODY
    },
    Observer {
        name: "holder of another dossier",
        who: |_, other| Who::holder(other),
        secrets: &[
            Secret::Masked,
            Secret::Shown,
            Secret::Deleted,
            Secret::Block,
            Secret::Carer,
            Secret::Contact,
            Secret::NoteOfHolder,
        ],
        ..NOBODY
    },
];
