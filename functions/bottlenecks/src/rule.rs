//! What a rule is, and what it works with.
//!
//! A rule is data and two functions: whether it applies to a resource, and what it finds in that resource's
//! measurements. Both return a [`Reason`] if they can't decide. A rule makes no calls and reads no clock, so its result
//! depends only on its [`Case`].

use std::collections::BTreeMap;
use std::fmt;

use collector::price::{Bill, Cost, Unpriced};
use collector::services::ec2::status_checks::StatusChecks;
use collector::{Beside, Known, OfKind, Resource, ResourceType, SeriesStatus};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::reading::{MONTH_DAYS, Need, Observed, Reading};
use crate::reason::Reason;
use crate::remediation::{Remediation, Remedy, Subject};
use crate::threshold::{Threshold, Thresholds, Used};

/// One rule about resources of the kind `K`.
pub(crate) struct Rule<K: 'static> {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) category: Category,
    /// When there is a finding; the name of a threshold in braces stands for its value.
    pub(crate) finding: &'static str,
    /// The numbers in it that a caller can change.
    pub(crate) thresholds: &'static [Threshold],
    /// Where the defaults of the thresholds come from.
    pub(crate) source: &'static str,
    /// What it reads from CloudWatch first, if that is enough to tell most resources in which it finds nothing.
    pub(crate) sieve: Option<Sieve<K>>,
    /// What it reads from CloudWatch.
    pub(crate) needs: &'static [Need],
    /// Of which other types it reads the resources of the same region.
    pub(crate) beside: &'static [ResourceType],
    /// What also matters but can't be observed.
    pub(crate) not_observed: &'static [&'static str],
    /// Which commands fix what it finds.
    pub(crate) remedy: Remedy<K>,
    /// Returns whether it applies to a resource, before anything is measured.
    pub(crate) applies: fn(&K) -> Result<bool, Reason>,
    /// Returns what it finds in a resource to which it applies.
    pub(crate) judge: fn(&Case<'_, K>) -> Result<Option<Finding>, Reason>,
}

/// What is read before the needs of a rule, and costs less: a coarse series, which several rules share.
#[derive(Debug)]
pub(crate) struct Sieve<K: 'static> {
    pub(crate) needs: &'static [Need],
    /// Returns whether there may be a finding. It never holds back a resource with one: where it can't tell, there may
    /// be one.
    pub(crate) passes: fn(&Case<'_, K>) -> Result<bool, Reason>,
}

/// The data of a rule of any kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) category: Category,
    pub(crate) finding: &'static str,
    pub(crate) thresholds: &'static [Threshold],
    pub(crate) source: &'static str,
    /// What its sieve reads.
    pub(crate) first: &'static [Need],
    pub(crate) needs: &'static [Need],
    pub(crate) beside: &'static [ResourceType],
    pub(crate) not_observed: &'static [&'static str],
}

impl About {
    /// Returns each of its thresholds in a request.
    pub(crate) fn used(&self, thresholds: &Thresholds) -> BTreeMap<&'static str, Used> {
        self.thresholds.iter().map(|threshold| (threshold.name, thresholds.used(self.name, threshold))).collect()
    }

    /// Returns those of its thresholds that the caller changed.
    pub(crate) fn changed(&self, thresholds: &Thresholds) -> BTreeMap<&'static str, Used> {
        let changed = self.thresholds.iter().filter(|threshold| thresholds.has_changed(self.name, threshold));
        changed.map(|threshold| (threshold.name, thresholds.used(self.name, threshold))).collect()
    }

    /// Returns when there is a finding, with the values of a request in place of the names.
    pub(crate) fn finding_in_words(&self, thresholds: &Thresholds) -> String {
        let with_value =
            |text: String, (name, used): (&str, Used)| text.replace(&format!("{{{name}}}"), &used.value.to_string());
        self.used(thresholds).into_iter().fold(self.finding.to_owned(), with_value)
    }
}

/// Who found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Finder {
    /// A rule of this project.
    Stratoscope,
    /// AWS itself.
    CostOptimizationHub,
}

/// What a finding says about its rule, whoever applied it.
pub(crate) trait Described: fmt::Debug + Sync {
    /// Returns its data.
    fn about(&self) -> About;

