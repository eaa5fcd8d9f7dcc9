//! When AWS's standard support of a database engine's version ends.
//!
//! RDS does not report it of a database. DescribeDBMajorEngineVersions does, of all versions, with one more call and
//! permission in each region; the dates change so seldom that a table serves. They were read on 26 November 2026 from
//! AWS's pages, as they were in 2026:
//!
//! - "Release calendars for Amazon RDS for PostgreSQL" (RDS for PostgreSQL release notes),
//! - "MySQL on Amazon RDS versions" and "MariaDB on Amazon RDS versions" (RDS user guide),
//! - "Release calendars for Aurora PostgreSQL" and "Release calendars for Amazon Aurora MySQL" (Aurora release notes).
//!
//! Versions that these pages no longer list have the dates that endoflife.date recorded from them. Where AWS names a
//! month alone, the date is its last day. A version that is not here is unknown, and so is every engine that is licensed:
//! AWS has no such date for it.

use jiff::civil::{Date, date};

/// An engine, the beginning of its versions, and the last day of their standard support.
type Row = (&'static str, &'static str, Date);

const ENDS: &[Row] = &[
    ("postgres", "9.6", date(2022, 4, 30)),
    ("postgres", "10", date(2023, 4, 30)),
    ("postgres", "11", date(2024, 2, 29)),
    ("postgres", "12", date(2025, 2, 28)),
    ("postgres", "13", date(2026, 2, 28)),
    ("postgres", "14", date(2027, 2, 28)),
    ("postgres", "15", date(2028, 2, 29)),
    ("postgres", "16", date(2029, 2, 28)),
    ("postgres", "17", date(2030, 2, 28)),
    ("postgres", "18", date(2031, 2, 28)),
    ("mysql", "5.6", date(2022, 3, 1)),
    ("mysql", "5.7", date(2024, 2, 29)),
    ("mysql", "8.0", date(2026, 7, 31)),
    ("mysql", "8.4", date(2029, 7, 31)),
    ("mariadb", "10.3", date(2023, 10, 23)),
    ("mariadb", "10.4", date(2025, 2, 28)),
    ("mariadb", "10.5", date(2026, 8, 31)),
    ("mariadb", "10.6", date(2026, 12, 31)),
    ("mariadb", "10.11", date(2028, 2, 29)),
    ("mariadb", "11.4", date(2029, 5, 31)),
    ("mariadb", "11.8", date(2028, 6, 30)),
    ("mariadb", "12.3", date(2029, 6, 30)),
    ("aurora-postgresql", "9.6", date(2022, 4, 30)),
    ("aurora-postgresql", "10", date(2023, 4, 17)),
    ("aurora-postgresql", "11", date(2024, 2, 29)),
    ("aurora-postgresql", "12", date(2025, 2, 28)),
    ("aurora-postgresql", "13", date(2026, 2, 28)),
    ("aurora-postgresql", "14", date(2027, 2, 28)),
    ("aurora-postgresql", "15", date(2028, 2, 29)),
    ("aurora-postgresql", "16", date(2029, 2, 28)),
    ("aurora-postgresql", "17", date(2030, 2, 28)),
    ("aurora-postgresql", "18", date(2031, 2, 28)),
    // Aurora MySQL 1, whose engine had another name, and 2, 3 and 8.4.
    ("aurora", "5.6", date(2023, 2, 28)),
    ("aurora-mysql", "5.7", date(2024, 10, 31)),
    ("aurora-mysql", "8.0", date(2028, 4, 30)),
    ("aurora-mysql", "8.4", date(2032, 4, 30)),
];

/// Returns the last day of the standard support of an engine's version; `None` if it is unknown.
pub(crate) fn standard_support_ends(engine: &str, version: &str) -> Option<Date> {
    let has =
        |beginning: &str| version.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    ENDS.iter().find(|(of, beginning, _)| *of == engine && has(beginning)).map(|(_, _, end)| *end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_by_its_engine_and_its_beginning() {
        for (engine, version, end) in [
            ("postgres", "16.4", Some(date(2029, 2, 28))),
            ("postgres", "16", Some(date(2029, 2, 28))),
            ("postgres", "9.6.24", Some(date(2022, 4, 30))),
            ("postgres", "11.22-RDS.20241121", Some(date(2024, 2, 29))),
            ("mysql", "8.0.40", Some(date(2026, 7, 31))),
            ("aurora-mysql", "8.0.mysql_aurora.3.08.0", Some(date(2028, 4, 30))),
            ("aurora-mysql", "5.7.mysql_aurora.2.11.2", Some(date(2024, 10, 31))),
            ("mariadb", "10.11.8", Some(date(2028, 2, 29))),
            ("postgres", "1.6", None),
            ("postgres", "160.1", None),
            ("mariadb", "10.1.2", None),
            ("mysql", "9.6.0", None),
            ("oracle-ee", "19.0.0.0.ru-2026-04.rur-2026-04.r1", None),
        ] {
            assert_eq!(standard_support_ends(engine, version), end, "{engine} {version}");
        }
    }

    #[test]
    fn no_version_is_in_the_table_twice() {
        for (index, (engine, version, end)) in ENDS.iter().enumerate() {
            assert!(ENDS[..index].iter().all(|(other, of, _)| (other, of) != (engine, version)), "{engine} {version}");
            assert_eq!(standard_support_ends(engine, version), Some(*end), "{engine} {version}");
        }
    }
}
