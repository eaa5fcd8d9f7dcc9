//! Storage of data nodes that is nearly full: a domain whose nodes have too little free storage refuses to write.

use collector::services::opensearch::{self, OpenSearchDomain};

use crate::reading::{Need, Span, largest};
use crate::reason::Reason;
use crate::remediation::StepKind::{Change, Check};
use crate::remediation::{Plan, Remedy, Subject, Value, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::withheld;
use crate::rules::common::{OPENSEARCH_ALARMS, gib, searches};
use crate::sizes::MIB;
use crate::threshold::Threshold;

const FREE: Need = Need { metric: &opensearch::FREE_STORAGE, statistic: "Minimum", span: Span::Minutes };

/// The share of each node's volume that must be free.
const FREE_SHARE: Threshold = Threshold::new("free", 25.0, "Percent", (1.0, 90.0));
/// The number of consecutive minutes.
const PERIODS: usize = 5;
/// CloudWatch has the free storage in MiB.
const MIB_A_GIB: f64 = 1_024.0;

pub(super) const RULE: Rule<OpenSearchDomain> = Rule {
    name: "opensearch_low_storage",
    severity: Severity::High,
    category: Category::FaultTolerance,
    finding: "the data node with the least free storage has less than {free} % of its volume free in each of the newest 5 minutes",
    thresholds: &[FREE_SHARE],
    source: OPENSEARCH_ALARMS,
    sieve: None,
    needs: &[FREE],
    beside: &[],
    not_observed: &["UltraWarm and cold storage"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

fn applies(domain: &OpenSearchDomain) -> Result<bool, Reason> {
    let searches = searches(domain)?;
    if searches && domain.storage_gb.is_none() {
        return Err(Reason::unknown("OpenSearch reports no size of storage that belongs to the instances"));
    }
    Ok(searches)
}

fn judge(case: &Case<'_, OpenSearchDomain>) -> Result<Option<Finding>, Reason> {
    let reading = case.read(&FREE)?;
    let volume = case.detail.storage_gb.map(|size| f64::from(size) * MIB_A_GIB);
    let volume = volume.ok_or_else(|| Reason::unknown("OpenSearch returned no size of the volumes"))?;
    let free = largest(reading.newest(PERIODS)?);
    let threshold = volume * (case.threshold(&FREE_SHARE) / 100.0);
    Ok((free < threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: reading.observed(free, threshold),
        recommendation: format!(
            "Delete old indices, move them to UltraWarm, or increase the volumes of {}: {} are free on the node with the \
             least.",
            gib(volume * MIB),
            gib(free * MIB)
        ),
    }))
}

fn remedy(subject: &Subject<'_, OpenSearchDomain>) -> Result<Plan, Withheld> {
    let (id, domain) = (subject.id(&forms::DOMAIN)?, subject.detail);
    let Some(kind) =
        ["gp2", "gp3", "io1", "standard"].into_iter().find(|kind| domain.storage_type.as_deref() == Some(kind))
    else {
        return withheld("OpenSearch returned no type of the volumes, which the command must repeat.");
    };
    let Some(volume) = domain.storage_gb.map(f64::from) else {
        return withheld("OpenSearch returned no size of the volumes, from which the next one follows.");
    };
    let (free, threshold) = (subject.observed.value / MIB_A_GIB, subject.observed.threshold / MIB_A_GIB);
    let enough = (volume - free) / (1.0 - threshold / volume);
    let mut storage =
        Value::joined(["EBSEnabled=true,VolumeType=".into(), kind.into(), ",VolumeSize=".into(), enough.into()]);
    // Those that are not repeated become AWS's defaults.
    for (name, value) in [(",Iops=", domain.iops), (",Throughput=", domain.throughput)] {
        if let Some(value) = value.and_then(|value| u32::try_from(value).ok()) {
            storage = Value::joined([storage, name.into(), value.into()]);
        }
    }
    let update = aws("opensearch", "update-domain-config").option("domain-name", &id).option("ebs-options", storage);
    let progress = aws("opensearch", "describe-domain-change-progress").option("domain-name", &id);
    Ok(Plan::default()
        .then(
            Check,
            "Checks the new size, which the type of the nodes limits, and whether the change needs new nodes; changes nothing.",
            update.clone().flag("dry-run"),
        )
        .then(Change, "Increases the volume of each data node, so that as much is free as the rule asks for.", update)
        .then(Check, "Shows the progress.", progress)
        .note("The change may replace the nodes by new ones, which takes hours. It is billed for each data node."))
}
