//! The encoding against another implementation: `ciborium` reads what is written here, and writes the same bytes.

use ciborium::Value;
use dmp_core::code::{Code, Dtm, Instant, Precision};
use dmp_core::document::criteria::{Clause, DatePrefix, DateValue, Field, TextMatch, TextValue, Token};
use dmp_core::document::{Criteria, Page, Position, Sort};
use dmp_core::dossier::{AccessMode, ActCode, Facts, ItemOutcome, ItemStatus, Outcome, Question, Rule};
use dmp_core::encoding::{Reader, Writer, from_bytes, to_bytes};
use proptest::prelude::*;

/// Any value of our part of CBOR.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..300).prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
        ".{0,40}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let map = prop::collection::btree_map(any::<u64>(), inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            map.prop_map(|map| Value::Map(map.into_iter().map(|(key, value)| (Value::from(key), value)).collect())),
        ]
    })
}

fn write(value: &Value, writer: &mut Writer) {
    match value {
        Value::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
            (Ok(number), _) => writer.unsigned(number),
            (_, Ok(number)) => writer.signed(number),
            _ => unreachable!("no such number is made"),
        },
        Value::Bytes(bytes) => writer.bytes(bytes),
        Value::Text(text) => writer.text(text),
        Value::Bool(value) => writer.bool(*value),
        Value::Array(items) => {
            writer.array(items.len());
            items.iter().for_each(|item| write(item, writer));
        }
        Value::Map(pairs) => {
            writer.map(pairs.len());
            for (key, value) in pairs {
                write(key, writer);
                write(value, writer);
            }
        }
        _ => unreachable!("no such value is made"),
    }
}

fn any_text() -> impl Strategy<Value = Option<Box<str>>> {
    prop::option::of(".{0,30}".prop_map(Box::from))
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn any_instant() -> impl Strategy<Value = Instant> {
    any::<i64>().prop_map(Instant::from_millis)
}

fn any_criterion() -> impl Strategy<Value = dmp_core::document::criteria::Value> {
    use dmp_core::document::criteria::Value as Criterion;
    let date = (one_of(DatePrefix::ALL), any_instant(), one_of(Precision::ALL));
    prop_oneof![
        (any_text(), any_text()).prop_map(|(system, code)| Criterion::Token(Token { system, code })),
        date.prop_map(|(prefix, start, precision)| {
            Criterion::Date(DateValue { prefix, date: Dtm { start, precision } })
        }),
        (one_of(TextMatch::ALL), ".{0,20}")
            .prop_map(|(how, text)| Criterion::Text(TextValue { how, text: text.into() })),
    ]
}

fn any_question() -> impl Strategy<Value = Question> {
    let clause = (one_of(Field::ALL), any::<bool>(), prop::collection::vec(any_criterion(), 0..4));
    let clause = clause.prop_map(|(field, not, any)| Clause { field, not, any });
    prop_oneof![
        prop::collection::vec(clause, 0..4).prop_map(|all| Question::Criteria(Criteria { all })),
        any::<u32>().prop_map(Question::Item),
        ".{0,60}".prop_map(|text| Question::Identifier(text.into())),
        any::<u32>().prop_map(Question::Entry),
        ".{0,60}".prop_map(|text| Question::Dossier(text.into())),
    ]
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let item = (any::<Option<u32>>(), one_of(ItemStatus::ALL), prop::option::of(one_of(Rule::ALL)));
    let item = item.prop_map(|(item, status, rule)| ItemOutcome { item, status, rule });
    let outcome = (one_of(Rule::ALL), prop::collection::vec(item, 0..5), any::<Option<u32>>());
    outcome.prop_map(|(rule, items, count)| Outcome { rule, items, count })
}

fn any_page() -> impl Strategy<Value = Page> {
    let after = (any_instant(), any::<u32>()).prop_map(|(at, item)| Position { at, item });
    let page = (one_of(Sort::ALL), any::<u32>(), prop::option::of(after));
    page.prop_map(|(sort, limit, after)| Page { sort, limit, after })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let others = (any::<Option<u32>>(), prop::collection::vec(any::<u32>(), 0..3));
    let who = (one_of(ActCode::ALL), any_instant(), any::<u32>(), others, any::<[u8; 8]>());
    let how = (prop::option::of(one_of(AccessMode::ALL)), any_text(), any::<Option<u32>>(), any_text());
    let what = (prop::option::of(any_question()), any_outcome(), any_text(), prop::option::of(any_page()));
    (who, how, what).prop_map(|(who, how, what)| Facts {
        act: who.0,
        at: who.1,
        requester: who.2,
        on_behalf: who.3.0,
        joint: who.3.1,
        policy: who.4,
        mode: how.0,
        motive: how.1,
        addressed: how.2,
        correlation: how.3,
        question: what.0,
        outcome: what.1,
        motive_code: what.2.map(|code| Code::new("1.2.3", &code)),
        page: what.3,
    })
}

proptest! {
    #[test]
    fn the_oracle_writes_the_same_bytes(value in any_value()) {
        let mut writer = Writer::default();
        write(&value, &mut writer);
        let ours = writer.into_bytes();
        prop_assert_eq!(&ours, &super::bytes(&value));
        let mut reader = Reader::new(&ours);
        prop_assert_eq!(reader.pass(), Ok(()));
        prop_assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn what_is_read_here_the_oracle_writes(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut reader = Reader::new(&bytes);
        if reader.pass().is_ok() && reader.end().is_ok() {
            prop_assert_eq!(super::bytes(&super::value(&bytes)), bytes);
        }
    }

    #[test]
    fn facts_come_back_and_the_oracle_agrees(facts in any_facts()) {
        let bytes = to_bytes(&facts);
        prop_assert_eq!(super::bytes(&super::value(&bytes)), bytes.clone());
        prop_assert_eq!(from_bytes::<Facts>(&bytes), Ok(facts));
    }

    #[test]
    fn a_changed_specimen_is_refused_or_reads_as_what_it_is(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let specimens = super::specimens();
        let (name, mut bytes) = specimens[which.index(specimens.len())].clone();
        *at.get_mut(&mut bytes) ^= flip;
        // A changed key may be an unknown one, which is passed over: what is then read has one form again.
        if let Ok(written) = super::again(&name, &bytes) {
            prop_assert!(written.len() <= bytes.len());
            prop_assert_eq!(super::again(&name, &written), Ok(written));
        }
    }
}
