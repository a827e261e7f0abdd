//! Reading renews, where the deployment says so (decisions 5; off by default: no source says that it does).

use crate::access::{subjects_of, suffices};
use crate::act::{Context, Decision, authorization};
use crate::code::Instant;
use crate::dossier::{AccessMode, ActCode, AuthorizationGranted, Change, Dossier, Ground, OppositionKind};

/// It is renewed at most once a day: a day of reading leaves one change.
const HOURS: i64 = 24;

impl Decision {
    /// Whoever reads in normal mode, on a valid authorisation of his own, has another year from now.
    pub(super) fn renewing(self, dossier: &Dossier, act: ActCode, context: &Context<'_>) -> Self {
        let settings = &context.policy.settings;
        if !settings.reading_renews || context.mode != AccessMode::Normal || !self.discloses(act) {
            return self;
        }
        let until: Instant = context.now.plus_years(i32::from(settings.authorization_years));
        let subjects = subjects_of(context.requester);
        let opposed = dossier.opposed(OppositionKind::Consultation, &subjects).next().is_some();
        let renewed = subjects.into_iter().find_map(|subject| {
            let known = dossier.authorizations.get(&subject).filter(|known| known.is_valid(context.now))?;
            // What was declared in secret is not renewed openly, nor the other way round (decisions 24).
            let alike = authorization::is_secret(dossier, known) == context.requester.is_secret();
            let counts = alike && suffices(context.policy, known.ground) && known.until < until.plus_hours(-HOURS);
            // What prevails over an opposition the holder alone prolongs (decisions 9).
            let his = opposed && known.ground == Ground::ExplicitConsent;
            (counts && !his).then(|| AuthorizationGranted {
                item: known.item,
                subject,
                ground: known.ground,
                until,
                structure: known.structure.clone(),
                name: known.name.clone(),
                since: Some(known.since),
                notice: known.notice.clone(),
            })
        });
        match renewed {
            Some(granted) => self.changing(Change::AuthorizationGranted(granted)),
            None => self,
        }
    }
}
