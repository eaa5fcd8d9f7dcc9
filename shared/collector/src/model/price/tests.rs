use proptest::prelude::*;

use super::*;

fn product(unit: &'static str) -> Product {
    Product::of("AmazonEC2", Some("Storage"), unit, "us-east-1").with("volumeApiName", "gp3")
}

fn price(text: &str, has_tiers: bool) -> ListPrice {
    ListPrice { sku: "SKU1".to_owned(), unit_price: text.parse().unwrap(), has_tiers, read_at: Timestamp::UNIX_EPOCH }
}

fn prices(of: impl IntoIterator<Item = (Product, Result<ListPrice, Unpriced>)>) -> Prices {
    Prices(of.into_iter().collect())
}

fn json(cost: &Cost) -> serde_json::Value {
    serde_json::to_value(cost).unwrap()
}

#[test]
fn a_thousand_gigabytes_of_gp3_are_80_dollars() {
    let found = prices([(product("GB-Mo"), Ok(price("0.0800000000", false)))]);
    let cost = found.of(&Bill::of(product("GB-Mo").part("storage", 1000)).without(&["snapshots"])).unwrap();
    let expected = serde_json::json!({
        "monthly_usd": "80.00", "basis": "on_demand_list", "unit_price": "0.08", "unit": "GB-Mo", "quantity": "1000",
        "sku": "SKU1", "region": "us-east-1", "priced_at": "1970-01-01T00:00:00Z", "covered_by_commitment": null,
        "not_included": ["snapshots"],
    });
    assert_eq!(json(&cost), expected);
}

#[test]
fn an_hour_is_billed_730_times_and_tiers_make_an_upper_bound() {
    let found = prices([(product("Hrs"), Ok(price("0.005", true)))]);
    let cost = found.of(&Bill::of(product("Hrs").part("address", 1))).unwrap();
    assert_eq!((cost.monthly_usd.to_string(), cost.bound), ("3.65".to_owned(), Some(Bound::Upper)));
}

#[test]
fn a_difference_has_what_is_billed_now_and_instead() {
    let of_gp2 = product("GB-Mo").with("volumeApiName", "gp2");
    let found = prices([(product("GB-Mo"), Ok(price("0.08", false))), (of_gp2.clone(), Ok(price("0.10", false)))]);
    let now = found.of(&Bill::of(of_gp2.part("storage", 100))).unwrap();
    let after = found.of(&Bill::of(product("GB-Mo").part("storage", 100))).unwrap();
    let less = now.less(&after).unwrap();
    assert_eq!(less.monthly_usd.to_string(), "2.00");
    assert_eq!(json(&less)["parts"][0]["monthly_usd"], "10.00");
    assert_eq!(json(&less)["instead"][0]["monthly_usd"], "8.00");
    assert_eq!((after.less(&now), now.less(&now)), (None, None));
}

#[test]
fn without_the_price_of_each_part_there_is_none() {
    let other = product("IOPS-Mo");
    let found = prices([
        (product("GB-Mo"), Ok(price("0.08", false))),
        (other.clone(), Err(Unpriced::new(UnpricedReason::Ambiguous, "two"))),
    ]);
    let bill = Bill::of(product("GB-Mo").part("storage", 1)).and(other.part("iops", 1));
    assert_eq!(found.of(&bill).unwrap_err().reason, UnpricedReason::Ambiguous);
    let unread = Bill::of(product("Hrs").part("hours", 1));
    assert_eq!(found.of(&unread).unwrap_err().reason, UnpricedReason::PriceListUnavailable);
}

#[test]
fn money_has_cents_and_less_than_a_cent_is_not_zero() {
    let shown = |text: &str| Usd::rounded(text.parse().unwrap()).to_string();
    assert_eq!(["826.97600000078", "0.005", "0.0000004", "100"].map(shown), ["826.98", "0.005", "0.00", "100.00"]);
}

proptest! {
    #[test]
    fn a_cost_is_the_sum_of_its_parts(sizes in proptest::collection::vec((1_u32..100_000, 0_u32..100_000), 1..5)) {
        let parts: Vec<_> = sizes.iter().enumerate().map(|(index, (quantity, micro))| {
            let product = product("Hrs").with("volumeApiName", index.to_string());
            let unit_price = Decimal::new(i64::from(*micro), 6);
            (product, *quantity, ListPrice { unit_price, ..price("0", false) })
        }).collect();
        let found = prices(parts.iter().map(|(product, _, price)| (product.clone(), Ok(price.clone()))));
        let mut bill = Bill::default();
        for (product, quantity, _) in &parts {
            bill = bill.and(product.clone().part("part", *quantity));
        }
        let expected = parts.iter().fold(Usd::default(), |sum, (_, quantity, price)| {
            sum.plus(Usd::rounded(price.unit_price * Decimal::from(*quantity) * Decimal::from(730)))
        });
        prop_assert_eq!(found.of(&bill).unwrap().monthly_usd, expected);
    }
}
