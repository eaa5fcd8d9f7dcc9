//! What counts as an exception, until when, and what is said about what does not count.

use collector::{Resource, StoredParameter, Tags};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::rules;
use crate::rules::tests::{instance, now, volume};

/// The day of `now`.
const TODAY: &str = "2026-11-20";

fn tagged(resource: Resource, pairs: &[(&str, &str)]) -> Resource {
    let tags: Tags = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Resource { tags: Some(tags), ..resource }
}

/// Returns a volume with the three tags of an exception.
fn ignored(rules: &str, reason: &str, until: &str) -> Resource {
    tagged(volume("available"), &[(tags::IGNORE, rules), (tags::REASON, reason), (tags::UNTIL, until)])
}

fn parameter(name: &str, value: &(impl ToString + ?Sized)) -> StoredParameter {
    let name = format!("/stratoscope/exceptions/{name}");
    StoredParameter { name, value: value.to_string(), is_encrypted: false }
}

fn entry(resource: &str, rule: &str, until: &str) -> serde_json::Value {
    json!({"resource": resource, "rule": rule, "reason": "known", "until": until})
}

fn exceptions(stored: &[StoredParameter]) -> Exceptions {
    Exceptions::read(stored, true, Some("123456789012".to_owned()), now())
}

fn about(name: &str) -> About {
    rules::ALL.iter().map(|rule| rule.about()).find(|about| about.name == name).unwrap()
}

/// Returns what becomes of a volume's finding: `shown`, `suppressed until …`, or why it is shown anyway.
fn outcome(exceptions: &Exceptions, resource: &Resource) -> String {
    outcome_of(exceptions, resource, "ebs_unattached")
}

fn outcome_of(exceptions: &Exceptions, resource: &Resource, rule: &str) -> String {
    match exceptions.decide(resource, &about(rule)) {
        Decision::Shown => "shown".to_owned(),
        Decision::Suppressed(Applied { by, term, .. }) => format!("{by:?}: {} until {}", term.reason, term.until),
        Decision::ShownAnyway(NotApplied { why, message, .. }) => format!("{why:?}: {message}"),
    }
}

/// Returns what is wrong with the tags of a resource.
fn problems(resource: &Resource) -> Vec<String> {
    exceptions(&[]).tagged(resource).map(|tagged| tagged.problems()).unwrap_or_default()
}

#[test]
fn a_tag_counts_up_to_its_last_day_and_at_most_a_year_ahead() {
    for (until, expected) in [
        (TODAY, "Tag: known until 2026-11-20"),
        ("2027-11-20", "Tag: known until 2027-11-20"),
        ("2026-11-19", "Ended: the exception ended on 2026-11-19"),
        (
            "2027-11-21",
            "Invalid: the exception does not count: `stratoscope:ignore-until`: the end 2027-11-21 is too far ahead; \
             allowed: at most 365 days, until 2027-11-20",
        ),
    ] {
        assert_eq!(outcome(&exceptions(&[]), &ignored("all", "known", until)), expected);
    }
    // Ended exceptions are no problem of the tags.
    assert_eq!(problems(&ignored("all", "known", "2026-11-19")), [""; 0]);
}

#[test]
fn a_tag_is_about_all_rules_or_about_those_that_it_names() {
    for (names, is_about) in [
        ("all", true),
        ("ebs_unattached", true),
        ("rds_swap ebs_unattached", true),
        ("  rds_swap   ebs_unattached ", true),
        ("nonsense ebs_unattached", true),
        ("rds_swap", false),
        ("ebs_unattached,rds_swap", false),
        ("EBS_UNATTACHED", false),
        ("ALL", false),
        ("*", false),
        ("", false),
    ] {
        let expected = if is_about { "Tag: known until 2026-11-20" } else { "shown" };
        assert_eq!(outcome(&exceptions(&[]), &ignored(names, "known", TODAY)), expected, "{names:?}");
    }
    for (names, problem) in [
        ("rds_swap", None),
        ("nonsense all", Some("`stratoscope:ignore`: `nonsense` is not a rule; allowed: `all`, or names of rules")),
        ("a all b c", Some("`stratoscope:ignore`: `a` is not a rule, nor are 2 more; allowed: `all`")),
        ("ebs_unattached,rds_swap", Some("`ebs_unattached,rds_swap` is not a rule; allowed")),
        (" ", Some("`stratoscope:ignore` is empty; allowed: `all`, or names of rules separated by spaces")),
    ] {
        let found = problems(&ignored(names, "known", TODAY));
        assert_eq!(found.len(), usize::from(problem.is_some()), "{names:?}: {found:?}");
        assert!(found.iter().all(|found| found.contains(problem.unwrap())), "{names:?}: {found:?}");
    }
}

