//! AWS's own recommendations in a response: beside findings, as findings, to be bought, or counted.

use std::collections::{BTreeMap, BTreeSet};

use collector::Tags;
use collector::price::Usd;
use collector::recommendation::{Discounts, Preferences, Recommendation};
use rust_decimal::Decimal;
use serde_json::json;

use super::*;
use crate::answer::BottlenecksCoverage;
use crate::table;

fn usd(cents: i64) -> Usd {
    Usd::rounded(Decimal::new(cents, 2))
}

/// Returns a recommendation for a resource in `us-east-1`, or where the ARN says.
fn to(action: &str, aws_type: &str, arn: &str, cents: i64) -> Recommendation {
    let region = arn.split(':').nth(3).unwrap_or_default();
    Recommendation {
        id: format!("{action}-{arn}"),
        account: Some("123456789012".to_owned()),
        arn: Some(arn.to_owned()),
        resource_id: arn.rsplit(['/', ':']).next().map(str::to_owned),
        region: Some(region.to_owned()),
        aws_type: aws_type.to_owned(),
        action: action.to_owned(),
        monthly_usd: Some(usd(cents)),
        percent: Some(50.0),
        current: Some("c5.2xlarge".to_owned()),
        recommended: Some("c5.xlarge".to_owned()),
        lookback_days: Some(14),
        source: Some("ComputeOptimizer".to_owned()),
        effort: Some("Medium".to_owned()),
        restart_needed: Some(true),
        rollback_possible: Some(true),
        refreshed_at: Some("2026-11-20T01:30:00Z".parse().unwrap()),
        tags: Vec::new(),
    }
}

fn of_instance(action: &str, id: &str, cents: i64) -> Recommendation {
    to(action, "Ec2Instance", &format!("arn:aws:ec2:us-east-1:123456789012:instance/{id}"), cents)
}

fn of_volume(id: &str, cents: i64) -> Recommendation {
    to("Delete", "EbsVolume", &format!("arn:aws:ec2:us-east-1:123456789012:volume/{id}"), cents)
}

fn purchase(id: &str, cents: i64) -> Recommendation {
    Recommendation {
        id: id.to_owned(),
        aws_type: "ComputeSavingsPlans".to_owned(),
        action: "PurchaseSavingsPlans".to_owned(),
        monthly_usd: Some(usd(cents)),
        recommended: Some("$0.42/hour".to_owned()),
        ..Recommendation::default()
    }
}

fn after_discounts() -> Preferences {
    Preferences { discounts: Some(Discounts::After), term: Some("OneYear".to_owned()), payment_option: None }
}

/// Returns the small account with recommendations.
fn advised(found: Vec<Recommendation>) -> Account {
    Account { recommended: Some(Recommendations::of(found, after_discounts())), ..small_account() }
}

/// Returns the account with a price for every resource, so that each finding about money has a figure.
fn priced(mut account: Account) -> Account {
    let bills = account.inventory.resources.iter().filter_map(|resource| resource.bill().ok());
    account.prices = bills.fold(Prices::default(), |prices, bill| prices.with(&bill, Decimal::new(8, 2), now()));
    account
}

fn findings<'a>(data: &'a Value, source: &str) -> Vec<&'a Value> {
    data["findings"].as_array().unwrap().iter().filter(|found| found["source"] == source).collect()
}

/// Returns the id of the volume in the small account.
fn volume_id() -> String {
    let resources = small_account().inventory.resources;
    resources.into_iter().find(|found| found.resource_type() == ResourceType::Ebs).unwrap().id
}

#[test]
fn a_recommendation_is_beside_the_findings_of_its_resource_and_the_rules_figure_counts() {
    let volume = volume_id();
    let account = priced(advised(vec![of_volume(&volume, 123_456)]));
    let data = answer(&account, &[]);
    assert_eq!(findings(&data, "cost-optimization-hub"), Vec::<&Value>::new());
    let of_volume = findings(&data, "stratoscope").into_iter().find(|found| found["rule"] == "ebs_unattached").unwrap();
    assert_eq!(of_volume["aws_recommendation"]["monthly_usd"], "1234.56");
    let own_figure = of_volume["savings"]["monthly_usd"].clone();
    assert_ne!(own_figure, "1234.56");
    assert_eq!(
        (&of_volume["savings"]["basis"], &of_volume["savings_counted"]),
        (&json!("on_demand_list"), &json!(true))
    );
    assert_eq!(data["summary"]["savings"]["by_type"]["ebs"], own_figure);
    assert_eq!(data["summary"]["savings"]["by_basis"].as_object().unwrap().len(), 1);
    assert_eq!(
        data["summary"]["aws_recommendations"],
        json!({"recommendations": 1, "beside_findings": 1, "findings": 0, "purchases": 0, "not_shown": {}})
    );
}

