//! The shape of a response: a snapshot, and the properties of pages.

use std::collections::BTreeSet;

use api::Query;
use collector::services::ec2::address::Address;
use collector::services::ec2::instance::Instance;
use collector::services::ec2::volume::Volume;
use collector::services::lambda::Function;
use collector::services::rds::instance::Database;
use collector::services::s3::Bucket;
use collector::{Detail, Tags};
use collector::{Inventory, Resource, ResourceType};
use proptest::prelude::*;
use serde_json::Value;

use crate::query::{PARAMETERS, ResourcesQuery};
use crate::{Resources, matching};

/// The types of the inventory in these tests.
const TYPES: [ResourceType; 6] = [
    ResourceType::Ec2,
    ResourceType::Rds,
    ResourceType::S3,
    ResourceType::Lambda,
    ResourceType::Ebs,
    ResourceType::Eip,
];

fn resource(id: &str, region: &str, detail: Detail) -> Resource {
    Resource {
        id: id.to_owned(),
        region: Some(region.to_owned()),
        name: None,
        arn: None,
        tags: Some(Tags::new()),
        detail,
    }
}

fn instance(id: &str, region: &str, state: &str) -> Resource {
    let detail = Instance { state: Some(state.to_owned()), ..Instance::default() };
    resource(id, region, Detail::Ec2(Box::new(detail)))
}

/// Returns an inventory of two regions, in which RDS could be listed nowhere and `eu-west-1` not at all.
fn small_account() -> Inventory {
    let mut web = instance("i-1", "us-east-1", "running");
    web.name = Some("web".to_owned());
    web.arn = Some("arn:aws:ec2:us-east-1:123456789012:instance/i-1".to_owned());
    web.tags = Some(Tags::from_iter([("Name".to_owned(), "web".to_owned())]));
    if let Detail::Ec2(detail) = &mut web.detail {
        detail.instance_type = Some("t3.micro".to_owned());
        detail.launch_time = Some("2026-10-01T08:00:00Z".parse().unwrap());
    }
    let bucket = Bucket { created: Some("2026-01-02T03:04:05Z".parse().unwrap()) };
    let mut function = resource("f", "us-east-1", Detail::Lambda(Box::default()));
    function.tags = None;
    let us = |kind| (kind, "us-east-1".to_owned());
    Inventory {
        resources: vec![
            web,
            instance("i-2", "us-east-1", "stopped"),
            resource("b", "us-west-2", Detail::S3(bucket)),
            function,
            resource("vol-1", "us-east-1", Detail::Ebs(Box::default())),
            resource("eipalloc-1", "us-east-1", Detail::Eip(Address { state: "unassociated", ..Address::default() })),
        ],
        regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
        types: TYPES.to_vec(),
        listed: [
            us(ResourceType::Ec2),
            us(ResourceType::Lambda),
            us(ResourceType::Ebs),
            us(ResourceType::Eip),
            (ResourceType::S3, "global".to_owned()),
        ]
        .into(),
    }
}

/// Shapes what matches, without prices.
fn shape(inventory: Inventory, query: &ResourcesQuery) -> Resources {
    crate::shape(&matching(inventory, query), None, query).unwrap()
}

fn answer(inventory: &Inventory, parameters: &[(&str, &str)]) -> Value {
    let query = Query::parse(parameters.iter().copied(), PARAMETERS).unwrap();
    let query = ResourcesQuery::from_query(&query).unwrap();
    serde_json::to_value(shape(inventory.clone(), &query)).unwrap()
}

#[test]
fn a_response_has_every_type_its_counts_and_nulls_for_what_is_unknown() {
    insta::assert_json_snapshot!(answer(&small_account(), &[]));
}

#[test]
fn the_original_dashboards_fields_are_present() {
    let database = Database {
        class: Some("db.t3.medium".to_owned()),
        engine: Some("mysql".to_owned()),
        status: Some("available".to_owned()),
        storage_gb: Some(100),
        ..Database::default()
    };
    let json = serde_json::to_value(resource("prod-database", "us-east-1", Detail::Rds(Box::new(database)))).unwrap();
    let fields = ["id", "class", "engine", "status", "storage_gb"].map(|field| json[field].clone());
    assert_eq!(
        fields,
        ["prod-database".into(), "db.t3.medium".into(), "mysql".into(), "available".into(), Value::from(100)]
    );
    let json = serde_json::to_value(instance("i-1", "us-east-1", "running")).unwrap();
    assert!(["id", "type", "state", "region"].iter().all(|field| json.get(field).is_some()), "{json}");
    for detail in [
        Detail::S3(Bucket::default()),
        Detail::Lambda(Box::<Function>::default()),
        Detail::Ebs(Box::<Volume>::default()),
    ] {
        let json = serde_json::to_value(resource("x", "us-east-1", detail)).unwrap();
        assert!(["id", "region", "name", "arn", "tags"].iter().all(|field| json.get(field).is_some()), "{json}");
    }
}

