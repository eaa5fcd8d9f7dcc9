//! A volume of a type that has a better successor at the same price or less. It can be changed while it is in use.

use collector::services::ec2::volume::Volume;

use crate::reason::Reason;
use crate::rule::{Case, Category, Finding, Rule, Severity};
use crate::rules::common::listed;

/// The IOPS that gp3 has at any size, and up to which gp2 needs no more of them.
const INCLUDED_IOPS: i32 = 3_000;
/// The IOPS of gp2 for each GiB, and the most that it has.
const GP2_IOPS_A_GIB: i32 = 3;
const GP2_MOST_IOPS: i32 = 16_000;

pub(super) const RULE: Rule<Volume> = Rule {
    name: "ebs_outdated_type",
    severity: Severity::Low,
    category: Category::CostOptimizing,
    finding: "the volume is of the type gp2, which costs a quarter more than gp3, or io1, which costs as much as io2",
    thresholds: &[],
    source: "Amazon EBS user guide, volume types, and AWS's price list: gp3 is a fifth cheaper per GiB than gp2",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["whether its instances support io2 Block Express"],
    applies,
    judge,
};

/// Volumes that can be changed.
fn applies(volume: &Volume) -> Result<bool, Reason> {
    match volume.state.as_deref() {
        Some(state) => Ok(matches!(state, "available" | "in-use")),
        None => Err(Reason::unknown("EC2 returned no state")),
    }
}

fn judge(case: &Case<'_, Volume>) -> Result<Option<Finding>, Reason> {
    let volume = case.detail;
    let (generation, recommendation) = match volume.volume_type.as_deref() {
        Some("gp2") => (2.0, to_gp3(volume.size_gb)),
        Some("io1") => {
            let to_io2 = "Change it to io2, which is more durable at the same price, and cheaper above 32,000 IOPS; the \
                          volume stays in use meanwhile.";
            (1.0, to_io2.to_owned())
        }
        Some(_) => return Ok(None),
        None => return Err(Reason::unknown("EC2 returned no type")),
    };
    Ok(Some(Finding { observed: listed("generation", generation, generation + 1.0, "Count"), recommendation }))
}

/// Returns what to change a gp2 volume to, so that it becomes no slower.
fn to_gp3(size_gb: Option<i32>) -> String {
    let iops = size_gb.map_or(0, |size| size.saturating_mul(GP2_IOPS_A_GIB).min(GP2_MOST_IOPS));
    let iops = if iops > INCLUDED_IOPS { format!(" with {iops} IOPS, as it has now") } else { String::new() };
    format!(
        "Change it to gp3{iops}, which is a fifth cheaper per GiB; the volume stays in use meanwhile. gp3 has 125 MiB/s \
         unless more are chosen, gp2 up to 250."
    )
}
