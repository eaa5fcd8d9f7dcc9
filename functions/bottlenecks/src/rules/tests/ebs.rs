//! Rules about volumes that are in use, snapshots and images.

use super::*;

/// The thresholds in days.
pub(super) const IN_DAYS: [(&str, &str); 5] = [
    ("ebs_snapshot_orphaned", "days"),
    ("ebs_snapshot_old", "days"),
    ("ebs_stopped_instance", "days"),
    ("ami_unused", "days"),
    ("ebs_idle", "days"),
];

/// Returns a new snapshot of the volume `vol-1`, after applying `change`.
pub(super) fn snapshot(change: impl FnOnce(&mut Snapshot)) -> Resource {
    let mut detail = Snapshot {
        state: Some("completed".to_owned()),
        volume_id: Some("vol-1".to_owned()),
        storage_tier: Some("standard".to_owned()),
        started: Some(now()),
        ..Snapshot::default()
    };
    change(&mut detail);
    resource("snap-1", Detail::EbsSnapshot(Box::new(detail)))
}

/// Returns a new image that nothing uses, after applying `change`.
pub(super) fn image(change: impl FnOnce(&mut Image)) -> Resource {
    let mut detail = Image {
        state: Some("available".to_owned()),
        used_by: Some(Vec::new()),
        created: Some(now()),
        ..Image::default()
    };
    change(&mut detail);
    resource("ami-1", Detail::Ami(Box::new(detail)))
}

/// Returns a volume that is attached to the instances with these ids.
fn attached_to(ids: &[&str]) -> Resource {
    let detail = Volume {
        state: Some("in-use".to_owned()),
        attached_to: ids.iter().map(ToString::to_string).collect(),
        ..Volume::default()
    };
    resource("vol-1", Detail::Ebs(Box::new(detail)))
}

/// Returns an instance with this id.
fn with_id(id: &str, instance: Resource) -> Resource {
    Resource { id: id.to_owned(), ..instance }
}

/// Returns the result of a rule that reads only the inventory, in a region with `others`, of which those of the types in
/// `complete` are all.
fn inventory(
    name: &str,
    resource: &Resource,
    others: &[Resource],
    complete: &[ResourceType],
) -> Result<Option<Finding>, Reason> {
    let beside = Beside::new(others, complete.iter().copied().collect());
    judged_beside(&beside, &Thresholds::default(), 24, name, resource, |_, _| None)
}

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn the_days_of_a_rule_about_storage_are_the_callers() {
    // Five days ago, and a second more.
    let then = "2026-11-15T10:34:59Z";
    let region = [stopped("User initiated (2026-11-15 10:34:59 GMT)")];
    let beside = Beside::new(&region, [ResourceType::Ec2, ResourceType::Ebs, ResourceType::Ami].into());
    let today = "2026-11-20T00:00:00Z".parse::<Timestamp>().unwrap();
    // Used on the fifth day before today.
    let used = |_: &Need, at: Timestamp| Some(if today.as_second() - at.as_second() == 5 * 86_400 { 9.0 } else { 0.0 });
    for (name, threshold) in IN_DAYS {
        let resource = match name {
            "ebs_snapshot_old" | "ebs_snapshot_orphaned" => snapshot(|snapshot| snapshot.started = time(then)),
            "ami_unused" => image(|image| image.created = time(then)),
            _ => attached_to(&["i-1"]),
        };
        let found = |days| {
            let thresholds = changed(name, threshold, days);
            judged_beside(&beside, &thresholds, 24, name, &resource, used).unwrap().is_some()
        };
        let expected = if name == "ebs_idle" { (true, false, false) } else { (true, true, false) };
        assert_eq!((found(4.0), found(5.0), found(6.0)), expected, "{name}");
    }
}

