//! Volumes, snapshots, file systems and log groups.

use super::{billed, exactly, monthly, parts, reason, text};
use crate::model::price::UnpricedReason;
use crate::services::ec2::snapshot::Snapshot;
use crate::services::ec2::volume::Volume;
use crate::services::efs::FileSystem;
use crate::services::logs::LogGroup;

const GIB: i64 = 1 << 30;

fn volume(kind: &str, size_gb: i32) -> Volume {
    Volume {
        volume_type: text(kind),
        size_gb: Some(size_gb),
        availability_zone: text("us-east-1a"),
        ..Volume::default()
    }
}

#[test]
fn a_volume_is_billed_by_its_size() {
    for (kind, unit_price, usd) in [
        ("gp3", "0.08", "80.00"),
        ("gp2", "0.10", "100.00"),
        ("st1", "0.045", "45.00"),
        ("sc1", "0.015", "15.00"),
        ("standard", "0.05", "50.00"),
    ] {
        let bill = billed(&volume(kind, 1_000));
        assert_eq!(parts(&bill), [format!("storage: 1000 GB-Mo of AmazonEC2/Storage, volumeApiName={kind}")]);
        assert_eq!(exactly(&bill, &[unit_price]), usd);
    }
    assert_eq!(reason(&volume("gp4", 1_000)), UnpricedReason::NotSupported);
    assert_eq!(reason(&Volume { size_gb: None, ..volume("gp3", 0) }), UnpricedReason::MissingFields);
}

#[test]
fn of_gp3_only_what_is_beyond_3000_iops_and_125_mib_is_billed() {
    let bill = billed(&Volume { iops: Some(4_000), throughput: Some(250), ..volume("gp3", 100) });
    let expected = [
        "storage: 100 GB-Mo of AmazonEC2/Storage, volumeApiName=gp3",
        "iops: 1000 IOPS-Mo of AmazonEC2/System Operation, group=EBS IOPS, volumeApiName=gp3",
        "throughput: 0.12207 GiBps-mo of AmazonEC2/Provisioned Throughput, group=EBS Throughput, volumeApiName=gp3",
    ];
    assert_eq!(parts(&bill), expected);
    // 8 + 5 + 5: 40.96 for a GiB/s are 0.04 for a MiB/s.
    assert_eq!(exactly(&bill, &["0.08", "0.005", "40.96"]), "18.00");
    let included = Volume { iops: Some(3_000), throughput: Some(125), ..volume("gp3", 100) };
    assert_eq!(parts(&billed(&included)).len(), 1);
}

#[test]
fn the_iops_of_io2_have_three_tiers_and_those_of_io1_one_price() {
    let bill = billed(&Volume { iops: Some(70_000), ..volume("io2", 500) });
    let expected = [
        "storage: 500 GB-Mo of AmazonEC2/Storage, volumeApiName=io2",
        "iops: 32000 IOPS-Mo of AmazonEC2/System Operation, group=EBS IOPS, volumeApiName=io2",
        "iops: 32000 IOPS-Mo of AmazonEC2/System Operation, group=EBS IOPS Tier 2, volumeApiName=io2",
        "iops: 6000 IOPS-Mo of AmazonEC2/System Operation, group=EBS IOPS Tier 3, volumeApiName=io2",
    ];
    assert_eq!(parts(&bill), expected);
    // 62.50 + 2080 + 1456 + 191.10.
    assert_eq!(exactly(&bill, &["0.125", "0.065", "0.0455", "0.03185"]), "3789.60");
    assert_eq!(parts(&billed(&Volume { iops: Some(32_000), ..volume("io2", 500) })).len(), 2);
    let bill = billed(&Volume { iops: Some(50_000), ..volume("io1", 1_000) });
    assert_eq!(exactly(&bill, &["0.125", "0.065"]), "3375.00");
    for kind in ["io1", "io2"] {
        assert_eq!(reason(&volume(kind, 1_000)), UnpricedReason::MissingFields);
    }
}

#[test]
fn a_volume_elsewhere_than_in_the_region_itself_has_other_prices() {
    let zone = Volume { availability_zone: text("us-east-1-lax-1a"), ..volume("gp2", 8) };
    let outpost = Volume { outpost_arn: text("arn:aws:outposts:x"), ..volume("gp2", 8) };
    assert_eq!([reason(&zone), reason(&outpost)], [UnpricedReason::NotSupported; 2]);
}

#[test]
fn a_snapshot_costs_at_most_its_size_in_its_tier() {
    let snapshot = |tier| Snapshot { storage_tier: text(tier), volume_size_gb: Some(40), ..Snapshot::default() };
    for (tier, usage, unit_price, usd) in
        [("standard", "EBS:SnapshotUsage", "0.05", "2.00"), ("archive", "EBS:SnapshotArchiveStorage", "0.0125", "0.50")]
    {
        let bill = billed(&snapshot(tier));
        assert_eq!(parts(&bill), [format!("storage: 40 GB-Mo of AmazonEC2/Storage Snapshot, {usage}")]);
        assert_eq!(monthly(&bill, &[unit_price]), (usd.to_owned(), true));
    }
    // Its blocks, where AWS has counted them, are fewer than those of the volume.
    let counted = Snapshot { full_size_bytes: Some(10 * GIB), ..snapshot("standard") };
    assert_eq!(monthly(&billed(&counted), &["0.05"]), ("0.50".to_owned(), true));
    assert_eq!(reason(&Snapshot { storage_tier: None, ..snapshot("") }), UnpricedReason::MissingFields);
    let on_outpost = Snapshot { outpost_arn: text("arn:aws:outposts:x"), ..snapshot("standard") };
    assert_eq!(reason(&on_outpost), UnpricedReason::NotSupported);
}

#[test]
fn a_file_system_is_billed_by_what_it_stores_in_each_class() {
    let files = || FileSystem {
        size_standard_bytes: Some(10 * GIB),
        size_ia_bytes: Some(100 * GIB),
        size_archive_bytes: Some(0),
        ..FileSystem::default()
    };
    let bill = billed(&files());
    let expected = [
        "standard storage: 10 GB-Mo of AmazonEFS/Storage, TimedStorage-ByteHrs",
        "infrequent access storage: 100 GB-Mo of AmazonEFS/Storage, IATimedStorage-ByteHrs",
    ];
    assert_eq!(parts(&bill), expected);
    assert_eq!(exactly(&bill, &["0.30", "0.016"]), "4.60");
    let one_zone = FileSystem { availability_zone: text("us-east-1a"), size_ia_bytes: Some(0), ..files() };
    let bill = billed(&one_zone);
    assert_eq!(parts(&bill), ["standard storage: 10 GB-Mo of AmazonEFS/Storage, TimedStorage-Z-ByteHrs"]);
    assert_eq!(exactly(&bill, &["0.16"]), "1.60");
    assert_eq!(reason(&FileSystem { size_archive_bytes: None, ..files() }), UnpricedReason::MissingFields);
}

#[test]
fn a_log_group_costs_at_most_what_it_stores() {
    let bill = billed(&LogGroup { stored_bytes: Some(100 * GIB), ..LogGroup::default() });
    assert_eq!(parts(&bill), ["storage: 100 GB-Mo of AmazonCloudWatch/Storage Snapshot, TimedStorage-ByteHrs"]);
    assert_eq!(monthly(&bill, &["0.03"]), ("3.00".to_owned(), true));
}