#[test]
fn a_tag_without_a_reason_and_an_end_does_not_count_and_says_so() {
    let volume = || volume("available");
    let (all, reason, until) = ((tags::IGNORE, "all"), (tags::REASON, "known"), (tags::UNTIL, TODAY));
    for (pairs, problem) in [
        (&[all][..], "the tags `stratoscope:ignore-reason` and `stratoscope:ignore-until` are missing or empty"),
        (&[all, until], "the tag `stratoscope:ignore-reason` is missing or empty"),
        (&[all, until, (tags::REASON, " ")], "the tag `stratoscope:ignore-reason` is missing or empty"),
        (&[all, reason], "the tag `stratoscope:ignore-until` is missing or empty"),
        (&[all, reason, (tags::UNTIL, "")], "the tag `stratoscope:ignore-until` is missing or empty"),
        (
            &[all, reason, (tags::UNTIL, "tomorrow")],
            "`stratoscope:ignore-until`: `tomorrow` is not a date; allowed: a day in UTC, such as 2026-11-20",
        ),
    ] {
        let resource = tagged(volume(), pairs);
        assert_eq!(problems(&resource), [problem]);
        let said = format!("Invalid: the exception does not count: {problem}");
        assert_eq!(outcome(&exceptions(&[]), &resource), said);
    }
    // Neither of these is an exception.
    for pairs in [&[reason, until][..], &[("stratoscope:ignored", "all"), reason, until], &[]] {
        let resource = tagged(volume(), pairs);
        assert_eq!((outcome(&exceptions(&[]), &resource), problems(&resource).len()), ("shown".to_owned(), 0));
    }
    assert_eq!(outcome(&exceptions(&[]), &volume()), "shown");
}

#[test]
fn dates_are_written_in_one_way() {
    for until in
        ["20261120", "2026-11-2", "2026-11-20T00:00:00Z", "2026-02-30", "20.11.2026", "٢٠٢٦-١١-٢٠", "-002026-11-20"]
    {
        assert!(outcome(&exceptions(&[]), &ignored("all", "known", until)).starts_with("Invalid"), "{until}");
    }
    assert_eq!(outcome(&exceptions(&[]), &ignored("all", " known ", " 2026-11-20 ")), "Tag: known until 2026-11-20");
}

#[test]
fn the_day_is_that_of_utc() {
    let resource = ignored("all", "known", TODAY);
    for (now, expected) in [
        ("2026-11-20T23:59:59Z", "Tag: known until 2026-11-20"),
        ("2026-11-21T00:00:00Z", "Ended: the exception ended on 2026-11-20"),
    ] {
        let exceptions = Exceptions::read(&[], true, None, now.parse().unwrap());
        assert_eq!(outcome(&exceptions, &resource), expected);
    }
}

#[test]
fn a_tag_never_suppresses_a_critical_finding_and_the_list_may() {
    let tags = [(tags::IGNORE, "all"), (tags::REASON, "known"), (tags::UNTIL, TODAY)];
    let resource = tagged(instance("m5.large", "running"), &tags);
    let of_list = exceptions(&[parameter("a", &json!({"exceptions": [entry("i-1", "all", TODAY)]}))]);
    let critical: Vec<_> =
        rules::ALL.iter().map(|rule| rule.about()).filter(|r| r.severity == Severity::Critical).collect();
    assert!(critical.len() >= 2);
    for rule in critical {
        assert_eq!(
            outcome_of(&exceptions(&[]), &resource, rule.name),
            "Critical: a tag does not suppress a critical finding; the operator can list an exception"
        );
        assert_eq!(outcome_of(&of_list, &resource, rule.name), "List: known until 2026-11-20");
    }
    assert_eq!(outcome_of(&exceptions(&[]), &resource, "ec2_idle"), "Tag: known until 2026-11-20");
}

#[test]
fn a_deployment_can_ignore_all_tags() {
    let (valid, invalid) = (ignored("all", "known", TODAY), ignored("all", "known", "x"));
    let off = Exceptions::read(&[], false, None, now());
    assert_eq!([outcome(&off, &valid), outcome(&off, &invalid)], ["shown", "shown"]);
    assert!(off.tagged(&invalid).is_none());
    let listed = [parameter("a", &json!({"exceptions": [entry("vol-1", "all", TODAY)]}))];
    assert_eq!(outcome(&Exceptions::read(&listed, false, None, now()), &valid), "List: known until 2026-11-20");
}