#[test]
fn a_snapshot_is_old_after_ninety_days_outside_the_archive() {
    let started = |text| inventory("ebs_snapshot_old", &snapshot(|snapshot| snapshot.started = time(text)), &[], &[]);
    assert_eq!(started("2026-08-22T10:35:00Z"), Ok(None));
    let found = started("2026-08-22T10:34:59Z").unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.threshold, found.observed.unit), ("days_old", 90.0, "Days"));
    assert!(found.observed.value > 90.0 && found.observed.value < 90.001, "{found:?}");
    assert!(found.recommendation.starts_with("It is of 2026-08-22T10:34:59Z."), "{}", found.recommendation);
    let applies = |change: fn(&mut Snapshot)| rule("ebs_snapshot_old").applies(&snapshot(change));
    assert_eq!(applies(|snapshot| snapshot.storage_tier = Some("archive".to_owned())), Ok(false));
    assert_eq!(applies(|snapshot| snapshot.storage_tier = None), Ok(true));
    assert_eq!(applies(|snapshot| snapshot.state = Some("pending".to_owned())), Ok(false));
    assert_eq!(applies(|snapshot| snapshot.state = None).unwrap_err().kind, ReasonKind::Unknown);
    let dateless = inventory("ebs_snapshot_old", &snapshot(|snapshot| snapshot.started = None), &[], &[]).unwrap_err();
    assert_eq!(
        (dateless.kind, dateless.detail.as_str()),
        (ReasonKind::Unknown, "EC2 does not report when it was started")
    );
}

#[test]
fn a_snapshot_is_orphaned_if_its_volume_is_gone_and_no_image_uses_it() {
    use ResourceType::{Ami, Ebs};

    let judge = |of: &Resource, others: &[Resource], complete: &[ResourceType]| {
        inventory("ebs_snapshot_orphaned", of, others, complete)
    };
    let started = |text| move |snapshot: &mut Snapshot| snapshot.started = time(text);
    let own = snapshot(started("2026-10-21T10:34:59Z"));
    let copy = snapshot(|snapshot| {
        started("2026-10-21T10:34:59Z")(snapshot);
        snapshot.volume_id = None;
    });
    let using = |id: &str| image(|image| image.snapshot_ids = vec!["snap-0".to_owned(), id.to_owned()]);
    let (used, unrelated) = (using("snap-1"), using("snap-2"));
    assert_eq!(judge(&own, &[volume("in-use")], &[Ebs, Ami]), Ok(None));
    assert_eq!(judge(&own, std::slice::from_ref(&used), &[Ebs, Ami]), Ok(None));
    let found = judge(&own, std::slice::from_ref(&unrelated), &[Ebs, Ami]).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.value, found.observed.threshold), ("volumes", 0.0, 1.0));
    assert!(found.recommendation.contains("the last copy of what was on vol-1"), "{}", found.recommendation);
    // A volume that is listed exists, however incomplete the list.
    assert_eq!(judge(&own, &[volume("in-use")], &[]), Ok(None));
    for (complete, lacking) in [(&[Ami][..], "ebs"), (&[Ebs][..], "ami")] {
        let reason = judge(&own, &[], complete).unwrap_err();
        let detail = format!("not all {lacking} of the region were listed; the gaps have the reason");
        assert_eq!((reason.kind, reason.detail), (ReasonKind::Unknown, detail));
    }
    // The volume of a copy is unknown, and not gone.
    let reason = judge(&copy, &[unrelated], &[Ebs, Ami]).unwrap_err();
    let detail = "EC2 does not report the volume of a copied snapshot";
    assert_eq!((reason.kind, reason.detail.as_str()), (ReasonKind::Unknown, detail));
    assert_eq!(judge(&copy, &[used], &[Ebs, Ami]), Ok(None));
    let pending = snapshot(|snapshot| snapshot.state = Some("pending".to_owned()));
    assert_eq!(judge(&pending, &[], &[Ebs, Ami]), Ok(None));
    // What was created before a volume was deleted is not found at once, and what has no date is unknown.
    assert_eq!(judge(&snapshot(started("2026-10-21T10:35:00Z")), &[], &[Ebs, Ami]), Ok(None));
    let dateless = judge(&snapshot(|snapshot| snapshot.started = None), &[], &[Ebs, Ami]).unwrap_err();
    assert_eq!(dateless.detail, "EC2 does not report when it was started");
}

