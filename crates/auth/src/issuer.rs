//! Whose tokens are believed, and for what.

use crate::keys::KeySet;

/// An issuer of tokens that this server trusts.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// The `iss` of its tokens, to the letter.
    pub issuer: String,
    /// What its tokens must have in `aud`; `None` only for issuers whose every token is meant for this server.
    pub audience: Option<String>,
    /// Where its keys are.
    pub keys: KeySource,
    /// By how many seconds its clock and ours may differ; 60 is usual.
    pub skew_s: u32,
    /// The roles that it may attest.
    pub allows: Roles,
}

/// Where an issuer's public keys are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// Here.
    Fixed(KeySet),
    /// By OpenID Connect Discovery 1.0.
    Discovery {
        /// The address of its `openid-configuration`.
        url: String,
    },
}

macro_rules! roles {
    ($($(#[$meta:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// What a token says one is: the claim `dmp_role`; a token of Pro Santé Connect, which has none, is a professional's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[$meta])* $name),+ }
        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The value of `dmp_role`.
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            /// The role of this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
        }
    };
}

roles! {
    /// A professional.
    Professional = "professional",
    /// A member of a structure's staff who is no professional.
    Staff = "staff",
    /// A structure.
    Organisation = "organisation",
    /// The holder of a dossier.
    Holder = "holder",
    /// A legal representative.
    Representative = "representative",
    /// A carer.
    Carer = "carer",
    /// The insurer's feed.
    Insurer = "insurer",
    /// An operator of this server.
    Operator = "operator",
    /// The help desk.
    HelpDesk = "helpdesk",
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u16);

impl Roles {
    /// These roles.
    #[must_use]
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |set, role| set | 1 << *role as u16))
    }

    /// Every role: for the demonstration's own issuer.
    #[must_use]
    pub fn all() -> Self {
        Self::of(Role::ALL)
    }

    /// Professionals: what Pro Santé Connect attests.
    #[must_use]
    pub fn professionals() -> Self {
        Self::of(&[Role::Professional])
    }

    /// Whether the set has this role.
    #[must_use]
    pub const fn allows(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }
}
