//! The rules, told as stories.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod budget;
mod copies;
mod counter;
mod deletion;
mod destruction;
mod doors;
mod families;
mod four;
mod heard;
mod kept;
mod life;
mod lives;
mod medecin_traitant;
mod merge;
mod modes;
mod own;
mod prevail;
mod registered;
mod resent;
mod searched;
mod secrets;
mod shown;
mod shut;
mod silence;
mod told;
mod unheard;
mod united;
mod world;
