use api::{Query, Table};
use collector::price::Prices;
use collector::services::ec2::address::Address;
use collector::services::ec2::snapshot::Snapshot;
use collector::services::ec2::volume::Volume;
use collector::services::lambda::Function;
use collector::{Detail, Inventory, Resource, ResourceType};
use serde_json::{Value, json};

use crate::query::{PARAMETERS, ResourcesQuery};
use crate::{Resources, matching, shape, table};

fn resource(id: &str, region: &str, detail: Detail) -> Resource {
    Resource { id: id.to_owned(), region: Some(region.to_owned()), name: None, arn: None, tags: None, detail }
}

fn volume(id: &str, region: &str, size_gb: i32) -> Resource {
    let detail = Volume { volume_type: Some("gp3".to_owned()), size_gb: Some(size_gb), ..Volume::default() };
    resource(id, region, Detail::Ebs(Box::new(detail)))
}

/// Two volumes of 1,000 and 100 GB in two regions, an address of which the pool is missing, a function, and a snapshot.
fn inventory() -> Inventory {
    let snapshot =
        Snapshot { volume_size_gb: Some(40), storage_tier: Some("standard".to_owned()), ..Snapshot::default() };
    let resources = vec![
        resource("thumbnail", "eu-west-1", Detail::Lambda(Box::<Function>::default())),
        volume("vol-1", "eu-west-1", 100),
        volume("vol-2", "us-east-1", 1_000),
        resource("eipalloc-1", "us-east-1", Detail::Eip(Address::default())),
        resource("snap-1", "us-east-1", Detail::EbsSnapshot(Box::new(snapshot))),
    ];
    let types = vec![ResourceType::Lambda, ResourceType::Ebs, ResourceType::Eip, ResourceType::EbsSnapshot];
    let listed = types.iter().map(|kind| (*kind, "us-east-1".to_owned())).collect();
    Inventory { resources, regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()], types, listed }
}

/// The price of all volumes and snapshots, which is $0.08 for each unit.
fn prices(inventory: &Inventory) -> Prices {
    let bills = inventory.resources.iter().filter_map(|resource| resource.bill().ok());
    bills.fold(Prices::default(), |prices, bill| {
        prices.with(&bill, "0.08".parse().unwrap(), "2026-11-20T10:37:12Z".parse().unwrap())
    })
}

fn shaped(parameters: &[(&str, &str)], prices: Option<&Prices>) -> Resources {
    let query = Query::parse(parameters.iter().copied(), PARAMETERS).unwrap();
    let query = ResourcesQuery::from_query(&query).unwrap();
    shape(&matching(inventory(), &query), prices, &query).unwrap()
}

fn answer(parameters: &[(&str, &str)]) -> Value {
    serde_json::to_value(shaped(parameters, Some(&prices(&inventory())))).unwrap()
}

#[test]
fn each_resource_has_its_price_or_the_reason_why_it_has_none() {
    let data = answer(&[]);
    assert_eq!(
        data["ebs"][1],
        json!({
            "id": "vol-2", "region": "us-east-1", "name": null, "arn": null, "tags": null, "state": null,
            "type": "gp3", "size_gb": 1000, "attached_to": [],
            "price": {
                "monthly_usd": "80.00", "basis": "on_demand_list", "unit_price": "0.08", "unit": "GB-Mo",
                "quantity": "1000", "sku": "AmazonEC2", "region": "us-east-1", "priced_at": "2026-11-20T10:37:12Z",
                "covered_by_commitment": null, "not_included": [],
            },
        })
    );
    assert_eq!(data["ebs_snapshot"][0]["price"]["bound"], "upper");
    let unknown = |of: &Value| (of["price_unknown"]["reason"].clone(), of.get("price").cloned());
    assert_eq!(unknown(&data["lambda"][0]), ("by_use".into(), None));
    assert_eq!(unknown(&data["eip"][0]), ("missing_fields".into(), None));
    assert_eq!(data["ebs"][1].get("price_unknown"), None);
}

