//! Databases, their snapshots, and tables.

use super::{billed, exactly, monthly, parts, reason, text};
use crate::model::price::UnpricedReason;
use crate::services::dynamodb::Table;
use crate::services::rds::instance::Database;
use crate::services::rds::snapshot::DbSnapshot;

const GIB: i64 = 1 << 30;

fn postgres() -> Database {
    Database {
        engine: text("postgres"),
        class: text("db.m5.large"),
        status: text("available"),
        multi_az: Some(false),
        license_model: text("postgresql-license"),
        storage_type: text("gp2"),
        storage_gb: Some(100),
        ..Database::default()
    }
}

fn aurora() -> Database {
    Database {
        engine: text("aurora-postgresql"),
        class: text("db.r5.large"),
        cluster_id: text("shop"),
        storage_type: text("aurora"),
        ..postgres()
    }
}

#[test]
fn a_database_in_two_zones_costs_twice_as_much_as_in_one() {
    let bill = billed(&postgres());
    let expected = [
        "instance: 1 Hrs of AmazonRDS/Database Instance, databaseEngine=PostgreSQL, deploymentOption=Single-AZ, \
         instanceType=db.m5.large, licenseModel=No license required",
        "storage: 100 GB-Mo of AmazonRDS/Database Storage, RDS:GP2-Storage, databaseEngine=Any, \
         deploymentOption=Single-AZ, volumeType=General Purpose",
    ];
    assert_eq!(parts(&bill), expected);
    // 129.94 + 11.50.
    assert_eq!(exactly(&bill, &["0.178", "0.115"]), "141.44");
    let bill = billed(&Database { multi_az: Some(true), ..postgres() });
    let expected = [
        "instance: 1 Hrs of AmazonRDS/Database Instance, databaseEngine=PostgreSQL, deploymentOption=Multi-AZ, \
         instanceType=db.m5.large, licenseModel=No license required",
        "storage: 100 GB-Mo of AmazonRDS/Database Storage, RDS:Multi-AZ-GP2-Storage, databaseEngine=Any, \
         deploymentOption=Multi-AZ, volumeType=General Purpose",
    ];
    assert_eq!(parts(&bill), expected);
    assert_eq!(exactly(&bill, &["0.356", "0.23"]), "282.88");
}

#[test]
fn sql_server_in_two_zones_mirrors_its_storage() {
    let database = Database {
        engine: text("sqlserver-se"),
        class: text("db.m5.xlarge"),
        license_model: text("license-included"),
        multi_az: Some(true),
        storage_gb: Some(200),
        ..postgres()
    };
    let bill = billed(&database);
    let expected = [
        "instance: 1 Hrs of AmazonRDS/Database Instance, databaseEdition=Standard, databaseEngine=SQL Server, \
         deploymentOption=Multi-AZ, instanceType=db.m5.xlarge, licenseModel=License included",
        "storage: 200 GB-Mo of AmazonRDS/Database Storage, RDS:Mirror-GP2-Storage, databaseEngine=SQL Server, \
         deploymentOption=Multi-AZ (SQL Server Mirror), volumeType=General Purpose",
    ];
    assert_eq!(parts(&bill), expected);
    // 1787.04 + 46.
    assert_eq!(exactly(&bill, &["2.448", "0.23"]), "1833.04");
}

#[test]
fn the_licence_and_the_edition_decide_the_price_of_oracle() {
    let oracle = |license| Database {
        engine: text("oracle-se2"),
        class: text("db.t3.large"),
        license_model: text(license),
        ..postgres()
    };
    for (license, named, unit_price, usd) in [
        ("license-included", "License included", "0.30", "230.50"),
        ("bring-your-own-license", "Bring your own license", "0.136", "110.78"),
    ] {
        let bill = billed(&oracle(license));
        let expected = format!("instanceType=db.t3.large, licenseModel={named}");
        assert!(parts(&bill)[0].contains("databaseEdition=Standard Two") && parts(&bill)[0].ends_with(&expected));
        assert_eq!(exactly(&bill, &[unit_price, "0.115"]), usd);
    }
    assert_eq!(reason(&Database { license_model: None, ..postgres() }), UnpricedReason::MissingFields);
}

#[test]
fn provisioned_iops_are_billed_and_those_of_gp3_are_said_to_be_missing() {
    let database = |kind, iops| Database { storage_type: text(kind), iops, ..postgres() };
    for (kind, usage) in [("io1", "RDS:PIOPS"), ("io2", "RDS:IO2-PIOPS")] {
        let bill = billed(&database(kind, Some(3_000)));
        let expected = format!("iops: 3000 IOPS-Mo of AmazonRDS/Provisioned IOPS, {usage}, deploymentOption=Single-AZ");
        assert_eq!(parts(&bill)[2], expected);
        // 129.94 + 12.50 + 300.
        assert_eq!(exactly(&bill, &["0.178", "0.125", "0.10"]), "442.44");
        assert_eq!(reason(&database(kind, None)), UnpricedReason::MissingFields);
    }
    let bill = billed(&database("gp3", Some(3_000)));
    assert_eq!(parts(&bill).len(), 2);
    assert!(format!("{bill:?}").contains("IOPS and throughput beyond those included"));
    assert_eq!(reason(&database("tape", None)), UnpricedReason::NotSupported);
}

#[test]
fn a_database_that_is_stopped_is_billed_for_its_storage_alone() {
    let bill = billed(&Database { status: text("stopped"), ..postgres() });
    assert_eq!(parts(&bill).len(), 1);
    assert_eq!(exactly(&bill, &["0.115"]), "11.50");
    let of_cluster = Database { status: text("stopped"), ..aurora() };
    assert_eq!(reason(&of_cluster), UnpricedReason::BilledElsewhere);
}