    /// Returns who applies it.
    fn finder(&self) -> Finder;

    /// Returns the commands that fix what it found in a resource.
    fn remediation(&self, resource: &Resource, finding: &Finding) -> Remediation;
}

/// A rule of any kind, for the list of all rules. It is used as a trait object, since an enum would be one more list of
/// kinds to extend.
pub(crate) trait AnyRule: Described {
    /// Returns the type that it judges.
    fn resource_type(&self) -> ResourceType;

    /// Returns whether it applies to a resource; never to a resource of another type.
    fn applies(&self, resource: &Resource) -> Result<bool, Reason>;

    /// Returns whether there may be a finding in a resource to which it applies, by what was read first.
    fn passes(&self, resource: &Resource, evidence: Evidence<'_>) -> bool;

    /// Returns what it finds in a resource to which it applies.
    fn judge(&self, resource: &Resource, evidence: Evidence<'_>) -> Result<Option<Finding>, Reason>;

    /// Returns why no command fixes what it finds; `None` if some do. For the document of rules.
    #[cfg(test)]
    fn why_no_commands(&self) -> Option<&'static str>;
}

impl<K: OfKind> Described for Rule<K> {
    fn about(&self) -> About {
        let Self { name, severity, category, finding, thresholds, source, needs, beside, not_observed, .. } = *self;
        let first = self.sieve.as_ref().map_or(&[][..], |sieve| sieve.needs);
        About { name, severity, category, finding, thresholds, source, first, needs, beside, not_observed }
    }

    fn finder(&self) -> Finder {
        Finder::Stratoscope
    }

    fn remediation(&self, resource: &Resource, finding: &Finding) -> Remediation {
        match K::of(&resource.detail) {
            Some(detail) => {
                let is_replaced = matches!(finding.saves, Saving::Instead(_));
                Remediation::of(&self.remedy, &Subject { resource, detail, observed: &finding.observed, is_replaced })
            }
            None => Remediation::none("The rule does not judge resources of this type."),
        }
    }
}

impl<K: OfKind> AnyRule for Rule<K> {
    fn resource_type(&self) -> ResourceType {
        K::RESOURCE_TYPE
    }

    fn applies(&self, resource: &Resource) -> Result<bool, Reason> {
        K::of(&resource.detail).map_or(Ok(false), self.applies)
    }

    fn passes(&self, resource: &Resource, evidence: Evidence<'_>) -> bool {
        let (Some(detail), Some(sieve)) = (K::of(&resource.detail), &self.sieve) else { return true };
        (sieve.passes)(&self.case(resource, detail, evidence)).unwrap_or(true)
    }

    fn judge(&self, resource: &Resource, evidence: Evidence<'_>) -> Result<Option<Finding>, Reason> {
        let Some(detail) = K::of(&resource.detail) else { return Ok(None) };
        (self.judge)(&self.case(resource, detail, evidence))
    }

    #[cfg(test)]
    fn why_no_commands(&self) -> Option<&'static str> {
        match self.remedy {
            Remedy::Commands(_) => None,
            Remedy::None(why) => Some(why),
        }
    }
}

impl<K> Rule<K> {
    fn case<'a>(&self, resource: &'a Resource, detail: &'a K, evidence: Evidence<'a>) -> Case<'a, K> {
        Case {
            rule: self.name,
            id: &resource.id,
            region: resource.region.as_deref().unwrap_or_default(),
            detail,
            evidence,
        }
    }
}

impl<K> fmt::Debug for Rule<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How much a finding matters; the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// The resource fails, or will fail within days.
    Critical,
    /// The resource is slow for its users or rejects them.
    High,
    /// The resource may become slow or reject users, or costs much for nothing.
    Medium,
    /// The resource costs more than necessary.
    Low,
}

impl Severity {
    pub(crate) const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];
}

/// What a finding is about: the categories of Trusted Advisor, by the names that its API has for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Category {
    /// The resource is idle, unused, or costs more than another one that does the same.
    CostOptimizing,
    /// The resource is slow, or is about to be.
    Performance,
    /// The resource fails, or will fail.
    FaultTolerance,
    /// The resource runs software that is no longer maintained.
    Security,
    /// The account is about to reach a quota of AWS.
    ServiceLimits,
}

