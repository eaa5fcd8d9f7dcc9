//! CloudWatch metrics, and the metrics of one type of resource.
//!
//! Each metric has a short name (such as `cpu`, from the original dashboard) and CloudWatch's name; callers may use
//! either. Units come from CloudWatch's documentation, since GetMetricData does not return them. Each type of resource
//! has its metrics as constants in its own file, so a rule refers to a metric that the compiler checks.

/// The statistics that are returned for a metric by default; callers may request others.
pub(crate) type UsualStatistics = &'static [&'static str];

pub(crate) const AVERAGE: UsualStatistics = &["Average", "Maximum"];
pub(crate) const AVERAGE_ALONE: UsualStatistics = &["Average"];
pub(crate) const MAXIMUM: UsualStatistics = &["Maximum"];
pub(crate) const MINIMUM: UsualStatistics = &["Average", "Minimum"];
pub(crate) const SUM: UsualStatistics = &["Sum"];

/// The shortest interval at which AWS measures most metrics, in seconds.
const MINUTE: u32 = 60;

/// One metric of a type of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name in parameters and responses.
    pub name: &'static str,
    /// CloudWatch's name.
    pub cloudwatch_name: &'static str,
    /// CloudWatch's unit.
    pub unit: &'static str,
    /// The statistics that are returned by default.
    pub statistics: UsualStatistics,
    /// The shortest interval at which AWS measures it, in seconds; no period can be shorter.
    pub shortest_period: u32,
    /// A dimension that it has in addition to the resource.
    extra_dimension: Option<(&'static str, &'static str)>,
}

impl Metric {
    /// Creates a metric that AWS measures up to once a minute.
    pub(crate) const fn new(
        name: &'static str,
        cloudwatch_name: &'static str,
        unit: &'static str,
        statistics: UsualStatistics,
    ) -> Self {
        Self { name, cloudwatch_name, unit, statistics, shortest_period: MINUTE, extra_dimension: None }
    }

    /// Returns the same metric, measured at most once in `seconds`.
    pub(crate) const fn every(self, seconds: u32) -> Self {
        Self { shortest_period: seconds, ..self }
    }

    /// Returns the same metric, with a dimension in addition to the one that names the resource.
    pub(crate) const fn with_dimension(self, name: &'static str, value: &'static str) -> Self {
        Self { extra_dimension: Some((name, value)), ..self }
    }
}

/// The metrics of one type.
#[derive(Debug)]
pub struct Catalog {
    /// Where CloudWatch has them; the first that has a resource's name counts.
    pub places: &'static [Place],
    /// What the ids of the type look like.
    pub ids: Ids,
    /// Whether CloudWatch's name of a resource is known only from the list of the type.
    pub(crate) named_by_list: bool,
    /// Every metric; the first of them are returned by default.
    pub metrics: &'static [Metric],
    /// How many of `metrics` are returned by default.
    pub(crate) usual: usize,
}

impl Catalog {
    /// Returns the metric with this short name or CloudWatch name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Metric> {
        self.metrics.iter().find(|metric| metric.name == name || metric.cloudwatch_name == name)
    }

    /// Returns the default metrics.
    #[must_use]
    pub fn usual(&self) -> &'static [Metric] {
        self.metrics.get(..self.usual).unwrap_or(self.metrics)
    }

    /// Returns the place of a resource that CloudWatch knows by `name`.
    pub(crate) fn place(&self, name: &str) -> Option<&'static Place> {
        self.places.iter().find(|place| name.starts_with(place.prefix))
    }
}

/// Where CloudWatch has the metrics of resources of a type.
#[derive(Debug)]
pub struct Place {
    /// CloudWatch's namespace, such as `AWS/EC2`.
    pub namespace: &'static str,
    /// The dimensions that name a resource, such as `InstanceId`. Of several, each has one part of the resource's name,
    /// and the last one has the rest.
    pub dimensions: &'static [&'static str],
    /// What separates these parts.
    pub(crate) separator: char,
    /// What the names of the resources start with that are here; empty if that is all of them.
    pub(crate) prefix: &'static str,
}

impl Place {
    /// Creates the place of all resources of a type.
    pub(crate) const fn of_all(namespace: &'static str, dimensions: &'static [&'static str]) -> Self {
        Self { namespace, dimensions, separator: '/', prefix: "" }
    }

    /// Returns the same place for names whose parts `separator` separates instead of `/`.
    pub(crate) const fn separated_by(self, separator: char) -> Self {
        Self { separator, ..self }
    }

    /// Returns the same place for the resources alone whose names start with `prefix`.
    pub(crate) const fn of_those(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// Returns the names and values of the dimensions of a metric, for a resource that CloudWatch knows by `name`.
    pub(crate) fn dimensions<'a>(
        &'static self,
        metric: &Metric,
        name: &'a str,
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        let parts = name.splitn(self.dimensions.len(), self.separator);
        self.dimensions.iter().copied().zip(parts).chain(metric.extra_dimension)
    }
}

/// What the ids of a type look like. Without this check, a malformed id would find nothing and look like a resource
/// without datapoints.
#[derive(Debug, Clone, Copy)]
pub struct Ids {
    /// A description for error messages, such as `bucket names`.
    pub like: &'static str,
    /// Returns whether a string can be an id.
    pub accepts: fn(&str) -> bool,
}

/// Returns whether `id` is `prefix` and 8 or 17 hexadecimal digits, which are EC2's short and long ids.
pub(crate) fn is_hex_id(id: &str, prefix: &str) -> bool {
    let digits = id.strip_prefix(prefix).unwrap_or_default();
    matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns whether `name` consists of 1 to `longest` letters, digits and characters of `others`.
pub(crate) fn is_name(name: &str, longest: usize, others: &str) -> bool {
    (1..=longest).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}
