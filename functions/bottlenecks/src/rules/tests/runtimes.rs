//! How the rule about runtimes judges functions.

use super::*;

/// The thresholds that are tested here.
pub(super) const TESTED: [(&str, &str); 1] = [("lambda_runtime_ended", "days")];

fn unmeasured(thresholds: &Thresholds, name: &str, resource: &Resource) -> Result<Option<Finding>, Reason> {
    judged_by(thresholds, 24, name, resource, |_, _| None)
}

/// Returns a function with this runtime.
fn running(runtime: &str) -> Resource {
    let detail = Function { runtime: Some(runtime.to_owned()), ..Function::default() };
    resource("f", Detail::Lambda(Box::new(detail)))
}

#[test]
fn a_runtime_is_reported_from_the_day_of_its_end_or_some_days_before() {
    // It is 2026-11-20: dotnet8 ended ten days ago, and ruby3.3 will in 131 days.
    let judge = |days: f64, runtime: &str| {
        let thresholds = changed("lambda_runtime_ended", "days", days);
        unmeasured(&thresholds, "lambda_runtime_ended", &running(runtime)).unwrap()
    };
    let found = judge(0.0, "dotnet8").unwrap();
    assert_eq!((found.observed.metric, found.observed.value), ("days_to_deprecation", -10.0));
    assert!(found.recommendation.starts_with("dotnet8 was deprecated on 2026-11-10:"), "{}", found.recommendation);
    assert_eq!((judge(0.0, "ruby3.3"), judge(130.0, "ruby3.3")), (None, None));
    let found = judge(131.0, "ruby3.3").unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (131.0, 131.0));
    assert!(found.recommendation.starts_with("ruby3.3 will be deprecated on 2027-03-31:"), "{}", found.recommendation);
    assert!(judge(132.0, "ruby3.3").is_some());
}

#[test]
fn the_day_of_its_end_is_the_first_on_which_a_runtime_is_deprecated() {
    let on = |text: &str| {
        let resource = running("dotnet8");
        let evidence = Evidence {
            thresholds: &Thresholds::default(),
            as_of: text.parse().unwrap(),
            beside: &Beside::default(),
            readings: vec![],
        };
        rule("lambda_runtime_ended").judge(&resource, evidence).unwrap()
    };
    assert_eq!(on("2026-11-09T23:59:59Z"), None);
    let found = on("2026-11-10T00:00:00Z").unwrap();
    assert_eq!((found.observed.metric, found.observed.value), ("days_to_deprecation", 0.0));
    assert!(found.recommendation.starts_with("dotnet8 was deprecated on 2026-11-10:"), "{}", found.recommendation);
}

#[test]
fn an_unknown_runtime_is_not_judged_and_a_container_image_has_none() {
    let unknown = unmeasured(&Thresholds::default(), "lambda_runtime_ended", &running("cobol85")).unwrap_err();
    assert_eq!(
        (unknown.kind, unknown.detail.as_str()),
        (ReasonKind::Unknown, "unknown runtime: when AWS deprecates cobol85 is not in this version's table")
    );
    let of = |package: Option<&str>| {
        let detail = Function { package_type: package.map(str::to_owned), ..Function::default() };
        rule("lambda_runtime_ended").applies(&resource("f", Detail::Lambda(Box::new(detail))))
    };
    assert_eq!(of(Some("Image")), Ok(false));
    assert_eq!(of(Some("Zip")).unwrap_err().detail, "Lambda returned no runtime");
}
