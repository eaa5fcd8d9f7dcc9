//! Every rule, in the order of responses.

#![allow(clippy::unnecessary_wraps, reason = "all rules have the same signatures, including those that always decide")]

mod ami_unused;
mod commands;
pub(crate) mod common;
mod dynamodb_throttled;
mod dynamodb_unused;
mod ebs_idle;
mod ebs_outdated_type;
mod ebs_snapshot_old;
mod ebs_snapshot_orphaned;
mod ebs_stopped_instance;
mod ebs_unattached;
mod ec2_cpu_credits_exhausted;
mod ec2_high_cpu;
mod ec2_idle;
mod ec2_status_check_failed;
mod ec2_stopped_long;
mod ec2_sustained_high_cpu;
mod ec2_underutilized;
mod ecs_service_below_desired;
mod ecs_service_high;
mod ecs_service_idle;
mod efs_idle;
mod eip_unassociated;
mod elasticache_evictions;
mod elasticache_high_usage;
mod elasticache_idle;
mod lambda_duration_near_timeout;
mod lambda_errors;
mod lambda_runtime_ended;
mod lambda_throttles;
mod load_balancer_idle;
mod load_balancer_no_healthy_targets;
mod load_balancer_no_targets;
mod log_group_no_retention;
mod nat_gateway_idle;
mod opensearch_low_storage;
mod opensearch_red;
mod rds_burst_balance;
mod rds_engine_ended;
mod rds_high_cpu;
mod rds_latency;
mod rds_low_memory;
mod rds_low_storage;
mod rds_no_connections;
mod rds_queue_depth;
mod rds_snapshot_orphaned;
mod rds_swap;
mod redshift_no_connections;
mod service_quota_near;
mod vpc_endpoint_idle;

use collector::{Resource, ResourceType};

use crate::rule::{AnyRule, Category};

/// Every rule, by severity; rules of the same severity are in the order of urgency.
pub(crate) const ALL: &[&dyn AnyRule] = &[
    &ec2_status_check_failed::RULE,
    &rds_low_storage::RULE,
    &opensearch_red::RULE,
    &ec2_sustained_high_cpu::RULE,
    &ec2_cpu_credits_exhausted::RULE,
    &rds_high_cpu::RULE,
    &rds_low_memory::RULE,
    &rds_latency::READ,
    &rds_latency::WRITE,
    &rds_queue_depth::RULE,
    &rds_burst_balance::RULE,
    &lambda_errors::RULE,
    &lambda_throttles::RULE,
    &dynamodb_throttled::RULE,
    &elasticache_high_usage::ENGINE_CPU,
    &opensearch_low_storage::RULE,
    &load_balancer_no_healthy_targets::RULE,
    &ecs_service_below_desired::RULE,
    &ecs_service_high::OF_CPU,
    &ecs_service_high::OF_MEMORY,
    &ec2_high_cpu::RULE,
    &service_quota_near::RULE,
    &ec2_idle::RULE,
    &rds_swap::RULE,
    &rds_no_connections::RULE,
    &redshift_no_connections::RULE,
    &nat_gateway_idle::RULE,
    &lambda_duration_near_timeout::RULE,
    &elasticache_high_usage::MEMORY,
    &elasticache_evictions::RULE,
    &elasticache_idle::RULE,
    &rds_engine_ended::RULE,
    &load_balancer_no_targets::RULE,
    &ecs_service_idle::RULE,
    &lambda_runtime_ended::RULE,
    &ec2_underutilized::RULE,
    &ec2_stopped_long::RULE,
    &ebs_unattached::RULE,
    &ebs_stopped_instance::RULE,
    &ebs_idle::RULE,
    &ebs_outdated_type::RULE,
    &ebs_snapshot_orphaned::RULE,
    &ebs_snapshot_old::RULE,
    &ami_unused::RULE,
    &vpc_endpoint_idle::RULE,
    &eip_unassociated::RULE,
    &dynamodb_unused::RULE,
    &efs_idle::RULE,
    &rds_snapshot_orphaned::RULE,
    &log_group_no_retention::RULE,
    &load_balancer_idle::RULE,
];

/// Returns the types that have a rule, in the order of responses.
pub(crate) fn types() -> Vec<ResourceType> {
    types_of(&Category::ALL)
}

/// Returns the types that have a rule of these categories, in the order of responses.
pub(crate) fn types_of(categories: &[Category]) -> Vec<ResourceType> {
    ResourceType::ALL.into_iter().filter(|kind| chosen(*kind, categories).next().is_some()).collect()
}

/// Returns whether a rule of these categories reads the status checks of a resource, which is an instance then.
pub(crate) fn reads_status_checks(resource: &Resource, categories: &[Category]) -> bool {
    let rule = &ec2_status_check_failed::RULE;
    categories.contains(&rule.category) && rule.applies(resource) == Ok(true)
}

/// Returns the types that the rules of `types` and these categories read beside the types.
pub(crate) fn beside(types: &[ResourceType], categories: &[Category]) -> Vec<ResourceType> {
    let rules = types.iter().flat_map(|kind| chosen(*kind, categories));
    let mut beside: Vec<_> = rules.flat_map(|(_, rule)| rule.about().beside).copied().collect();
    beside.sort_unstable();
    beside.dedup();
    beside
}

/// Returns the rules of a type, each with its rank among all rules.
pub(crate) fn of(resource_type: ResourceType) -> impl Iterator<Item = (usize, &'static dyn AnyRule)> {
    ALL.iter().copied().enumerate().filter(move |(_, rule)| rule.resource_type() == resource_type)
}

/// Returns the rules of a type that are of these categories, each with its rank among all rules.
pub(crate) fn chosen(
    resource_type: ResourceType,
    categories: &[Category],
) -> impl Iterator<Item = (usize, &'static dyn AnyRule)> {
    of(resource_type).filter(|(_, rule)| categories.contains(&rule.about().category))
}

#[cfg(test)]
mod document_tests;
#[cfg(test)]
pub(crate) mod tests;