#[test]
fn a_recommendation_for_a_resource_that_is_only_slow_is_a_finding_and_sums_do_not_depend_on_the_categories() {
    let account = priced(advised(vec![of_instance("Rightsize", "i-hot", 9_928)]));
    let (all, about_money) = (answer(&account, &[]), answer(&account, &[("categories", "cost_optimizing")]));
    let expected = json!({
        "id": "Rightsize-arn:aws:ec2:us-east-1:123456789012:instance/i-hot", "action": "Rightsize",
        "aws_type": "Ec2Instance", "region": "us-east-1", "monthly_usd": "99.28", "percent": 50.0,
        "discounts": "after", "current": "c5.2xlarge", "recommended": "c5.xlarge", "lookback_days": 14,
        "derived_by": "ComputeOptimizer", "effort": "Medium", "restart_needed": true, "rollback_possible": true,
        "refreshed_at": "2026-11-20T01:30:00Z",
    });
    for data in [&all, &about_money] {
        let found = findings(data, "cost-optimization-hub");
        let [found] = found[..] else { panic!("{found:?}") };
        assert_eq!((&found["resource"]["id"], &found["aws_recommendation"]), (&json!("i-hot"), &expected));
        assert_eq!((&found["savings"]["monthly_usd"], &found["savings_counted"]), (&json!("99.28"), &json!(true)));
    }
    assert_eq!(all["summary"]["savings"], about_money["summary"]["savings"]);
    let said = |data| findings(data, "cost-optimization-hub")[0]["recommendation"].clone();
    assert_eq!(said(&about_money), "AWS: change its size (c5.2xlarge to c5.xlarge)");
    assert_eq!(
        said(&all),
        "AWS: change its size (c5.2xlarge to c5.xlarge). First see why ec2_sustained_high_cpu and ec2_high_cpu find it \
         slow or failing"
    );
    let of_rules = findings(&all, "stratoscope").into_iter().filter(|found| found["resource"]["id"] == "i-hot");
    let beside: Vec<_> = of_rules.map(|found| found.get("aws_recommendation")).collect();
    assert!(!beside.is_empty() && beside.iter().all(Option::is_none), "{beside:?}");
    assert_eq!(
        all["summary"]["aws_recommendations"],
        json!({"recommendations": 1, "beside_findings": 0, "findings": 1, "purchases": 0, "not_shown": {}})
    );
}

#[test]
fn a_recommendation_for_a_resource_without_findings_is_a_finding_by_awss_figure() {
    let account = advised(vec![of_instance("MigrateToGraviton", "i-silent", 934)]);
    let data = answer(&account, &[]);
    let found = findings(&data, "cost-optimization-hub");
    let [found] = found[..] else { panic!("{found:?}") };
    assert_eq!(
        (&found["rule"], &found["severity"], &found["category"], &found["resource"]["id"]),
        (&json!("aws_migrate_to_graviton"), &json!("low"), &json!("cost_optimizing"), &json!("i-silent"))
    );
    assert_eq!(
        found["savings"],
        json!({
            "monthly_usd": "9.34", "basis": "aws_after_discounts", "region": "us-east-1",
            "priced_at": "2026-11-20T01:30:00Z", "covered_by_commitment": null, "not_included": [],
        })
    );
    assert_eq!(
        (&found["metric"], &found["observed"], &found["threshold"], &found["unit"], &found["window"]),
        (&json!("aws_monthly_savings"), &json!(9.34), &json!(0.0), &json!("USD"), &Value::Null)
    );
    assert_eq!(found["savings_counted"], true);
    assert_eq!(found["aws_recommendation"]["action"], "MigrateToGraviton");
    assert_eq!(data["summary"]["savings"]["by_basis"], json!({"aws_after_discounts": "9.34"}));
    assert_eq!(data["summary"]["savings"]["by_rule"], json!({"aws_migrate_to_graviton": "9.34"}));
    assert_eq!(data["summary"]["by_rule"]["aws_migrate_to_graviton"], 1);
    assert_eq!(data["rules"]["aws_migrate_to_graviton"]["severity"], "low");
    // It is the last finding, and without the Hub there is none.
    assert_eq!(data["findings"].as_array().unwrap().last().unwrap(), found);
    let without = answer(&small_account(), &[]);
    assert_eq!(findings(&data, "stratoscope"), findings(&without, "stratoscope"));
    assert_eq!(without["summary"].get("aws_recommendations"), None);
    assert_eq!(without.get("purchases"), None);
}