#[test]
fn an_image_is_unused_if_nobody_uses_it_and_it_is_ninety_days_old() {
    let judge = |change: &dyn Fn(&mut Image)| inventory("ami_unused", &image(|image| change(image)), &[], &[]);
    let (before, after) = (time("2026-08-22T10:34:59Z"), time("2026-08-22T10:35:00Z"));
    assert_eq!(judge(&|image| image.created = after), Ok(None));
    let found = judge(&|image| image.created = before).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.threshold, found.observed.unit), ("days_unused", 90.0, "Days"));
    assert!(found.recommendation.starts_with("Deregister it, unless it is shared"), "{}", found.recommendation);
    let found = judge(&|image| {
        image.created = before;
        image.snapshot_ids = vec!["snap-1".to_owned(), "snap-2".to_owned()];
    });
    let recommendation = found.unwrap().unwrap().recommendation;
    assert!(recommendation.contains(", then delete its snapshots (snap-1, snap-2),"), "{recommendation}");
    // One that was launched lately is used.
    let launched = |at| {
        judge(&move |image| {
            image.created = before;
            image.last_launched = at;
        })
    };
    assert_eq!((launched(after), launched(before).unwrap().is_some()), (Ok(None), true));
    let used_by = |users: Option<Vec<String>>| {
        judge(&move |image| {
            image.created = before;
            image.used_by.clone_from(&users);
        })
    };
    assert_eq!(used_by(Some(vec!["i-1".to_owned()])), Ok(None));
    let unknown = used_by(None).unwrap_err();
    assert_eq!(unknown.kind, ReasonKind::Unknown);
    assert!(unknown.detail.starts_with("who uses it is unknown"), "{}", unknown.detail);
    // A new one is fine, whoever uses it.
    assert_eq!(judge(&|image| image.used_by = None), Ok(None));
    assert_eq!(judge(&|image| image.created = None).unwrap_err().kind, ReasonKind::Unknown);
}

#[test]
fn an_image_is_judged_while_it_is_kept() {
    let applies = |state: &str| rule("ami_unused").applies(&image(|image| image.state = Some(state.to_owned())));
    assert_eq!(["available", "disabled"].map(applies), [Ok(true), Ok(true)]);
    assert_eq!(["pending", "failed", "deregistered"].map(applies), [Ok(false), Ok(false), Ok(false)]);
    let stateless = rule("ami_unused").applies(&image(|image| image.state = None)).unwrap_err();
    assert_eq!((stateless.kind, stateless.detail.as_str()), (ReasonKind::Unknown, "EC2 returned no state"));
}

#[test]
fn the_successor_of_an_outdated_type_is_recommended_with_what_it_needs() {
    let of = |kind: Option<&str>, size_gb| {
        let detail = Volume {
            state: Some("available".to_owned()),
            volume_type: kind.map(str::to_owned),
            size_gb,
            ..Volume::default()
        };
        inventory("ebs_outdated_type", &resource("vol-1", Detail::Ebs(Box::new(detail))), &[], &[])
    };
    let found = of(Some("gp2"), Some(1_000)).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.value, found.observed.threshold), ("generation", 2.0, 3.0));
    assert!(found.recommendation.starts_with("Change it to gp3, which is a fifth cheaper"), "{}", found.recommendation);
    for (size, iops) in [(1_001, "3003"), (5_333, "15999"), (16_384, "16000")] {
        let recommendation = of(Some("gp2"), Some(size)).unwrap().unwrap().recommendation;
        assert!(
            recommendation.starts_with(&format!("Change it to gp3 with {iops} IOPS, as it has now")),
            "{recommendation}"
        );
    }
    assert!(of(Some("gp2"), None).unwrap().unwrap().recommendation.starts_with("Change it to gp3, "));
    let found = of(Some("io1"), Some(100)).unwrap().unwrap();
    assert_eq!((found.observed.value, found.observed.threshold), (1.0, 2.0));
    assert!(found.recommendation.starts_with("Change it to io2"), "{}", found.recommendation);
    for other in ["gp3", "io2", "st1", "sc1", "standard"] {
        assert_eq!(of(Some(other), Some(100)), Ok(None), "{other}");
    }
    let typeless = of(None, Some(100)).unwrap_err();
    assert_eq!((typeless.kind, typeless.detail.as_str()), (ReasonKind::Unknown, "EC2 returned no type"));
    let applies = |state| rule("ebs_outdated_type").applies(&volume(state));
    assert_eq!(["in-use", "available", "deleting"].map(applies), [Ok(true), Ok(true), Ok(false)]);
}

