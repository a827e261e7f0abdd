//! Admission: how much one credential may ask. It stands before the door and decides nothing: metered, never journalled.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use dmp_core::code::sha256;
use dmp_fhir::Problem;
use dmp_store::Clock;
use http::{HeaderMap, StatusCode, header};

use crate::world::SystemClock;

/// Credentials remembered at once; beyond, those that have been idle longest are forgotten.
const MOST_CREDENTIALS: usize = 100_000;

/// A bucket that fills with time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

/// The rate limit of credentials.
#[derive(Debug)]
pub struct Admission {
    per_second: f64,
    buckets: Mutex<HashMap<[u8; 8], Bucket>>,
}

impl Admission {
    /// So many requests a second for each credential, twice as many at once.
    pub fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second), buckets: Mutex::new(HashMap::new()) }
    }

    fn admits(&self, credential: [u8; 8], now_ms: i64) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_CREDENTIALS && !buckets.contains_key(&credential) {
            buckets.retain(|_, bucket| now_ms - bucket.at_ms < 10_000);
        }
        let most = self.per_second * 2.0;
        let bucket = buckets.entry(credential).or_insert(Bucket { tokens: most, at_ms: now_ms });
        let passed = f64::from(i32::try_from((now_ms - bucket.at_ms).clamp(0, 60_000)).unwrap_or(0)) / 1_000.0;
        bucket.tokens = (bucket.tokens + passed * self.per_second).min(most);
        bucket.at_ms = now_ms;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

impl Admission {
    /// Counts a request.
    ///
    /// # Errors
    /// 429 with `Retry-After` beyond the rate of the credential.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let credential = headers.get(header::AUTHORIZATION).or_else(|| headers.get(header::COOKIE));
        let Some(credential) = credential else { return Ok(()) };
        let mut short = [0; 8];
        for (to, from) in short.iter_mut().zip(sha256(credential.as_bytes())) {
            *to = from;
        }
        if self.admits(short, SystemClock.now().millis()) {
            return Ok(());
        }
        let text = "Too many requests with this credential. Try again in a second.";
        let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "throttled", "admission", text);
        problem.retry_after = Some(1);
        Err(problem)
    }
}