#[test]
fn filters_keep_the_nulls_of_what_is_unknown() {
    let data = answer(&small_account(), &[("states", "stopped")]);
    assert_eq!(data["ec2"][0]["id"], "i-2");
    assert_eq!((&data["rds"], &data["counts"]["by_type"]["rds"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&data["counts"]["by_region"]["eu-west-1"], &data["counts"]["by_region"]["us-east-1"]),
        (&Value::Null, &1.into())
    );
}

#[test]
fn a_region_without_buckets_has_the_count_0_if_only_buckets_were_requested() {
    let mut inventory = small_account();
    inventory.types = vec![ResourceType::S3];
    inventory.listed = [(ResourceType::S3, "global".to_owned())].into();
    inventory.resources.retain(|resource| resource.resource_type() == ResourceType::S3);
    let counts = answer(&inventory, &[("types", "s3")])["counts"].clone();
    assert_eq!(counts["by_region"], serde_json::json!({"eu-west-1": 0, "us-east-1": 0, "us-west-2": 1}));
}

#[test]
fn the_cursor_of_another_request_is_refused() {
    let inventory = small_account();
    let data = answer(&inventory, &[("limit", "1")]);
    let cursor = data["next_cursor"].as_str().unwrap();
    let query = Query::parse([("cursor", cursor), ("types", "ec2")], PARAMETERS).unwrap();
    let refused = ResourcesQuery::from_query(&query).unwrap_err();
    assert!(refused.to_string().starts_with("cursor: the cursor of another request"), "{refused}");
    // The same parameters for another account.
    let query = || Query::parse([("cursor", cursor)], PARAMETERS).unwrap();
    assert!(ResourcesQuery::from_query(&query()).is_ok());
    let refused = ResourcesQuery::from_query(&query().about(Some("210987654321"))).unwrap_err();
    assert!(refused.to_string().starts_with("cursor: the cursor of another request"), "{refused}");
}

/// Follows the cursors, and returns the number of resources on each page and every resource.
fn all_pages(inventory: &Inventory, limit: &str) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut found, mut cursor) = (Vec::new(), Vec::new(), None::<String>);
    loop {
        let mut parameters = vec![("limit", limit)];
        parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let data = answer(inventory, &parameters);
        let before = found.len();
        for kind in ResourceType::ALL {
            let listed = data[kind.as_str()].as_array().cloned().unwrap_or_default();
            found.extend(listed.iter().map(|resource| format!("{kind} {} {}", resource["region"], resource["id"])));
        }
        sizes.push(found.len() - before);
        assert!(sizes.len() <= 100, "the pages do not end");
        match data["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return (sizes, found),
        }
    }
}

proptest! {
    #[test]
    fn all_pages_together_have_each_resource_once(
        positions in proptest::collection::btree_set((0_u8..3, 0_u8..40), 0..60),
        limit in 1_usize..20,
    ) {
        let resources: Vec<_> =
            positions.iter().map(|(region, id)| instance(&format!("i-{id:02}"), &format!("r-{region}"), "running")).collect();
        let expected: Vec<_> = resources.iter().map(|r| format!("ec2 \"{}\" \"{}\"", r.region.as_deref().unwrap(), r.id)).collect();
        let inventory = Inventory { resources, regions: vec![], types: ResourceType::ALL.to_vec(), listed: [(ResourceType::Ec2, "r-0".to_owned())].into() };
        let (sizes, found) = all_pages(&inventory, &limit.to_string());
        prop_assert_eq!(&found, &expected);
        prop_assert!(sizes.iter().all(|size| *size <= limit));
        prop_assert_eq!(sizes.len(), expected.len().div_ceil(limit).max(1));
    }
}

#[test]
fn resources_created_or_deleted_between_two_pages_do_not_move_others() {
    let named = |ids: &[&str]| Inventory {
        resources: ids.iter().map(|id| instance(id, "us-east-1", "running")).collect(),
        regions: vec![],
        types: ResourceType::ALL.to_vec(),
        listed: [(ResourceType::Ec2, "us-east-1".to_owned())].into(),
    };
    let first = answer(&named(&["i-1", "i-3", "i-5", "i-7"]), &[("limit", "2")]);
    let cursor = first["next_cursor"].as_str().unwrap();
    // i-3, the last one of the first page, was deleted; i-2 and i-6 are new.
    let second = answer(&named(&["i-1", "i-2", "i-5", "i-6", "i-7"]), &[("limit", "10"), ("cursor", cursor)]);
    let ids: Vec<_> =
        second["ec2"].as_array().unwrap().iter().map(|resource| resource["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["i-5", "i-6", "i-7"]);
}

#[test]
fn without_a_limit_a_page_stays_below_lambdas_6_mb() {
    let tags: Tags = (0..40).map(|n| (format!("key-{n}"), format!("\"{}\"", "v".repeat(100)))).collect();
    let mut inventory = small_account();
    inventory.resources = (0..2_000)
        .map(|n| Resource { tags: Some(tags.clone()), ..instance(&format!("i-{n:05}"), "us-east-1", "running") })
        .collect();
    let query = ResourcesQuery::from_query(&Query::default()).unwrap();
    let first = serde_json::to_string(&shape(inventory.clone(), &query)).unwrap();
    let as_lambda_sends_it = serde_json::to_string(&first).unwrap();
    assert!((5_000_000..6_000_000).contains(&as_lambda_sends_it.len()), "{}", as_lambda_sends_it.len());

    let first: Value = serde_json::from_str(&first).unwrap();
    let returned = first["ec2"].as_array().unwrap().len();
    assert_eq!(first["counts"]["total"], 2_000);
    let second = answer(&inventory, &[("cursor", first["next_cursor"].as_str().unwrap())]);
    assert_eq!(second["ec2"][0]["id"], format!("i-{returned:05}"));
    let ids: BTreeSet<_> = [&first, &second]
        .iter()
        .flat_map(|page| page["ec2"].as_array().unwrap())
        .map(|r| r["id"].to_string())
        .collect();
    assert_eq!(ids.len(), returned + second["ec2"].as_array().unwrap().len());
}
