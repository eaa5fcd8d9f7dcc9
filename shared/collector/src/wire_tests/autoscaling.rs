//! Auto Scaling groups over a real wire.

use super::aws::{Aws, Received, Reply, wrapped};
use super::{collect, ids, in_ireland, items, page, reported};
use crate::model::resource::Tags;
use crate::services::Detail;
use crate::services::autoscaling::group::AutoScalingGroup;
use crate::{GapStatus, Resource, ResourceType};

const TYPES: [ResourceType; 1] = [ResourceType::AutoScalingGroup];

/// A page of groups, 100 of `total` as AWS gives them.
fn groups(request: &Received, total: usize) -> Reply {
    let (numbers, next) = page(request, "NextToken=", 100, total);
    let groups = items(&numbers, |n| format!("<member><AutoScalingGroupName>g-{n:05}</AutoScalingGroupName></member>"));
    let next = next.map(|next| format!("<NextToken>{next}</NextToken>")).unwrap_or_default();
    Reply::Ok(wrapped(request, &format!("<AutoScalingGroups>{groups}</AutoScalingGroups>{next}")))
}

fn detail(resource: &Resource) -> &AutoScalingGroup {
    let Detail::AutoScalingGroup(group) = &resource.detail else { panic!("{resource:?}") };
    group
}

#[tokio::test]
async fn every_page_is_followed() {
    let aws = Aws::start(|request| in_ireland(request, "DescribeAutoScalingGroups").then(|| groups(request, 250)));
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (250, vec![]));
    let pages = aws.received("DescribeAutoScalingGroups");
    // Three pages, and one in the other region.
    assert_eq!(pages.len(), 3 + 1);
    assert!(pages.iter().all(|request| request.parameters.contains("MaxRecords=100")));
}

#[tokio::test]
async fn a_page_that_fails_is_a_gap_and_what_precedes_it_is_kept() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeAutoScalingGroups").then(|| {
            let second = request.parameters.contains("NextToken=");
            if second { Reply::Error(400, "InvalidNextToken", "expired") } else { groups(request, 250) }
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(inventory.resources.len(), 100);
    assert_eq!(
        reported(&coverage.gaps),
        [("eu-west-1", "DescribeAutoScalingGroups", GapStatus::Failed, "InvalidNextToken")]
    );
}

#[tokio::test]
async fn the_values_of_a_group_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeAutoScalingGroups").then(|| {
            let instance = |state: &str, health: &str| {
                format!(
                    "<member><InstanceId>i-1</InstanceId><LifecycleState>{state}</LifecycleState>\
                     <HealthStatus>{health}</HealthStatus></member>"
                )
            };
            let instances =
                [("InService", "Healthy"), ("InService", "Unhealthy"), ("Standby", "Healthy"), ("Pending", "Healthy")];
            let instances: String = instances.iter().map(|(state, health)| instance(state, health)).collect();
            let template = "<LaunchTemplateId>lt-1</LaunchTemplateId><LaunchTemplateName>web</LaunchTemplateName>\
                            <Version>$Latest</Version>";
            let web = format!(
                "<member><AutoScalingGroupName>web</AutoScalingGroupName>\
                 <AutoScalingGroupARN>arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:autoScalingGroupName/web\
                 </AutoScalingGroupARN><MinSize>1</MinSize><MaxSize>6</MaxSize><DesiredCapacity>4</DesiredCapacity>\
                 <HealthCheckType>ELB</HealthCheckType><LaunchTemplate>{template}</LaunchTemplate>\
                 <AvailabilityZones><member>eu-west-1a</member><member>eu-west-1b</member></AvailabilityZones>\
                 <TargetGroupARNs><member>arn:tg</member></TargetGroupARNs>\
                 <LoadBalancerNames><member>old</member></LoadBalancerNames>\
                 <SuspendedProcesses><member><ProcessName>Launch</ProcessName></member></SuspendedProcesses>\
                 <Instances>{instances}</Instances><Status>Delete in progress</Status>\
                 <CreatedTime>2026-01-02T03:04:05.600Z</CreatedTime>\
                 <Tags><member><Key>env</Key><Value>prod</Value></member></Tags></member>"
            );
            let mixed = format!(
                "<member><AutoScalingGroupName>mixed</AutoScalingGroupName><MixedInstancesPolicy><LaunchTemplate>\
                 <LaunchTemplateSpecification>{template}</LaunchTemplateSpecification></LaunchTemplate>\
                 </MixedInstancesPolicy></member>"
            );
            let old = "<member><AutoScalingGroupName>old</AutoScalingGroupName>\
                       <LaunchConfigurationName>lc-1</LaunchConfigurationName></member>";
            Reply::Ok(wrapped(request, &format!("<AutoScalingGroups>{web}{mixed}{old}</AutoScalingGroups>")))
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [mixed, old, web] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!((web.id.as_str(), web.name.as_deref(), web.state()), ("web", Some("web"), None));
    assert_eq!(
        web.arn.as_deref(),
        Some("arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:autoScalingGroupName/web")
    );
    assert_eq!(web.tags, Some(Tags::from_iter([("env".to_owned(), "prod".to_owned())])));
    let expected = AutoScalingGroup {
        min_size: Some(1),
        max_size: Some(6),
        desired_capacity: Some(4),
        in_service_instances: 2,
        instances: 4,
        unhealthy_instances: 1,
        health_check_type: Some("ELB".to_owned()),
        launch_template_id: Some("lt-1".to_owned()),
        launch_template_name: Some("web".to_owned()),
        launch_template_version: Some("$Latest".to_owned()),
        launch_configuration: None,
        availability_zones: vec!["eu-west-1a".to_owned(), "eu-west-1b".to_owned()],
        target_group_arns: vec!["arn:tg".to_owned()],
        load_balancer_names: vec!["old".to_owned()],
        suspended_processes: vec!["Launch".to_owned()],
        status: Some("Delete in progress".to_owned()),
        created: Some("2026-01-02T03:04:05.6Z".parse().unwrap()),
    };
    assert_eq!(detail(web), &expected);
    let template = detail(mixed).launch_template_id.as_deref();
    assert_eq!((template, detail(mixed).launch_template_version.as_deref()), (Some("lt-1"), Some("$Latest")));
    assert_eq!((detail(old).launch_configuration.as_deref(), &detail(old).launch_template_id), (Some("lc-1"), &None));
}
