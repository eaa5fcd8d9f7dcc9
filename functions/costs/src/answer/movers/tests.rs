//! What is listed, in which order, and that it adds up.

use collector::costs::{Grouping, Usage};
use jiff::civil::date;
use proptest::prelude::*;

use super::super::usage::NotSplit;
use super::*;

const DAYS: (Date, Date) = (date(2026, 10, 1), date(2026, 11, 1));

fn by(name: &str) -> NamedGrouping {
    let grouping = match name {
        "usage_type" => Grouping::Dimension("USAGE_TYPE"),
        "tag:team" => Grouping::Tag("team".to_owned()),
        _ => Grouping::Dimension("SERVICE"),
    };
    NamedGrouping { name: name.to_owned(), grouping }
}

/// A name, a record type, and an amount.
type Group<'a> = (&'a str, &'a str, Decimal);

fn period(groups: &[Group], usage: &[(&str, &str, &str, Option<&str>)]) -> CostPeriod {
    let keys = |name: &str, kind: &str| vec![name.to_owned(), kind.to_owned()];
    let used = usage.iter().map(|(name, kind, quantity, unit)| Usage {
        keys: keys(name, kind),
        quantity: quantity.parse().unwrap(),
        unit: unit.map(str::to_owned),
    });
    CostPeriod {
        start: "2026-11-01".to_owned(),
        end: "2026-12-01".to_owned(),
        estimated: false,
        groups: groups.iter().map(|(name, kind, amount)| (keys(name, kind), *amount)).collect(),
        unit: Some("USD".to_owned()),
        usage: used.collect(),
    }
}

fn compared(grouping: &str, before: &CostPeriod, now: &CostPeriod) -> Movers {
    let by = by(grouping);
    listed(&by, DAYS, groups(&by, (0, 1), &[before], &[now]))
}

fn dollars(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_greatest_changes_come_first_and_types_of_charge_are_apart() {
    let before = period(
        &[
            ("EC2", "Usage", dollars("100")),
            ("EC2", "SavingsPlanCoveredUsage", dollars("20")),
            ("EC2", "SavingsPlanNegation", dollars("-20")),
            ("EC2", "Credit", dollars("-40")),
            ("RDS", "Usage", dollars("70")),
            ("S3", "Usage", dollars("5")),
        ],
        &[],
    );
    let now = period(
        &[
            ("EC2", "Usage", dollars("130")),
            ("RDS", "Usage", dollars("20")),
            ("S3", "Usage", dollars("5")),
            ("Savings Plans for AWS Compute usage", "SavingsPlanUpfrontFee", dollars("300")),
        ],
        &[],
    );
    let movers = compared("service", &before, &now);
    let seen = |mover: &Mover| {
        let record_type = mover.record_type.clone().unwrap_or_default();
        (mover.name.clone(), mover.charge_type.name(), record_type, mover.change.0.to_string())
    };
    let listed: Vec<_> = movers.largest.iter().map(seen).collect();
    let row =
        |name: &str, kind, record: &str, change: &str| (name.to_owned(), kind, record.to_owned(), change.to_owned());
    assert_eq!(
        listed,
        [
            row("Savings Plans for AWS Compute usage", "fees", "SavingsPlanUpfrontFee", "300"),
            row("RDS", "usage", "", "-50"),
            row("EC2", "credits", "Credit", "40"),
            row("EC2", "usage", "", "30"),
        ]
    );
    assert_eq!((movers.before.0, movers.now.0, movers.change.0), (dollars("135"), dollars("455"), dollars("320")));
    assert_eq!(movers.largest[0].change_percent, None);
    assert_eq!(movers.largest[1].change_percent, Some(Amount(dollars("-71.43"))));
    // S3 did not move, so all is explained.
    assert_eq!((movers.explained, movers.others.count), (Some(Amount(Decimal::ONE)), 1));
    assert_eq!((movers.others.before.0, movers.others.change.0), (dollars("5"), Decimal::ZERO));
    assert!(movers.largest.iter().all(|mover| mover.usage.is_none()));
}

#[test]
fn where_nothing_moved_nothing_is_explained() {
    let same = period(&[("EC2", "Usage", dollars("1"))], &[]);
    let movers = compared("service", &same, &same);
    assert_eq!((movers.largest.len(), movers.explained, movers.others.count), (0, None, 1));
    let nothing = compared("service", &period(&[], &[]), &period(&[], &[]));
    assert_eq!((nothing.explained, nothing.others.count, nothing.change.0), (None, 0, Decimal::ZERO));
}

#[test]
fn a_rise_and_a_fall_that_cancel_out_are_both_listed() {
    let before = period(&[("EC2", "Usage", dollars("100"))], &[]);
    let now = period(&[("RDS", "Usage", dollars("100"))], &[]);
    let movers = compared("service", &before, &now);
    assert_eq!((movers.change.0, movers.largest.len()), (Decimal::ZERO, 2));
    assert_eq!(movers.explained, Some(Amount(Decimal::ONE)));
}

#[test]
fn what_is_explained_is_rounded_down() {
    let names: Vec<String> = (0..11).map(|number| format!("s{number:02}")).collect();
    let groups: Vec<Group> = names
        .iter()
        .enumerate()
        .map(|(number, name)| (name.as_str(), "Usage", if number == 10 { dollars("0.001") } else { dollars("100") }))
        .collect();
    let movers = compared("service", &period(&[], &[]), &period(&groups, &[]));
    assert_eq!((movers.largest.len(), movers.explained), (10, Some(Amount(dollars("0.9999")))));
    assert_eq!((movers.others.count, movers.others.change.0), (1, dollars("0.001")));
}

#[test]
fn tags_are_named_by_their_value() {
    let now = period(&[("team$web", "Usage", dollars("1")), ("team$", "Usage", dollars("2"))], &[]);
    let movers = compared("tag:team", &period(&[], &[]), &now);
    let names: Vec<_> = movers.largest.iter().map(|mover| mover.name.as_str()).collect();
    assert_eq!((movers.by.as_str(), names), ("tag:team", vec!["(none)", "web"]));
}

/// A cost and its quantity.
type Used<'a> = (&'a str, Option<(&'a str, Option<&'a str>)>);

