//! Cost Optimization Hub: what AWS itself recommends to save money.
//!
//! One endpoint, in us-east-1, has the recommendations for all regions; it is free, and an account must be enrolled. A
//! payer's list has its members' recommendations too, so each request names the account. Without
//! `includeAllRecommendations`, AWS leaves out what excludes a better one.
//!
//! Most types have the same ARN there as elsewhere. That of a function may end with a version, which is left out.

use aws_sdk_costoptimizationhub::operation::list_enrollment_statuses::ListEnrollmentStatusesOutput;
use aws_sdk_costoptimizationhub::operation::list_recommendations::ListRecommendationsOutput;
use aws_sdk_costoptimizationhub::types::{self, EnrollmentStatus, Filter, SavingsEstimationMode};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use crate::call::clients::{Service, guarded_client};
use crate::call::fault::Fault;
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Page, every_page, one_call};
use crate::model::operation::{Operation, Price};
use crate::model::price::Usd;
use crate::model::recommendation::{Discounts, Enrolled, Preferences, Recommendation};
use crate::services::resource_explorer::id_of;
use crate::services::values::{given, timestamp};
use crate::services::{Detail, Resource, ResourceType};

/// Cost Optimization Hub.
pub(crate) struct CostOptimizationHub;

impl Service for CostOptimizationHub {
    const NAME: &'static str = "cost-optimization-hub";
    const RATE: Rate = Rate::UNKNOWN;

    guarded_client!(aws_sdk_costoptimizationhub);
}

/// Says whether the account is enrolled.
pub(crate) const LIST_ENROLLMENT_STATUSES: Operation =
    free("ListEnrollmentStatuses", "cost-optimization-hub:ListEnrollmentStatuses");
/// Lists the recommendations.
pub(crate) const LIST_RECOMMENDATIONS: Operation =
    free("ListRecommendations", "cost-optimization-hub:ListRecommendations");
/// Says whether the figures count discounts.
pub(crate) const GET_PREFERENCES: Operation = free("GetPreferences", "cost-optimization-hub:GetPreferences");

const fn free(name: &'static str, action: &'static str) -> Operation {
    Operation { service: CostOptimizationHub::NAME, name, action: Some(action), price: Price::Free }
}

/// The region of its only endpoint.
pub(crate) const REGION: &str = "us-east-1";
/// The partition that has it.
pub(crate) const PARTITION: &str = "aws";

/// The most recommendations that it returns per page.
const RECOMMENDATIONS_A_PAGE: i32 = 1_000;
/// The most enrollments that it returns per page.
const ENROLLMENTS_A_PAGE: i32 = 100;

/// What it says to an account that is not enrolled, with the code of a missing permission.
const NOT_ENROLLED: &str = "not enrolled";

/// Returns whether an account is enrolled.
pub(crate) async fn is_enrolled(inquiry: &Inquiry<'_>, account: &str) -> Result<bool, Fault> {
    let client = inquiry.client::<CostOptimizationHub>();
    let ask = |page: Page| client.list_enrollment_statuses().max_results(page.size).set_next_token(page.token).send();
    let limits = client.limits(&LIST_ENROLLMENT_STATUSES, inquiry.deadline).pages_of(ENROLLMENTS_A_PAGE);
    let listing =
        every_page(limits, ask, ListEnrollmentStatusesOutput::next_token, |page| page.items.unwrap_or_default()).await;
    match listing.fault {
        Some(fault) if is_of_not_enrolled(&fault) => Ok(false),
        Some(fault) => Err(fault),
        None => Ok(listing
            .found
            .iter()
            .any(|found| found.account_id() == Some(account) && found.status() == Some(&EnrollmentStatus::Active))),
    }
}

/// Returns every recommendation for the resources of an account. Some of them would be sums that look complete, so a
/// fault discards all, and so does one that can't be read.
pub(crate) async fn recommendations(inquiry: &Inquiry<'_>, account: &str) -> Result<Enrolled, Fault> {
    let client = inquiry.client::<CostOptimizationHub>();
    let ask = |page: Page| {
        let of_account = Filter::builder().account_ids(account).build();
        let request = client.list_recommendations().filter(of_account).include_all_recommendations(false);
        request.max_results(page.size).set_next_token(page.token).send()
    };
    let limits = client.limits(&LIST_RECOMMENDATIONS, inquiry.deadline).pages_of(RECOMMENDATIONS_A_PAGE);
    let listing = every_page(limits, ask, ListRecommendationsOutput::next_token, |page| {
        page.items.unwrap_or_default().into_iter().map(recommendation).collect()
    })
    .await;
    match listing.fault {
        Some(fault) if is_of_not_enrolled(&fault) => Ok(Enrolled::No),
        Some(fault) => Err(fault),
        None => {
            let mut found: Vec<_> = listing.found.into_iter().collect::<Option<_>>().ok_or_else(unreadable)?;
            found.retain(|found| found.account.as_deref().is_none_or(|of| of == account));
            Ok(Enrolled::Yes(found))
        }
    }
}

