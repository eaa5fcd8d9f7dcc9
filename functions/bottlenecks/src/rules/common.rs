//! What several rules share: whether they apply to a resource, the sources of thresholds, and texts.

use collector::services::ec2::instance::{self, Instance};
use collector::services::ec2::snapshot::Snapshot;
use collector::services::ecs::EcsService;
use collector::services::elasticache::CacheCluster;
use collector::services::elb::load_balancer::LoadBalancer;
use collector::services::opensearch::OpenSearchDomain;
use collector::services::rds::instance::Database;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::reading::{Need, Observed, Span, largest, smallest};
use crate::reason::{Reason, ReasonKind};
use crate::rule::Case;
use crate::threshold::Threshold;

/// The high and the low CPU of instances, each of which a caller can also set by a parameter of its own.
pub(crate) const CPU_HIGH: Threshold = Threshold { parameter: Some("cpu_high"), ..Threshold::percent("cpu", 80.0) };
pub(crate) const CPU_LOW: Threshold = Threshold { parameter: Some("cpu_low"), ..Threshold::percent("cpu", 10.0) };

/// The complete days that a rule reads, in addition to today; at most those of [`Span::Days`].
pub(super) const DAYS: Threshold = Threshold::new("days", 7.0, "Days", (1.0, 13.0));

/// The highest and the lowest CPU on the days that contain the requested hours: one coarse series of each instance, which
/// decides what else is read of it.
pub(super) const DAILY_PEAKS: Need = Need { metric: &instance::CPU, statistic: "Maximum", span: Span::RequestedDays };
pub(super) const DAILY_LOWS: Need = Need { metric: &instance::CPU, statistic: "Minimum", span: Span::RequestedDays };

/// By how much the average of equal values may differ from them.
const ROUNDING: f64 = 1e-6;

/// Lets the instances pass whose CPU was above a threshold at all: no average and no peak of an hour is above the peak of
/// its day.
pub(super) fn peaks_above(case: &Case<'_, Instance>, threshold: &Threshold) -> Result<bool, Reason> {
    Ok(largest(case.read(&DAILY_PEAKS)?.at_least(1)?) > case.threshold(threshold) * (1.0 - ROUNDING))
}

/// Lets the instances pass whose CPU was below a threshold at all: no average is below the lowest value.
pub(super) fn falls_below(case: &Case<'_, Instance>, threshold: &Threshold) -> Result<bool, Reason> {
    Ok(smallest(case.read(&DAILY_LOWS)?.at_least(1)?) < case.threshold(threshold) * (1.0 + ROUNDING))
}

/// The sources of several thresholds.
/// Why what is deleted after a snapshot saves at most its price.
pub(super) const SNAPSHOT_FIRST: &str = "a snapshot that is taken first is billed as long as it is kept";

pub(super) const RECOMMENDED_ALARMS: &str = "AWS recommended alarms";
pub(super) const OPENSEARCH_ALARMS: &str = "OpenSearch Service developer guide: recommended CloudWatch alarms";
pub(super) const COMMON_ALARMS: &str = "common practice: a widely used set of alarms";

const SECONDS_A_DAY: f64 = 86_400.0;

/// Returns how many days have passed since a time.
pub(super) fn days_since<K>(case: &Case<'_, K>, time: Timestamp) -> f64 {
    case.evidence.as_of.duration_since(time).as_secs_f64() / SECONDS_A_DAY
}

/// Returns an observed value that is from the inventory, not from CloudWatch.
pub(super) fn listed(metric: &'static str, value: f64, threshold: f64, unit: &'static str) -> Observed {
    Observed { metric, statistic: None, value, threshold, unit, over: None }
}

/// Returns the largest sum of two metrics on a day, of which each may lack days; 0 without any datapoints.
pub(super) fn busiest_day(one: &[(Timestamp, f64)], other: &[(Timestamp, f64)]) -> f64 {
    let both = || one.iter().chain(other);
    let of_day = |day| both().filter(|(at, _)| *at == day).map(|(_, value)| value).sum::<f64>();
    both().map(|(at, _)| of_day(*at)).fold(0.0, f64::max)
}

