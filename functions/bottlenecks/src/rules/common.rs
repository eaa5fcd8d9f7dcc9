//! What several rules share: whether they apply to a resource, the sources of thresholds, and texts.

use collector::services::ec2::instance::Instance;
use collector::services::ecs::EcsService;
use collector::services::elb::load_balancer::LoadBalancer;
use collector::services::rds::Database;

use crate::rule::{Reason, ReasonKind};
use crate::threshold::Threshold;

/// The high and the low CPU of instances, each of which a caller can also set by a parameter of its own.
pub(crate) const CPU_HIGH: Threshold = Threshold { parameter: Some("cpu_high"), ..Threshold::percent("cpu", 80.0) };
pub(crate) const CPU_LOW: Threshold = Threshold { parameter: Some("cpu_low"), ..Threshold::percent("cpu", 10.0) };

/// The complete days that a rule reads, in addition to today; at most those of [`Span::Days`](crate::rule::Span::Days).
pub(super) const DAYS: Threshold = Threshold::new("days", 7.0, "Days", (1.0, 13.0));

/// The sources of several thresholds.
pub(super) const RECOMMENDED_ALARMS: &str = "AWS recommended alarms";
pub(super) const COMMON_ALARMS: &str = "common practice: a widely used set of alarms";

/// Applies to running instances; terminated ones are ignored.
pub(super) fn runs(instance: &Instance) -> Result<bool, Reason> {
    match instance.state.as_deref() {
        Some("running") => Ok(true),
        Some("terminated" | "shutting-down") => Ok(false),
        Some(state) => Err(not_running("instance", state)),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

/// Applies to databases that are in service, including those in maintenance; those that are being deleted are ignored.
pub(super) fn serves(database: &Database) -> Result<bool, Reason> {
    if let Some((_, service)) = OTHER_SERVICES.iter().find(|(engine, _)| database.engine.as_deref() == Some(engine)) {
        let detail = format!("{service} has its own namespace of metrics, and its thresholds are different");
        return Err(Reason::unknown(detail));
    }
    match database.status.as_deref() {
        Some("deleting") => Ok(false),
        Some(status @ ("creating" | "failed" | "starting" | "stopped" | "stopping")) => {
            Err(not_running("database", status))
        }
        Some(_) => Ok(true),
        None => Err(Reason::unknown("RDS returned no status")),
    }
}

/// Applies to load balancers that are set up; classic ones always are.
pub(super) fn balances(balancer: &LoadBalancer) -> Result<bool, Reason> {
    match (balancer.kind.as_deref(), balancer.state.as_deref()) {
        (Some("classic"), _) | (_, Some("active" | "active_impaired")) => Ok(true),
        (_, Some(state)) => Err(not_running("load balancer", state)),
        (_, None) => Err(Reason::unknown("Elastic Load Balancing returned no state")),
    }
}

/// Applies to services that are not being deleted.
pub(super) fn is_active(service: &EcsService) -> Result<bool, Reason> {
    match service.status.as_deref() {
        Some(status) => Ok(status == "ACTIVE"),
        None => Err(Reason::unknown("ECS returned no status")),
    }
}

/// Applies to services with tasks.
pub(super) fn runs_tasks(service: &EcsService) -> Result<bool, Reason> {
    match service.running_count {
        _ if !is_active(service)? => Ok(false),
        Some(0) => Err(Reason::new(ReasonKind::NotRunning, "no task of the service runs".to_owned())),
        Some(_) => Ok(true),
        None => Err(Reason::unknown("ECS returned no numbers of tasks")),
    }
}

/// The engines of other services that RDS lists as well, and these services.
const OTHER_SERVICES: [(&str, &str); 2] = [("docdb", "Amazon DocumentDB"), ("neptune", "Amazon Neptune")];

fn not_running(what: &str, state: &str) -> Reason {
    Reason::new(ReasonKind::NotRunning, format!("the {what} is {state}"))
}

/// Returns whether a database is Aurora, whose storage belongs to the cluster.
pub(super) fn is_aurora(database: &Database) -> bool {
    database.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"))
}

/// Returns the recommendation for storage that can't keep up.
pub(super) fn faster_storage(database: &Database) -> String {
    let queries = "Find the queries that read and write the most";
    if is_aurora(database) {
        return format!("{queries}, or use a larger class: the speed of Aurora's storage itself can't be chosen.");
    }
    format!(
        "{queries}, or compare read_iops, write_iops and queue_depth in /metrics with what is provisioned for the \
         storage, and increase its IOPS or throughput; gp3 allows that without more storage."
    )
}

/// Formats a number of bytes in GiB.
pub(super) fn gib(bytes: f64) -> String {
    format!("{:.1} GiB", bytes / crate::sizes::GIB)
}
