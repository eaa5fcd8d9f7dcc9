//! AWS's price list over a real wire: how it is asked, what counts as a price, and what holds when it fails.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_config::Region;
use serde_json::{Value, json};

use super::accounts::roles;
use super::aws::{Aws, Received, Reply};
use super::{LONG, listed, page, reported};
use crate::model::aws_requests::AwsRequests;
use crate::model::price::{Bill, Prices, Product, UnpricedReason};
use crate::questions::prices::OPERATIONS;
use crate::{Accounts, Coverage, GapStatus, ResourceType, Wanted};

const LIST: &str = "GetProducts";

fn accounts(aws: &Aws) -> Accounts {
    Accounts::new(aws.config(), roles())
}

fn volume(kind: &str) -> Product {
    Product::of("AmazonEC2", Some("Storage"), "GB-Mo", "eu-west-1").with("volumeApiName", kind)
}

fn instance(kind: &str) -> Product {
    Product::of("AmazonEC2", Some("Compute Instance"), "Hrs", "eu-west-1").with("instanceType", kind)
}

fn one(product: Product) -> Bill {
    Bill::of(product.part("all", 1))
}

/// An entry of the list that is `product`.
fn entry(sku: &str, product: &Product, usd: &str) -> Value {
    let attributes: BTreeMap<_, _> = product.attributes.iter().collect();
    let term = json!({"priceDimensions": {"A.1": {"unit": product.unit, "pricePerUnit": {"USD": usd}}}});
    json!({
        "product": {"sku": sku, "productFamily": product.family, "attributes": attributes},
        "serviceCode": product.offer, "terms": {"OnDemand": {"A": term}},
    })
}

/// A page of the list, whose entries are texts.
fn entries(entries: &[Value], next: Option<usize>) -> Reply {
    let texts: Vec<_> = entries.iter().map(ToString::to_string).collect();
    let next = next.map(|next| next.to_string());
    Reply::Ok(json!({"FormatVersion": "aws_v1", "PriceList": texts, "NextToken": next}).to_string())
}

/// Starts a price list that has these entries and nothing else.
fn with(list: Vec<Value>) -> Aws {
    Aws::start(move |request| (request.operation == LIST).then(|| entries(&list, None)))
}

async fn ask_until(accounts: &Accounts, bills: &[Bill], time: Duration) -> (Prices, Coverage) {
    let before = Coverage {
        account: None,
        partial: false,
        gaps: Vec::new(),
        aws_requests: AwsRequests::new(BTreeMap::new(), &[], 0),
    };
    let (prices, coverage) = accounts.prices(bills.iter(), before, Instant::now() + time).await;
    super::calls_only_declared(OPERATIONS, &coverage);
    (prices, coverage)
}

async fn ask(accounts: &Accounts, bills: &[Bill]) -> (Prices, Coverage) {
    ask_until(accounts, bills, LONG).await
}

fn usd(prices: &Prices, bill: &Bill) -> String {
    prices.of(bill).unwrap().monthly_usd.to_string()
}

fn reason(prices: &Prices, bill: &Bill) -> UnpricedReason {
    prices.of(bill).unwrap_err().reason
}

/// Returns the filters of a request as `type field value`.
fn filters(request: &Received) -> Vec<String> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let filters = body["Filters"].as_array().unwrap().iter();
    let words = |filter: &Value| ["Type", "Field", "Value"].map(|of| filter[of].as_str().unwrap().to_owned()).join(" ");
    filters.map(words).collect()
}