#[test]
fn the_basis_says_whether_discounts_count() {
    for (discounts, basis) in [
        (Some(Discounts::Before), "aws_before_discounts"),
        (Some(Discounts::After), "aws_after_discounts"),
        (None, "aws_discounts_unknown"),
    ] {
        let preferences = Preferences { discounts, ..Preferences::default() };
        let found = Recommendations::of(vec![of_instance("Stop", "i-silent", 100)], preferences);
        let data = answer(&Account { recommended: Some(found), ..small_account() }, &[]);
        assert_eq!(findings(&data, "cost-optimization-hub")[0]["savings"]["basis"], basis);
    }
}

#[test]
fn sorted_by_savings_a_recommendation_is_where_its_figure_puts_it() {
    let account = priced(advised(vec![of_instance("Stop", "i-silent", 1_000_000)]));
    let data = answer(&account, &[("sort", "savings")]);
    assert_eq!(data["findings"][0]["rule"], "aws_stop");
}

#[test]
fn what_is_to_be_bought_has_a_sum_of_its_own() {
    let without_figure = Recommendation { monthly_usd: None, ..purchase("c", 0) };
    let account = advised(vec![purchase("a", 1_000), without_figure, purchase("b", 6_150)]);
    let data = answer(&account, &[("types", "ebs"), ("regions", "us-east-1")]);
    let purchases = &data["purchases"];
    assert_eq!(
        (&purchases["count"], &purchases["monthly_usd"], &purchases["unknown"], &purchases["term"]),
        (&json!(3), &json!("71.50"), &json!(1), &json!("OneYear"))
    );
    let listed = purchases["recommendations"].as_array().unwrap();
    assert_eq!(listed.iter().map(|found| &found["id"]).collect::<Vec<_>>(), ["b", "a", "c"]);
    assert_eq!(listed[0]["recommended"], "$0.42/hour");
    assert_eq!(data["summary"]["savings"]["monthly_usd"], "0.00");
    assert_eq!(findings(&data, "cost-optimization-hub"), Vec::<&Value>::new());
}

#[test]
fn each_recommendation_that_is_not_shown_is_counted_with_the_reason() {
    let mut account = advised(vec![
        of_instance("Stop", "i-silent", 100),
        of_instance("MigrateToGraviton", "i-silent", 50),
        of_instance("Stop", "i-gone", 100),
        of_instance("Rightsize", "i-stopped", 0),
        of_instance("Stop", "i-terminated", 100),
        to("Stop", "Ec2Instance", "arn:aws:ec2:eu-west-1:123456789012:instance/i-2", 100),
        to("Delete", "WorkSpaces", "arn:aws:workspaces:us-east-1:123456789012:workspace/ws-1", 100),
        Recommendation { arn: None, resource_id: None, ..of_instance("Stop", "i-3", 100) },
    ]);
    account.inventory.resources.retain(|resource| resource.resource_type() == ResourceType::Ec2);
    account.inventory.types = vec![ResourceType::Ec2];
    account.inventory.resources.push(named(instance("m5.large", "terminated"), "i-terminated"));
    let data = answer(&account, &[("types", "ec2")]);
    assert_eq!(
        data["summary"]["aws_recommendations"],
        json!({
            "recommendations": 8, "beside_findings": 0, "findings": 1, "purchases": 0,
            "not_shown": {
                "other_region": 1, "other_type": 1, "not_listed": 1, "deleted": 1, "saves_less": 1, "no_figure": 1, "no_resource": 1,
            },
        })
    );
    // If no type is left out, a resource of a type without rules is one as the recommendation names it.
    let data = answer(&account, &[]);
    assert_eq!(data["summary"]["aws_recommendations"]["not_shown"].get("other_type"), None);
    let found = findings(&data, "cost-optimization-hub");
    assert_eq!(
        found.iter().map(|found| found["resource"].clone()).find(|found| found["resource_type"] == "other"),
        Some(json!({
            "resource_type": "other", "id": "workspaces:workspace/ws-1", "region": "us-east-1", "name": null,
            "arn": "arn:aws:workspaces:us-east-1:123456789012:workspace/ws-1",
        }))
    );
}

