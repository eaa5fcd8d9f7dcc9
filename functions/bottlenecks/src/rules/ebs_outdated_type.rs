//! A volume of a type that has a better successor at the same price or less. It can be changed while it is in use.

use collector::OfKind as _;
use collector::services::ec2::volume::Volume;

use crate::reason::Reason;
use crate::remediation::StepKind::{Change, Check};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::withheld;
use crate::rules::common::listed;

/// The IOPS that gp3 has at any size, and up to which gp2 needs no more of them.
const INCLUDED_IOPS: i32 = 3_000;
/// The IOPS of gp2 for each GiB, and the most that it has.
const GP2_IOPS_A_GIB: i32 = 3;
const GP2_MOST_IOPS: i32 = 16_000;

/// Why the saving is an upper bound.
const THROUGHPUT: &str =
    "more than 125 MiB/s of throughput, which a gp2 volume of more than 170 GiB can have, cost extra on gp3";

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
    remedy: Remedy::Commands(remedy),
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
    let instead = |kind: &str, iops, throughput| {
        let changed = Volume { volume_type: Some(kind.to_owned()), iops, throughput, ..volume.clone() };
        changed.bill_in(case.region)
    };
    let (generation, recommendation, instead) = match volume.volume_type.as_deref() {
        Some("gp2") => {
            let size = volume.size_gb.unwrap_or_default();
            let iops = gp2_iops(size).max(INCLUDED_IOPS);
            let gp3 = if size > GP2_SMALL_GIB {
                instead("gp3", Some(iops), None).map(|bill| bill.at_most(THROUGHPUT))
            } else {
                instead("gp3", Some(iops), Some(GP2_THROUGHPUT))
            };
            (2.0, to_gp3(volume.size_gb), gp3)
        }
        Some("io1") => {
            let to_io2 = "Change it to io2, which is more durable at the same price, and cheaper above 32,000 IOPS; the \
                          volume stays in use meanwhile.";
            (1.0, to_io2.to_owned(), instead("io2", volume.iops, None))
        }
        Some(_) => return Ok(None),
        None => return Err(Reason::unknown("EC2 returned no type")),
    };
    Ok(Some(Finding {
        saves: Saving::Instead(instead),
        observed: listed("generation", generation, generation + 1.0, "Count"),
        recommendation,
    }))
}

/// Returns the IOPS of a gp2 volume of this size in GiB.
fn gp2_iops(size: i32) -> i32 {
    size.saturating_mul(GP2_IOPS_A_GIB).min(GP2_MOST_IOPS)
}

/// Returns what to change a gp2 volume to, so that it becomes no slower.
fn to_gp3(size_gb: Option<i32>) -> String {
    let iops = size_gb.map_or(0, gp2_iops);
    let iops = if iops > INCLUDED_IOPS { format!(" with {iops} IOPS, as it has now") } else { String::new() };
    format!(
        "Change it to gp3{iops}, which is a fifth cheaper per GiB; the volume stays in use meanwhile. gp3 has 125 MiB/s \
         unless more are chosen, gp2 up to 250."
    )
}

/// The size in GiB up to which gp2 has [`GP2_THROUGHPUT`], and above which it has [`GP2_MOST_THROUGHPUT`], at least while it
/// has credits: Amazon EBS user guide, "General Purpose SSD volumes". Both are in MiB/s.
const GP2_SMALL_GIB: i32 = 170;
const GP2_THROUGHPUT: i32 = 128;
const GP2_MOST_THROUGHPUT: i32 = 250;

fn remedy(subject: &Subject<'_, Volume>) -> Result<Plan, Withheld> {
    let (id, volume) = (subject.id(&forms::VOLUME)?, subject.detail);
    let modify = aws("ec2", "modify-volume").option("volume-id", &id);
    let modify = if volume.volume_type.as_deref() == Some("io1") {
        let Some(iops) = volume.iops.and_then(|iops| u32::try_from(iops).ok()) else {
            return withheld("EC2 returned no IOPS, which the command must repeat.");
        };
        modify.option("volume-type", "io2").option("iops", iops)
    } else {
        let Some(size) = volume.size_gb else {
            return withheld("EC2 returned no size, from which follows what gp3 must have to be no slower.");
        };
        let iops = u32::try_from(gp2_iops(size).max(INCLUDED_IOPS)).unwrap_or_default();
        let throughput = if size > GP2_SMALL_GIB { GP2_MOST_THROUGHPUT } else { GP2_THROUGHPUT };
        let throughput = u32::try_from(throughput).unwrap_or_default();
        modify.option("volume-type", "gp3").option("iops", iops).option("throughput", throughput)
    };
    let progress = aws("ec2", "describe-volumes-modifications").option("volume-ids", &id);
    let plan = Plan::default()
        .tried(Change, "Changes the type of the volume, which stays in use, to one that is no slower.", modify)
        .then(Check, "Shows the progress: its state is completed at the end, after minutes or hours.", progress)
        .note("The volume can be modified again, also back, only six hours after this and when it is completed.");
    Ok(match volume.volume_type.as_deref() {
        Some("io1") => plan,
        _ => plan.note(
            "gp3 bills what it has beyond 3,000 IOPS and 125 MiB/s: if the volume needs no more than these, leave out --iops \
             and --throughput.",
        ),
    })
}
