//! A function whose runtime AWS has deprecated, or will deprecate soon.
//!
//! AWS then applies no security patches to the runtime any more, and later lets nobody create or update functions with
//! it. No API returns the dates, so they are in a table here. A runtime that is not in the table is newer than it, and
//! not judged. Functions of a container image have no runtime that Lambda knows.

use collector::services::lambda::Function;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::reading::Observed;
use crate::reason::Reason;
use crate::remediation::StepKind::{Backup, Change, Check};
use crate::remediation::{Plan, Remedy, Subject, Withheld, aws, forms};
use crate::rule::{Case, Category, Finding, Rule, Saving, Severity};
use crate::rules::commands::withheld;
use crate::threshold::Threshold;

/// The days before the end of support from which it is reported; 0 for the end itself.
const DAYS: Threshold = Threshold::new("days", 0.0, "Days", (0.0, 1_095.0));

const SECONDS_A_DAY: f64 = 86_400.0;

pub(super) const RULE: Rule<Function> = Rule {
    name: "lambda_runtime_ended",
    severity: Severity::Medium,
    category: Category::Security,
    finding: "AWS has deprecated the function's runtime, or will do so within {days} days",
    thresholds: &[DAYS],
    source: "AWS Trusted Advisor, check L4dfs2Q4C5; the dates are those of the Lambda developer guide, as cfn-lint 1.53.3 has them (read on 2026-11-26)",
    sieve: None,
    needs: &[],
    beside: &[],
    not_observed: &["other versions than $LATEST", "container images", "when it was last invoked"],
    remedy: Remedy::Commands(remedy),
    applies,
    judge,
};

/// When AWS deprecates each runtime: the deprecation dates in the Lambda developer guide, "Lambda runtimes", as cfn-lint
/// 1.53.3 has them, read on 2026-11-26. A test (`tests/test_runtimes.py`) compares them with the cfn-lint that is
/// installed, so a newer one reports what AWS has added or moved.
const DEPRECATED: &[(&str, Date)] = &[
    ("dotnet6", date(2024, 12, 20)),
    ("dotnet8", date(2026, 11, 10)),
    ("dotnet10", date(2028, 11, 14)),
    ("dotnetcore1.0", date(2019, 6, 27)),
    ("dotnetcore2.0", date(2019, 5, 30)),
    ("dotnetcore2.1", date(2022, 1, 5)),
    ("dotnetcore3.1", date(2023, 4, 3)),
    ("go1.x", date(2024, 1, 8)),
    ("java8", date(2024, 1, 8)),
    ("java8.al2", date(2027, 6, 30)),
    ("java11", date(2027, 6, 30)),
    ("java17", date(2027, 6, 30)),
    ("java21", date(2029, 6, 30)),
    ("java25", date(2029, 6, 30)),
    ("nodejs", date(2016, 8, 30)),
    ("nodejs4.3", date(2020, 3, 5)),
    ("nodejs4.3-edge", date(2020, 3, 5)),
    ("nodejs6.10", date(2019, 8, 12)),
    ("nodejs8.10", date(2020, 3, 6)),
    ("nodejs10.x", date(2021, 7, 30)),
    ("nodejs12.x", date(2023, 3, 31)),
    ("nodejs14.x", date(2023, 12, 4)),
    ("nodejs16.x", date(2024, 6, 12)),
    ("nodejs18.x", date(2025, 9, 1)),
    ("nodejs20.x", date(2026, 4, 30)),
    ("nodejs22.x", date(2027, 4, 30)),
    ("nodejs24.x", date(2028, 4, 30)),
    ("provided", date(2024, 1, 8)),
    ("provided.al2", date(2026, 7, 31)),
    ("provided.al2023", date(2029, 6, 30)),
    ("python2.7", date(2021, 7, 15)),
    ("python3.6", date(2022, 7, 18)),
    ("python3.7", date(2023, 12, 4)),
    ("python3.8", date(2024, 10, 14)),
    ("python3.9", date(2025, 12, 15)),
    ("python3.10", date(2026, 10, 31)),
    ("python3.11", date(2027, 6, 30)),
    ("python3.12", date(2028, 10, 31)),
    ("python3.13", date(2029, 6, 30)),
    ("python3.14", date(2029, 6, 30)),
    ("ruby2.5", date(2021, 7, 30)),
    ("ruby2.7", date(2023, 12, 7)),
    ("ruby3.2", date(2026, 3, 31)),
    ("ruby3.3", date(2027, 3, 31)),
    ("ruby3.4", date(2028, 3, 31)),
    ("ruby4.0", date(2029, 3, 31)),
];

fn applies(function: &Function) -> Result<bool, Reason> {
    match (function.package_type.as_deref(), &function.runtime) {
        (Some("Image"), _) => Ok(false),
        (_, Some(_)) => Ok(true),
        (_, None) => Err(Reason::unknown("Lambda returned no runtime")),
    }
}

fn judge(case: &Case<'_, Function>) -> Result<Option<Finding>, Reason> {
    let runtime = case.detail.runtime.as_deref().unwrap_or_default();
    let known = DEPRECATED.iter().find(|(name, _)| *name == runtime);
    let unknown =
        || Reason::unknown(format!("unknown runtime: when AWS deprecates {runtime} is not in this version's table"));
    let (_, end) = *known.ok_or_else(unknown)?;
    let today = case.evidence.as_of.to_zoned(TimeZone::UTC).date();
    let days = today.duration_until(end).as_secs_f64() / SECONDS_A_DAY;
    let threshold = case.threshold(&DAYS);
    let when = if days > 0.0 { "will be deprecated" } else { "was deprecated" };
    Ok((days <= threshold).then(|| Finding {
        saves: Saving::Nothing,
        observed: Observed {
            metric: "days_to_deprecation",
            statistic: None,
            value: days,
            threshold,
            unit: "Days",
            over: None,
        },
        recommendation: format!(
            "{runtime} {when} on {end}: change the function to a newer runtime of its language. From its deprecation on, \
             it gets no security patches, and some time later the function can't be updated any more."
        ),
    }))
}

/// Returns the language of a runtime: the letters at its beginning.
fn language(runtime: &str) -> &str {
    let letters = runtime.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    if letters == "dotnetcore" { "dotnet" } else { letters }
}

/// Returns the newest runtime of the same language: the one that AWS supports longest, and of those the last in the table.
fn newest(runtime: &str) -> Option<&'static str> {
    let same = DEPRECATED.iter().filter(|(other, _)| language(other) == language(runtime));
    same.max_by_key(|(_, end)| *end).map(|(name, _)| *name).filter(|name| *name != runtime)
}

fn remedy(subject: &Subject<'_, Function>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::FUNCTION)?;
    let Some(to) = subject.detail.runtime.as_deref().and_then(newest) else {
        return withheld(
            "Lambda has no newer runtime of this language: build the function for a runtime of the operating system alone, \
             such as provided.al2023.",
        );
    };
    let of = |operation| aws("lambda", operation).option("function-name", &id);
    let kept = of("publish-version").option("description", "Before the change of its runtime");
    let change = of("update-function-configuration").option("runtime", to);
    Ok(Plan::default()
        .then(Backup, "Keeps the code and the configuration as a version, which can still be invoked.", kept)
        .then(Change, "Changes the function to the newest runtime of its language.", change)
        .then(
            Check,
            "Waits until the change is done.",
            aws("lambda", "wait function-updated").option("function-name", &id),
        )
        .irreversible(
            "Once AWS blocks updates of functions to the old runtime, the function can't be changed back to it.",
        )
        .note("Test the code with the new runtime first, in a copy of the function: languages and libraries change."))
}
