//! Sessions of the pages: a random cookie that stands for a bearer token, which is validated anew at every request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dmp_core::code::Instant;
use dmp_store::Chance;
use http::{HeaderMap, header};

/// The name of the cookie.
const COOKIE: &str = "dmp-session";
/// Sessions kept at once; beyond, the oldest end.
const MOST: usize = 50_000;
/// How long a session lasts without a new sign-in, in hours.
const HOURS: i64 = 8;

#[derive(Debug)]
struct Session {
    token: String,
    ends: Instant,
}

/// The open sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    /// Begins a session for a token: the value of `Set-Cookie`.
    pub fn begin(&self, token: String, now: Instant, chance: &dyn Chance) -> String {
        let mut bytes = [0; 32];
        chance.fill(&mut bytes);
        let id = URL_SAFE_NO_PAD.encode(bytes);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.ends > now);
        if open.len() >= MOST
            && let Some(oldest) = open.iter().min_by_key(|(_, session)| session.ends).map(|(id, _)| id.clone())
        {
            open.remove(&oldest);
        }
        open.insert(id.clone(), Session { token, ends: now.plus_hours(HOURS) });
        format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}", HOURS * 3_600)
    }

    /// The token of the session that a request belongs to.
    pub fn token(&self, headers: &HeaderMap, now: Instant) -> Option<String> {
        let id = cookie(headers, COOKIE)?;
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(id).filter(|session| session.ends > now).map(|session| session.token.clone())
    }

    /// Ends the session of a request: the value of `Set-Cookie`.
    pub fn end(&self, headers: &HeaderMap) -> String {
        if let Some(id) = cookie(headers, COOKIE) {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        }
        format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, named: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == named).map(|(_, value)| value)
}