#[test]
fn a_resource_without_the_arn_of_the_hub_is_recognised_by_its_id() {
    let with_version = "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST";
    let account = advised(vec![
        Recommendation { arn: None, ..of_volume(&volume_id(), 100) },
        to("Rightsize", "LambdaFunction", with_version, 140),
    ]);
    let data = answer(&account, &[]);
    let of_all = data["findings"].as_array().unwrap().iter();
    let advised: BTreeMap<_, _> = of_all
        .filter(|found| found.get("aws_recommendation").is_some())
        .map(|found| (found["rule"].as_str().unwrap(), found["resource"]["id"].as_str().unwrap()))
        .collect();
    assert_eq!(advised, BTreeMap::from([("ebs_unattached", volume_id().as_str()), ("aws_rightsize", "f")]));
}

#[test]
fn exceptions_suppress_a_recommendation_by_the_name_of_its_rule() {
    let found = || vec![of_instance("Stop", "i-silent", 100), of_instance("Delete", "i-stopped", 200)];
    let mut account = advised(found());
    account.stored = exceptions::stored(&[exceptions::entry("i-silent", "aws_stop")]);
    for resource in account.inventory.resources.iter_mut().filter(|resource| resource.id == "i-stopped") {
        let pairs = [("ignore", "aws_delete"), ("ignore-reason", "kept"), ("ignore-until", "2026-12-31")];
        let tags: Tags = pairs.iter().map(|(key, value)| (format!("stratoscope:{key}"), (*value).to_owned())).collect();
        resource.tags = Some(tags);
    }
    let data = answer(&account, &[("suppressed", "show")]);
    assert_eq!(data["exceptions"]["problem_count"], 0);
    assert_eq!(data["suppressed"]["by_rule"], json!({"aws_stop": 1, "aws_delete": 1}));
    assert_eq!(findings(&data, "cost-optimization-hub"), Vec::<&Value>::new());
    assert_eq!(data["summary"]["savings"]["monthly_usd"], "0.00");
    let whole = &data["suppressed"]["findings"].as_array().unwrap();
    assert!(whole.iter().all(|entry| entry["finding"]["source"] == "cost-optimization-hub"));
    assert_eq!(data["summary"]["aws_recommendations"]["findings"], 2);
    // An exception of the rule's own finding is about what AWS says of the resource, too.
    let mut account = advised(vec![of_volume(&volume_id(), 100)]);
    account.stored = exceptions::stored(&[exceptions::entry("vol-*", "ebs_unattached")]);
    let data = answer(&account, &[("suppressed", "show")]);
    assert_eq!(findings(&data, "cost-optimization-hub"), Vec::<&Value>::new());
    assert_eq!(data["suppressed"]["findings"][0]["finding"]["aws_recommendation"]["action"], "Delete");
}

#[test]
fn a_table_has_what_aws_recommends() {
    let account = priced(advised(vec![of_volume(&volume_id(), 123_456), of_instance("Stop", "i-silent", 100)]));
    let table = format!("{:?}", table::of(&account.page(&query(&[("format", "csv")]))));
    for part in [
        r#"Text("aws_stop"), Text("low"), Text("cost_optimizing"), Text("cost-optimization-hub")"#,
        r#"Text("ebs_unattached"), Text("low"), Text("cost_optimizing"), Text("stratoscope")"#,
        r#"Text("1.00"), Text("Stop")"#,
        r#"Text("1234.56"), Text("Delete")"#,
    ] {
        assert_eq!(table.matches(part).count(), 1, "{part}: {table}");
    }
}

#[test]
fn without_savings_or_costs_nothing_is_asked() {
    let asked = |pairs: &[(&str, &str)]| query(pairs).has_advice();
    assert!(asked(&[]) && asked(&[("categories", "cost_optimizing,security")]));
    assert!(!asked(&[("savings", "none")]) && !asked(&[("categories", "performance")]));
}

