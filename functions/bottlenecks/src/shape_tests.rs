//! The shape of a response: a snapshot, the order, and the properties of pages.

use std::rc::Rc;

use api::Query;
use collector::price::Prices;
use collector::recommendation::Recommendations;
use collector::{
    Beside, Inventory, Judge as _, Measurement, Resource, ResourceType, Series, SeriesStatus, StoredParameter, Survey,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use crate::advice::Advice;
use crate::answer::{Bottlenecks, shape};
use crate::exceptions::Exceptions;
use crate::judge::{Judgement, Rules};
use crate::query::{BottlenecksQuery, PARAMETERS};
use crate::rule::Severity;
use crate::rules;
use crate::rules::tests::{address, database, function, instance, now, volume};

mod advice;
mod exceptions;
mod savings;

/// The types of the account in these tests.
const TYPES: [ResourceType; 5] =
    [ResourceType::Ec2, ResourceType::Rds, ResourceType::Lambda, ResourceType::Ebs, ResourceType::Eip];

fn query(parameters: &[(&str, &str)]) -> BottlenecksQuery {
    let query = Query::parse(parameters.iter().copied(), PARAMETERS).unwrap();
    BottlenecksQuery::from_query(&query, now()).unwrap()
}

fn named(resource: Resource, id: &str) -> Resource {
    Resource { id: id.to_owned(), ..resource }
}

/// What CloudWatch has of a resource, metric, statistic and period in seconds, in every period.
type Measured = dyn Fn(&str, &str, &str, u32) -> Option<f64>;

/// An account before it is judged: an inventory, and what CloudWatch has of each resource.
#[derive(Clone)]
struct Account {
    inventory: Inventory,
    status: SeriesStatus,
    value: Rc<Measured>,
    /// The exceptions that the operator lists.
    stored: Vec<StoredParameter>,
    prices: Prices,
    /// What AWS itself recommends; `None` if it is not asked.
    recommended: Option<Recommendations>,
}

impl Account {
    /// Returns the response to a request.
    fn ask(&self, query: &BottlenecksQuery) -> Value {
        serde_json::to_value(self.page(query)).unwrap()
    }

    fn page(&self, query: &BottlenecksQuery) -> Bottlenecks {
        let rules = Rules { categories: &query.categories, thresholds: &query.thresholds, windows: &query.windows };
        let passed = Beside::default().with_status_checks(Vec::new(), true);
        let judged = self.inventory.resources.iter().map(|resource| {
            let first = self.series(resource, &rules.first(resource));
            let then = self.series(resource, &rules.then(resource, &first));
            rules.judge(resource, &first, &then, &passed)
        });
        let survey = Survey { inventory: self.inventory.clone(), read: judged.collect() };
        let account = Some("123456789012".to_owned());
        let exceptions = Exceptions::read(&self.stored, true, account, query.windows.now);
        let recommended = self.recommended.as_ref().filter(|_| query.has_advice());
        let advice = recommended.map(|found| Advice::of(found, &survey, query)).unwrap_or_default();
        let mut judgement = Judgement::of(&survey, &exceptions).with(&advice, &exceptions);
        if query.has_savings {
            crate::savings::give(&mut judgement, &self.prices);
        }
        judgement.sort(query.sort);
        shape(&survey.inventory, &exceptions, &judgement, &advice, query).unwrap()
    }

    fn series(&self, resource: &Resource, measurements: &[Measurement]) -> Vec<Series> {
        let of_measurement = |m: &Measurement| {
            let periods = (0..i64::try_from(m.window.periods()).unwrap()).map(|n| n * i64::from(m.window.period));
            let starts: Vec<_> =
                periods.map(|after| Timestamp::from_second(m.window.start.as_second() + after).unwrap()).collect();
            let of_statistic = |statistic: &String| {
                let value = (self.value)(&resource.id, m.metric.name, statistic, m.window.period);
                starts.iter().filter_map(|at| Some((*at, value?))).collect()
            };
            Series { values: m.statistics.iter().map(of_statistic).collect(), status: self.status }
        };
        measurements.iter().map(of_measurement).collect()
    }
}

/// Returns an account for which CloudWatch has `value` in every period.
fn account(
    resources: Vec<Resource>,
    status: SeriesStatus,
    value: impl Fn(&str, &str, &str, u32) -> Option<f64> + 'static,
) -> Account {
    let listed = TYPES.into_iter().filter(|kind| *kind != ResourceType::Rds);
    let inventory = Inventory {
        regions: vec!["us-east-1".to_owned()],
        types: TYPES.to_vec(),
        listed: listed.map(|kind| (kind, "us-east-1".to_owned())).collect(),
        resources,
    };
    Account {
        inventory,
        status,
        value: Rc::new(value),
        stored: Vec::new(),
        prices: Prices::default(),
        recommended: None,
    }
}

fn answer(account: &Account, parameters: &[(&str, &str)]) -> Value {
    account.ask(&query(parameters))
}

/// Returns an account with a busy instance, a stopped one, one without datapoints, a failing function, and an unused
/// volume and address.
fn small_account() -> Account {
    let resources = vec![
        named(instance("m5.large", "running"), "i-hot"),
        named(instance("m5.large", "running"), "i-silent"),
        named(instance("m5.large", "stopped"), "i-stopped"),
        function(),
        volume("available"),
        address("unassociated"),
    ];
    account(resources, SeriesStatus::Complete, |id, metric, statistic, _| match (id, metric, statistic) {
        ("i-hot", "cpu", "Maximum") => Some(97.5),
        ("i-hot", "cpu", _) => Some(93.0),
        ("i-hot", "network_in" | "network_out", _) => Some(1e9),
        ("f", "invocations", _) => Some(200.0),
        ("f", "errors", _) => Some(40.0),
        ("f", "throttles", _) => Some(0.0),
        ("f", "duration", _) => Some(3_000.0),
        _ => None,
    })
}

#[test]
fn a_response_has_findings_what_was_not_judged_and_the_rules() {
    let mut data = answer(&small_account(), &[]);
    // docs/rules.md has all texts of the rules, so the snapshot does not need them.
    let rules = data.as_object_mut().unwrap().remove("rules").unwrap();
    assert_eq!(rules.as_object().unwrap().len(), TYPES.into_iter().flat_map(rules::of).count());
    assert_eq!(rules["ec2_idle"]["source"], "AWS Compute Optimizer: idle EC2 instances");
    let finding =
        |parameters| answer(&small_account(), parameters)["rules"]["ec2_underutilized"]["finding"].to_string();
    assert!(finding(&[]).contains("below 10 %, and its peak is not above 80 %"));
    assert!(finding(&[("cpu_low", "2"), ("cpu_high", "95")]).contains("below 2 %, and its peak is not above 95 %"));
    insta::assert_json_snapshot!(data);
}

#[test]
fn a_changed_threshold_is_in_the_rules_and_in_the_findings() {
    let data = answer(&small_account(), &[("thresholds", "lambda_errors.rate:15,ec2_idle.days:5"), ("cpu_high", "90")]);
    let json = |value: f64, default: f64, unit| serde_json::json!({"value": value, "default": default, "unit": unit});
    let (cpu, rate, days) = (json(90.0, 80.0, "Percent"), json(15.0, 10.0, "Percent"), json(7.0, 7.0, "Days"));
    let rule = &data["rules"]["lambda_errors"];
    assert_eq!(rule["finding"], "more than 15 % of the invocations failed on one of the last 7 days or today");
    assert_eq!(rule["thresholds"], serde_json::json!({"rate": rate, "days": days}));
    assert_eq!(data["rules"]["ec2_high_cpu"]["thresholds"], serde_json::json!({"cpu": cpu}));
    assert_eq!(data["rules"]["ebs_unattached"]["thresholds"], serde_json::json!({}));
    let changed: Vec<_> = data["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (found["rule"].as_str().unwrap(), found["threshold"].as_f64().unwrap(), found["changed_thresholds"].clone())
        })
        .collect();
    let (of_cpu, of_rate) = (serde_json::json!({"cpu": cpu}), serde_json::json!({"rate": rate}));
    assert_eq!(
        changed,
        [
            ("ec2_sustained_high_cpu", 90.0, of_cpu.clone()),
            ("lambda_errors", 15.0, of_rate),
            ("ec2_high_cpu", 90.0, of_cpu),
            // Unchanged, so it is not marked.
            ("ebs_unattached", 1.0, Value::Null),
            ("eip_unassociated", 1.0, Value::Null),
        ]
    );
}