fn unreadable() -> Fault {
    let message = "AWS returned a recommendation without its id, its action or its type";
    Fault::failed(&LIST_RECOMMENDATIONS, "UnreadableRecommendation", message)
}

/// Returns the preferences of the account.
pub(crate) async fn preferences(inquiry: &Inquiry<'_>) -> Result<Preferences, Fault> {
    let client = inquiry.client::<CostOptimizationHub>();
    let call = || client.get_preferences().send();
    let found = one_call(client.limits(&GET_PREFERENCES, inquiry.deadline), call).await?;
    let discounts = match found.savings_estimation_mode() {
        Some(SavingsEstimationMode::BeforeDiscounts) => Some(Discounts::Before),
        Some(SavingsEstimationMode::AfterDiscounts) => Some(Discounts::After),
        _ => None,
    };
    let commitment = found.preferred_commitment();
    Ok(Preferences {
        discounts,
        term: commitment.and_then(|of| given(of.term().map(types::Term::as_str))),
        payment_option: commitment.and_then(|of| given(of.payment_option().map(types::PaymentOption::as_str))),
    })
}

/// Returns whether a fault says that the account is not enrolled.
pub(crate) fn is_of_not_enrolled(fault: &Fault) -> bool {
    fault.message.contains(NOT_ENROLLED)
}

/// Converts a recommendation; `None` if it lacks its id, its action or its type.
fn recommendation(found: types::Recommendation) -> Option<Recommendation> {
    let in_dollars = found.currency_code().is_none_or(|code| code == "USD");
    let monthly_usd = found.estimated_monthly_savings.filter(|_| in_dollars).and_then(Decimal::from_f64);
    Some(Recommendation {
        id: given(found.recommendation_id())?,
        account: given(found.account_id()),
        arn: given(found.resource_arn()),
        resource_id: given(found.resource_id()),
        region: given(found.region()),
        aws_type: given(found.current_resource_type())?,
        action: given(found.action_type())?,
        monthly_usd: monthly_usd.map(Usd::rounded),
        percent: found.estimated_savings_percentage,
        current: given(found.current_resource_summary()),
        recommended: given(found.recommended_resource_summary()),
        lookback_days: found.recommendation_lookback_period_in_days,
        source: given(found.source().map(types::Source::as_str)),
        effort: given(found.implementation_effort()),
        restart_needed: found.restart_needed,
        rollback_possible: found.rollback_possible,
        refreshed_at: timestamp(found.last_refresh_timestamp()),
        tags: found.tags.unwrap_or_default().into_iter().filter_map(|tag| Some((tag.key?, tag.value?))).collect(),
    })
}

/// The Hub's types that are listed under a type here, each with what its ARNs have before the id.
const TYPES: [(&str, ResourceType, &str); 11] = [
    ("Ec2Instance", ResourceType::Ec2, "instance/"),
    ("EbsVolume", ResourceType::Ebs, "volume/"),
    ("NatGateway", ResourceType::NatGateway, "natgateway/"),
    ("LambdaFunction", ResourceType::Lambda, "function:"),
    ("EcsService", ResourceType::EcsService, "service/"),
    ("RdsDbInstance", ResourceType::Rds, "db:"),
    ("RdsDbInstanceStorage", ResourceType::Rds, "db:"),
    ("AuroraDbClusterStorage", ResourceType::RdsCluster, "cluster:"),
    ("ElastiCacheCluster", ResourceType::Elasticache, "cluster:"),
    ("DynamoDbTable", ResourceType::Dynamodb, "table/"),
    ("Ec2AutoScalingGroup", ResourceType::AutoScalingGroup, "autoScalingGroupName/"),
];

impl Resource {
    /// Returns the resource of a recommendation, as far as the recommendation names it: its type, id, region, ARN and
    /// tags. A type that is not listed is `other`. `None` if the recommendation names no resource.
    #[must_use]
    pub fn recommended(found: &Recommendation) -> Option<Self> {
        if found.is_purchase() {
            return None;
        }
        let listed = TYPES.iter().find(|(aws_type, ..)| *aws_type == found.aws_type);
        let (kind, before_id) = listed.map_or((ResourceType::Other, ""), |(_, kind, before)| (*kind, *before));
        let arn = found.arn.as_deref().map(|arn| without_version(kind, arn));
        let in_arn = arn.and_then(|arn| if before_id.is_empty() { None } else { arn.split_once(before_id) });
        let id = match (in_arn, arn, &found.resource_id) {
            (Some((_, id)), ..) => id.to_owned(),
            (None, _, Some(id)) if kind != ResourceType::Other => id.clone(),
            (None, Some(arn), _) => id_of(arn),
            (None, None, id) => id.clone()?,
        };
        let tags: crate::model::resource::Tags = found.tags.iter().cloned().collect();
        Some(Self {
            id,
            region: found.region.clone(),
            name: tags.get("Name").cloned(),
            arn: arn.map(str::to_owned),
            tags: Some(tags),
            detail: Detail::bare(kind),
        })
    }
}

