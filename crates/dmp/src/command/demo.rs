//! `dmp demo`: a working DMP with fictional people; `dmp demo token`: a bearer token for anyone.

mod clock;
mod page;
mod seed;
mod settings;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use dmp_auth::Authenticator;
use dmp_core::identity::Ins;
use dmp_lab::{Provider, personas, provider_store};
use dmp_store::Chance;
use dmp_web::{Sessions, Web};
use tokio::net::TcpListener;

use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::jobs::Mailer;
use crate::jobs::Moved;
use crate::serving::{self, Deployment};
use crate::world::{Stopwatch, SystemChance};

/// A working DMP with fictional people.
#[derive(Debug, Args)]
pub struct Demo {
    #[command(subcommand)]
    command: Option<DemoCommand>,
    /// The data folder; made and filled the first time.
    #[arg(long, default_value = "./dmp-demo")]
    data: PathBuf,
    /// Address and port.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// A setting of `dmp config example`, as policy=dmp-2012 or policy.emergency_hours=2; may be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// What else a demo can do.
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Prints a token that is valid for 8 hours, and nothing else.
    Token {
        /// A persona: gp, specialist, pharmacist, nurse, optician, dentist, occupational-doctor, dispatcher, hospital,
        /// hospital-system, insurer; or holder, with --ins.
        #[arg(long = "as", value_name = "PERSONA", required_unless_present = "claims")]
        persona: Option<String>,
        /// The holder, `OID|VALUE` or an HL7 CX.
        #[arg(long)]
        ins: Option<String>,
        /// Claims of your own, as JSON: they are signed as they are.
        #[arg(long, conflicts_with_all = ["persona", "ins"])]
        claims: Option<PathBuf>,
        /// The data folder.
        #[arg(long, default_value = "./dmp-demo")]
        data: PathBuf,
    },
    /// Prints the demo's clock, or moves it forward for the running demo.
    Clock {
        /// A period, as +P1Y, +P30D, +PT4H; or an instant.
        to: Option<String>,
        /// The data folder.
        #[arg(long, default_value = "./dmp-demo")]
        data: PathBuf,
    },
}

impl Demo {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] when it does not start.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Some(DemoCommand::Token { persona, ins, claims, data }) => {
                println!("{}", token(&DataDir::demo(&data), persona.as_deref(), ins.as_deref(), claims)?);
                Ok(ExitCode::SUCCESS)
            }
            Some(DemoCommand::Clock { to, data }) => {
                clock::run(&data, to.as_deref())?;
                Ok(ExitCode::SUCCESS)
            }
            None => start(&DataDir::demo(&self.data), &self.listen, &self.set).await,
        }
    }
}

/// The demo's own issuer: its key lies in the data folder, whatever address the demo listens on.
fn provider(dir: &DataDir) -> Result<Provider, Failure> {
    provider_store::open_or_create(&dir.dir, |bytes| SystemChance.fill(bytes))
        .map_err(|fault| Failure::of("the demo's issuer", fault))
}

/// The codes of the personas, for people.
fn persona_codes() -> String {
    personas().iter().map(|one| one.code).collect::<Vec<_>>().join(", ")
}

fn token(dir: &DataDir, persona: Option<&str>, ins: Option<&str>, claims: Option<PathBuf>) -> Result<String, Failure> {
    if !dir.dir.join("journal.sqlite").is_file() {
        let why =
            "no demo has run here, and none would take the token: name the folder of one, or start `dmp demo` on it";
        return Err(Failure::of(&format!("--data {}", dir.dir.display()), why));
    }
    if ins.is_some() && persona.is_some_and(|name| name != "holder") {
        return Err(Failure::of("--ins", "goes with --as holder alone: a professional's token names no patient"));
    }
    let provider = provider(dir)?;
    let now = dir.clock().now();
    let claims = match (persona, claims) {
        (_, Some(path)) => {
            let name = path.display().to_string();
            let text = std::fs::read(&path).map_err(|error| Failure::of(&name, error))?;
            dmp_lab::claims_of(&text).map_err(|fault| Failure::of(&name, fault))?
        }
        (Some("holder"), None) => {
            let text = ins.ok_or_else(|| Failure::of("--ins", "a holder is named by --ins OID|VALUE"))?;
            dmp_lab::holder(&Ins::parse_text(text).map_err(|fault| Failure::of("--ins", fault))?)
        }
        (Some(name), None) => dmp_lab::persona(name)
            .ok_or_else(|| Failure::of("--as", format!("`{name}` is no persona: {}, holder", persona_codes())))?
            .claims(),
        (None, None) => return Err(Failure::of("--as", "name a persona")),
    };
    provider.sign(&claims, now).map_err(|fault| Failure::of("the token", fault))
}

async fn start(dir: &DataDir, listen: &str, set: &[String]) -> Result<ExitCode, Failure> {
    serving::start_logs();
    let watch = Stopwatch::start();
    let config = settings::configuration(set)?;
    let policy = config.check_settings()?;
    // Before anything is written: an address that is taken leaves no folder behind.
    let listener =
        TcpListener::bind(listen).await.map_err(|error| Failure::of(&format!("--listen {listen}"), error))?;
    let provider = Arc::new(provider(dir)?);
    let issuer = provider.issuer().map_err(|fault| Failure::of("the demo's issuer", fault))?;
    let authenticator =
        Arc::new(Authenticator::new(vec![issuer]).map_err(|fault| Failure::of("the demo's issuer", fault))?);
    let public = format!("http://{}", listener.local_addr()?);
    let opened = dir.open(policy, config.memory.journals_mib << 20).await?;
    // As long as the demo runs: whoever moves the clock waits for what falls due.
    let _running = clock::mark_running(&dir.dir)?;
    let moved = opened.clock.clone().map(|clock| Moved::new(&dir.dir, clock));
    let store = Arc::clone(&opened.store);
    let web = Arc::new(Web {
        store: Arc::clone(&store),
        authenticator: Arc::clone(&authenticator),
        sessions: Sessions::default(),
    });
    let pages = dmp_web::router(Arc::clone(&web)).merge(page::router(Arc::clone(&web), Arc::clone(&provider)));
    let deployment = Deployment {
        opened,
        authenticator,
        media: config.media_table()?,
        public: public.clone(),
        admission: config.admission.clone(),
        fragment_bytes: config.memory.fragments_mib << 20,
        epoch_days: config.keys.epoch_days,
        pages,
        mailer: Mailer::new(&config.mail, &public, Some(&dir.dir))?,
        moved,
    };
    let app = serving::app(deployment).await?;
    seed::once(&app, &provider).await?;
    print_personas(&public)?;
    println!("ready {public} ({:.1} s)", watch.seconds());
    serving::serve(app, listener).await;
    Ok(ExitCode::SUCCESS)
}

fn print_personas(public: &str) -> Result<(), Failure> {
    println!("A DMP with fictional people. Pages: {public}/   FHIR: {public}/fhir   Health: {public}/health/ready");
    println!("Personas: {}", persona_codes());
    println!("Patients:");
    for person in seed::patients()? {
        println!("  {}  {} {}", person.ins.to_text(), person.given, person.family);
    }
    println!("A token: dmp demo token --as gp");
    Ok(())
}
