//! What is wrong with a configuration, told before anything is started with it: everything is put together as `serve` does, but for the
//! network.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use dmp_auth::{Authenticator, Issuer, KeySet, KeySource, Role, Roles, SetupFault};
use dmp_content::{MediaTable, MediaType};
use dmp_core::access::Policy;
use dmp_core::identity::{StructureId, StructureIdKind};
use lettre::message::Mailbox;

use super::{Config, IssuerConfig, MailConfig};
use crate::failure::Failure;
use crate::jobs::Mailer;

/// Seconds by which an issuer's clock may differ from ours.
const SKEW: u32 = 60;
/// Mebibytes that anybody could give to a cache.
const MOST_MIB: u64 = 1 << 20;

impl Config {
    /// Checks what can be checked without starting, and puts the policy together.
    ///
    /// # Errors
    /// [`Failure`] that names the setting and the way out.
    pub fn check(&self) -> Result<Arc<Policy>, Failure> {
        self.data.folder().lies_apart()?;
        self.data.folder().root_is_one()?;
        address(&self.listen.address)?;
        public(&self.listen.public)?;
        self.authenticator()?;
        let policy = self.check_settings()?;
        Mailer::new(&self.mail, &self.listen.public, None)?;
        Ok(policy)
    }

    /// Checks the settings that a demo has too, and puts the policy together.
    ///
    /// # Errors
    /// [`Failure`] that names the setting and the way out.
    pub fn check_settings(&self) -> Result<Arc<Policy>, Failure> {
        let asked = &self.admission;
        let connections = asked.connections as u64;
        within("policy.authorization_years", self.policy.authorization_years.into(), 1..=10)?;
        within("policy.emergency_hours", self.policy.emergency_hours.into(), 1..=72)?;
        within("admission.requests_per_second", asked.requests_per_second.into(), 1..=1_000_000)?;
        within("admission.connections", connections, 16..=1_000_000)?;
        within("admission.connections_per_address", asked.connections_per_address as u64, 1..=connections)?;
        within("memory.journals_mib", self.memory.journals_mib, 1..=MOST_MIB)?;
        within("memory.fragments_mib", self.memory.fragments_mib, 0..=MOST_MIB)?;
        // Longer, and the end of an epoch would not fit into the three months of an express deletion.
        within("keys.epoch_days", self.keys.epoch_days.into(), 1..=60)?;
        self.media_table()?;
        mail(&self.mail)?;
        self.policy()
    }

    /// Who vouches for callers.
    ///
    /// # Errors
    /// [`Failure`] that names the setting and the way out.
    pub fn authenticator(&self) -> Result<Authenticator, Failure> {
        if self.issuer.is_empty() {
            return Err(Failure::of("issuer", "at least one [[issuer]] must be named: without one nobody enters"));
        }
        let issuers = self.issuer.iter().map(issuer).collect::<Result<_, _>>()?;
        Authenticator::new(issuers).map_err(|fault| match fault {
            SetupFault::Address(_) | SetupFault::Client(_) => Failure::of("issuer.discovery", fault),
            SetupFault::Twice(_) => Failure::of("issuer.issuer", fault),
            SetupFault::Keys => Failure::of("issuer.jwks", fault),
        })
    }

    /// The media types that are taken: CDA, and those named.
    ///
    /// # Errors
    /// [`Failure`] that names one that cannot be taken.
    pub fn media_table(&self) -> Result<MediaTable, Failure> {
        let mut table = MediaTable::default();
        for name in &self.media.also {
            let wrong = || Failure::of("media.also", format!("`{name}` is no media type that can be taken"));
            table.allowed.push(MediaType::parse(name).ok_or_else(wrong)?);
        }
        Ok(table)
    }
}

/// An identifier that a credential could name a structure by.
///
/// # Errors
/// [`Failure`] that says how one is written.
pub fn structure(text: &str) -> Result<StructureId, Failure> {
    let wrong = |why: &dyn Display| Failure::of("policy.regulation_centres", format!("`{text}`: {why}"));
    let id = StructureId::parse(text).map_err(|fault| wrong(&fault))?;
    // The directory's own identifiers are letters and digits; every other begins with the digit of its kind.
    let technical = id.len() >= 5 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if id.kind() == StructureIdKind::Technical && !technical {
        return Err(wrong(&"write the Struct_IdNat, as 1 and a FINESS, or the identifier of the directory"));
    }
    Ok(id)
}