#[test]
fn the_list_is_about_ids_or_arns_rules_and_accounts() {
    let volume = volume("available");
    let arn = volume.arn.as_deref().unwrap();
    let with_account = |id: &str| {
        let mut entry = entry("vol-1", "all", TODAY);
        entry["account"] = id.into();
        entry
    };
    for (entry, is_about) in [
        (entry("vol-1", "ebs_unattached", TODAY), true),
        (entry("vol-*", "all", TODAY), true),
        (entry(arn, "all", TODAY), true),
        (entry("arn:aws:*:123456789012:*", "all", TODAY), true),
        (entry(" vol-? ", "all", TODAY), true),
        (entry("vol-2", "all", TODAY), false),
        (entry("arn:aws:*:210987654321:*", "all", TODAY), false),
        (entry("vol-1", "rds_swap", TODAY), false),
        (with_account("123456789012"), true),
        (with_account("210987654321"), false),
    ] {
        let exceptions = exceptions(&[parameter("a", &json!({"exceptions": [entry]}))]);
        let expected = if is_about { "List: known until 2026-11-20" } else { "shown" };
        assert_eq!(exceptions.bad_entries, []);
        assert_eq!(outcome(&exceptions, &volume), expected, "{entry}");
    }
    // STS did not say which account it is.
    let stored = [parameter("a", &json!({"exceptions": [with_account("123456789012")]}))];
    assert_eq!(outcome(&Exceptions::read(&stored, true, None, now()), &volume), "shown");
}

#[test]
fn of_several_exceptions_the_one_that_ends_last_decides() {
    let stored = |ends: &[&str]| {
        let entries: Vec<_> = ends.iter().map(|until| entry("vol-1", "all", until)).collect();
        exceptions(&[parameter("a", &json!({"exceptions": entries}))])
    };
    let resource = ignored("all", "by its owner", "2026-12-01");
    assert_eq!(outcome(&stored(&["2026-11-19", "2026-11-30"]), &resource), "Tag: by its owner until 2026-12-01");
    assert_eq!(outcome(&stored(&["2026-12-02", "2026-11-30"]), &resource), "List: known until 2026-12-02");
    // The first that is as good decides.
    assert_eq!(outcome(&stored(&["2026-12-01"]), &resource), "List: known until 2026-12-01");
    let ended = ignored("all", "by its owner", "2026-11-01");
    assert_eq!(outcome(&stored(&["2026-11-19"]), &ended), "Ended: the exception ended on 2026-11-19");
}

#[test]
fn a_bad_entry_is_reported_and_ignored_alone() {
    let without = |field: &str| {
        let mut entry = entry("vol-1", "all", TODAY);
        entry.as_object_mut().unwrap().remove(field);
        entry
    };
    let with = |field: &str, value: serde_json::Value| {
        let mut entry = entry("vol-1", "all", TODAY);
        entry[field] = value;
        entry
    };
    let bad = [
        (without("resource"), "`resource` is missing"),
        (without("rule"), "`rule` is missing"),
        (without("reason"), "`reason` is missing"),
        (without("until"), "`until` is missing"),
        (with("resource", "".into()), "`resource` is empty or too long; allowed: 1 to 2048 characters"),
        (with("resource", "x".repeat(2_049).into()), "`resource` is empty or too long; allowed: 1 to 2048 characters"),
        (with("rule", "ec2_idel".into()), "`ec2_idel` is not a rule; allowed: `all`, or the name of a rule"),
        (with("reason", " ".into()), "the reason is empty"),
        (with("reason", "x".repeat(257).into()), "the reason is too long; allowed: at most 256 characters"),
        (with("reason", 7.into()), "`reason` is not a text"),
        (
            with("until", "2027-11-21".into()),
            "`until`: the end 2027-11-21 is too far ahead; allowed: at most 365 days, until 2027-11-20",
        ),
        (with("until", json!(null)), "`until` is not a text"),
        (with("account", "1234".into()), "`1234` is not an account; allowed: an id of 12 digits"),
        (
            with("acount", "123456789012".into()),
            "`acount` is not a field; allowed: resource, rule, reason, until, account",
        ),
        (json!("vol-1"), "it is not an object; allowed: resource, rule, reason, until, account"),
    ];
    let mut entries: Vec<_> = bad.iter().map(|(entry, _)| entry.clone()).collect();
    entries.push(entry("vol-1", "ebs_unattached", TODAY));
    let exceptions = exceptions(&[parameter("a", &json!({"exceptions": entries}))]);
    let found: Vec<_> = exceptions.bad_entries.iter().map(|bad| (bad.entry, bad.problem.as_str())).collect();
    let expected: Vec<_> = bad.iter().enumerate().map(|(n, (_, problem))| (Some(n + 1), *problem)).collect();
    assert_eq!(found, expected);
    assert!(exceptions.bad_entries.iter().all(|bad| bad.parameter == "/stratoscope/exceptions/a"));
    assert_eq!(outcome(&exceptions, &volume("available")), "List: known until 2026-11-20");
}

