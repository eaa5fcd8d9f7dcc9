//! OpenSearch's domains over a real wire: a request describes five of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::aws::{Aws, Received, Reply};
use super::{LONG, collect, ids, in_ireland, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::opensearch::OpenSearchDomain;
use crate::{GapStatus, Inventory, Resource, ResourceType, Wanted};

const TYPES: [ResourceType; 1] = [ResourceType::Opensearch];

/// All names, as OpenSearch gives them at once.
fn names(total: usize) -> Reply {
    let names: Vec<_> =
        (0..total).map(|n| json!({"DomainName": format!("d-{n:05}"), "EngineType": "OpenSearch"})).collect();
    Reply::Ok(json!({"DomainNames": names}).to_string())
}

/// The domains that a DescribeDomains is about.
fn asked(request: &Received) -> Vec<String> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    serde_json::from_value(body["DomainNames"].clone()).unwrap()
}

fn active(names: &[String]) -> Reply {
    let domain = |name: &String| {
        json!({
            "DomainId": format!("123456789012/{name}"), "DomainName": name,
            "ARN": format!("arn:aws:es:eu-west-1:123456789012:domain/{name}"), "ClusterConfig": {},
            "DomainProcessingStatus": "Active",
        })
    };
    Reply::Ok(json!({"DomainStatusList": names.iter().map(domain).collect::<Vec<_>>()}).to_string())
}

/// An endpoint with `total` active domains in Ireland, but for what `otherwise` says of the names of a request.
fn with_domains(total: usize, otherwise: impl Fn(&[String]) -> Option<Reply> + Send + 'static) -> Aws {
    Aws::start(move |request| {
        if in_ireland(request, "ListDomainNames") {
            return Some(names(total));
        }
        in_ireland(request, "DescribeDomains").then(|| {
            let names = asked(request);
            otherwise(&names).unwrap_or_else(|| active(&names))
        })
    })
}

fn detail(resource: &Resource) -> &OpenSearchDomain {
    let Detail::Opensearch(domain) = &resource.detail else { panic!("{resource:?}") };
    domain
}

/// The domains without a status: those that are known by name alone.
fn undescribed(inventory: &Inventory) -> Vec<&str> {
    let unknown = inventory.resources.iter().filter(|resource| resource.state().is_none());
    unknown.map(|resource| resource.id.as_str()).collect()
}

