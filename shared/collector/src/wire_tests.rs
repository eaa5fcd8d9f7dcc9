//! The AWS adapters over real HTTP: what an endpoint responds, and what the collector makes of it.

mod accounts;
mod accounts_list;
mod autoscaling;
mod aws;
mod cost_optimization_hub;
mod costs;
mod costs_watched;
mod dynamodb;
mod ecs;
mod efs;
mod eks;
mod elasticache;
mod elb;
mod elb_classic;
mod endpoint;
mod faults;
mod image;
mod inventory;
mod logs;
mod metrics;
mod movers;
mod nat_gateway;
mod opensearch;
mod prices;
mod quotas;
mod rds;
mod redshift;
mod resource_explorer;
mod service_quotas;
mod snapshot;
mod staged;
mod steps;
mod stored;
mod survey;

use std::time::{Duration, Instant};

use self::aws::{Aws, Received, Reply, wrapped};
use crate::{Coverage, Gap, GapStatus, Inventory, Operation, ResourceType, Wanted};

const LONG: Duration = Duration::from_mins(1);

async fn collect(aws: &Aws, types: &[ResourceType]) -> (Inventory, Coverage) {
    collect_until(aws, types, LONG).await
}

async fn collect_until(aws: &Aws, types: &[ResourceType], time: Duration) -> (Inventory, Coverage) {
    let wanted = Wanted { regions: None, types: types.to_vec(), tags: true };
    let (inventory, coverage) = aws.collector().inventory(&wanted, Instant::now() + time).await.unwrap();
    calls_only_declared(&wanted.operations(), &coverage);
    has_only_declared(&inventory, &coverage);
    (inventory, coverage)
}

/// The operations besides the tagging API's that return tags of what another one lists.
const TAGGING: [&str; 3] = ["DescribeCluster", "DescribeServices", "DescribeTags"];

/// Asserts that each state is one that its type declares, and that tags are missing only if the request for them failed.
fn has_only_declared(inventory: &Inventory, coverage: &Coverage) {
    let failed = |operation: &str| coverage.gaps.iter().any(|gap| gap.operation == operation);
    let untagged = failed("GetResources");
    for resource in &inventory.resources {
        let kind = resource.resource_type();
        assert!(resource.state().is_none_or(|state| kind.states().contains(&state)), "{resource:?}");
        // A view of Resource Explorer may leave them out.
        let optional = kind == ResourceType::Other || !kind.has_tags();
        let excused = optional || untagged && kind.tag_filter().is_some() || TAGGING.into_iter().any(failed);
        assert!(resource.tags.is_some() || excused, "{resource:?}");
    }
}

/// Asserts that every operation that was called is among `operations`, from which the functions' roles are derived.
fn calls_only_declared(operations: &[&Operation], coverage: &Coverage) {
    let declared: Vec<_> = operations.iter().map(|o| format!("{}:{}", o.service, o.name)).collect();
    for called in coverage.aws_requests.by_operation.keys().filter(|name| *name != "sts:GetCallerIdentity") {
        assert!(declared.contains(called), "{called} is not among {declared:?}");
    }
}

fn ids(inventory: &Inventory) -> Vec<&str> {
    inventory.resources.iter().map(|resource| resource.id.as_str()).collect()
}

/// Returns the region, operation, status and code of each gap.
fn reported(gaps: &[Gap]) -> Vec<(&str, &str, GapStatus, &str)> {
    gaps.iter().map(|gap| (gap.region.as_str(), gap.operation, gap.status, gap.code.as_str())).collect()
}

/// Returns a page of `size` of `total` numbered items that starts at the request's token, and the next token.
fn page(request: &Received, token: &str, size: usize, total: usize) -> (Vec<usize>, Option<usize>) {
    let after = request.parameters.split(token).nth(1).unwrap_or("0");
    let from: usize = after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    let to = total.min(from + size);
    ((from..to).collect(), (to < total).then_some(to))
}

/// Formats the items of a page with `item`.
fn items(numbers: &[usize], item: impl Fn(&usize) -> String) -> String {
    numbers.iter().map(item).collect::<Vec<_>>().concat()
}

fn instances(request: &Received, numbers: &[usize], next: Option<usize>) -> Reply {
    let items = items(numbers, |n| {
        format!("<item><instancesSet><item><instanceId>i-{n:05}</instanceId></item></instancesSet></item>")
    });
    let next = next.map(|next| format!("<nextToken>{next}</nextToken>")).unwrap_or_default();
    Reply::Ok(wrapped(request, &format!("<reservationSet>{items}</reservationSet>{next}")))
}

/// Returns a response of EC2 that lists items in an element, with the token of the next page.
fn listed(request: &Received, element: &str, items: &str, next: Option<usize>) -> Reply {
    let next = next.map(|next| format!("<nextToken>{next}</nextToken>")).unwrap_or_default();
    Reply::Ok(wrapped(request, &format!("<{element}>{items}</{element}>{next}")))
}

fn in_ireland(request: &Received, operation: &str) -> bool {
    request.operation == operation && request.region == "eu-west-1"
}
