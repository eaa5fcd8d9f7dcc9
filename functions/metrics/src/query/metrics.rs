//! The parameters `metrics` and `statistics`.

use api::{ApiError, Query};
use collector::{Catalog, Metric, ResourceType};

use super::kinds::names;

/// The statistics other than percentiles.
pub(crate) const STATISTICS: [&str; 5] = ["Average", "Maximum", "Minimum", "Sum", "SampleCount"];

/// The longest list of metrics in a message, in bytes: that of any type fits.
const LONGEST_METRICS: usize = 600;

/// A metric, with its name in the request.
#[derive(Debug, Clone)]
pub(crate) struct NamedMetric {
    pub(crate) name: String,
    pub(crate) metric: &'static Metric,
    pub(crate) statistics: Vec<String>,
}

impl NamedMetric {
    /// Gives a metric the name that the caller used, and the requested statistics or its usual ones.
    pub(super) fn new(name: &str, metric: &'static Metric, statistics: Option<&[String]>) -> Self {
        let usual = || metric.statistics.iter().map(ToString::to_string).collect();
        let statistics = statistics.map_or_else(usual, <[String]>::to_vec);
        Self { name: name.to_owned(), metric, statistics }
    }
}

/// Returns the metrics of one type that all have to exist, or its usual ones.
pub(super) fn of_type(
    names: Option<&[&str]>,
    statistics: Option<&[String]>,
    kind: ResourceType,
) -> Result<Vec<NamedMetric>, ApiError> {
    let Some(catalog) = kind.catalog() else { return Ok(Vec::new()) };
    for name in names.unwrap_or_default() {
        if catalog.find(name).is_none() {
            let allowed = catalog.metrics.iter().map(|metric| metric.name).collect::<Vec<_>>().join(", ");
            let allowed = format!("{allowed}, or CloudWatch's own names for them");
            return Err(ApiError::not_allowed("metrics", name, &allowed));
        }
    }
    those_of(names, statistics, catalog)
}

/// Returns those of the named metrics that a catalog has, or its usual ones.
pub(super) fn those_of(
    names: Option<&[&str]>,
    statistics: Option<&[String]>,
    catalog: &'static Catalog,
) -> Result<Vec<NamedMetric>, ApiError> {
    let Some(names) = names else {
        return Ok(catalog.usual().iter().map(|metric| NamedMetric::new(metric.name, metric, statistics)).collect());
    };
    let mut metrics: Vec<NamedMetric> = Vec::new();
    for name in names {
        let Some(metric) = catalog.find(name) else { continue };
        if let Some(other) = metrics.iter().find(|other| other.metric == metric) {
            let message = format!("`{}` and `{name}` are the same metric; send one of them", other.name);
            return Err(ApiError::invalid("metrics", message));
        }
        metrics.push(NamedMetric::new(name, metric, statistics));
    }
    Ok(metrics)
}

/// The most types that a message names whose metrics it leaves out.
const MOST_NAMED: usize = 5;

/// Describes the metrics of `types` for a message, as far as they fit; names the types whose metrics don't.
pub(super) fn described(types: &[ResourceType]) -> String {
    let (mut listed, mut left_out) = (String::new(), Vec::new());
    for kind in types {
        let metrics = kind.catalog().map(|catalog| catalog.metrics).unwrap_or_default();
        let metrics = metrics.iter().map(|metric| metric.name).collect::<Vec<_>>().join(", ");
        let of_type = format!("for {kind}: {metrics}; ");
        if listed.len().saturating_add(of_type.len()) <= LONGEST_METRICS {
            listed += &of_type;
        } else {
            left_out.push(*kind);
        }
    }
    let own = "or CloudWatch's own names for them";
    if left_out.is_empty() {
        return listed + own;
    }
    let left_out = if left_out.len() > MOST_NAMED { "another".to_owned() } else { names(&left_out) };
    format!("{listed}{own}; send one type alone to see the metrics of {left_out}")
}

pub(super) fn statistics(query: &Query) -> Result<Option<Vec<String>>, ApiError> {
    let Some(names) = query.list("statistics")? else { return Ok(None) };
    match names.iter().find(|name| !is_statistic(name)) {
        Some(name) => Err(ApiError::not_allowed("statistics", name, &allowed_statistics())),
        None => Ok(Some(names.into_iter().map(str::to_owned).collect())),
    }
}

pub(super) fn is_statistic(name: &str) -> bool {
    STATISTICS.contains(&name) || is_percentile(name)
}

pub(super) fn allowed_statistics() -> String {
    format!("{}, and percentiles such as p90 or p99.9", STATISTICS.join(", "))
}

/// Returns whether `name` is a percentile in CloudWatch's format: `p` and 0 to 100 with up to two decimals. Only one
/// spelling of each number is accepted.
pub(super) fn is_percentile(name: &str) -> bool {
    let number = name.strip_prefix('p').unwrap_or_default();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_canonical = !(number.contains('.') && number.ends_with('0')) && (whole == "0" || !whole.starts_with('0'));
    is_canonical && digits(whole, 3) && digits(decimals, 2) && number.parse().is_ok_and(|number: f64| number <= 100.0)
}

#[cfg(test)]
mod tests {
    use super::super::kinds::types;
    use super::*;

    #[test]
    fn percentiles_are_distinguished_from_other_names() {
        for good in ["p0", "p50", "p99.9", "p99.99", "p100"] {
            assert!(is_percentile(good), "{good}");
        }
        for bad in ["", "p", "50", "p101", "p-1", "p1e1", "p99.999", "p50.0", "p050", "p.5", "p50.", "pp50", "P90"] {
            assert!(!is_percentile(bad), "{bad}");
        }
    }

    #[test]
    fn a_message_lists_the_metrics_of_as_many_types_as_fit() {
        assert_eq!(
            described(&[ResourceType::S3, ResourceType::Lambda]),
            "for s3: bucket_size, object_count; for lambda: invocations, errors, throttles, duration, \
             concurrent_executions; or CloudWatch's own names for them"
        );
        let all = described(&types());
        assert!(all.starts_with("for ec2: cpu, network_in, "), "{all}");
        assert!(all.ends_with("; send one type alone to see the metrics of another"), "{all}");
        let two = described(&[ResourceType::Ec2, ResourceType::Ec2, ResourceType::Ec2, ResourceType::S3]);
        assert!(two.ends_with("; send one type alone to see the metrics of ec2"), "{two}");
        assert!(all.len() < 800, "{all}");
        for kind in types() {
            assert!(described(&[kind]).starts_with(&format!("for {kind}: ")), "{kind}");
        }
    }
}
