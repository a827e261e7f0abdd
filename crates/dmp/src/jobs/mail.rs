//! How mail leaves: through an SMTP server over TLS; in a demo without one, into a folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::MailConfig;
use crate::failure::Failure;

/// How long the mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail to one person.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To whom.
    pub to: Box<str>,
    /// Who that is, whatever his address.
    pub who: Box<str>,
    /// What it is about: the header `X-Dmp-Notice`.
    pub kind: &'static str,
    /// Its own name, the same when it is sent twice: the header `Message-ID`.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The entries that it tells of.
    pub seqs: BTreeSet<u32>,
}

/// A letter, to be printed and posted.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its own name.
    pub id: String,
    /// Address and text.
    pub text: String,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server took it.
    Gone,
    /// Not now: why, without the address.
    Later(String),
}

/// What mails are written with.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The address of the service, for who reads.
    pub public: String,
    /// Who sends.
    pub from: String,
    /// The operator's address.
    pub operator: Option<Box<str>>,
    /// A professional's address: `{id}` stands for his identifier.
    pub medecin_traitant: String,
    /// The folder of letters.
    pub letters: Option<PathBuf>,
}

/// The way out.
#[derive(Debug)]
pub struct Mailer {
    settings: MailSettings,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Off,
    Folder(PathBuf),
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
}

/// `X-Dmp-Notice`: the kind of a notice.
#[derive(Debug, Clone)]
struct Notice(String);

impl Header for Notice {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Dmp-Notice")
    }
    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.into()))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

impl Mailer {
    /// The way that a configuration names; a demo without a server writes into its folder.
    ///
    /// # Errors
    /// [`Failure`] that names the setting.
    pub fn new(config: &MailConfig, public: &str, demo: Option<&Path>) -> Result<Self, Failure> {
        let letters = config.letters.clone().or_else(|| demo.map(|dir| dir.join("letters")));
        let settings = MailSettings {
            public: public.to_owned(),
            from: config.from.clone(),
            operator: Some(config.operator.as_str()).filter(|text| !text.is_empty()).map(Into::into),
            medecin_traitant: config.medecin_traitant.clone(),
            letters,
        };
        let way = match (config.smtp.as_str(), demo) {
            ("", None) => Way::Off,
            ("", Some(dir)) => Way::Folder(dir.join("outbox")),
            (_, None) if settings.letters.is_none() => {
                return Err(Failure::of(
                    "mail.letters",
                    "must be set beside mail.smtp: who has no e-mail is written to",
                ));
            }
            (url, _) => Way::Smtp(Box::new(transport(config, url)?)),
        };
        Ok(Self { settings, way })
    }

    /// What mails are written with.
    pub const fn settings(&self) -> &MailSettings {
        &self.settings
    }

    /// Whether there is no way out at all.
    pub const fn is_off(&self) -> bool {
        matches!(self.way, Way::Off)
    }

    /// Whether the mail server answers.
    pub async fn is_there(&self) -> bool {
        match &self.way {
            Way::Off => false,
            Way::Folder(_) => true,
            Way::Smtp(smtp) => smtp.test_connection().await.unwrap_or(false),
        }
    }

    /// Sends a mail. The folder's file has the mail's own name: sent twice, it is there once.
    pub async fn send(&self, mail: &Mail) -> Delivery {
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(reason) => return Delivery::Later(reason),
        };
        match &self.way {
            Way::Off => Delivery::Later("no way out".into()),
            Way::Folder(folder) => match write(folder, &format!("{}.eml", mail.id), &message.formatted()) {
                Ok(()) => Delivery::Gone,
                Err(error) => Delivery::Later(error.to_string()),
            },
            Way::Smtp(smtp) => match smtp.send(message).await {
                Ok(_) => Delivery::Gone,
                Err(error) => Delivery::Later(reason(&error)),
            },
        }
    }

    /// Whether a letter could be written now, where there is a folder for letters.
    pub fn takes_letters(&self) -> bool {
        let written = |folder: &PathBuf| {
            write(folder, ".ready", b"").is_ok() && std::fs::remove_file(folder.join(".ready")).is_ok()
        };
        let ready = self.settings.letters.as_ref().is_none_or(written);
        if !ready {
            tracing::warn!("the folder of letters cannot be written: who is to be written to waits");
        }
        ready
    }

    /// Writes a letter for who prints it.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn post(&self, letter: &Letter) -> std::io::Result<()> {
        let Some(folder) = &self.settings.letters else { return Ok(()) };
        write(folder, &format!("{}.txt", letter.id), letter.text.as_bytes())
    }

    fn message(&self, mail: &Mail) -> Result<Message, String> {
        let address = |text: &str| text.parse().map_err(|_| "an address that is none".to_owned());
        let host = self.settings.from.rsplit('@').next().unwrap_or("dmp.invalid").trim_end_matches('>').to_owned();
        Message::builder()
            .from(address(&self.settings.from)?)
            .to(address(&mail.to)?)
            .subject(mail.subject.as_str())
            .message_id(Some(format!("<{}@{host}>", mail.id)))
            .header(Notice(mail.kind.to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| error.to_string())
    }
}

/// The reply's number and kind; never its text, which repeats the address.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the mail server answers {code}"),
        None if error.is_timeout() => "the mail server does not answer in time".into(),
        None => "the mail server cannot be reached".into(),
    }
}

/// Writes a whole file or none, readable by its owner alone.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let fresh = folder.join(format!(".{name}"));
    drop(std::fs::remove_file(&fresh));
    crate::data_dir::write_secret(&fresh, bytes)?;
    std::fs::rename(fresh, folder.join(name))
}

/// `smtps://host:465` (TLS), `smtp://host:587` (STARTTLS, required), `smtp+plain://127.0.0.1:2525` (this machine alone).
fn transport(config: &MailConfig, url: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, Failure> {
    let wrong = || Failure::of("mail.smtp", "write smtps://host:465, smtp://host:587 or smtp+plain://127.0.0.1:25");
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
    let port: u16 = port.parse().map_err(|_| wrong())?;
    if host.is_empty() || host.contains(['/', '@', ' ']) {
        return Err(wrong());
    }
    let tls = || -> Result<TlsParameters, Failure> {
        let mut builder = TlsParameters::builder(host.to_owned());
        if let Some(path) = &config.ca {
            let name = format!("mail.ca {}", path.display());
            let pem = std::fs::read(path).map_err(|error| Failure::of(&name, error))?;
            builder =
                builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| Failure::of(&name, error))?);
        }
        builder.build().map_err(|error| Failure::of("mail.smtp", error))
    };
    let tls = match scheme {
        "smtps" => Tls::Wrapper(tls()?),
        "smtp" => Tls::Required(tls()?),
        "smtp+plain" if matches!(host, "127.0.0.1" | "localhost" | "[::1]") => Tls::None,
        _ => return Err(wrong()),
    };
    let builder =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).tls(tls).timeout(Some(PATIENCE));
    let Some(path) = &config.password_file else { return Ok(builder.build()) };
    let name = format!("mail.password_file {}", path.display());
    let password = std::fs::read_to_string(path).map_err(|error| Failure::of(&name, error))?;
    Ok(builder.credentials(Credentials::new(config.user.clone(), password.trim_end().to_owned())).build())
}
