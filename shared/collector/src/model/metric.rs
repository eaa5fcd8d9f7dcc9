//! A metric of CloudWatch, and the metrics of one type of resource.
//!
//! Each has a short name (`cpu`, as the original dashboard called it) and CloudWatch's own; callers may use either.
//! Units are those of CloudWatch's documentation, since GetMetricData does not return them. Each type of resource has
//! its metrics as constants in its own file, so that a rule names one and the compiler knows it.

/// A statistic that a metric is usually read in; callers may ask for others.
pub(crate) type UsualStatistics = &'static [&'static str];

pub(crate) const AVERAGE: UsualStatistics = &["Average", "Maximum"];
pub(crate) const AVERAGE_ALONE: UsualStatistics = &["Average"];
pub(crate) const MAXIMUM: UsualStatistics = &["Maximum"];
pub(crate) const MINIMUM: UsualStatistics = &["Average", "Minimum"];
pub(crate) const SUM: UsualStatistics = &["Sum"];

/// How often most metrics are measured at their most frequent, in seconds.
const MINUTE: u32 = 60;

/// One metric of a type of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name in parameters and answers.
    pub name: &'static str,
    /// CloudWatch's name.
    pub cloudwatch_name: &'static str,
    /// CloudWatch's unit.
    pub unit: &'static str,
    /// The statistics that are answered when none are asked.
    pub statistics: UsualStatistics,
    /// How often AWS measures at its most frequent, in seconds: no period can be shorter.
    pub shortest_period: u32,
    /// A dimension that it has besides the resource.
    extra_dimension: Option<(&'static str, &'static str)>,
}

impl Metric {
    /// A metric that AWS may measure every minute.
    pub(crate) const fn new(
        name: &'static str,
        cloudwatch_name: &'static str,
        unit: &'static str,
        statistics: UsualStatistics,
    ) -> Self {
        Self { name, cloudwatch_name, unit, statistics, shortest_period: MINUTE, extra_dimension: None }
    }

    /// The same, measured every so many seconds at most.
    pub(crate) const fn every(self, seconds: u32) -> Self {
        Self { shortest_period: seconds, ..self }
    }

    /// The same, with a dimension besides the one that names the resource.
    pub(crate) const fn with_dimension(self, name: &'static str, value: &'static str) -> Self {
        Self { extra_dimension: Some((name, value)), ..self }
    }
}

/// The metrics of one type.
#[derive(Debug)]
pub struct Catalog {
    /// CloudWatch's namespace, `AWS/EC2`.
    pub namespace: &'static str,
    /// The dimension that names the resource, `InstanceId`.
    pub dimension: &'static str,
    /// What a value of that dimension looks like.
    pub ids: Ids,
    /// Every metric; the first of them are answered when none are asked.
    pub metrics: &'static [Metric],
    /// How many of `metrics` are answered when none are asked.
    pub(crate) usual: usize,
}

impl Catalog {
    /// The metric of a short name or of CloudWatch's name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Metric> {
        self.metrics.iter().find(|metric| metric.name == name || metric.cloudwatch_name == name)
    }

    /// The metrics that are answered when none are asked.
    #[must_use]
    pub fn usual(&self) -> &'static [Metric] {
        self.metrics.get(..self.usual).unwrap_or(self.metrics)
    }

    /// The dimensions of a metric of one resource, by name.
    pub(crate) fn dimensions<'a>(&self, metric: &Metric, id: &'a str) -> impl Iterator<Item = (&'static str, &'a str)> {
        std::iter::once((self.dimension, id)).chain(metric.extra_dimension)
    }
}

/// What the ids of a type look like: one that can't be an id would find nothing and look like a silent resource.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    /// What they are, for whoever sent another: `names of buckets`.
    pub like: &'static str,
    /// Whether a text can be one.
    pub accepts: fn(&str) -> bool,
}

/// Whether `id` is `prefix` and 8 or 17 hexadecimal digits: EC2's short and long ids.
pub(crate) fn is_hex_id(id: &str, prefix: &str) -> bool {
    let digits = id.strip_prefix(prefix).unwrap_or_default();
    matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `name` is up to `longest` letters, digits and characters of `others`.
pub(crate) fn is_name(name: &str, longest: usize, others: &str) -> bool {
    (1..=longest).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}