#[test]
fn a_parameter_that_is_no_list_is_reported_and_the_others_count() {
    let good = parameter("z", &json!({"exceptions": [entry("vol-1", "all", TODAY)]}));
    for (value, problem) in [
        ("", "it is not JSON: EOF while parsing a value at line 1 column 0; allowed: {\"exceptions\""),
        ("{", "it is not JSON: EOF while parsing an object at line 1 column 1; allowed"),
        ("[]", "it is no list of exceptions; allowed: {\"exceptions\""),
        ("{}", "it is no list of exceptions; allowed"),
        (r#"{"exceptions": {}}"#, "it is no list of exceptions; allowed"),
        (r#"{"exceptions": [], "more": 1}"#, "it is no list of exceptions; allowed"),
    ] {
        let exceptions = exceptions(&[parameter("a", value), good.clone()]);
        let [bad] = &exceptions.bad_entries[..] else { panic!("{value}: {:?}", exceptions.bad_entries) };
        assert_eq!((bad.parameter.as_str(), bad.entry), ("/stratoscope/exceptions/a", None));
        assert!(bad.problem.starts_with(problem), "{value}: {}", bad.problem);
        assert_eq!(outcome(&exceptions, &volume("available")), "List: known until 2026-11-20");
    }
    let encrypted = StoredParameter { is_encrypted: true, ..good.clone() };
    let found = exceptions(&[encrypted]);
    assert_eq!(found.bad_entries[0].problem, "it is a SecureString, which is not decrypted; allowed: a String");
    assert_eq!(exceptions(&[parameter("a", &json!({"exceptions": []}))]).bad_entries, []);
}

#[test]
fn no_more_entries_count_than_findings_can_be_compared_with() {
    let many = |count: usize| json!({"exceptions": vec![entry("vol-2", "all", TODAY); count]});
    let last = parameter("z", &json!({"exceptions": [entry("vol-1", "all", TODAY)]}));
    let full = exceptions(&[parameter("a", &many(600)), parameter("b", &many(399)), last.clone()]);
    assert_eq!(
        (full.bad_entries.len(), outcome(&full, &volume("available")).as_str()),
        (0, "List: known until 2026-11-20")
    );
    let too_many = exceptions(&[parameter("a", &many(600)), parameter("b", &many(400)), last]);
    assert_eq!(outcome(&too_many, &volume("available")), "shown");
    let [bad] = &too_many.bad_entries[..] else { panic!("{:?}", too_many.bad_entries) };
    assert_eq!(bad.problem, "this and what follows do not count; allowed: 1000 entries in all");
    assert_eq!((bad.parameter.as_str(), bad.entry), ("/stratoscope/exceptions/z", Some(1)));
}

/// Asserts that a message is short, and shows nothing that a terminal or a browser would act on.
fn is_clean(message: &str) {
    assert!(message.chars().count() <= 1_000, "{message}");
    let acts =
        |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    assert!(!message.chars().any(acts), "{message:?}");
}

#[test]
fn a_value_of_the_longest_tag_is_taken_and_messages_show_a_part_of_it() {
    let longest = "é".repeat(256);
    assert_eq!(outcome(&exceptions(&[]), &ignored("all", &longest, TODAY)), format!("Tag: {longest} until 2026-11-20"));
    for hostile in [longest, "\u{202e}lla".to_owned(), "\u{0}\n\r\u{1b}[31m".to_owned(), "<script>".to_owned()] {
        for resource in [ignored(&hostile, "known", TODAY), ignored("all", "known", &hostile)] {
            let problems = problems(&resource);
            assert_eq!(problems.len(), 1, "{hostile:?}");
            for problem in &problems {
                is_clean(problem);
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_stored_is_read_or_reported(
        value in hostile::like(&hostile::parameters()),
        field in proptest::sample::select(vec!["resource", "rule", "reason", "until", "account", "exceptions"]),
    ) {
        let mut odd = entry("vol-1", "all", TODAY);
        odd[field] = value.clone().into();
        let stored = [
            parameter("a", &value),
            parameter("b", &json!({"exceptions": value})),
            parameter("c", &json!({"exceptions": [odd, value, entry("vol-1", "all", TODAY)]})),
        ];
        let exceptions = exceptions(&stored);
        exceptions.bad_entries.iter().for_each(|bad| is_clean(&bad.problem));
        prop_assert!(outcome(&exceptions, &volume("available")).starts_with("List: "));
        for resource in [ignored(&value, &value, TODAY), ignored("all", "known", &value), ignored("all", &value, TODAY)] {
            for problem in problems(&resource) {
                is_clean(&problem);
            }
            outcome(&exceptions, &resource);
        }
    }
}