fn within(key: &str, value: u64, range: RangeInclusive<u64>) -> Result<(), Failure> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Failure::of(key, format!("{} to {} is expected, not {value}", range.start(), range.end())))
}

fn read(key: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::of(&format!("{key} {}", path.display()), error))
}

fn issuer(config: &IssuerConfig) -> Result<Issuer, Failure> {
    let name = config.issuer.clone();
    if name.trim().is_empty() {
        return Err(Failure::of("issuer.issuer", "must be given: `iss` of the tokens"));
    }
    if config.audience.as_deref().is_some_and(|audience| audience.trim().is_empty()) {
        return Err(Failure::of("issuer.audience", format!("{name}: leave it out where tokens have none")));
    }
    let keys = match (&config.discovery, &config.jwks) {
        (Some(url), None) => KeySource::Discovery { url: url.clone() },
        (None, Some(path)) => {
            let key = format!("issuer.jwks {}", path.display());
            KeySource::Fixed(KeySet::parse(&read("issuer.jwks", path)?).map_err(|fault| Failure::of(&key, fault))?)
        }
        _ => return Err(Failure::of("issuer", format!("{name}: give `discovery` or `jwks`, one of the two"))),
    };
    let mut roles = vec![Role::Professional, Role::Staff];
    for role in &config.roles {
        let known = Role::from_code(role);
        roles.push(known.ok_or_else(|| Failure::of("issuer.roles", format!("{name}: `{role}` is no role")))?);
    }
    Ok(Issuer { issuer: name, audience: config.audience.clone(), keys, skew_s: SKEW, allows: Roles::of(&roles) })
}

/// `host:port`. Whether the host is one of this machine's shows when the service starts.
fn address(text: &str) -> Result<(), Failure> {
    let is_name = |host: &str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    let named = text.rsplit_once(':').is_some_and(|(host, port)| is_name(host) && port.parse::<u16>().is_ok());
    if named || text.parse::<SocketAddr>().is_ok() {
        return Ok(());
    }
    Err(Failure::of("listen.address", format!("`{text}`: write address:port, as 127.0.0.1:8080 or [::1]:8080")))
}

/// What links in answers begin with.
fn public(text: &str) -> Result<(), Failure> {
    let uri = text.parse::<http::Uri>().ok();
    let good = uri.filter(|uri| {
        let host = uri.host().is_some_and(|host| !host.is_empty());
        matches!(uri.scheme_str(), Some("http" | "https")) && host && uri.query().is_none()
    });
    if good.is_some() && !text.contains(['@', '#']) {
        return Ok(());
    }
    Err(Failure::of("listen.public", format!("`{text}`: write the address as clients do, as https://dmp.example.org")))
}

fn mail(config: &MailConfig) -> Result<(), Failure> {
    let mailbox = |key: &str, text: &str| {
        let why = || Failure::of(key, format!("`{text}` is no address: write name@domain or Name <name@domain>"));
        text.parse::<Mailbox>().map(drop).map_err(|_| why())
    };
    mailbox("mail.from", &config.from)?;
    if !config.operator.is_empty() {
        mailbox("mail.operator", &config.operator)?;
    }
    if !config.medecin_traitant.contains("{id}") {
        return Err(Failure::of("mail.medecin_traitant", "must have {id}: without it all get the same mails"));
    }
    mailbox("mail.medecin_traitant", &config.medecin_traitant.replace("{id}", "810000000000"))?;
    match &config.password_file {
        Some(_) if config.user.is_empty() => {
            Err(Failure::of("mail.user", "must be given beside mail.password_file: whose password is it?"))
        }
        None if !config.user.is_empty() => {
            Err(Failure::of("mail.password_file", "must be given beside mail.user, who enters with it"))
        }
        Some(path) if read("mail.password_file", path)?.trim_ascii().is_empty() => {
            Err(Failure::of("mail.password_file", format!("{} is empty", path.display())))
        }
        _ => Ok(()),
    }
}