#[test]
fn only_the_rules_of_the_requested_types_are_listed() {
    let mut account = small_account();
    account.inventory.types = vec![ResourceType::Eip];
    let rules = answer(&account, &[("types", "eip")])["rules"].clone();
    assert_eq!(rules.as_object().unwrap().keys().collect::<Vec<_>>(), ["eip_unassociated"]);
}

#[test]
fn without_cloudwatchs_data_only_rules_without_metrics_judge() {
    let stopped = named(instance("m5.large", "stopped"), "i-2");
    let resources = vec![named(instance("m5.large", "running"), "i-1"), stopped, volume("available")];
    for status in
        [SeriesStatus::Missing, SeriesStatus::PartialData, SeriesStatus::Forbidden, SeriesStatus::InternalError]
    {
        let data = answer(&account(resources.clone(), status, |_, _, _, _| Some(99.0)), &[]);
        assert_eq!(data["summary"]["by_rule"], serde_json::json!({"ebs_unattached": 1}), "{status:?}");
        let reasons: Vec<_> =
            data["not_judged"].as_array().unwrap().iter().map(|entry| entry["reason"].as_str().unwrap()).collect();
        assert_eq!(reasons, ["not_measured", "not_running", "unknown"]);
    }
}

#[test]
fn findings_are_sorted_by_rule_and_then_by_the_distance_to_the_threshold() {
    let ids = ["i-1", "i-2", "i-3"];
    let mut resources: Vec<_> = ids.iter().map(|id| named(instance("m5.large", "running"), id)).collect();
    resources.push(named(database(|_| ()), "db"));
    let account = account(resources, SeriesStatus::Complete, |id, metric, _, _| match (id, metric) {
        ("db", "freeable_memory" | "burst_balance" | "connections") => Some(1e12),
        ("i-2", "cpu") => Some(99.0),
        (_, "cpu") => Some(90.0),
        _ => Some(0.0),
    });
    let data = answer(&account, &[]);
    let order: Vec<_> = data["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["rule"].as_str().unwrap(), found["resource"]["id"].as_str().unwrap()))
        .collect();
    assert_eq!(
        order,
        [
            ("rds_low_storage", "db"),
            ("ec2_sustained_high_cpu", "i-2"),
            ("ec2_sustained_high_cpu", "i-1"),
            ("ec2_sustained_high_cpu", "i-3"),
            ("ec2_high_cpu", "i-2"),
            ("ec2_high_cpu", "i-1"),
            ("ec2_high_cpu", "i-3"),
        ]
    );
    assert_eq!(data["summary"]["by_severity"], serde_json::json!({"critical": 1, "high": 3, "medium": 3, "low": 0}));
}

#[test]
fn the_distance_to_the_threshold_also_sorts_findings_with_different_thresholds() {
    let of_size = |id, gib| named(database(|database| database.storage_gb = Some(gib)), id);
    // They lack 1 of 100 GiB and 5 of 10 GiB that should be free.
    let resources = vec![of_size("db-large", 1_000), of_size("db-small", 100)];
    let account = account(resources, SeriesStatus::Complete, |id, metric, _, _| {
        let free = if id == "db-large" { 99.0 } else { 5.0 };
        Some(if metric == "free_storage" { free * crate::sizes::GIB } else { 1e12 })
    });
    let data = answer(&account, &[]);
    let found = data["findings"].as_array().unwrap();
    let low = found.iter().filter(|found| found["rule"] == "rds_low_storage");
    let order: Vec<_> = low.map(|found| found["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!(order, ["db-small", "db-large"]);
}

/// Returns the number of entries on each page, and every entry.
fn all_pages(account: &Account, limit: &str) -> (Vec<usize>, Vec<String>) {
    all_pages_sorted(account, limit, "severity")
}

/// Returns the number of entries on each page of an order, and every entry.
fn all_pages_sorted(account: &Account, limit: &str, sort: &str) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut entries, mut cursor) = (Vec::new(), Vec::new(), None::<String>);
    loop {
        let mut parameters = vec![("limit", limit), ("sort", sort)];
        parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let data = answer(account, &parameters);
        let lists = [&data["findings"], &data["not_judged"], &data["suppressed"]["findings"]];
        let page: Vec<_> = lists.iter().flat_map(|list| list.as_array().unwrap()).map(Value::to_string).collect();
        sizes.push(page.len());
        entries.extend(page);
        assert!(sizes.len() <= 200, "the pages do not end");
        match data["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return (sizes, entries),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn all_pages_together_have_each_entry_once(
        loads in proptest::collection::vec(0_u8..5, 1..15),
        accepted in proptest::collection::vec(0_usize..15, 0..8),
        limit in 1_usize..9,
    ) {
        let resources: Vec<_> =
            (0..loads.len()).map(|n| named(instance("m5.large", "running"), &format!("i-{n:02}"))).collect();
        let load = move |id: &str| loads[id.trim_start_matches("i-").parse::<usize>().unwrap()];
        // The loads are: no datapoints, idle, ordinary, busy and busier.
        let plain = account(resources, SeriesStatus::Complete, move |id, metric, _, _| match (load(id), metric) {
            (0, _) => None,
            (load, "cpu") => Some([0.0, 1.0, 50.0, 90.0, 99.0][usize::from(load)]),
            (1, _) => Some(0.0),
            _ => Some(1e9),
        });
        let accepted: Vec<_> = accepted.iter().map(|n| exceptions::entry(&format!("i-{n:02}"), "all")).collect();
        let account = Account { stored: exceptions::stored(&accepted), ..plain.clone() };
        let (sizes, entries) = all_pages(&account, &limit.to_string());
        let (_, expected) = all_pages(&account, "10000");
        prop_assert_eq!(expected.len(), all_pages(&plain, "10000").1.len());
        prop_assert_eq!(&entries, &expected);
        prop_assert_eq!(sizes.len(), expected.len().div_ceil(limit).max(1));
        let unique: std::collections::BTreeSet<_> = entries.iter().collect();
        prop_assert_eq!(unique.len(), entries.len());
    }
}

#[test]
fn for_an_hour_every_page_is_about_the_time_of_the_first() {
    let first = answer(&small_account(), &[("limit", "1")]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let requested_at = |later: &str| {
        let pairs = [("limit", "1"), ("cursor", cursor)];
        BottlenecksQuery::from_query(&Query::parse(pairs, PARAMETERS).unwrap(), later.parse().unwrap())
    };
    assert_eq!(requested_at("2026-11-20T11:37:12Z").unwrap().windows.now, now());
    for (later, case) in [("2026-11-20T11:37:13Z", "past"), ("2026-11-20T10:37:11Z", "before")] {
        let refused = requested_at(later).unwrap_err().to_string();
        assert!(refused.starts_with("cursor: this cursor has expired"), "{case}: {refused}");
    }
    for changed in [("cpu_high", "81"), ("thresholds", "rds_swap:257")] {
        let other = Query::parse([changed, ("cursor", cursor)], PARAMETERS).unwrap();
        let refused = BottlenecksQuery::from_query(&other, now()).unwrap_err().to_string();
        assert!(refused.starts_with("cursor: the cursor of another request"), "{changed:?}: {refused}");
    }
}

#[test]
fn each_page_of_an_account_with_ten_thousand_instances_fits_into_lambdas_6_mb() {
    let resources: Vec<_> =
        (0..10_000).map(|n| named(instance("m5.xlarge", "running"), &format!("i-{n:017x}"))).collect();
    let idle = |_: &str, metric: &str, _: &str, _| Some(if metric == "cpu" { 1.5 } else { 0.0 });
    let account = account(resources, SeriesStatus::Complete, idle);
    let first = answer(&account, &[]).to_string();
    let as_lambda_sends_it = serde_json::to_string(&first).unwrap();
    assert!((5_000_000..6_000_000).contains(&as_lambda_sends_it.len()), "{}", as_lambda_sends_it.len());
    let first: Value = serde_json::from_str(&first).unwrap();
    // Each instance is idle and underutilised.
    assert_eq!(first["summary"]["findings"], 20_000);
    assert!(first["next_cursor"].is_string());
}

#[test]
fn severities_are_sorted_worst_first() {
    let names: Vec<_> = Severity::ALL.iter().map(|severity| serde_json::to_string(severity).unwrap()).collect();
    assert_eq!(names, ["\"critical\"", "\"high\"", "\"medium\"", "\"low\""]);
    assert!(Severity::ALL.is_sorted());
}
