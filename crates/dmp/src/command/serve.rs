//! `dmp serve --config FILE`: the real thing.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use dmp_auth::{Authenticator, Issuer, KeySet, KeySource, Role, Roles};
use dmp_content::{MediaTable, MediaType};
use tokio::net::TcpListener;

use crate::config::{Config, IssuerConfig};
use crate::failure::Failure;
use crate::jobs::Mailer;
use crate::serving::{self, Deployment};

/// Seconds by which an issuer's clock may differ from ours.
const SKEW: u32 = 60;

/// Serves a configuration.
///
/// # Errors
/// [`Failure`] when it does not start: a wrong setting, a root key beside the data, an address that is taken.
pub async fn run(path: &Path) -> Result<ExitCode, Failure> {
    serving::start_logs();
    let config = Config::read(path)?;
    let policy = config.check()?;
    let issuers = config.issuer.iter().map(issuer).collect::<Result<_, _>>()?;
    let authenticator = Authenticator::new(issuers).map_err(|fault| Failure::of("issuer", fault))?;
    let media = media(&config.media.also)?;
    let opened = config.data.folder().open(policy, config.memory.journals_mib << 20).await?;
    let listener = TcpListener::bind(&config.listen.address)
        .await
        .map_err(|error| Failure::of(&format!("listen.address {}", config.listen.address), error))?;
    let deployment = Deployment {
        opened,
        authenticator: Arc::new(authenticator),
        media,
        public: config.listen.public.clone(),
        admission: config.admission.clone(),
        fragment_bytes: config.memory.fragments_mib << 20,
        epoch_days: config.keys.epoch_days,
        pages: axum::Router::new(),
        mailer: Mailer::new(&config.mail, &config.listen.public, None)?,
        moved: None,
    };
    let app = serving::app(deployment).await?;
    println!("ready {}", config.listen.public);
    serving::serve(app, listener).await;
    Ok(ExitCode::SUCCESS)
}

/// The media types that are taken: CDA, and those named.
///
/// # Errors
/// [`Failure`] that names one that cannot be taken.
pub fn media(also: &[String]) -> Result<MediaTable, Failure> {
    let mut table = MediaTable::default();
    for name in also {
        let kind = MediaType::parse(name);
        table.allowed.push(
            kind.ok_or_else(|| Failure::of("media.also", format!("`{name}` is no media type that can be taken")))?,
        );
    }
    Ok(table)
}

fn issuer(config: &IssuerConfig) -> Result<Issuer, Failure> {
    let keys = match (&config.discovery, &config.jwks) {
        (Some(url), _) => KeySource::Discovery { url: url.clone() },
        (None, Some(path)) => {
            let name = path.display().to_string();
            let text = std::fs::read(path).map_err(|error| Failure::of(&name, error))?;
            KeySource::Fixed(KeySet::parse(&text).map_err(|fault| Failure::of(&name, fault))?)
        }
        (None, None) => return Err(Failure::of("issuer", "give `discovery` or `jwks`")),
    };
    let mut roles = vec![Role::Professional, Role::Staff];
    for name in &config.roles {
        roles.push(Role::from_code(name).ok_or_else(|| Failure::of("issuer.roles", format!("`{name}` is no role")))?);
    }
    let issuer = config.issuer.clone();
    Ok(Issuer { issuer, audience: config.audience.clone(), keys, skew_s: SKEW, allows: Roles::of(&roles) })
}