#[test]
fn a_volume_is_found_if_all_its_instances_have_been_stopped_for_thirty_days() {
    let judge = |ids: &[&str], others: &[Resource], complete: &[ResourceType]| {
        inventory("ebs_stopped_instance", &attached_to(ids), others, complete)
    };
    let since = |id, time| with_id(id, stopped(&format!("User initiated ({time} GMT)")));
    let (long, longer) = (since("i-1", "2026-10-21 10:34:59"), since("i-2", "2026-05-01 00:00:00"));
    let (lately, running) = (since("i-3", "2026-10-21 10:35:00"), with_id("i-4", instance("m5.large", "running")));
    let all = [long, longer, lately, running, with_id("i-5", stopped(""))];
    let ec2 = [ResourceType::Ec2];
    let found = judge(&["i-1", "i-2"], &all, &ec2).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.threshold, found.observed.unit), ("days_stopped", 30.0, "Days"));
    assert!(found.observed.value > 30.0 && found.observed.value < 30.001, "{found:?}");
    let advice = "terminate i-1 and i-2 if it is not needed any more: stopped since 2026-10-21T10:34:59Z";
    assert!(found.recommendation.contains(advice), "{}", found.recommendation);
    assert!(judge(&["i-2"], &all, &[]).unwrap().is_some());
    for used in [&["i-1", "i-3"][..], &["i-3"], &["i-4"], &["i-2", "i-4"], &[]] {
        assert_eq!(judge(used, &all, &ec2), Ok(None), "{used:?}");
    }
    let reason = |ids: &[&str], complete: &[ResourceType]| judge(ids, &all, complete).unwrap_err().detail;
    assert_eq!(reason(&["i-5"], &ec2), "EC2 does not report when it was stopped");
    assert_eq!(reason(&["i-1", "i-6"], &ec2), "it is attached to i-6, which EC2 does not list");
    assert_eq!(reason(&["i-6"], &[]), "not all ec2 of the region were listed; the gaps have the reason");
    assert_eq!(rule("ebs_stopped_instance").applies(&volume("available")), Ok(false));
}

#[test]
fn only_an_attached_volume_with_datapoints_on_every_day_can_be_idle() {
    let day = |text: &str| format!("{text}T00:00:00Z").parse::<Timestamp>().unwrap();
    let judge = |value: &dyn Fn(&Need, Timestamp) -> Option<f64>| judged("ebs_idle", &volume("in-use"), value);
    let found = judge(&|_, at| (at >= day("2026-11-13")).then_some(0.4)).unwrap().unwrap();
    assert_eq!((found.observed.metric, found.observed.value, found.observed.threshold), ("operations", 0.8, 1.0));
    assert_eq!(found.observed.over.map(|(window, count)| (window.start, count)), Some((day("2026-11-13"), 8)));
    assert!(found.recommendation.contains("the volume of 100 GiB is still needed"), "{}", found.recommendation);
    let new = judge(&|_, at| (at >= day("2026-11-14")).then_some(0.0)).unwrap_err();
    assert_eq!(
        (new.kind, new.detail.as_str()),
        (ReasonKind::InsufficientData, "read_ops has datapoints on 6 of the last 7 complete days; all are needed")
    );
    // A volume that is written and never read is in use, though CloudWatch may not count its reads.
    let reads_missing =
        |value: f64| move |need: &Need, _: Timestamp| (need.metric.name == "write_ops").then_some(value);
    assert_eq!(judge(&reads_missing(1.0)), Ok(None));
    assert_eq!(judge(&reads_missing(0.0)).unwrap_err().kind, ReasonKind::InsufficientData);
    let writes_missing = |need: &Need, _: Timestamp| (need.metric.name == "read_ops").then_some(0.0);
    assert_eq!(judge(&writes_missing).unwrap_err().kind, ReasonKind::InsufficientData);
    let once = |on| move |_: &Need, at| Some(if at == day(on) { 1.0 } else { 0.0 });
    assert_eq!((judge(&once("2026-11-13")), judge(&once("2026-11-20"))), (Ok(None), Ok(None)));
    assert!(judge(&once("2026-11-12")).unwrap().is_some());
    assert_eq!(judged("ebs_idle", &volume("available"), |_, _| Some(0.0)), Ok(None));
    let stateless = resource("vol-1", Detail::Ebs(Box::default()));
    assert_eq!(rule("ebs_idle").applies(&stateless).unwrap_err().detail, "EC2 returned no state");
}
