//! The policies that cases ask for, each put together once.

use std::collections::BTreeMap;
use std::rc::Rc;

use dmp_core::access::functional_rights::FunctionalRights;
use dmp_core::access::matrix::HabilitationMatrix;
use dmp_core::access::{Occupational, Policy, PolicyName, Settings};
use dmp_core::identity::StructureId;
use serde_json::Value;

#[derive(Default)]
pub struct Policies(BTreeMap<String, Rc<Policy>>);

impl Policies {
    pub fn get(&mut self, name: &str, settings: &Value) -> Rc<Policy> {
        let key = format!("{name} {} {}", settings["occupational"], settings["regulation_centres"]);
        Rc::clone(self.0.entry(key).or_insert_with(|| Rc::new(policy(name, settings))))
    }
}

fn policy(name: &str, settings: &Value) -> Policy {
    let centres = settings["regulation_centres"].as_array().expect("centres").iter();
    let chosen = Settings {
        occupational: Occupational::from_code(settings["occupational"].as_str().expect("occupational")).expect("known"),
        regulation_centres: centres
            .map(|one| StructureId::parse(one.as_str().expect("a name")).expect("an id"))
            .collect(),
        ..Settings::default()
    };
    let name = PolicyName::from_code(name).expect("a policy");
    Policy::new(name, HabilitationMatrix::built_in(), FunctionalRights::built_in(), chosen)
}