/// Returns the parts of a change by usage type, by quantity and by price, or why there are none.
fn split(before: Used, now: Used) -> Result<(String, String), NotSplit> {
    let of = |(cost, used): Used| {
        let usage: Vec<_> = used.iter().map(|(quantity, unit)| ("Box", "Usage", *quantity, *unit)).collect();
        period(&[("Box", "Usage", dollars(cost))], &usage)
    };
    let movers = compared("usage_type", &of(before), &of(now));
    let usage = movers.largest[0].usage.as_ref().unwrap();
    if let Some(reason) = usage.not_split {
        assert_eq!((usage.by_quantity, usage.by_price), (None, None));
        return Err(reason);
    }
    let (by_quantity, by_price) = (usage.by_quantity.unwrap().0, usage.by_price.unwrap().0);
    assert_eq!(by_quantity + by_price, movers.largest[0].change.0);
    Ok((by_quantity.normalize().to_string(), by_price.normalize().to_string()))
}

#[test]
fn a_change_is_split_into_quantity_and_price() {
    let hours = |hours| Some((hours, Some("Hrs")));
    let parts = |by_quantity: &str, by_price: &str| Ok((by_quantity.to_owned(), by_price.to_owned()));
    // Twice the hours at the same price, the same at another price, and both.
    assert_eq!(split(("2.4", hours("24")), ("4.8", hours("48"))), parts("2.4", "0"));
    assert_eq!(split(("96", hours("12000")), ("120", hours("12000"))), parts("0", "24"));
    assert_eq!(split(("10", hours("10")), ("24", hours("20"))), parts("10", "4"));
    // Digits that have no end are the price's.
    assert_eq!(split(("1", hours("3")), ("2", hours("4"))).unwrap().0, "0.3333333333");
    assert_eq!(split(("0", None), ("4.8", hours("48"))), Err(NotSplit::NothingUsedBefore));
    assert_eq!(split(("2.4", hours("0")), ("4.8", hours("48"))), Err(NotSplit::NothingUsedBefore));
    assert_eq!(split(("2.4", hours("24")), ("0", None)), Err(NotSplit::NothingUsedNow));
    assert_eq!(split(("2.4", hours("24")), ("4.8", Some(("48", Some("GB"))))), Err(NotSplit::UnitUnknown));
    assert_eq!(split(("2.4", hours("24")), ("4.8", Some(("48", None)))), Err(NotSplit::UnitUnknown));
}

