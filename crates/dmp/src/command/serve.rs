//! `dmp serve --config FILE`: the real thing.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::config::Config;
use crate::failure::Failure;
use crate::jobs::Mailer;
use crate::serving::{self, Deployment};

/// Serves a configuration.
///
/// # Errors
/// [`Failure`] when it does not start: a wrong setting, a root key beside the data, an address that is taken.
pub async fn run(path: &Path) -> Result<ExitCode, Failure> {
    serving::start_logs();
    let config = Config::read(path)?;
    let policy = config.check()?;
    let (authenticator, media) = (config.authenticator()?, config.media_table()?);
    let listener = TcpListener::bind(&config.listen.address)
        .await
        .map_err(|error| Failure::of(&format!("listen.address {}", config.listen.address), error))?;
    let opened = config.data.folder().open(policy, config.memory.journals_mib << 20).await?;
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
