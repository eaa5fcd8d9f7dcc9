//! What a response says of suppressed findings, and of exceptions that don't count.

use std::collections::BTreeSet;

use collector::Tags;
use serde_json::json;

use super::*;
use crate::table;

/// The last day of the exceptions in these tests, some days after `now`.
const UNTIL: &str = "2026-12-31";

/// Returns an entry of the operator's list.
pub(super) fn entry(resource: &str, rule: &str) -> Value {
    json!({"resource": resource, "rule": rule, "reason": "known", "until": UNTIL})
}

/// Returns the parameter with these entries.
pub(super) fn stored(entries: &[Value]) -> Vec<StoredParameter> {
    let value = json!({"exceptions": entries}).to_string();
    vec![StoredParameter { name: "/stratoscope/exceptions/a".to_owned(), value, is_encrypted: false }]
}

fn tagged(resource: &mut Resource, pairs: [(&str, &str); 3]) {
    let tags: Tags = pairs.iter().map(|(key, value)| (format!("stratoscope:{key}"), (*value).to_owned())).collect();
    resource.tags = Some(tags);
}

/// Returns the small account, in which the operator accepts the idle volume, and its owner the failing function.
fn with_exceptions() -> Account {
    let mut account = small_account();
    account.stored = stored(&[entry("vol-*", "ebs_unattached")]);
    for resource in &mut account.inventory.resources {
        if resource.resource_type() == ResourceType::Lambda {
            tagged(
                resource,
                [("ignore", "lambda_errors"), ("ignore-reason", "a test"), ("ignore-until", "2026-11-20")],
            );
        }
    }
    account
}

#[test]
fn suppressed_findings_are_counted_apart_and_listed_with_reason_and_end() {
    let (before, after) = (answer(&small_account(), &[]), answer(&with_exceptions(), &[]));
    assert_eq!(before["suppressed"], json!({"count": 0, "by_rule": {}, "findings": []}));
    let resource = |rule: &str| {
        let findings = before["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["rule"] == rule).unwrap()["resource"].clone()
    };
    assert_eq!(
        after["suppressed"],
        json!({
            "count": 2,
            "by_rule": {"ebs_unattached": 1, "lambda_errors": 1},
            "findings": [
                {
                    "resource": resource("lambda_errors"), "rule": "lambda_errors", "severity": "high", "by": "tag",
                    "parameter": null, "reason": "a test", "until": "2026-11-20",
                },
                {
                    "resource": resource("ebs_unattached"), "rule": "ebs_unattached", "severity": "low", "by": "list",
                    "parameter": "/stratoscope/exceptions/a", "reason": "known", "until": "2026-12-31",
                },
            ],
        })
    );
    assert_eq!(
        after["exceptions"],
        json!({"by_tag": true, "problem_count": 0, "problems": [], "ended_count": 0, "ended": []})
    );
    let rules = |data: &Value| -> BTreeSet<String> {
        data["findings"].as_array().unwrap().iter().map(|found| found["rule"].as_str().unwrap().to_owned()).collect()
    };
    let suppressed = ["ebs_unattached", "lambda_errors"].map(str::to_owned).into();
    assert_eq!(&rules(&before) - &rules(&after), suppressed);
    // No other count has them.
    let count = |data: &Value| data["summary"]["findings"].as_u64().unwrap();
    assert_eq!(count(&before) - count(&after), 2);
    assert_eq!(after["findings"].as_array().unwrap().len() as u64, count(&after));
    for rule in ["ebs_unattached", "lambda_errors"] {
        assert_eq!(after["summary"]["by_rule"][rule], Value::Null);
    }
    assert_eq!(after["summary"]["by_severity"], json!({"critical": 0, "high": 1, "medium": 1, "low": 1}));
    assert_eq!(after["summary"]["by_type"]["lambda"], json!({"resources": 1, "with_findings": 0, "not_judged": 0}));
    assert_eq!(after["not_judged"], before["not_judged"]);
}

#[test]
fn suppressed_findings_are_shown_whole_on_request() {
    let (before, after) = (answer(&small_account(), &[]), answer(&with_exceptions(), &[("suppressed", "show")]));
    for entry in after["suppressed"]["findings"].as_array().unwrap() {
        let finding = before["findings"].as_array().unwrap().iter().find(|found| found["rule"] == entry["rule"]);
        assert_eq!(entry["finding"], *finding.unwrap());
    }
    assert_eq!(after["suppressed"]["count"], 2);
    assert_eq!(after["summary"], answer(&with_exceptions(), &[])["summary"]);
}

#[test]
fn a_finding_says_why_its_exception_does_not_suppress_it() {
    let mut account = small_account();
    let full = named(database(|_| ()), "db");
    account.inventory.resources.push(full);
    let value = account.value;
    account.value = Rc::new(move |id, metric, statistic, period| match (id, metric) {
        ("db", "free_storage") => Some(0.0),
        ("db", _) => Some(1e12),
        _ => value(id, metric, statistic, period),
    });
    for resource in &mut account.inventory.resources {
        match resource.resource_type() {
            ResourceType::Lambda => {
                tagged(resource, [("ignore", "all"), ("ignore-reason", "a test"), ("ignore-until", "2026-11-19")]);
            }
            ResourceType::Ebs => tagged(resource, [("ignore", "all"), ("ignore-reason", ""), ("ignore-until", UNTIL)]),
            ResourceType::Rds => {
                tagged(resource, [("ignore", "all"), ("ignore-reason", "full"), ("ignore-until", UNTIL)]);
            }
            _ => {}
        }
    }
    account.stored = stored(&[entry("i-*", "no_such_rule")]);
    let data = answer(&account, &[]);
    let exception = |rule: &str| {
        let findings = data["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["rule"] == rule).unwrap()["exception"].clone()
    };
    assert_eq!(
        exception("lambda_errors"),
        json!({
            "by": "tag", "parameter": null, "why": "ended", "reason": "a test", "until": "2026-11-19",
            "message": "the exception ended on 2026-11-19",
        })
    );
    assert_eq!(
        exception("ebs_unattached"),
        json!({
            "by": "tag", "parameter": null, "why": "invalid", "reason": null, "until": null,
            "message": "the exception does not count: the tag `stratoscope:ignore-reason` is missing or empty",
        })
    );
    assert_eq!(exception("rds_low_storage")["why"], "critical");
    assert_eq!(exception("eip_unassociated"), Value::Null);
    let exceptions = &data["exceptions"];
    assert_eq!((&exceptions["problem_count"], &exceptions["ended_count"]), (&json!(3), &json!(1)));
    let problems: Vec<_> = exceptions["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            (
                problem["by"].as_str().unwrap(),
                problem["entry"].as_u64(),
                problem["resource"]["id"].as_str(),
                problem["problem"].as_str().unwrap(),
            )
        })
        .collect();
    let critical = "rds_low_storage: a tag does not suppress a critical finding; the operator can list an exception";
    assert_eq!(
        problems,
        [
            ("list", Some(1), None, "`no_such_rule` is not a rule; allowed: `all`, or the name of a rule"),
            ("tag", None, Some("vol-1"), "the tag `stratoscope:ignore-reason` is missing or empty"),
            ("tag", None, Some("db"), critical),
        ]
    );
    let ended = &exceptions["ended"][0];
    assert_eq!(
        (&ended["rule"], &ended["until"], &ended["reason"]),
        (&json!("lambda_errors"), &json!("2026-11-19"), &json!("a test"))
    );
    // The tag of the full database silences all else of it.
    let suppressed = data["suppressed"]["findings"].as_array().unwrap();
    assert!(!suppressed.is_empty());
    assert!(suppressed.iter().all(|found| found["resource"]["id"] == "db" && found["severity"] != "critical"));
}

