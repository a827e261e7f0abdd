//! What a request says of how its page is written: in which language, and where it stands, so that a choice of language leads back to it.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::{FromRequestParts, Path, Query};
use axum::response::{IntoResponse, Response};
use dmp_core::code::Day;
use dmp_core::history::{Language, Texts};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde::Deserialize;

use crate::date;
use crate::page::ErrorPage;
use crate::session::cookie;

/// What every page says. What the history and the refusals say is in tables of the rules.
static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::read(include_str!("../../../codes/pages.csv")));

/// The cookie that keeps a choice of language, and nothing else.
const COOKIE: &str = "dmp-langue";
/// How long it is kept, in seconds: a year.
const KEPT: u32 = 31_536_000;
/// The first page.
const FRONT: &str = "/";
/// The longest address that a choice leads back to, in bytes: every page's own is shorter.
const LONGEST: usize = 500;

/// One visit of a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The language of the page.
    pub language: Language,
    /// Where a choice of another language leads back to.
    pub address: String,
}

impl Visit {
    /// The visit that a request is.
    #[must_use]
    pub fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let address = uri.path_and_query().map_or(FRONT, |address| address.as_str());
        // What a form was sent to is often no page.
        let is_page = matches!(*method, Method::GET | Method::HEAD) && is_local(address);
        let address = if is_page { address } else { FRONT };
        Self { language: language(headers), address: address.to_owned() }
    }

    /// A text of `codes/pages.csv`; empty only if the table lacks it, which a test forbids.
    #[must_use]
    pub fn say(&self, key: &str) -> &'static str {
        TEXTS.get(key, self.language).unwrap_or_default()
    }

    /// A day in figures, as an identity is written.
    #[must_use]
    pub fn day(&self, day: Day) -> String {
        date::figures(day, self.language)
    }

    /// The link to this page in the other language.
    #[must_use]
    pub fn in_other_language(&self) -> String {
        let mut link = format!("/langue/{}?vers=", self.language.other().code());
        for byte in self.address.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => link.push(char::from(byte)),
                other => drop(write!(link, "%{other:02X}")),
            }
        }
        link
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.method, &parts.uri, &parts.headers))
    }
}

/// The language of a request: the one that was chosen, else English where it is preferred, else French.
fn language(headers: &HeaderMap) -> Language {
    cookie(headers, COOKIE).and_then(Language::of_code).unwrap_or_else(|| preferred(headers))
}

fn preferred(headers: &HeaderMap) -> Language {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let ranges: Vec<(&str, f32)> = lines.flat_map(|line| line.split(',')).map(range).collect();
    let named = |tag: &str| {
        let same = ranges.iter().filter(|(named, _)| named.eq_ignore_ascii_case(tag));
        same.map(|(_, weight)| *weight).reduce(f32::max)
    };
    // A language that is not named has the weight of `*`, one that is named by several regions the best of theirs.
    let weight = |tag: &str| named(tag).or_else(|| named("*")).unwrap_or(0.0);
    let [french, english] = [Language::French, Language::English].map(|one| weight(one.code()));
    if english > french { Language::English } else { Language::French }
}

/// `en-GB;q=0.8`: the language, whatever its region, and its weight; one that is no number weighs nothing.
fn range(written: &str) -> (&str, f32) {
    let mut parts = written.split(';').map(str::trim);
    let tag = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
    (tag.split('-').next().unwrap_or_default(), weight)
}

/// Where a choice of language leads back to.
#[derive(Debug, Deserialize)]
pub struct Back {
    #[serde(default)]
    vers: String,
}

/// `GET /langue/[language]?vers=[address]`: keeps the choice, and leads back to the page; to the first page where the address is none of ours.
pub async fn choose(Path(code): Path<String>, Query(back): Query<Back>) -> Result<Response, ErrorPage> {
    let language = Language::of_code(&code).ok_or_else(ErrorPage::not_found)?;
    let to = if is_local(&back.vers) { back.vers } else { FRONT.to_owned() };
    // `Lax`: the choice holds when a link of a mail is followed, too.
    let kept = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={KEPT}", language.code());
    let headers = [(header::SET_COOKIE, kept), (header::LOCATION, to), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// Whether an address leads to a page of ours, however a browser reads it: `//host` and `/\host` lead elsewhere, and so they do with a tab between.
fn is_local(address: &str) -> bool {
    let mut bytes = address.bytes();
    bytes.next() == Some(b'/')
        && bytes.next() != Some(b'/')
        && address.len() <= LONGEST
        && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}