#[tokio::test]
async fn each_family_is_asked_once_with_all_values_of_its_attributes() {
    let list = vec![
        entry("V2", &volume("gp2"), "0.11"),
        entry("V3", &volume("gp3"), "0.088"),
        entry("I", &instance("m5.large"), "0.107"),
    ];
    let aws = with(list);
    let bills = [volume("gp2"), volume("gp3"), instance("m5.large")].map(one);
    let (prices, coverage) = ask(&accounts(&aws), &bills).await;
    assert_eq!(bills.each_ref().map(|bill| usd(&prices, bill)), ["0.11", "0.09", "78.11"]);
    assert_eq!((coverage.partial, coverage.aws_requests.by_operation["pricing:GetProducts"]), (false, 2));
    let mut asked: Vec<_> = aws.received(LIST).iter().map(filters).collect();
    asked.sort();
    let family = |name: &str| format!("TERM_MATCH productFamily {name}");
    let region = "TERM_MATCH regionCode eu-west-1".to_owned();
    let expected = [
        vec![family("Compute Instance"), "TERM_MATCH instanceType m5.large".to_owned(), region.clone()],
        vec![family("Storage"), region, "ANY_OF volumeApiName gp2,gp3".to_owned()],
    ];
    assert_eq!(asked, expected);
    let first = &aws.received(LIST)[0];
    assert_eq!((first.service.as_str(), first.region.as_str()), ("pricing", "us-east-1"));
    assert!(first.parameters.contains(r#""ServiceCode":"AmazonEC2""#), "{}", first.parameters);
}

#[tokio::test]
async fn every_page_of_the_list_is_read() {
    let aws = Aws::start(|request| {
        (request.operation == LIST).then(|| {
            let (numbers, next) = page(request, r#""NextToken":""#, 100, 250);
            let of = |number: &usize| entry(&format!("S{number}"), &instance(&format!("m{number}.large")), "0.1");
            entries(&numbers.iter().map(of).collect::<Vec<_>>(), next)
        })
    });
    let bill = one(instance("m249.large"));
    let (prices, coverage) = ask(&accounts(&aws), std::slice::from_ref(&bill)).await;
    assert_eq!(usd(&prices, &bill), "73.00");
    assert_eq!(coverage.aws_requests.by_operation["pricing:GetProducts"], 3);
    assert!(aws.received(LIST).iter().all(|request| request.parameters.contains(r#""MaxResults":100"#)));
}

#[tokio::test]
async fn exactly_one_entry_is_a_price_and_both_other_answers_are_kept_too() {
    let twice = vec![entry("B", &volume("gp2"), "0.11"), entry("A", &volume("gp2"), "0.11")];
    let aws = with(twice);
    let accounts = accounts(&aws);
    let bills = [volume("gp2"), volume("gp3")].map(one);
    for _ in 0..2 {
        let (prices, coverage) = ask(&accounts, &bills).await;
        let reasons = bills.each_ref().map(|bill| reason(&prices, bill));
        assert_eq!(reasons, [UnpricedReason::Ambiguous, UnpricedReason::NotListed]);
        // It is no fault: the list was read.
        assert_eq!((coverage.partial, coverage.gaps), (false, vec![]));
    }
    assert_eq!(aws.received(LIST).len(), 1);
    let message = ask(&accounts, &bills).await.0.of(&bills[0]).unwrap_err().message;
    assert_eq!(message, "both B and A match AmazonEC2: Storage, regionCode eu-west-1, volumeApiName gp2");
}

#[tokio::test]
async fn an_entry_that_is_on_two_pages_is_one() {
    let aws = Aws::start(|request| {
        (request.operation == LIST).then(|| {
            let (_, next) = page(request, r#""NextToken":""#, 1, 2);
            entries(&[entry("S", &volume("gp2"), "0.11")], next)
        })
    });
    let bill = one(volume("gp2"));
    assert_eq!(usd(&ask(&accounts(&aws), std::slice::from_ref(&bill)).await.0, &bill), "0.11");
    assert_eq!(aws.received(LIST).len(), 2);
}

/// Asks for the price of a volume that was listed, with a price list that fails by `fault`.
async fn fails_by(fault: fn() -> Reply, time: Duration) -> (GapStatus, String) {
    let aws = Aws::start(move |request| match request.operation.as_str() {
        LIST => Some(fault()),
        "DescribeVolumes" if request.region == "eu-west-1" => {
            let item = "<item><volumeId>vol-1</volumeId><size>8</size><volumeType>gp2</volumeType>\
                        <availabilityZone>eu-west-1a</availabilityZone></item>";
            Some(listed(request, "volumeSet", item, None))
        }
        _ => None,
    });
    let accounts = accounts(&aws);
    let wanted = Wanted { regions: None, types: vec![ResourceType::Ebs], tags: true };
    let collector = accounts.collector(None, "ops").unwrap();
    let (inventory, coverage) = collector.inventory(&wanted, Instant::now() + LONG).await.unwrap();
    let [found] = &inventory.resources[..] else { panic!("{:?}", super::ids(&inventory)) };
    let bill = found.bill().unwrap();
    let (prices, coverage) = accounts.prices([&bill].into_iter(), coverage, Instant::now() + time).await;
    let [(region, operation, status, code)] = reported(&coverage.gaps)[..] else { panic!("{coverage:?}") };
    assert_eq!((region, operation, coverage.partial), ("us-east-1", LIST, true));
    assert!(coverage.aws_requests.by_operation["ec2:DescribeVolumes"] > 0);
    let unknown = prices.of(&bill).unwrap_err();
    assert_eq!(unknown.reason, UnpricedReason::PriceListUnavailable);
    assert!(unknown.message.starts_with(&format!("pricing:GetProducts: {code}: ")), "{}", unknown.message);
    (status, code.to_owned())
}

#[tokio::test]
async fn without_the_list_the_rest_is_whole_and_every_price_says_why() {
    let faults: [(fn() -> Reply, _, _); 5] = [
        (|| Reply::Error(400, "AccessDeniedException", "no"), GapStatus::Denied, "AccessDeniedException"),
        (|| Reply::Error(400, "ThrottlingException", "slow"), GapStatus::Throttled, "ThrottlingException"),
        (|| Reply::Error(500, "InternalErrorException", "oh"), GapStatus::Failed, "InternalErrorException"),
        (|| Reply::Ok("{".to_owned()), GapStatus::Failed, "UnreadableResponse"),
        // One entry is right, but the other one could be the same product.
        (
            || entries(&[entry("S", &volume("gp2"), "0.11"), json!({"product": {}})], None),
            GapStatus::Failed,
            "UnreadableEntry",
        ),
    ];
    for (fault, status, code) in faults {
        assert_eq!(fails_by(fault, LONG).await, (status, code.to_owned()));
    }
    let (status, _) = fails_by(|| Reply::Hang, Duration::from_millis(300)).await;
    assert_eq!(status, GapStatus::TimedOut);
}

#[tokio::test]
async fn one_family_that_fails_leaves_the_prices_of_the_others_and_is_asked_again() {
    let mut denied = 0;
    let aws = Aws::start(move |request| {
        let is_volume = request.operation == LIST && request.parameters.contains("volumeApiName");
        if is_volume && denied == 0 {
            denied += 1;
            return Some(Reply::Error(400, "AccessDeniedException", "no"));
        }
        let list = [entry("V", &volume("gp2"), "0.11"), entry("I", &instance("m5.large"), "0.1")];
        (request.operation == LIST).then(|| entries(&list, None))
    });
    let accounts = accounts(&aws);
    let bills = [volume("gp2"), instance("m5.large")].map(one);
    let (prices, coverage) = ask(&accounts, &bills).await;
    assert_eq!(
        (reason(&prices, &bills[0]), usd(&prices, &bills[1])),
        (UnpricedReason::PriceListUnavailable, "73.00".to_owned())
    );
    assert_eq!(reported(&coverage.gaps).len(), 1);
    let (prices, coverage) = ask(&accounts, &bills).await;
    assert_eq!((usd(&prices, &bills[0]), coverage.partial), ("0.11".to_owned(), false));
    // The instance's price was kept.
    assert_eq!(coverage.aws_requests.by_operation["pricing:GetProducts"], 1);
}

#[tokio::test]
async fn what_was_read_is_kept_and_calls_at_the_same_time_ask_once() {
    let aws = with(vec![entry("V", &volume("gp2"), "0.11"), entry("W", &volume("gp3"), "0.088")]);
    let accounts = accounts(&aws);
    let bill = [one(volume("gp2"))];
    let asked = futures::future::join_all((0..10).map(|_| ask(&accounts, &bill))).await;
    assert!(asked.iter().all(|(prices, _)| usd(prices, &bill[0]) == "0.11"));
    let requests: u64 = asked.iter().map(|(_, coverage)| coverage.aws_requests.total).sum();
    assert_eq!((requests, aws.received(LIST).len()), (1, 1));
    assert_eq!(ask(&accounts, &bill).await.1.aws_requests.total, 0);
    // What nobody asked for is not kept, whatever AWS returned.
    assert_eq!(ask(&accounts, &[one(volume("gp3"))]).await.1.aws_requests.total, 1);
}

#[tokio::test]
async fn nothing_is_asked_where_nothing_has_a_price() {
    let aws = with(Vec::new());
    let (_, coverage) = ask(&accounts(&aws), &[]).await;
    assert_eq!((coverage.aws_requests.total, coverage.partial), (0, false));
}

#[tokio::test]
async fn china_has_a_price_list_of_its_own_which_is_not_read() {
    let aws = with(vec![entry("V", &volume("gp2"), "0.11")]);
    let home = aws.config().to_builder().region(Region::new("cn-north-1")).build();
    let bill = [one(volume("gp2"))];
    let (prices, coverage) = ask(&Accounts::new(home, roles()), &bill).await;
    assert_eq!(reason(&prices, &bill[0]), UnpricedReason::OtherPartition);
    assert_eq!((coverage.partial, aws.received(LIST).len()), (false, 0));
}

#[tokio::test]
async fn the_list_is_asked_at_its_endpoint_near_home() {
    let aws = with(vec![entry("V", &volume("gp2"), "0.11")]);
    let home = aws.config().to_builder().region(Region::new("eu-north-1")).build();
    ask(&Accounts::new(home, roles()), &[one(volume("gp2"))]).await;
    assert_eq!(aws.received(LIST)[0].region, "eu-central-1");
}
