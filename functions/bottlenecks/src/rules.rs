//! Every rule, in the order of answers, and what several of them share.

mod ebs_unattached;
mod ec2_cpu_credits_exhausted;
mod ec2_high_cpu;
mod ec2_idle;
mod ec2_status_check_failed;
mod ec2_stopped_long;
mod ec2_sustained_high_cpu;
mod ec2_underutilized;
mod eip_unassociated;
mod lambda_duration_near_timeout;
mod lambda_errors;
mod lambda_throttles;
mod rds_burst_balance;
mod rds_high_cpu;
mod rds_latency;
mod rds_low_memory;
mod rds_low_storage;
mod rds_no_connections;
mod rds_queue_depth;
mod rds_swap;

use collector::Detail;
use collector::services::ec2::instance::Instance;
use collector::services::lambda::Function;
use collector::services::rds::Database;
use collector::{Resource, ResourceType};

use crate::rule::{Reason, ReasonKind, Rule};

/// Every rule; those of one severity in the order of their urgency.
pub(crate) const ALL: [&Rule; 21] = [
    &ec2_status_check_failed::RULE,
    &rds_low_storage::RULE,
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
    &ec2_high_cpu::RULE,
    &ec2_idle::RULE,
    &rds_swap::RULE,
    &rds_no_connections::RULE,
    &lambda_duration_near_timeout::RULE,
    &ec2_underutilized::RULE,
    &ec2_stopped_long::RULE,
    &ebs_unattached::RULE,
    &eip_unassociated::RULE,
];

/// The types that have a rule.
pub(crate) const TYPES: [ResourceType; 5] =
    [ResourceType::Ec2, ResourceType::Rds, ResourceType::Lambda, ResourceType::Ebs, ResourceType::Eip];

/// The rules of a type, each with its place among all.
pub(crate) fn of(resource_type: ResourceType) -> impl Iterator<Item = (usize, &'static Rule)> {
    ALL.into_iter().enumerate().filter(move |(_, rule)| rule.resource_type == resource_type)
}

/// Where several thresholds come from.
const RECOMMENDED_ALARMS: &str = "AWS recommended alarms";
const COMMON_ALARMS: &str = "common practice: a widely used set of alarms";

fn instance(resource: &Resource) -> Result<&Instance, Reason> {
    match &resource.detail {
        Detail::Ec2(instance) => Ok(instance),
        _ => Err(Reason::unknown("this is no instance")),
    }
}

fn database(resource: &Resource) -> Result<&Database, Reason> {
    match &resource.detail {
        Detail::Rds(database) => Ok(database),
        _ => Err(Reason::unknown("this is no database")),
    }
}

fn function(resource: &Resource) -> Result<&Function, Reason> {
    match &resource.detail {
        Detail::Lambda(function) => Ok(function),
        _ => Err(Reason::unknown("this is no function")),
    }
}

/// Instances that run; those that are gone for good concern nobody.
fn runs(resource: &Resource) -> Result<bool, Reason> {
    match instance(resource)?.state.as_deref() {
        Some("running") => Ok(true),
        Some("terminated" | "shutting-down") => Ok(false),
        Some(state) => Err(not_running("instance", state)),
        None => Err(Reason::unknown("EC2 gives no state")),
    }
}

/// Databases that serve, if in maintenance; those that are gone for good concern nobody.
fn serves(resource: &Resource) -> Result<bool, Reason> {
    let database = database(resource)?;
    if let Some((_, service)) = OTHER_SERVICES.iter().find(|(engine, _)| database.engine.as_deref() == Some(engine)) {
        let detail = format!("{service} measures it in a namespace of its own, and its thresholds are others");
        return Err(Reason::unknown(detail));
    }
    match database.status.as_deref() {
        Some("deleting") => Ok(false),
        Some(status @ ("creating" | "failed" | "starting" | "stopped" | "stopping")) => {
            Err(not_running("database", status))
        }
        Some(_) => Ok(true),
        None => Err(Reason::unknown("RDS gives no status")),
    }
}

/// The engines that RDS lists beside its own, and whose they are.
const OTHER_SERVICES: [(&str, &str); 2] = [("docdb", "Amazon DocumentDB"), ("neptune", "Amazon Neptune")];

fn not_running(what: &str, state: &str) -> Reason {
    Reason::new(ReasonKind::NotRunning, format!("the {what} is {state}"))
}

/// Whether a database's storage belongs to its cluster: Aurora's.
fn is_aurora(database: &Database) -> bool {
    database.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"))
}

/// What to do about storage that can't keep up.
fn faster_storage(database: &Database) -> String {
    let queries = "Find the queries that read and write the most";
    if is_aurora(database) {
        return format!("{queries}, or take a larger class: Aurora's storage itself has no speed to choose.");
    }
    format!(
        "{queries}, or compare read_iops, write_iops and queue_depth in /metrics with what the storage is provisioned for, \
         and raise its IOPS or throughput; gp3 does so without more storage."
    )
}

/// A number of bytes as people read it.
fn gib(bytes: f64) -> String {
    format!("{:.1} GiB", bytes / crate::sizes::GIB)
}

#[cfg(test)]
pub(crate) mod tests;
