//! The real hour and real chance: the only place of the project that asks the machine for either.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dmp_core::code::Instant;
use dmp_store::{Chance, Clock};

/// The machine's clock. Keep it right: a clock behind the journal stops the service (`docs/journal-format.md`).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the program gives time to everyone else")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's clock, moved forward by what a file of a demo's folder says: a test of deadlines waits for nothing.
#[derive(Debug, Clone)]
pub struct MovedClock {
    file: PathBuf,
    seen: Arc<AtomicI64>,
    looked: Arc<AtomicI64>,
}

/// How long what the file said is believed, in milliseconds.
const BELIEVED: i64 = 100;

impl MovedClock {
    /// The clock of a demo's folder; without the file it is the machine's.
    pub fn of(dir: &Path) -> Self {
        Self { file: dir.join("clock"), seen: Arc::default(), looked: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// Moves it for this process and all others to so many milliseconds beyond the machine's.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&self, millis: i64) -> std::io::Result<()> {
        let fresh = self.file.with_extension("new");
        std::fs::write(&fresh, millis.to_string())?;
        std::fs::rename(fresh, &self.file)?;
        self.looked.store(i64::MIN, Ordering::Relaxed);
        Ok(())
    }

    /// How far it is moved beyond the machine's, in milliseconds.
    pub fn read(&self) -> i64 {
        std::fs::read_to_string(&self.file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Instant {
        let real = SystemClock.now();
        if real.millis() >= self.looked.load(Ordering::Relaxed).saturating_add(BELIEVED) {
            self.seen.store(self.read(), Ordering::Relaxed);
            self.looked.store(real.millis(), Ordering::Relaxed);
        }
        real.plus_millis(self.seen.load(Ordering::Relaxed))
    }
}

/// The machine's generator of random bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(clippy::disallowed_methods, reason = "the program gives chance to everyone else")]
    fn fill(&self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            // Without chance there are no keys: going on would write what anybody could read.
            eprintln!("dmp: the machine gives no random bytes");
            std::process::abort();
        }
    }
}

/// A stopwatch, for progress bars and the bench.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "measures the program itself; no rule sees it")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