impl Category {
    pub(crate) const ALL: [Self; 5] =
        [Self::CostOptimizing, Self::Performance, Self::FaultTolerance, Self::Security, Self::ServiceLimits];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CostOptimizing => "cost_optimizing",
            Self::Performance => "performance",
            Self::FaultTolerance => "fault_tolerance",
            Self::Security => "security",
            Self::ServiceLimits => "service_limits",
        }
    }

    /// Returns the category of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

/// What a resource is judged by, in addition to its own fields.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) thresholds: &'a Thresholds,
    pub(crate) as_of: Timestamp,
    pub(crate) beside: &'a Beside<'a>,
    pub(crate) readings: Vec<(&'static Need, Result<Reading<'a>, Reason>)>,
}

/// One resource, and its measurements.
#[derive(Debug)]
pub(crate) struct Case<'a, K> {
    /// The name of the rule that judges it.
    pub(crate) rule: &'static str,
    /// AWS's id of the resource.
    pub(crate) id: &'a str,
    /// The region; empty if it is not known.
    pub(crate) region: &'a str,
    /// The fields of its type.
    pub(crate) detail: &'a K,
    pub(crate) evidence: Evidence<'a>,
}

impl<'a, K> Case<'a, K> {
    /// Returns the value of a threshold of the rule in this request.
    pub(crate) fn threshold(&self, threshold: &Threshold) -> f64 {
        self.evidence.thresholds.value(self.rule, threshold)
    }

    /// Returns the value of a threshold that is a number of days.
    pub(crate) fn days(&self, threshold: &Threshold) -> u32 {
        let days = self.threshold(threshold);
        (0..=MONTH_DAYS).rev().find(|whole| f64::from(*whole) <= days).unwrap_or_default()
    }

    /// Returns the other resource with this id, or `None` if it does not exist; it is of a type that the rule reads
    /// [`beside`](Rule::beside) its own.
    pub(crate) fn other<Other: OfKind>(&self, id: &str) -> Result<Option<&'a Other>, Reason> {
        match self.evidence.beside.find(id) {
            Known::There(other) => Ok(Some(other)),
            Known::Gone => Ok(None),
            Known::Unknown => Err(Self::not_listed::<Other>()),
        }
    }

    /// Returns every resource with its id of a type that the rule reads [`beside`](Rule::beside) its own.
    pub(crate) fn others<Other: OfKind + 'a>(&self) -> Result<impl Iterator<Item = (&'a str, &'a Other)>, Reason> {
        self.evidence.beside.all().ok_or_else(Self::not_listed::<Other>)
    }

    /// Returns the status checks of the instance that is judged.
    pub(crate) fn status_checks(&self) -> Result<StatusChecks, Reason> {
        let unknown = || Reason::unknown("EC2 returned no status checks; the gaps have the reason");
        self.evidence.beside.status_checks(self.id).ok_or_else(unknown)
    }

    fn not_listed<Other: OfKind>() -> Reason {
        Reason::unknown(format!("not all {} of the region were listed; the gaps have the reason", Other::RESOURCE_TYPE))
    }

    /// Returns what was measured for a need of the rule.
    pub(crate) fn read(&self, need: &Need) -> Result<Reading<'a>, Reason> {
        let found = self.evidence.readings.iter().find(|(other, _)| *other == need);
        found.map_or_else(|| Err(Reason::not_measured(SeriesStatus::Missing)), |(_, reading)| reading.clone())
    }
}

/// What a rule found.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// What it saves to do that.
    pub(crate) saves: Saving,
    pub(crate) observed: Observed,
    /// What to do, in terms of this resource.
    pub(crate) recommendation: String,
}

/// What it saves to do what a finding recommends, before prices are known.
#[derive(Debug, PartialEq)]
pub(crate) enum Saving {
    /// The finding is not about money.
    Nothing,
    /// All that the resource costs.
    Whole,
    /// At most all that the resource costs, with the reason.
    AtMost(&'static str),
    /// What the resource costs more than this.
    Instead(Result<Bill, Unpriced>),
    /// This, by AWS's own figure.
    Known(Box<Cost>),
    /// That can't be told.
    Unknown(Unpriced),
}
