//! Other accounts: which credentials are used for what, how long they are used, and what happens without them.

use std::time::{Duration, Instant, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::aws::{Aws, Received, Reply, wrapped};
use super::{LONG, ids, instances};
use crate::accounts::reader_role::{AssumedRole, Endpoints, ReaderRoles};
use crate::call::clients::Clients;
use crate::model::account::Account;
use crate::services::sts::{self, Sts};
use crate::{Accounts, Collector, Coverage, GapStatus, Inventory, Refusal, ResourceType, Wanted};

pub(super) const OTHER: &str = "210987654321";
pub(super) const THIRD: &str = "333333333333";

pub(super) fn roles() -> ReaderRoles {
    ReaderRoles::from_env(|name| {
        let value = match name {
            "OTHER_ACCOUNTS" => "210987654321, 333333333333",
            "READER_ROLE" => "stratoscope-reader",
            _ => "from-home",
        };
        Some(value.to_owned())
    })
}

/// The response of AssumeRole: a key that names the account, and an expiry after `lasts`.
pub(super) fn session(request: &Received, lasts: Duration) -> Reply {
    let account = request.parameters.split("%3A%3A").nth(1).unwrap().split("%3A").next().unwrap();
    let end = DateTime::from(SystemTime::now() + lasts).fmt(Format::DateTime).unwrap();
    let credentials = format!(
        "<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials>"
    );
    Reply::Ok(wrapped(request, &credentials))
}

/// Starts an endpoint that returns a different instance for each account's key, and whose sessions last for `lasts`.
fn accounts_with_sessions_of(lasts: Duration) -> Aws {
    Aws::start(move |request| match request.operation.as_str() {
        "AssumeRole" => Some(session(request, lasts)),
        "DescribeInstances" => {
            let number = if request.key.contains(OTHER) { 2 } else { usize::from(request.key.contains(THIRD)) * 3 };
            Some(instances(request, &[number], None))
        }
        _ => None,
    })
}

async fn instances_of(collector: &Collector) -> Result<(Inventory, Coverage), Refusal> {
    let regions = Some(vec!["us-east-1".to_owned()]);
    let wanted = Wanted { regions, types: vec![ResourceType::Ec2], tags: false };
    collector.inventory(&wanted, Instant::now() + LONG).await
}

#[tokio::test]
async fn another_account_is_read_with_its_own_credentials_and_identified_by_its_role() {
    let aws = accounts_with_sessions_of(Duration::from_hours(1));
    let accounts = Accounts::new(aws.config(), roles());
    let other = accounts.collector(Some(OTHER), "ops@example.com").unwrap();
    for requests in [3, 2] {
        let (inventory, coverage) = instances_of(&other).await.unwrap();
        assert_eq!(ids(&inventory), ["i-00002"]);
        assert_eq!(
            (coverage.account.as_deref(), coverage.gaps, coverage.aws_requests.total),
            (Some(OTHER), vec![], requests)
        );
        assert!(inventory.resources[0].arn.as_deref().unwrap().starts_with("arn:aws:ec2:us-east-1:210987654321:"));
    }
    let [assumed] = &aws.received("AssumeRole")[..] else { panic!("{:?}", aws.received("AssumeRole")) };
    for parameter in [
        "RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fstratoscope-reader",
        "RoleSessionName=ops%40example.com",
        "SourceIdentity=ops%40example.com",
        "ExternalId=from-home",
    ] {
        assert!(assumed.parameters.contains(parameter), "{}", assumed.parameters);
    }
    assert_eq!((assumed.region.as_str(), assumed.key.contains(OTHER)), ("us-east-1", false));
    assert!(aws.received("DescribeRegions").iter().all(|request| request.key.contains(OTHER)));
}

#[tokio::test]
async fn concurrent_calls_never_mix_accounts_and_callers() {
    let aws = accounts_with_sessions_of(Duration::from_hours(1));
    let accounts = Accounts::new(aws.config(), roles());
    let calls = [(None, "i-00000"), (Some(OTHER), "i-00002"), (Some(THIRD), "i-00003")].repeat(10);
    let results = futures::future::join_all(calls.into_iter().enumerate().map(async |(n, (account, expected))| {
        let collector = accounts.collector(account, ["ops", "ci"][n % 2]).unwrap();
        (ids(&instances_of(&collector).await.unwrap().0) == [expected], account, n)
    }));
    for (right, account, n) in results.await {
        assert!(right, "{account:?} {n}");
    }
    // The role is assumed once for each account and caller.
    let mut sessions: Vec<_> = aws.received("AssumeRole").into_iter().map(|request| request.parameters).collect();
    sessions.sort();
    sessions.dedup();
    assert_eq!((sessions.len(), aws.received("AssumeRole").len()), (4, 4));
}

#[tokio::test]
async fn credentials_are_renewed_shortly_before_they_expire() {
    for (minutes, sessions) in [(4, 2), (6, 1)] {
        let aws = accounts_with_sessions_of(Duration::from_mins(minutes));
        let accounts = Accounts::new(aws.config(), roles());
        let role = accounts.collector(Some(OTHER), "ops").unwrap().role.clone().unwrap();
        for _ in 0..2 {
            role.credentials(Instant::now() + LONG).await.unwrap();
        }
        assert_eq!(aws.received("AssumeRole").len(), sessions, "{minutes} minutes");
    }
}

#[tokio::test]
async fn while_sts_fails_credentials_are_used_until_they_expire() {
    let mut calls = 0;
    let aws = Aws::start(move |request| {
        calls += 1;
        let lasts = Duration::from_mins(4);
        Some(if calls == 1 {
            session(request, lasts)
        } else {
            Reply::Error(400, "RegionDisabledException", "not active")
        })
    });
    let accounts = Accounts::new(aws.config(), roles());
    let role = accounts.collector(Some(OTHER), "ops").unwrap().role.clone().unwrap();
    let key = async || role.credentials(Instant::now() + LONG).await.map(|given| given.access_key_id().to_owned());
    assert_eq!([key().await.unwrap(), key().await.unwrap()], ["ASIA210987654321"; 2]);
    role.forget();
    assert_eq!(key().await.unwrap_err().code, "RegionDisabledException");
}

#[tokio::test]
async fn credentials_that_aws_rejects_as_expired_are_not_used_again() {
    let mut expired = true;
    let aws = Aws::start(move |request| match request.operation.as_str() {
        "AssumeRole" => Some(session(request, Duration::from_hours(1))),
        "DescribeInstances" if std::mem::take(&mut expired) => Some(Reply::Error(400, "ExpiredToken", "has expired")),
        "DescribeInstances" => Some(instances(request, &[1], None)),
        _ => None,
    });
    let accounts = Accounts::new(aws.config(), roles());
    let other = accounts.collector(Some(OTHER), "ops").unwrap();
    let (_, coverage) = instances_of(&other).await.unwrap();
    assert_eq!((coverage.gaps[0].status, coverage.gaps[0].code.as_str()), (GapStatus::Failed, "ExpiredToken"));
    assert_eq!(ids(&instances_of(&other).await.unwrap().0), ["i-00001"]);
    assert_eq!(aws.received("AssumeRole").len(), 2);
}

#[tokio::test]
async fn a_role_that_cant_be_assumed_is_reported_without_further_requests() {
    let message = "User: arn:aws:sts::123456789012:assumed-role/f/s is not authorized to perform: sts:AssumeRole on \
                   resource: arn:aws:iam::210987654321:role/stratoscope-reader";
    let aws = Aws::start(move |request| {
        (request.operation == "AssumeRole").then_some(Reply::Error(403, "AccessDenied", message))
    });
    let accounts = Accounts::new(aws.config(), roles());
    let refused = instances_of(&accounts.collector(Some(OTHER), "ops").unwrap()).await.unwrap_err();
    let Refusal::Unreachable { account, gap } = refused else { panic!("{refused:?}") };
    assert_eq!((account.as_str(), gap.operation, gap.status), (OTHER, "AssumeRole", GapStatus::Denied));
    assert!(!gap.message.contains("arn:"), "{}", gap.message);
    assert_eq!(aws.all_received().len(), 1);
}

#[tokio::test]
async fn an_account_without_a_role_has_no_collector() {
    let aws = Aws::start(|_| None);
    assert!(Accounts::new(aws.config(), roles()).collector(Some("444444444444"), "ops").is_none());
    assert!(Accounts::new(aws.config(), ReaderRoles::from_env(|_| None)).collector(Some(OTHER), "ops").is_none());
}

/// Returns a role with separate regional and global endpoints.
fn role_of(regional: &Aws, global: &Aws) -> AssumedRole {
    let [regional, global] = [regional, global].map(|aws| {
        let clients = Clients::new(aws.config(), std::sync::Arc::default());
        clients.of::<Sts>("us-east-1")
    });
    let account = Account { id: OTHER.to_owned(), partition: "aws".to_owned() };
    roles().of(account, "ops", Endpoints { regional, global: Some(global) })
}

#[tokio::test]
async fn if_regional_sts_fails_the_global_endpoint_is_used_but_not_after_a_denial() {
    let deadline = || Instant::now() + LONG;
    let works = || Aws::start(|request| Some(session(request, Duration::from_hours(1))));
    for (code, status) in [("RegionDisabledException", 403), ("InternalFailure", 500)] {
        let (fails, works) = (Aws::start(move |_| Some(Reply::Error(status, code, "words"))), works());
        assert!(role_of(&fails, &works).credentials(deadline()).await.is_ok(), "{code}");
        assert_eq!(works.received("AssumeRole").len(), 1);
    }
    let (denies, works) = (Aws::start(|_| Some(Reply::Error(403, "AccessDenied", "words"))), works());
    assert_eq!(role_of(&denies, &works).credentials(deadline()).await.unwrap_err().code, "AccessDenied");
    assert_eq!(works.received("AssumeRole").len(), 0);
}

#[test]
fn only_the_commercial_partition_has_a_global_endpoint_and_only_by_default() {
    let aws = Aws::start(|_| None);
    let has_global = |region: &'static str, given: bool| {
        let mut config = aws.config().into_builder();
        config.set_region(Some(aws_config::Region::new(region)));
        if !given {
            config.set_endpoint_url(None);
        }
        let clients = Clients::new(config.build(), std::sync::Arc::default());
        (clients.partition(), sts::global(&clients).is_some())
    };
    assert_eq!(has_global("eu-west-1", false), ("aws", true));
    assert_eq!(has_global("eu-west-1", true), ("aws", false));
    assert_eq!(has_global("cn-north-1", false), ("aws-cn", false));
    assert_eq!(has_global("us-gov-west-1", false), ("aws-us-gov", false));
}
