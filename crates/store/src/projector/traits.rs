//! Which dossiers may be a person's whose name and date of birth one knows (DMP TD0.5).
//!
//! Key: the keyed hash of a family name, at birth or in use, and the date of birth. Range: the journal. No value. What is said of a
//! candidate is said by his dossier's own act.

use bytes::Bytes;
use dmp_core::code::{Day, fold_name};
use dmp_core::dossier::Change;

use super::window::{View, Window};
use crate::door::Store;
use crate::engine::{NameKey, ProjectionRow};
use crate::error::StoreError;
use crate::names::{NameHasher, NameKind};

/// At most so many candidates are looked at.
const MOST: usize = 50;

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    for (_, change) in window.changes() {
        let holder = match (change, &window.dossier.holder) {
            (Change::Opened(opened), _) => &opened.holder,
            // What he was called before goes on leading to him: whoever asks is told by his dossier.
            (Change::IdentityCorrected(_), Some(holder)) => &**holder,
            _ => continue,
        };
        for family in [Some(&holder.family), holder.used_family.as_ref()].into_iter().flatten() {
            let key = View::Traits.key(&hash(window.names, family, holder.birth));
            rows.push(ProjectionRow { key, range: window.range(), value: Some(Bytes::new()) });
        }
    }
}

fn hash(names: &NameHasher, family: &str, birth: Day) -> NameKey {
    names.hash(NameKind::Traits, &format!("{}|{birth}", fold_name(family)))
}

impl Store {
    /// The journals that may be of somebody with this family name, born on that day.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails, or the projectors do not follow.
    pub async fn with_traits(&self, family: &str, birth: Day) -> Result<Vec<u32>, StoreError> {
        self.projected().await?;
        let key = View::Traits.key(&hash(&self.names, family, birth));
        let listed = self.engine.list(super::GENERATION, key, Bytes::new(), None, MOST).await?;
        let journal = |(range, _): (Bytes, Bytes)| Some(u32::from_be_bytes(range.as_ref().try_into().ok()?));
        Ok(listed.rows.into_iter().filter_map(journal).collect())
    }
}