#[test]
fn meta_says_whether_the_recommendations_are_known() {
    let known = |found: Option<&Recommendations>| {
        let meta = BottlenecksCoverage::of(coverage(), found);
        serde_json::to_value(meta).unwrap().get("cost_optimization_hub").cloned()
    };
    assert_eq!(known(None), None);
    let found = Recommendations::of(vec![of_volume("v", 1)], after_discounts());
    let enrolled = json!({"enrolled": true, "discounts": "after", "recommendations": 1});
    assert_eq!(known(Some(&found)), Some(enrolled));
    let not_enrolled = known(Some(&Recommendations::not_enrolled())).unwrap();
    assert_eq!((&not_enrolled["enrolled"], &not_enrolled["recommendations"]), (&json!(false), &Value::Null));
    assert!(not_enrolled["message"].as_str().unwrap().starts_with("This account is not enrolled"));
    let unknown = known(Some(&Recommendations::default())).unwrap();
    assert_eq!(unknown["enrolled"], Value::Null);
    assert_eq!(unknown["message"], "AWS did not return its recommendations; the gaps have the reason.");
}

/// Returns the coverage of a response that lacks nothing.
fn coverage() -> collector::Coverage {
    let aws_requests = collector::AwsRequests {
        total: 0,
        by_operation: BTreeMap::new(),
        estimated_cost_usd: "0.0000".to_owned(),
        micro_usd: 0,
    };
    collector::Coverage { account: None, partial: false, gaps: Vec::new(), aws_requests }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn with_recommendations_all_pages_have_each_entry_once_and_all_are_accounted_for(
        loads in proptest::collection::vec(0_u8..4, 1..12),
        found in proptest::collection::vec((0_usize..16, 0_usize..4, 0_i64..3), 0..24),
        sort in proptest::bool::ANY,
        limit in 1_usize..9,
    ) {
        let resources: Vec<_> =
            (0..loads.len()).map(|n| named(instance("m5.large", "running"), &format!("i-{n:02}"))).collect();
        let load = move |id: &str| loads[id.trim_start_matches("i-").parse::<usize>().unwrap()];
        let plain = account(resources, SeriesStatus::Complete, move |id, metric, _, _| match (load(id), metric) {
            (0, _) => None,
            (load, "cpu") => Some([0.0, 1.0, 50.0, 90.0][usize::from(load)]),
            (1, _) => Some(0.0),
            _ => Some(1e9),
        });
        let recommendation = |(number, (resource, action, dollars)): (usize, (usize, usize, i64))| {
            let id = format!("{number:02}");
            let action = ["Stop", "Delete", "Hibernate", "PurchaseSavingsPlans"][action];
            Recommendation { id, ..of_instance(action, &format!("i-{resource:02}"), dollars * 100) }
        };
        let count = found.len();
        let found = found.into_iter().enumerate().map(recommendation).collect();
        let account = priced(Account { recommended: Some(Recommendations::of(found, after_discounts())), ..plain });
        let sort = if sort { "savings" } else { "severity" };
        let (sizes, entries) = all_pages_sorted(&account, &limit.to_string(), sort);
        let (_, expected) = all_pages_sorted(&account, "10000", sort);
        prop_assert_eq!(&entries, &expected);
        prop_assert_eq!(sizes.len(), expected.len().div_ceil(limit).max(1));
        let unique: BTreeSet<_> = entries.iter().collect();
        prop_assert_eq!(unique.len(), entries.len());

        let data = answer(&account, &[("sort", sort)]);
        let counts = &data["summary"]["aws_recommendations"];
        let number = |count: &Value| usize::try_from(count.as_u64().unwrap()).unwrap();
        let parts = ["beside_findings", "findings", "purchases"].map(|part| number(&counts[part]));
        let left_out: usize = counts["not_shown"].as_object().unwrap().values().map(number).sum();
        prop_assert_eq!(parts.iter().sum::<usize>() + left_out, count);
        prop_assert_eq!(number(&counts["recommendations"]), count);
        prop_assert_eq!(findings(&data, "cost-optimization-hub").len(), parts[1]);
        // The sum is the largest figure of each resource, whoever it is from.
        let mut largest = BTreeMap::<String, Decimal>::new();
        for found in data["findings"].as_array().unwrap() {
            let Some(usd) = found["savings"]["monthly_usd"].as_str() else { continue };
            let most = largest.entry(found["resource"]["id"].to_string()).or_default();
            *most = (*most).max(usd.parse().unwrap());
        }
        let sum: Decimal = data["summary"]["savings"]["monthly_usd"].as_str().unwrap().parse().unwrap();
        prop_assert_eq!(sum, largest.values().sum::<Decimal>());
    }
}
