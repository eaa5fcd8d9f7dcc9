//! The sizes of instance types and database classes.
//!
//! A size is a fixed amount of its family: an `xlarge` is two `large`. The existing types come from AWS's model of EC2,
//! so a recommended type always exists. Bare metal is not among the sizes, since it is a whole machine.

use collector::services::ec2::instance::instance_types;

/// Returns the amount of a size; a `nano` is 1.
fn amount(size: &str) -> Option<u32> {
    match size {
        "nano" => Some(1),
        "micro" => Some(2),
        "small" => Some(4),
        "medium" => Some(8),
        "large" => Some(LARGE),
        "xlarge" => Some(XLARGE),
        _ => size.strip_suffix("xlarge")?.parse::<u32>().ok()?.checked_mul(XLARGE),
    }
}

const LARGE: u32 = 16;
const XLARGE: u32 = 32;

/// A neighbour of a type in its family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Neighbour {
    pub(crate) name: &'static str,
    /// Its size relative to the type, such as 0.5 for half of it.
    pub(crate) share: f64,
}

/// Returns the next smaller type of the same family.
pub(crate) fn next_smaller(instance_type: &str) -> Option<Neighbour> {
    let (family, size) = split(instance_type)?;
    family_of(family).filter(|(_, other)| *other < size).max_by_key(|(_, other)| *other).map(|n| neighbour(n, size))
}

/// Returns the next larger type of the same family.
pub(crate) fn next_larger(instance_type: &str) -> Option<Neighbour> {
    let (family, size) = split(instance_type)?;
    family_of(family).filter(|(_, other)| *other > size).min_by_key(|(_, other)| *other).map(|n| neighbour(n, size))
}

/// Returns whether a type is burstable: its sizes below `large` have the same number of processors and different
/// credits.
pub(crate) fn is_burstable(instance_type: &str) -> bool {
    instance_type.strip_prefix('t').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Returns whether a type has GPUs, FPGAs or other accelerators, of which a smaller type has fewer.
pub(crate) fn has_accelerators(instance_type: &str) -> bool {
    let letters = instance_type.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    ["dl", "f", "g", "gr", "inf", "p", "trn", "vt"].contains(&letters)
}

fn neighbour((name, amount): (&'static str, u32), of: u32) -> Neighbour {
    Neighbour { name, share: f64::from(amount) / f64::from(of) }
}

fn split(instance_type: &str) -> Option<(&str, u32)> {
    let (family, size) = instance_type.split_once('.')?;
    Some((family, amount(size)?))
}

fn family_of(family: &str) -> impl Iterator<Item = (&'static str, u32)> {
    let of_family = move |name: &&str| name.strip_prefix(family).is_some_and(|rest| rest.starts_with('.'));
    instance_types().iter().copied().filter(of_family).filter_map(|name| Some((name, split(name)?.1)))
}

/// Returns the memory of a database class in bytes, from the memory of its family's `large`.
///
/// The values are from RDS's table "Hardware specifications for DB instance classes"; `None` for classes that are not
/// in it.
pub(crate) fn class_memory(class: &str) -> Option<f64> {
    let (family, size) = split(class.strip_prefix("db.")?)?;
    let gib_of_a_large = match family {
        "c6gd" => 4.0,
        "m4" | "m5" | "m5d" | "m6g" | "m6gd" | "m6i" | "m6id" | "m6idn" | "m6in" | "m7g" | "m7gd" | "m7i" | "m8g"
        | "m8gd" | "t2" | "t3" | "t4g" => 8.0,
        "r3" | "r4" => 15.25,
        "r5" | "r5b" | "r5d" | "r6g" | "r6gd" | "r6i" | "r6id" | "r6idn" | "r6in" | "r7g" | "r7gd" | "r7i" | "r8g"
        | "r8gd" | "z1d" => 16.0,
        "x1" => 30.5,
        "x2g" | "x2idn" => 32.0,
        "x1e" => 61.0,
        "x2iedn" | "x2iezn" => 64.0,
        _ => return None,
    };
    Some(gib_of_a_large * f64::from(size) / f64::from(LARGE) * GIB)
}

/// A GiB and a MiB in bytes.
pub(crate) const GIB: f64 = 1_073_741_824.0;
pub(crate) const MIB: f64 = 1_048_576.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_size_exists_in_the_family() {
        let names = |of| (next_smaller(of).map(|n| n.name), next_larger(of).map(|n| n.name));
        assert_eq!(names("m5.xlarge"), (Some("m5.large"), Some("m5.2xlarge")));
        assert_eq!(names("m5.large"), (None, Some("m5.xlarge")));
        // Some families do not have all sizes.
        assert_eq!(names("c5.9xlarge"), (Some("c5.4xlarge"), Some("c5.12xlarge")));
        assert_eq!(names("t3.micro"), (Some("t3.nano"), Some("t3.small")));
        assert_eq!(names("m5.24xlarge"), (Some("m5.16xlarge"), None));
        for unknown in ["m5.metal", "m99.huge", "large", ""] {
            assert_eq!(names(unknown), (None, None), "{unknown}");
        }
    }

    #[test]
    fn a_neighbour_has_its_size_relative_to_the_type() {
        assert_eq!(next_smaller("m5.xlarge").map(|n| n.share), Some(0.5));
        assert_eq!(next_smaller("c5.9xlarge").map(|n| n.share), Some(4.0 / 9.0));
        assert_eq!(next_larger("m5.xlarge").map(|n| n.share), Some(2.0));
    }

    #[test]
    fn the_burstable_types_are_those_of_the_t_families() {
        assert!(["t2.micro", "t3a.large", "t4g.nano"].into_iter().all(is_burstable));
        assert!(!["trn1.2xlarge", "m5.large", "t"].into_iter().any(is_burstable));
    }

    #[test]
    fn accelerated_types_are_recognised_by_their_letters() {
        assert!(["g5.16xlarge", "p4d.24xlarge", "trn1.2xlarge", "inf2.xlarge"].into_iter().all(has_accelerators));
        assert!(!["m5.large", "t4g.nano", "i4i.large", "c6gn.large", "r5.xlarge"].into_iter().any(has_accelerators));
    }

    #[test]
    fn a_class_has_the_memory_in_rdss_table() {
        let gib = |class| class_memory(class).map(|bytes| bytes / GIB);
        for (class, memory) in [
            ("db.t3.micro", 1.0),
            ("db.t4g.medium", 4.0),
            ("db.m5.24xlarge", 384.0),
            ("db.m6gd.large", 8.0),
            ("db.r4.16xlarge", 488.0),
            ("db.r5.large", 16.0),
            ("db.r6g.16xlarge", 512.0),
            ("db.x2g.16xlarge", 1_024.0),
            ("db.x1.32xlarge", 1_952.0),
            ("db.x1e.32xlarge", 3_904.0),
            ("db.x2iedn.xlarge", 128.0),
            ("db.c6gd.medium", 2.0),
        ] {
            assert_eq!(gib(class), Some(memory), "{class}");
        }
        for unknown in ["db.serverless", "db.r5.large.tpc1.mem2x", "r5.large", "db.q9.large"] {
            assert_eq!(gib(unknown), None, "{unknown}");
        }
    }
}
