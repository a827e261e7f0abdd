//! What `demo` and `serve` have in common: the routes, the jobs, the stop.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use dmp_auth::Authenticator;
use dmp_content::MediaTable;
use dmp_core::act::{Act, PublishPolicy};
use dmp_core::identity::{Requester, SystemRequester};
use dmp_fhir::{Fhir, Limits};
use dmp_store::{Ask, Store, Target};
use dmp_web::ErrorPage;
use tokio::net::TcpListener;

use crate::admission::Admission;
use crate::clock_mark;
use crate::config::AdmissionConfig;
use crate::data_dir::Opened;
use crate::failure::Failure;
use crate::front::{self, Front};
use crate::health::{self, Health};
use crate::jobs::{Ending, Jobs, Mailer, Moved};
use crate::listen;
use crate::operations::Operations;
use crate::places::Places;

/// What differs between deployments.
#[derive(Debug)]
pub struct Deployment {
    /// The open data.
    pub opened: Opened,
    /// Who vouches for callers.
    pub authenticator: Arc<Authenticator>,
    /// What documents may be.
    pub media: MediaTable,
    /// The address of the service as clients write it.
    pub public: String,
    /// How much one caller may ask.
    pub admission: AdmissionConfig,
    /// Bytes of rendered resources in memory.
    pub fragment_bytes: u64,
    /// Days that an epoch of keys lasts.
    pub epoch_days: u16,
    /// Routes of its own: the pages, the lab.
    pub pages: Router,
    /// How people are told.
    pub mailer: Mailer,
    /// A demo's clock, moved through its jobs.
    pub moved: Option<Moved>,
}

/// The routes of a deployment, ready to serve.
///
/// # Errors
/// [`Failure`] when the service cannot start.
pub async fn app(deployment: Deployment) -> Result<App, Failure> {
    let opened = &deployment.opened;
    clock_mark::check(&*opened.engine, opened.store.now()).await?;
    publish_policy(&deployment).await?;
    let store = Arc::clone(&deployment.opened.store);
    let operations = Arc::new(Operations::default());
    let limits = Limits { fragment_bytes: deployment.fragment_bytes, ..Limits::default() };
    let base = format!("{}/fhir", deployment.public.trim_end_matches('/'));
    let fhir = Fhir::new(
        Arc::clone(&store),
        Arc::clone(&deployment.authenticator),
        deployment.media,
        &base,
        &deployment.opened.token_key,
        limits,
    )
    .map_err(|problem| Failure::of("the FHIR service", problem.diagnostics))?;
    let asked = &deployment.admission;
    let places = Places::new(asked.connections, asked.connections_per_address);
    let admission = Admission::new(asked.requests_per_second);
    let front = Arc::new(Front { admission, operations: Arc::clone(&operations) });
    let opened = &deployment.opened;
    let ending = Ending {
        store: Arc::clone(&store),
        keys: opened.keys.clone(),
        root_file: opened.root_file.clone(),
        signer: Arc::clone(&opened.signer),
        fhir: Arc::clone(&fhir),
        epoch_days: deployment.epoch_days,
        is_demo: deployment.moved.is_some(),
    };
    let engine = Arc::clone(&deployment.opened.engine);
    let health =
        Health { store: Arc::clone(&store), engine, operations, places: Arc::clone(&places), looked: Arc::default() };
    let router = Router::new()
        .merge(dmp_fhir::router(fhir))
        .merge(deployment.pages)
        .merge(dmp_web::open(Arc::clone(&store)))
        .fallback(|| async { ErrorPage::not_found() })
        .layer(DefaultBodyLimit::max(1 << 20))
        .layer(axum::middleware::from_fn_with_state(front, front::layer))
        .merge(health::router(health));
    let jobs = Jobs::new(Arc::clone(&store), deployment.mailer, deployment.moved, ending);
    Ok(App { router, store, jobs, places })
}

/// What is served.
#[derive(Debug)]
pub struct App {
    /// The routes.
    pub router: Router,
    /// The door.
    pub store: Arc<Store>,
    /// What the program does by itself.
    pub jobs: Jobs,
    /// The places for connections.
    pub places: Arc<Places>,
}

/// Serves until the stop signal; what was accepted is finished.
pub async fn serve(app: App, listener: TcpListener) {
    let stop = listen::stop_signal();
    let projectors = tokio::spawn(dmp_store::projector::run(Arc::clone(&app.store), stop.clone()));
    let jobs = tokio::spawn(app.jobs.run(stop.clone()));
    let mark = tokio::spawn(clock_mark::follow(app.store, stop.clone()));
    listen::serve(listener, app.router, app.places, stop).await;
    drop((projectors.await, jobs.await, mark.await));
}

/// The policy in force is published whole in the operator's journal before anybody is judged by it.
async fn publish_policy(deployment: &Deployment) -> Result<(), Failure> {
    let system = Arc::new(Requester::System(SystemRequester { job: "start".into() }));
    let act = Act::PublishPolicy(PublishPolicy);
    deployment.opened.store.perform(Target::Operator, act, Ask::of(system)).await?;
    Ok(())
}

/// Logs go to the error output; what they may hold is in `SECURITY.md`.
pub fn start_logs() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DMP_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    drop(tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init());
}
