//! Two dossiers made one, and two again: the steps that the store takes, one after the other.

use std::sync::Arc;

use dmp_core::act::{AbsorbDossier, Act, MergeDossier, ReturnDossier, SeparateDossier};
use dmp_core::code::Instant;
use dmp_core::identity::Requester;
use serde_json::Value;

use crate::answers;
use crate::world::World;

/// No case looks at a digest.
const HEAD: [u8; 32] = [0; 32];

impl World<'_> {
    pub fn merge(&mut self, key: &str, asked: &Value, who: &Arc<Requester>, now: Instant) -> Value {
        let into = asked["into"].as_str().expect("a dossier").to_owned();
        let other = self.places.get(&into).expect("a dossier").clone();
        let from = self.places.get(key).expect("a dossier").clone();
        let merge = [u8::try_from(from.dossier.seq % 251).expect("a byte"); 16];
        let frozen = MergeDossier {
            merge,
            survivor: other.ins.clone(),
            journal: other.journal,
            other: Some(Arc::new(other.dossier)),
        };
        let decision = self.decide((key, Some(&from.ins)), who, &Act::MergeDossier(Box::new(frozen)), asked, now);
        let annex = self.places.get(key).expect("a dossier").dossier.clone();
        if let Some(moved) = annex.merged_into.clone().filter(|moved| moved.merge == merge) {
            let annex = Arc::new(annex);
            let absorb = AbsorbDossier { merge, journal: from.journal, seq: moved.seq, head: HEAD, annex };
            self.decide((&into, None), who, &Act::AbsorbDossier(Box::new(absorb)), asked, now);
            self.survivors.insert(key.to_owned(), into);
        }
        answers::answer(&decision)
    }

    pub fn separate(&mut self, key: &str, asked: &Value, who: &Arc<Requester>, now: Instant) -> Value {
        let moved = self.places.get(key).expect("a dossier").dossier.merged_into.clone();
        let survivor = self.survivors.remove(key).unwrap_or_else(|| key.to_owned());
        let merge = moved.map(|moved| moved.merge);
        let before = self.places.get(&survivor).expect("a dossier").clone();
        let act = Act::SeparateDossier(SeparateDossier { merge });
        let decision = self.decide((&survivor, None), who, &act, asked, now);
        let leaving = merge.and_then(|merge| Some((merge, before.dossier.guest_leaving(&merge)?)));
        if let Some((merge, annex)) = leaving {
            let (journal, seq, annex) = (before.journal, before.dossier.seq + 1, Some(Arc::new(annex)));
            let act = ReturnDossier { merge, journal, seq, head: HEAD, annex };
            self.decide((key, None), who, &Act::ReturnDossier(Box::new(act)), asked, now);
        }
        answers::answer(&decision)
    }
}