#[test]
fn what_a_savings_plan_takes_off_again_is_not_used_twice() {
    let covered = |hours: &str, cost: &str| {
        let negated = format!("-{cost}");
        let groups: &[Group] = &[
            ("Box", "Usage", dollars(cost)),
            ("Box", "SavingsPlanCoveredUsage", dollars(cost)),
            ("Box", "SavingsPlanNegation", dollars(&negated)),
        ];
        let used = |kind: &'static str| ("Box", kind, hours.to_owned(), Some("Hrs"));
        let used = [used("Usage"), used("SavingsPlanCoveredUsage"), used("SavingsPlanNegation")];
        let used: Vec<_> = used.iter().map(|(name, kind, hours, unit)| (*name, *kind, hours.as_str(), *unit)).collect();
        period(groups, &used)
    };
    let movers = compared("usage_type", &covered("10", "1"), &covered("20", "2"));
    let usage = movers.largest[0].usage.as_ref().unwrap();
    assert_eq!((usage.before, usage.now), (Some(Amount(dollars("20"))), Some(Amount(dollars("40")))));
    assert_eq!((usage.unit.as_deref(), usage.by_quantity), (Some("Hrs"), Some(Amount(Decimal::ONE))));
}

#[test]
fn taxes_and_credits_have_no_quantity() {
    let now = period(&[("NoUsageType", "Tax", dollars("61"))], &[("NoUsageType", "Tax", "1", Some("Hrs"))]);
    let movers = compared("usage_type", &period(&[], &[]), &now);
    assert_eq!((movers.largest[0].charge_type, &movers.largest[0].usage), (ChargeType::Tax, &None));
}

proptest! {
    #[test]
    fn movers_and_others_add_up_to_the_change_to_the_last_digit(
        amounts in proptest::collection::vec(
            (0_usize..30, 0_usize..4, -1_000_000_000_000_i64..1_000_000_000_000, 0_u32..12, any::<bool>()), 0..120,
        )
    ) {
        const KINDS: [&str; 4] = ["Usage", "Credit", "Tax", "SavingsPlanNegation"];
        let names: Vec<String> = (0..30).map(|number| format!("s{number}")).collect();
        let of = |wanted: bool| -> Vec<Group> {
            let groups = amounts.iter().filter(|(.., is_now)| *is_now == wanted);
            groups.map(|(name, kind, mantissa, scale, _)| (names[*name].as_str(), KINDS[*kind], Decimal::new(*mantissa, *scale))).collect()
        };
        let (before, now) = (period(&of(false), &[]), period(&of(true), &[]));
        let movers = compared("service", &before, &now);
        let total = |of_mover: fn(&Mover) -> Decimal, of_others: Amount| {
            sum(movers.largest.iter().map(of_mover)) + of_others.0
        };
        prop_assert_eq!(total(|mover| mover.change.0, movers.others.change), now.total() - before.total());
        prop_assert_eq!(total(|mover| mover.before.0, movers.others.before), before.total());
        prop_assert_eq!(total(|mover| mover.now.0, movers.others.now), now.total());
        prop_assert!(movers.largest.len() <= MOST_LISTED);
        prop_assert!(movers.largest.iter().all(|mover| !mover.change.0.is_zero()));
        let sizes: Vec<Decimal> = movers.largest.iter().map(|mover| mover.change.0.abs()).collect();
        prop_assert!(sizes.is_sorted_by(|a, b| a >= b));
        if let Some(Amount(explained)) = movers.explained {
            prop_assert!((Decimal::ZERO..=Decimal::ONE).contains(&explained));
        }
    }
}
