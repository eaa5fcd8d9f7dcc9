//! The AWS adapters over a real wire: what an endpoint answers, and what the collector makes of it.

mod accounts;
mod aws;
mod costs;
mod dynamodb;
mod faults;
mod inventory;
mod metrics;
mod quotas;
mod survey;

use std::time::{Duration, Instant};

use self::aws::{Asked, Aws, Reply, wrapped};
use crate::{Coverage, Gap, GapStatus, Inventory, Operation, ResourceType, Wanted};

const LONG: Duration = Duration::from_mins(1);

async fn collect(aws: &Aws, types: &[ResourceType]) -> (Inventory, Coverage) {
    collect_until(aws, types, LONG).await
}

async fn collect_until(aws: &Aws, types: &[ResourceType], time: Duration) -> (Inventory, Coverage) {
    let wanted = Wanted { regions: None, types: types.to_vec(), tags: true };
    let (inventory, coverage) = aws.collector().inventory(&wanted, Instant::now() + time).await.unwrap();
    calls_what_it_says(&wanted.operations(), &coverage);
    (inventory, coverage)
}

/// Whether everything that was called is among `operations`, from which the roles of the functions are derived.
fn calls_what_it_says(operations: &[&Operation], coverage: &Coverage) {
    let said: Vec<_> = operations.iter().map(|operation| format!("{}:{}", operation.service, operation.name)).collect();
    for called in coverage.aws_requests.by_operation.keys().filter(|name| *name != "sts:GetCallerIdentity") {
        assert!(said.contains(called), "{called} is not among {said:?}");
    }
}

fn ids(inventory: &Inventory) -> Vec<&str> {
    inventory.resources.iter().map(|resource| resource.id.as_str()).collect()
}

/// Region, operation, status and code of each gap.
fn told(gaps: &[Gap]) -> Vec<(&str, &str, GapStatus, &str)> {
    gaps.iter().map(|gap| (gap.region.as_str(), gap.operation, gap.status, gap.code.as_str())).collect()
}

/// A page of items numbered from the token on: `size` of `total`, and the next token.
fn page(asked: &Asked, token: &str, size: usize, total: usize) -> (Vec<usize>, Option<usize>) {
    let after = asked.parameters.split(token).nth(1).unwrap_or("0");
    let from: usize = after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    let to = total.min(from + size);
    ((from..to).collect(), (to < total).then_some(to))
}

/// The items of a page, each written by `item`.
fn items(numbers: &[usize], item: impl Fn(&usize) -> String) -> String {
    numbers.iter().map(item).collect::<Vec<_>>().concat()
}

fn instances(asked: &Asked, numbers: &[usize], next: Option<usize>) -> Reply {
    let items = items(numbers, |n| {
        format!("<item><instancesSet><item><instanceId>i-{n:05}</instanceId></item></instancesSet></item>")
    });
    let next = next.map(|next| format!("<nextToken>{next}</nextToken>")).unwrap_or_default();
    Reply::Ok(wrapped(asked, &format!("<reservationSet>{items}</reservationSet>{next}")))
}

fn in_ireland(asked: &Asked, operation: &str) -> bool {
    asked.operation == operation && asked.region == "eu-west-1"
}