#[test]
fn an_instance_of_aurora_costs_more_if_reads_and_writes_of_its_cluster_cost_nothing() {
    let start = "instance: 1 Hrs of AmazonRDS/Database Instance,";
    let end = "databaseEngine=Aurora PostgreSQL, deploymentOption=Single-AZ";
    let bill = billed(&Database { multi_az: Some(true), ..aurora() });
    let expected =
        format!("{start} InstanceUsage:db.r5.large, {end}, instanceType=db.r5.large, licenseModel=No license required");
    assert_eq!(parts(&bill), [expected]);
    assert_eq!(exactly(&bill, &["0.29"]), "211.70");
    let optimized = Database { storage_type: text("aurora-iopt1"), class: text("db.r5.2xlarge"), ..aurora() };
    let bill = billed(&optimized);
    // Usage types have another name for the size.
    let expected = format!(
        "{start} InstanceUsageIOOptimized:db.r5.2xl, {end}, instanceType=db.r5.2xlarge, \
         licenseModel=No license required"
    );
    assert_eq!(parts(&bill), [expected]);
    assert_eq!(reason(&Database { storage_type: None, ..aurora() }), UnpricedReason::MissingFields);
}

#[test]
fn what_is_billed_by_use_or_in_another_way_has_a_reason() {
    assert_eq!(reason(&Database { class: text("db.serverless"), ..aurora() }), UnpricedReason::ByUse);
    let of_three = Database { cluster_id: text("mixed"), ..postgres() };
    let elsewhere = Database { availability_zone: text("us-east-1-lax-1a"), ..postgres() };
    let neptune = Database { engine: text("neptune"), ..postgres() };
    assert_eq!([of_three, elsewhere, neptune].map(|of| reason(&of)), [UnpricedReason::NotSupported; 3]);
    assert_eq!(reason(&Database { multi_az: None, ..postgres() }), UnpricedReason::MissingFields);
}

fn snapshot(engine: &str, kind: &str) -> DbSnapshot {
    DbSnapshot { engine: text(engine), snapshot_type: text(kind), size_gb: Some(20), ..DbSnapshot::default() }
}

#[test]
fn a_manual_snapshot_costs_at_most_its_size_and_an_automated_one_is_a_backup() {
    let bill = billed(&snapshot("postgres", "manual"));
    let expected = "storage: 20 GB-Mo of AmazonRDS/Storage Snapshot, RDS:ChargedBackupUsage, databaseEngine=Any";
    assert_eq!(parts(&bill), [expected]);
    assert_eq!(monthly(&bill, &["0.095"]), ("1.90".to_owned(), true));
    for kind in ["automated", "awsbackup"] {
        assert_eq!(reason(&snapshot("postgres", kind)), UnpricedReason::BilledElsewhere);
    }
}

#[test]
fn the_allocated_size_of_auroras_snapshots_is_no_size() {
    assert_eq!(reason(&snapshot("aurora-mysql", "manual")), UnpricedReason::MissingFields);
    let counted = DbSnapshot { full_size_bytes: Some(50 * GIB), ..snapshot("aurora-mysql", "manual") };
    let bill = billed(&counted);
    assert_eq!(parts(&bill), ["storage: 50 GB-Mo of AmazonRDS/Storage Snapshot, Aurora:BackupUsage"]);
    assert_eq!(monthly(&bill, &["0.021"]), ("1.05".to_owned(), true));
}

#[test]
fn a_table_is_billed_by_its_size_and_its_provisioned_capacity() {
    let table = || Table {
        size_bytes: Some(100 * GIB),
        read_capacity_units: Some(10),
        write_capacity_units: Some(5),
        ..Table::default()
    };
    let expected = |class: &str| {
        [
            format!("storage: 100 GB-Mo of AmazonDynamoDB/Database Storage, {class}TimedStorage-ByteHrs"),
            format!(
                "read capacity: 10 ReadCapacityUnit-Hrs of AmazonDynamoDB/Provisioned IOPS, {class}ReadCapacityUnit-Hrs"
            ),
            format!(
                "write capacity: 5 WriteCapacityUnit-Hrs of AmazonDynamoDB/Provisioned IOPS, {class}WriteCapacityUnit-Hrs"
            ),
        ]
    };
    let bill = billed(&table());
    assert_eq!(parts(&bill), expected(""));
    // 25 + 0.95 + 2.37.
    assert_eq!(exactly(&bill, &["0.25", "0.00013", "0.00065"]), "28.32");
    let bill = billed(&Table { table_class: text("STANDARD_INFREQUENT_ACCESS"), ..table() });
    assert_eq!(parts(&bill), expected("IA-"));
    // 10 + 1.17 + 2.96.
    assert_eq!(exactly(&bill, &["0.10", "0.00016", "0.00081"]), "14.13");
    let on_demand = Table { billing_mode: text("PAY_PER_REQUEST"), ..table() };
    assert_eq!(parts(&billed(&on_demand)), expected("")[..1]);
    assert_eq!(reason(&Table { read_capacity_units: None, ..table() }), UnpricedReason::MissingFields);
    assert_eq!(reason(&Table { size_bytes: None, ..table() }), UnpricedReason::MissingFields);
}

#[test]
fn the_indexes_of_a_table_are_said_to_be_missing_unless_it_has_none() {
    let table = |global_indexes| Table {
        size_bytes: Some(0),
        billing_mode: text("PAY_PER_REQUEST"),
        global_indexes,
        ..Table::default()
    };
    let says_so = |table: &Table| format!("{:?}", billed(table)).contains("indexes");
    assert!(says_so(&table(Some(vec!["by-date".to_owned()]))) && says_so(&table(None)));
    assert!(!says_so(&table(Some(Vec::new()))));
}
