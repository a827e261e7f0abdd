//! A snapshot is the stored form of the state itself: a cache that is thrown away when the fold changes, never migrated.

/// The version of the fold. Raise it whenever [`super::Dossier`] or `evolve` changes: older snapshots are then ignored.
pub const FOLD_VERSION: u32 = 25;