/// Returns an ARN without the version of a function.
fn without_version(kind: ResourceType, arn: &str) -> &str {
    let end_of_name = arn.match_indices(':').nth(6).filter(|_| kind == ResourceType::Lambda);
    end_of_name.map_or(arn, |(end, _)| arn.get(..end).unwrap_or(arn))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(aws_type: &str, arn: Option<&str>, id: Option<&str>) -> Option<(ResourceType, String, Option<String>)> {
        let found = Recommendation {
            aws_type: aws_type.to_owned(),
            action: "Delete".to_owned(),
            arn: arn.map(str::to_owned),
            resource_id: id.map(str::to_owned),
            region: Some("eu-west-1".to_owned()),
            ..Recommendation::default()
        };
        let resource = Resource::recommended(&found)?;
        assert_eq!(resource.region.as_deref(), Some("eu-west-1"));
        Some((resource.resource_type(), resource.id, resource.arn))
    }

    #[test]
    fn a_resource_has_the_id_and_the_arn_that_it_is_listed_with() {
        for (aws_type, arn, kind, id) in [
            ("Ec2Instance", "ec2:eu-west-1:1:instance/i-1", ResourceType::Ec2, "i-1"),
            ("EbsVolume", "ec2:eu-west-1:1:volume/vol-1", ResourceType::Ebs, "vol-1"),
            ("NatGateway", "ec2:eu-west-1:1:natgateway/nat-1", ResourceType::NatGateway, "nat-1"),
            ("LambdaFunction", "lambda:eu-west-1:1:function:f", ResourceType::Lambda, "f"),
            ("EcsService", "ecs:eu-west-1:1:service/c/s", ResourceType::EcsService, "c/s"),
            ("RdsDbInstance", "rds:eu-west-1:1:db:d", ResourceType::Rds, "d"),
            ("RdsDbInstanceStorage", "rds:eu-west-1:1:db:d", ResourceType::Rds, "d"),
            ("AuroraDbClusterStorage", "rds:eu-west-1:1:cluster:c", ResourceType::RdsCluster, "c"),
            ("ElastiCacheCluster", "elasticache:eu-west-1:1:cluster:c", ResourceType::Elasticache, "c"),
            ("DynamoDbTable", "dynamodb:eu-west-1:1:table/t", ResourceType::Dynamodb, "t"),
            (
                "Ec2AutoScalingGroup",
                "autoscaling:eu-west-1:1:autoScalingGroup:u:autoScalingGroupName/g",
                ResourceType::AutoScalingGroup,
                "g",
            ),
            ("WorkSpaces", "workspaces:eu-west-1:1:workspace/ws-1", ResourceType::Other, "workspaces:workspace/ws-1"),
        ] {
            let arn = format!("arn:aws:{arn}");
            let expected = Some((kind, id.to_owned(), Some(arn.clone())));
            assert_eq!(named(aws_type, Some(&arn), Some("unused")), expected);
        }
        assert_eq!(TYPES.len(), 11);
    }

    #[test]
    fn a_function_has_no_version() {
        let arn = "arn:aws:lambda:eu-west-1:1:function:f";
        for version in ["", ":$LATEST", ":12"] {
            let (_, id, of_function) = named("LambdaFunction", Some(&format!("{arn}{version}")), None).unwrap();
            assert_eq!((id.as_str(), of_function.as_deref()), ("f", Some(arn)), "{version}");
        }
    }

    #[test]
    fn without_an_arn_the_id_names_a_resource_and_without_both_nothing_does() {
        assert_eq!(named("EbsVolume", None, Some("vol-1")), Some((ResourceType::Ebs, "vol-1".to_owned(), None)));
        assert_eq!(named("SageMakerEndpoint", None, Some("e")), Some((ResourceType::Other, "e".to_owned(), None)));
        assert_eq!(named("EbsVolume", None, None), None);
    }

    #[test]
    fn a_purchase_is_of_no_resource() {
        let found = Recommendation {
            action: "PurchaseSavingsPlans".to_owned(),
            resource_id: Some("x".to_owned()),
            ..Recommendation::default()
        };
        assert_eq!(Resource::recommended(&found), None);
    }
}
