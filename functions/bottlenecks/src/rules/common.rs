//! What rules of one type share: whether they concern a resource, where thresholds come from, and how things are worded.

use collector::services::ec2::instance::Instance;
use collector::services::rds::Database;

use crate::rule::{Reason, ReasonKind};

/// Where several thresholds come from.
pub(super) const RECOMMENDED_ALARMS: &str = "AWS recommended alarms";
pub(super) const COMMON_ALARMS: &str = "common practice: a widely used set of alarms";

/// Instances that run; those that are gone for good concern nobody.
pub(super) fn runs(instance: &Instance) -> Result<bool, Reason> {
    match instance.state.as_deref() {
        Some("running") => Ok(true),
        Some("terminated" | "shutting-down") => Ok(false),
        Some(state) => Err(not_running("instance", state)),
        None => Err(Reason::unknown("EC2 gives no state")),
    }
}

/// Databases that serve, if in maintenance; those that are gone for good concern nobody.
pub(super) fn serves(database: &Database) -> Result<bool, Reason> {
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
pub(super) fn is_aurora(database: &Database) -> bool {
    database.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"))
}

/// What to do about storage that can't keep up.
pub(super) fn faster_storage(database: &Database) -> String {
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
pub(super) fn gib(bytes: f64) -> String {
    format!("{:.1} GiB", bytes / crate::sizes::GIB)
}
