//! What findings save together.

use collector::services::Detail;
use collector::services::ec2::volume::Volume;
use rust_decimal::Decimal;
use serde_json::json;

use super::*;

/// Returns the unattached volume of the tests, with a change made to it.
fn changed(change: impl FnOnce(&mut Volume)) -> Resource {
    let mut resource = volume("available");
    if let Detail::Ebs(volume) = &mut resource.detail {
        change(volume);
    }
    resource
}

#[test]
fn of_the_findings_of_a_resource_the_one_that_saves_most_counts() {
    let gp2 = changed(|volume| volume.volume_type = Some("gp2".to_owned()));
    // What its command changes it to.
    let gp3 = changed(|volume| (volume.iops, volume.throughput) = (Some(3_000), Some(128)));
    let price = |cents| Decimal::new(cents, 2);
    let prices =
        Prices::default().with(&gp3.bill().unwrap(), price(6), now()).with(&gp2.bill().unwrap(), price(10), now());
    let account = Account { prices, ..account(vec![gp2], SeriesStatus::Complete, |_, _, _, _| None) };
    let data = answer(&account, &[]);
    let found = data["findings"].as_array().unwrap().iter();
    let mut saved: Vec<_> =
        found.map(|found| [&found["rule"], &found["savings"]["monthly_usd"], &found["savings_counted"]]).collect();
    saved.sort_by_key(|[rule, ..]| rule.to_string());
    // 100 × $0.10, less 100 × $0.06 and 3 of 1,024 MiB/s × $0.06.
    assert_eq!(json!(saved), json!([["ebs_outdated_type", "3.999824", false], ["ebs_unattached", "10.00", true]]));
    let sums = &data["summary"]["savings"];
    assert_eq!(
        (&sums["monthly_usd"], &sums["by_rule"], &sums["resources"], &sums["findings"]),
        (&json!("10.00"), &json!({"ebs_unattached": "10.00"}), &json!(1), &json!(2))
    );
}
