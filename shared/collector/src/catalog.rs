//! The metrics that operators watch, for each type of resource.
//!
//! Each has a short name (`cpu`, as the original dashboard called it) and CloudWatch's own; callers may use either.
//! Units are those of CloudWatch's documentation, since GetMetricData does not return them.

use crate::resource::ResourceType;

/// A statistic that a metric is usually read in; callers may ask for others.
pub type UsualStatistics = &'static [&'static str];

const AVERAGE: UsualStatistics = &["Average", "Maximum"];
const MAXIMUM: UsualStatistics = &["Maximum"];
const MINIMUM: UsualStatistics = &["Average", "Minimum"];
const SUM: UsualStatistics = &["Sum"];

/// A day in seconds: how often S3 measures a bucket.
const DAY: u32 = 86_400;

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

/// The metrics of one type.
#[derive(Debug)]
pub struct Catalog {
    /// CloudWatch's namespace, `AWS/EC2`.
    pub namespace: &'static str,
    /// The dimension that names the resource, `InstanceId`.
    pub dimension: &'static str,
    /// Every metric; the first of them are answered when none are asked.
    pub metrics: &'static [Metric],
    /// How many of `metrics` are answered when none are asked.
    usual: usize,
}

impl Catalog {
    /// The metrics of a type; none for addresses, of which CloudWatch measures nothing.
    #[must_use]
    pub fn of(resource_type: ResourceType) -> Option<&'static Self> {
        match resource_type {
            ResourceType::Ec2 => Some(&EC2),
            ResourceType::Rds => Some(&RDS),
            ResourceType::Lambda => Some(&LAMBDA),
            ResourceType::Ebs => Some(&EBS),
            ResourceType::S3 => Some(&S3),
            ResourceType::Eip => None,
        }
    }

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

const fn metric(
    name: &'static str,
    cloudwatch_name: &'static str,
    unit: &'static str,
    statistics: UsualStatistics,
) -> Metric {
    Metric { name, cloudwatch_name, unit, statistics, shortest_period: 60, extra_dimension: None }
}

const fn slow(metric: Metric, shortest_period: u32) -> Metric {
    Metric { shortest_period, ..metric }
}

const fn of_storage(metric: Metric, storage_type: &'static str) -> Metric {
    Metric { extra_dimension: Some(("StorageType", storage_type)), shortest_period: DAY, ..metric }
}

static EC2: Catalog = Catalog {
    namespace: "AWS/EC2",
    dimension: "InstanceId",
    usual: 1,
    metrics: &[
        metric("cpu", "CPUUtilization", "Percent", AVERAGE),
        metric("network_in", "NetworkIn", "Bytes", SUM),
        metric("network_out", "NetworkOut", "Bytes", SUM),
        metric("disk_read_bytes", "DiskReadBytes", "Bytes", SUM),
        metric("disk_write_bytes", "DiskWriteBytes", "Bytes", SUM),
        metric("disk_read_ops", "DiskReadOps", "Count", SUM),
        metric("disk_write_ops", "DiskWriteOps", "Count", SUM),
        metric("ebs_read_bytes", "EBSReadBytes", "Bytes", SUM),
        metric("ebs_write_bytes", "EBSWriteBytes", "Bytes", SUM),
        metric("status_check_failed", "StatusCheckFailed", "Count", MAXIMUM),
        metric("status_check_failed_instance", "StatusCheckFailed_Instance", "Count", MAXIMUM),
        metric("status_check_failed_system", "StatusCheckFailed_System", "Count", MAXIMUM),
        slow(metric("cpu_credit_balance", "CPUCreditBalance", "Count", MINIMUM), 300),
        slow(metric("cpu_credit_usage", "CPUCreditUsage", "Count", SUM), 300),
    ],
};

static RDS: Catalog = Catalog {
    namespace: "AWS/RDS",
    dimension: "DBInstanceIdentifier",
    usual: 2,
    metrics: &[
        metric("cpu", "CPUUtilization", "Percent", AVERAGE),
        metric("connections", "DatabaseConnections", "Count", AVERAGE),
        metric("free_storage", "FreeStorageSpace", "Bytes", MINIMUM),
        metric("freeable_memory", "FreeableMemory", "Bytes", MINIMUM),
        metric("swap_usage", "SwapUsage", "Bytes", AVERAGE),
        metric("read_latency", "ReadLatency", "Seconds", AVERAGE),
        metric("write_latency", "WriteLatency", "Seconds", AVERAGE),
        metric("read_iops", "ReadIOPS", "Count/Second", AVERAGE),
        metric("write_iops", "WriteIOPS", "Count/Second", AVERAGE),
        metric("queue_depth", "DiskQueueDepth", "Count", AVERAGE),
        metric("burst_balance", "BurstBalance", "Percent", MINIMUM),
    ],
};

static LAMBDA: Catalog = Catalog {
    namespace: "AWS/Lambda",
    dimension: "FunctionName",
    usual: 2,
    metrics: &[
        metric("invocations", "Invocations", "Count", SUM),
        metric("errors", "Errors", "Count", SUM),
        metric("throttles", "Throttles", "Count", SUM),
        metric("duration", "Duration", "Milliseconds", AVERAGE),
        metric("concurrent_executions", "ConcurrentExecutions", "Count", MAXIMUM),
    ],
};

static EBS: Catalog = Catalog {
    namespace: "AWS/EBS",
    dimension: "VolumeId",
    usual: 2,
    metrics: &[
        metric("read_ops", "VolumeReadOps", "Count", SUM),
        metric("write_ops", "VolumeWriteOps", "Count", SUM),
        metric("read_bytes", "VolumeReadBytes", "Bytes", SUM),
        metric("write_bytes", "VolumeWriteBytes", "Bytes", SUM),
        metric("idle_time", "VolumeIdleTime", "Seconds", SUM),
        metric("queue_length", "VolumeQueueLength", "Count", AVERAGE),
        slow(metric("burst_balance", "BurstBalance", "Percent", MINIMUM), 300),
    ],
};

static S3: Catalog = Catalog {
    namespace: "AWS/S3",
    dimension: "BucketName",
    usual: 2,
    metrics: &[
        of_storage(metric("bucket_size", "BucketSizeBytes", "Bytes", &["Average"]), "StandardStorage"),
        of_storage(metric("object_count", "NumberOfObjects", "Count", &["Average"]), "AllStorageTypes"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_every_metric_find_it_and_no_name_is_ambiguous() {
        for catalog in ResourceType::ALL.into_iter().filter_map(Catalog::of) {
            for metric in catalog.metrics {
                assert_eq!(catalog.find(metric.name), Some(metric));
                assert_eq!(catalog.find(metric.cloudwatch_name), Some(metric));
            }
            assert!(!catalog.usual().is_empty());
            assert_eq!(catalog.find("no_such_metric"), None);
        }
    }

    #[test]
    fn a_bucket_is_measured_by_storage_type() {
        let size = S3.find("bucket_size").unwrap();
        let dimensions: Vec<_> = S3.dimensions(size, "b").collect();
        assert_eq!(dimensions, [("BucketName", "b"), ("StorageType", "StandardStorage")]);
    }

    #[test]
    fn no_period_is_shorter_than_aws_measures() {
        let shortest = |catalog: &Catalog, name| catalog.find(name).map(|metric| metric.shortest_period);
        assert_eq!(shortest(&EC2, "cpu"), Some(60));
        assert_eq!(shortest(&EC2, "cpu_credit_balance"), Some(300));
        assert_eq!(shortest(&S3, "bucket_size"), Some(86_400));
    }
}