#[tokio::test]
async fn each_domain_is_described_once_five_at_a_time() {
    let aws = with_domains(73, |_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let expected: Vec<_> = (0..73).map(|n| format!("d-{n:05}")).collect();
    assert_eq!((ids(&inventory), undescribed(&inventory)), (expected.iter().map(String::as_str).collect(), vec![]));
    assert_eq!(coverage.aws_requests.by_operation["es:ListDomainNames"], 1 + 1);
    assert_eq!(coverage.aws_requests.by_operation["es:DescribeDomains"], 15);
    assert_eq!(coverage.aws_requests.estimated_cost_usd, "0.0000");
    let described: Vec<_> = aws.received("DescribeDomains").iter().map(asked).collect();
    assert_eq!(described.iter().map(Vec::len).collect::<BTreeSet<_>>(), BTreeSet::from([3, 5]));
    assert_eq!(described.concat().into_iter().collect::<BTreeSet<_>>(), expected.into_iter().collect());
}

#[tokio::test]
async fn a_region_without_domains_needs_one_request() {
    let aws = with_domains(0, |_| None);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((ids(&inventory), coverage.gaps), (vec![], vec![]));
    assert_eq!(aws.received("DescribeDomains").len(), 0);
}

#[tokio::test]
async fn the_values_of_a_domain_are_read() {
    let domain = |name: &str, rest: Value| {
        let Value::Object(mut domain) = rest else { panic!("{rest}") };
        domain.insert("DomainId".to_owned(), format!("123456789012/{name}").into());
        domain.insert("DomainName".to_owned(), name.into());
        domain.insert("ARN".to_owned(), format!("arn:aws:es:us-east-1:123456789012:domain/{name}").into());
        domain
    };
    let logs = domain(
        "logs",
        json!({
            "Created": true, "Deleted": false, "Processing": true, "UpgradeProcessing": false,
            "Endpoint": "search-logs-abc.us-east-1.es.amazonaws.com", "EngineVersion": "OpenSearch_2.19",
            "DomainProcessingStatus": "Modifying",
            "ClusterConfig": {
                "InstanceType": "r7g.large.search", "InstanceCount": 3, "ZoneAwarenessEnabled": true,
                "DedicatedMasterEnabled": true, "DedicatedMasterType": "m7g.medium.search", "DedicatedMasterCount": 3,
                "WarmEnabled": true, "WarmType": "ultrawarm1.medium.search", "WarmCount": 2,
            },
            "EBSOptions": {"EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 100, "Iops": 3000, "Throughput": 125},
            "EncryptionAtRestOptions": {"Enabled": true}, "NodeToNodeEncryptionOptions": {"Enabled": false},
        }),
    );
    let shop = domain(
        "shop",
        json!({
            "Endpoints": {"vpc": "vpc-shop-abc.us-east-1.es.amazonaws.com"}, "VPCOptions": {"VPCId": "vpc-1"},
            // AWS leaves in what was chosen before the nodes were switched off.
            "ClusterConfig": {"DedicatedMasterEnabled": false, "DedicatedMasterCount": 3, "WarmEnabled": false, "WarmCount": 2},
            "EBSOptions": {"EBSEnabled": false, "VolumeSize": 10},
        }),
    );
    let described = json!({"DomainStatusList": [shop, logs]}).to_string();
    let aws = Aws::start(move |request| match request.operation.as_str() {
        _ if request.region != "us-east-1" => None,
        "ListDomainNames" => {
            Some(Reply::Ok(r#"{"DomainNames": [{"DomainName": "logs"}, {"DomainName": "shop"}]}"#.to_owned()))
        }
        "DescribeDomains" => Some(Reply::Ok(described.clone())),
        "GetResources" if request.parameters.contains("\"es:domain\"") => Some(Reply::Ok(
            r#"{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:es:us-east-1:123456789012:domain/logs",
                "Tags": [{"Key": "env", "Value": "prod"}]}], "PaginationToken": ""}"#
                .to_owned(),
        )),
        _ => None,
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [logs, shop] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };

    assert_eq!(logs.arn.as_deref(), Some("arn:aws:es:us-east-1:123456789012:domain/logs"));
    assert_eq!((logs.name.as_deref(), logs.state()), (Some("logs"), Some("Modifying")));
    assert_eq!(logs.measured_as(), "123456789012/logs");
    assert_eq!(logs.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let expected = OpenSearchDomain {
        engine_version: Some("OpenSearch_2.19".to_owned()),
        status: Some("Modifying".to_owned()),
        instance_type: Some("r7g.large.search".to_owned()),
        instance_count: Some(3),
        domain_id: Some("123456789012/logs".to_owned()),
        dedicated_master_type: Some("m7g.medium.search".to_owned()),
        dedicated_master_count: Some(3),
        warm_type: Some("ultrawarm1.medium.search".to_owned()),
        warm_count: Some(2),
        zone_awareness: Some(true),
        storage_type: Some("gp3".to_owned()),
        storage_gb: Some(100),
        iops: Some(3000),
        throughput: Some(125),
        encrypted: Some(true),
        encrypted_in_transit: Some(false),
        vpc_id: None,
        endpoint: Some("search-logs-abc.us-east-1.es.amazonaws.com".to_owned()),
        processing: Some(true),
        upgrade_processing: Some(false),
        deleted: Some(false),
    };
    assert_eq!(detail(logs), &expected);

    assert_eq!((shop.state(), &shop.tags), (None, &Some(Tags::new())));
    let expected = OpenSearchDomain {
        domain_id: Some("123456789012/shop".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        endpoint: Some("vpc-shop-abc.us-east-1.es.amazonaws.com".to_owned()),
        ..OpenSearchDomain::default()
    };
    assert_eq!(detail(shop), &expected);
}

#[tokio::test]
async fn domains_that_cant_be_described_are_listed_by_their_names_and_the_gap_says_so() {
    for (status, code, as_what) in
        [(403, "AccessDeniedException", GapStatus::Denied), (400, "ValidationException", GapStatus::Failed)]
    {
        let aws = with_domains(12, move |names| {
            names.contains(&"d-00010".to_owned()).then_some(Reply::Error(status, code, "no"))
        });
        let (inventory, coverage) = collect(&aws, &TYPES).await;
        assert_eq!((inventory.resources.len(), undescribed(&inventory)), (12, vec!["d-00010", "d-00011"]));
        let unknown = &inventory.resources[10];
        assert_eq!(unknown.arn.as_deref(), Some("arn:aws:es:eu-west-1:123456789012:domain/d-00010"));
        // CloudWatch's name follows from the account, so that it can be measured all the same.
        assert_eq!(unknown.measured_as(), "123456789012/d-00010");
        let domain_id = Some("123456789012/d-00010".to_owned());
        assert_eq!(detail(unknown), &OpenSearchDomain { domain_id, ..OpenSearchDomain::default() });
        assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeDomains", as_what, code)]);
        assert!(coverage.partial);
    }
}

#[tokio::test]
async fn a_domain_that_opensearch_omits_is_a_gap() {
    let aws = with_domains(7, |names| names.contains(&"d-00006".to_owned()).then(|| active(&names[..1])));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), undescribed(&inventory)), (7, vec!["d-00006"]));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeDomains", GapStatus::Failed, "IncompleteAnswer")]);
}

#[tokio::test]
async fn without_the_list_of_names_there_is_only_a_gap() {
    let aws = Aws::start(|request| {
        in_ireland(request, "ListDomainNames").then_some(Reply::Error(403, "AccessDeniedException", "no"))
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(ids(&inventory), [""; 0]);
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "ListDomainNames", GapStatus::Denied, "AccessDeniedException")]
    );
}

#[tokio::test]
async fn once_a_description_is_late_no_more_are_asked_for() {
    let aws = with_domains(100, |_| Some(Reply::Hang));
    let wanted = Wanted { regions: None, types: TYPES.to_vec(), tags: false };
    let collector = aws.collector_with(Duration::from_secs(2));
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    assert_eq!((inventory.resources.len(), undescribed(&inventory).len()), (100, 100));
    assert_eq!(reported(&coverage.gaps), [("eu-west-1", "DescribeDomains", GapStatus::TimedOut, "RequestTimedOut")]);
    // On a busy machine, some of them may be given up before they are sent.
    assert!((1..=10).contains(&aws.received("DescribeDomains").len()));
}
