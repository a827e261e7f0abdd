//! Why a bearer token is not accepted, in a code for programs and a sentence for people.

/// Why a token is refused. Nothing of the token is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthFault {
    /// No token at all.
    #[error("{}", self.english())]
    Missing,
    /// More than 16 KiB.
    #[error("{}", self.english())]
    Oversized,
    /// No JWS in compact form with a JSON object of claims.
    #[error("{}", self.english())]
    Malformed,
    /// An algorithm that is not on the list, `none` and the shared-secret ones among them.
    #[error("{}", self.english())]
    Algorithm,
    /// An issuer that this server does not trust.
    #[error("{}", self.english())]
    IssuerUnknown,
    /// The issuer's keys cannot be had now.
    #[error("{}", self.english())]
    IssuerUnavailable,
    /// The issuer has no such key.
    #[error("{}", self.english())]
    KeyUnknown,
    /// The signature is wrong.
    #[error("{}", self.english())]
    Signature,
    /// Made for another service.
    #[error("{}", self.english())]
    Audience,
    /// Its time is over.
    #[error("{}", self.english())]
    Expired,
    /// Its time has not come.
    #[error("{}", self.english())]
    Early,
    /// A claim without which nobody is identified is missing.
    #[error("{}", self.english())]
    ClaimMissing(&'static str),
    /// A claim has a value that it cannot have.
    #[error("{}", self.english())]
    ClaimInvalid(&'static str),
    /// The issuer is not trusted for this role.
    #[error("{}", self.english())]
    RoleNotAllowed,
}

impl AuthFault {
    /// The code, stable.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "token-missing",
            Self::Oversized => "token-oversized",
            Self::Malformed => "token-malformed",
            Self::Algorithm => "token-algorithm",
            Self::IssuerUnknown => "issuer-unknown",
            Self::IssuerUnavailable => "issuer-unavailable",
            Self::KeyUnknown => "key-unknown",
            Self::Signature => "token-signature",
            Self::Audience => "token-audience",
            Self::Expired => "token-expired",
            Self::Early => "token-early",
            Self::ClaimMissing(_) => "claim-missing",
            Self::ClaimInvalid(_) => "claim-invalid",
            Self::RoleNotAllowed => "role-not-allowed",
        }
    }

    /// Whether trying again later may help, with the same token.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::IssuerUnavailable)
    }

    /// The sentence in French.
    #[must_use]
    pub fn french(self) -> String {
        let sentence = match self {
            Self::Missing => "Aucun jeton d'accès : envoyez l'en-tête « Authorization: Bearer … ».",
            Self::Oversized => "Le jeton d'accès dépasse 16 Kio : demandez un jeton plus court à son émetteur.",
            Self::Malformed => "Le jeton d'accès n'est pas un JWS compact : envoyez-le tel que l'émetteur l'a remis.",
            Self::Algorithm => "L'algorithme de signature du jeton n'est pas admis : RS256, PS256, ES256 ou EdDSA.",
            Self::IssuerUnknown => "L'émetteur du jeton (iss) n'est pas connu de ce serveur.",
            Self::IssuerUnavailable => {
                "Les clés de l'émetteur ne sont pas joignables : réessayez dans quelques secondes."
            }
            Self::KeyUnknown => "L'émetteur ne publie pas la clé (kid) de ce jeton : demandez un nouveau jeton.",
            Self::Signature => "La signature du jeton n'est pas valable.",
            Self::Audience => "Le jeton est destiné à un autre service (aud).",
            Self::Expired => "Le jeton a expiré (exp) : authentifiez-vous à nouveau.",
            Self::Early => "Le jeton n'est pas encore valable (nbf, iat) : vérifiez l'heure du poste.",
            Self::ClaimMissing(claim) => return format!("Il manque au jeton le champ {claim}."),
            Self::ClaimInvalid(claim) => return format!("Le champ {claim} du jeton a une valeur impossible."),
            Self::RoleNotAllowed => "L'émetteur du jeton n'est pas habilité à attester ce rôle (dmp_role).",
        };
        sentence.to_owned()
    }

    /// The sentence in English.
    #[must_use]
    pub fn english(self) -> String {
        let sentence = match self {
            Self::Missing => "No access token: send the header \"Authorization: Bearer …\".",
            Self::Oversized => "The access token is longer than 16 KiB: ask its issuer for a shorter one.",
            Self::Malformed => "The access token is no compact JWS: send it as its issuer gave it.",
            Self::Algorithm => {
                "The token is signed with an algorithm that is not accepted: RS256, PS256, ES256 or EdDSA."
            }
            Self::IssuerUnknown => "The issuer of the token (iss) is not known to this server.",
            Self::IssuerUnavailable => "The keys of the issuer cannot be reached: try again in a few seconds.",
            Self::KeyUnknown => "The issuer publishes no such key (kid): ask for a new token.",
            Self::Signature => "The signature of the token is not valid.",
            Self::Audience => "The token is meant for another service (aud).",
            Self::Expired => "The token has expired (exp): authenticate again.",
            Self::Early => "The token is not yet valid (nbf, iat): check the clock of the sender.",
            Self::ClaimMissing(claim) => return format!("The token lacks the claim {claim}."),
            Self::ClaimInvalid(claim) => return format!("The claim {claim} of the token has an impossible value."),
            Self::RoleNotAllowed => "The issuer of the token is not trusted for this role (dmp_role).",
        };
        sentence.to_owned()
    }
}

/// Why issuers cannot be trusted as they are configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupFault {
    /// An address that is not `https:`; plain `http:` is for a provider on this very machine.
    #[error("issuer {0}: its discovery address must be https (http only for 127.0.0.1, ::1 and localhost)")]
    Address(String),
    /// A key set that is no JSON Web Key Set (RFC 7517) with a usable public key.
    #[error("a key set must be a JSON Web Key Set with a key for RS256, PS256, ES256 or EdDSA")]
    Keys,
    /// Two issuers of the same name.
    #[error("issuer {0}: configured twice")]
    Twice(String),
    /// The HTTP client cannot be made.
    #[error("the HTTP client for discovery cannot be made: {0}")]
    Client(String),
}