#[test]
fn sums_are_of_all_pages_and_count_what_has_no_price() {
    let expected = json!({
        "monthly_usd": "91.20", "bound": "upper", "priced": 3, "unknown": 2,
        "unknown_by_reason": {"by_use": 1, "missing_fields": 1},
        "by_type": {"ebs": "88.00", "ebs_snapshot": "3.20"},
        "by_region": {"eu-west-1": "8.00", "us-east-1": "83.20"},
    });
    for parameters in [&[][..], &[("limit", "1")]] {
        assert_eq!(answer(parameters)["counts"]["prices"], expected);
    }
    let of_volumes = answer(&[("tags", "env")])["counts"]["prices"].clone();
    let nothing = json!({
        "monthly_usd": "0.00", "priced": 0, "unknown": 0, "unknown_by_reason": {}, "by_type": {}, "by_region": {},
    });
    assert_eq!(of_volumes, nothing);
}

#[test]
fn without_the_list_every_price_is_unknown_and_the_resources_are_whole() {
    let data = serde_json::to_value(shaped(&[], Some(&Prices::default()))).unwrap();
    assert_eq!(data["ebs"][0]["price_unknown"]["reason"], "price_list_unavailable");
    let sums = &data["counts"]["prices"];
    assert_eq!((&sums["priced"], &sums["unknown_by_reason"]["price_list_unavailable"]), (&0.into(), &3.into()));
}

#[test]
fn a_response_without_prices_has_nothing_of_them() {
    let data = serde_json::to_value(shaped(&[], None)).unwrap();
    assert_eq!(data["counts"].get("prices"), None);
    let with = answer(&[]);
    for kind in ["lambda", "ebs", "eip", "ebs_snapshot"] {
        let mut rows = with[kind].clone();
        for row in rows.as_array_mut().unwrap() {
            let row = row.as_object_mut().unwrap();
            assert!(row.remove("price").is_some() ^ row.remove("price_unknown").is_some());
        }
        assert_eq!(rows, data[kind]);
    }
}

#[test]
fn a_cursor_leads_from_a_page_with_prices_to_one_without() {
    let first = answer(&[("limit", "2"), ("prices", "true")]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = serde_json::to_value(shaped(&[("cursor", cursor)], None)).unwrap();
    assert_eq!((&first["ebs"][0]["id"], &second["ebs"][0]["id"]), (&"vol-1".into(), &"vol-2".into()));
}

/// Returns a table of these columns with a row for each volume, of what it has and of what `more` adds.
fn volumes(columns: &[&str], more: &[Value]) -> Table {
    let fields = ResourceType::Ebs.fields();
    let mut table = Table::new(
        ["resource_type"].into_iter().chain(fields.iter().map(String::as_str)).chain(columns.iter().copied()),
    );
    for (volume, more) in answer(&[])["ebs"].as_array().unwrap().iter().zip(more) {
        let mut row = volume.as_object().unwrap().clone();
        row.insert("resource_type".to_owned(), "ebs".into());
        row.extend(more.as_object().unwrap().clone());
        table.push_fields(&row.into());
    }
    table
}

#[test]
fn a_table_has_the_columns_of_prices_if_they_were_requested() {
    let mut inventory = inventory();
    inventory.types = vec![ResourceType::Ebs];
    inventory.resources.retain(|resource| resource.resource_type() == ResourceType::Ebs);
    let query = ResourcesQuery::from_query(&Query::default()).unwrap();
    let prices = prices(&inventory);
    let of = |prices, has_prices| table::of(&shape(&inventory, prices, &query).unwrap().page, has_prices);
    assert_eq!(of(None, false), volumes(&[], &[json!({}), json!({})]));
    let columns = [
        "price_monthly_usd",
        "price_bound",
        "price_bound_reason",
        "price_unit_price",
        "price_unit",
        "price_quantity",
        "price_sku",
        "price_parts",
        "price_not_included",
        "price_unknown",
    ];
    let row = |monthly_usd, quantity| {
        json!({"price_monthly_usd": monthly_usd, "price_unit_price": "0.08", "price_unit": "GB-Mo",
               "price_quantity": quantity, "price_sku": "AmazonEC2", "price_not_included": []})
    };
    assert_eq!(of(Some(&prices), true), volumes(&columns, &[row("8.00", "100"), row("80.00", "1000")]));
    let unknown = json!({"price_unknown": "price_list_unavailable"});
    assert_eq!(of(Some(&Prices::default()), true), volumes(&columns, &[unknown.clone(), unknown]));
}
