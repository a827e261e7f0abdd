//! The one spelling of a code system: senders write an OID, `urn:oid:`, or the address of a terminology.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

static SYSTEMS: LazyLock<Vec<[Cow<'static, str>; 4]>> =
    LazyLock::new(|| super::rows(include_str!("../../../../../codes/systems.csv")).collect());

static SPELLINGS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut spellings = HashMap::new();
    for [system, _, _, aliases] in SYSTEMS.iter() {
        for spelling in std::iter::once(system.as_ref()).chain(aliases.split_whitespace()) {
            spellings.insert(spelling, system.as_ref());
        }
    }
    for value in super::ValueSet::ALL.iter().flat_map(|set| set.values()) {
        let system: &'static str = &value.code.system;
        spellings.entry(system).or_insert(system);
    }
    spellings
});

/// The spelling under which rules know a code system: an OID, or the terminology's address where it has no known OID.
///
/// `urn:oid:` is taken off; an address of the French terminology server counts by the number of its terminology
/// (`TRE_A03`), whatever follows, so that those with and without `-CISIS` are one. `None`: no table knows the system.
#[must_use]
pub fn canonical_system(system: &str) -> Option<&'static str> {
    let plain = system.strip_prefix("urn:oid:").unwrap_or(system).trim_end_matches('/');
    SPELLINGS.get(plain).copied().or_else(|| system_of_number(terminology_number(plain)?))
}

/// The code system of a terminology's number: `G15` is that of the professions of health.
pub(crate) fn system_of_number(number: &str) -> Option<&'static str> {
    SYSTEMS.iter().find(|[_, _, nos, _]| nos == number && !number.is_empty()).map(|[system, ..]| system.as_ref())
}

/// `A03` in `https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument`.
fn terminology_number(address: &str) -> Option<&str> {
    let path = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let name = path.strip_prefix("mos.esante.gouv.fr/NOS/TRE_")?;
    let (number, rest) = name.split_once('-')?;
    let (own, file) = rest.split_once("/FHIR/TRE-")?;
    (file.strip_prefix(number)?.strip_prefix('-')? == own).then_some(number)
}