#[test]
fn a_table_has_suppressed_findings_only_if_they_are_shown() {
    let account = with_exceptions();
    let table = |parameters: &[(&str, &str)]| {
        let parameters = [parameters, &[("format", "csv")]].concat();
        format!("{:?}", table::of(&account.page(&query(&parameters))))
    };
    let (hidden, shown) = (table(&[]), table(&[("suppressed", "show")]));
    let row = "Text(\"lambda_errors\"), Text(\"high\")";
    assert!(!hidden.contains(row) && shown.contains(row));
    assert!(shown.contains("Text(\"tag\"), Text(\"a test\"), Text(\"2026-11-20\"), Plain(\"\")]"));
    assert!(shown.contains("Text(\"list\"), Text(\"known\"), Text(\"2026-12-31\"), Plain(\"\")]"));
    assert_eq!(hidden.matches("Text(\"ec2_sustained_high_cpu\")").count(), 1);
    // No page of a table consists of what it does not show.
    let data = answer(&account, &[("format", "csv")]);
    assert_eq!((&data["suppressed"]["count"], &data["suppressed"]["findings"]), (&json!(2), &json!([])));
}

#[test]
fn a_cursor_stays_valid_when_suppressed_findings_are_shown() {
    let account = with_exceptions();
    let first = answer(&account, &[("limit", "2")]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = answer(&account, &[("cursor", cursor), ("suppressed", "show")]);
    assert_eq!(rest["suppressed"]["findings"].as_array().unwrap().len(), 2);
    let whole = answer(&account, &[]);
    assert_eq!(rest["findings"].as_array().unwrap()[..], whole["findings"].as_array().unwrap()[2..]);
}

#[test]
fn each_page_with_ten_thousand_tagged_instances_fits_into_lambdas_6_mb() {
    let reason = "\"".repeat(256);
    for (until, parameters) in [(UNTIL, &[("suppressed", "show")][..]), ("2026-11-19", &[]), ("\"\\", &[])] {
        let instances = (0..10_000).map(|n| {
            let mut one = named(instance("m5.xlarge", "running"), &format!("i-{n:017x}"));
            tagged(&mut one, [("ignore", "all"), ("ignore-reason", &reason), ("ignore-until", until)]);
            one
        });
        let idle = |_: &str, metric: &str, _: &str, _| Some(if metric == "cpu" { 1.5 } else { 0.0 });
        let mut account = account(instances.collect(), SeriesStatus::Complete, idle);
        let bad = vec![json!({"resource": reason}); 2_000];
        account.stored = stored(&bad);
        let data = answer(&account, parameters);
        let as_lambda_sends_it = serde_json::to_string(&data.to_string()).unwrap();
        assert!((5_000_000..6_200_000).contains(&as_lambda_sends_it.len()), "{until}: {}", as_lambda_sends_it.len());
        assert!(data["next_cursor"].is_string());
        let (suppressed, found) = (&data["suppressed"]["count"], &data["summary"]["findings"]);
        let expected = if until == UNTIL { (20_000, 0) } else { (0, 20_000) };
        assert_eq!((suppressed.as_u64(), found.as_u64()), (Some(expected.0), Some(expected.1)));
        assert_eq!(data["exceptions"]["problems"].as_array().unwrap().len(), 100);
    }
}