/// Applies to snapshots whose data is complete; one that failed has none.
pub(super) fn snapshot_is_complete(snapshot: &Snapshot) -> Result<bool, Reason> {
    match snapshot.state.as_deref() {
        Some(state) => Ok(state == "completed"),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

/// Returns when a stopped instance was stopped.
pub(super) fn stopped_since(instance: &Instance) -> Result<Timestamp, Reason> {
    let reason = instance.state_transition_reason.as_deref();
    reason.and_then(time_in).ok_or_else(|| Reason::unknown("EC2 does not report when it was stopped"))
}

/// Returns the time in EC2's reason for a state, such as `User initiated (2026-11-01 09:00:00 GMT)`.
fn time_in(reason: &str) -> Option<Timestamp> {
    let (_, time) = reason.rsplit_once('(')?;
    let time = DateTime::strptime("%Y-%m-%d %H:%M:%S GMT", time.strip_suffix(')')?).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

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
    if let Some(service) = other_service(database) {
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

/// Returns the service that a database belongs to, if that is not RDS.
pub(super) fn other_service(database: &Database) -> Option<&'static str> {
    let of = |(engine, _): &&(&str, &str)| database.engine.as_deref() == Some(engine);
    OTHER_SERVICES.iter().find(of).map(|(_, service)| *service)
}

/// Applies to caches that are in service; those that are being deleted are ignored.
pub(super) fn caches(cluster: &CacheCluster) -> Result<bool, Reason> {
    match cluster.status.as_deref() {
        Some("deleted" | "deleting") => Ok(false),
        Some(status @ ("creating" | "incompatible-network" | "rebooting cluster nodes" | "restore-failed")) => {
            Err(not_running("cache", status))
        }
        Some(_) => Ok(true),
        None => Err(Reason::unknown("ElastiCache returned no status")),
    }
}

/// Applies to domains that are in service; those that are being deleted are ignored.
pub(super) fn searches(domain: &OpenSearchDomain) -> Result<bool, Reason> {
    match domain.status.as_deref() {
        Some("Deleting") => Ok(false),
        Some(status @ ("Creating" | "Isolated")) => Err(not_running("domain", status)),
        Some(_) => Ok(true),
        None => Err(Reason::unknown("OpenSearch returned no status")),
    }
}

pub(super) fn not_running(what: &str, state: &str) -> Reason {
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

/// Returns a number of bytes in the largest unit of which there is at least one.
pub(super) fn size(bytes: f64) -> String {
    use crate::sizes::{GIB, MIB};
    match bytes {
        GIB.. => gib(bytes),
        MIB.. => format!("{:.1} MiB", bytes / MIB),
        1024.0.. => format!("{:.1} KiB", bytes / 1024.0),
        _ => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_in_the_largest_unit_that_it_fills() {
        let sizes = [0.0, 28.0, 1_536.0, 1_048_576.0, 1_610_612_736.0].map(size);
        assert_eq!(sizes, ["0 bytes", "28 bytes", "1.5 KiB", "1.0 MiB", "1.5 GiB"]);
    }

    #[test]
    fn the_time_of_a_stop_is_read() {
        assert_eq!(time_in("User initiated (2026-11-01 09:00:00 GMT)"), Some("2026-11-01T09:00:00Z".parse().unwrap()));
        for other in ["", "User initiated", "User initiated (yesterday)", "User initiated (2026-13-01 09:00:00 GMT)"] {
            assert_eq!(time_in(other), None, "{other}");
        }
    }

    #[test]
    fn the_busiest_day_has_the_largest_sum() {
        let on = |day: u32, value: f64| (format!("2026-11-{day}T00:00:00Z").parse::<Timestamp>().unwrap(), value);
        let both = busiest_day(&[on(18, 2.0), on(19, 3.0)], &[on(19, 1.0), on(20, 3.5)]);
        assert_eq!((both, busiest_day(&[on(18, 2.0)], &[]), busiest_day(&[], &[])), (4.0, 2.0, 0.0));
    }
}
