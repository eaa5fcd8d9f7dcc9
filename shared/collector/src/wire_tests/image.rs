//! AMIs over a real wire, and who uses them.

use super::aws::{Aws, Received, Reply, wrapped};
use super::{collect, ids, in_ireland, items, listed, page, reported};
use crate::services::Detail;
use crate::services::ec2::image::Image;
use crate::{GapStatus, Inventory, Resource, ResourceType};

const TYPES: [ResourceType; 1] = [ResourceType::Ami];

/// The operations that are asked who uses the images.
const USERS: [&str; 3] = ["DescribeInstances", "DescribeLaunchTemplateVersions", "DescribeLaunchConfigurations"];

fn detail(resource: &Resource) -> &Image {
    let Detail::Ami(image) = &resource.detail else { panic!("{resource:?}") };
    image
}

/// Returns the users of each image, by its id.
fn users(inventory: &Inventory) -> Vec<(&str, Option<Vec<&str>>)> {
    let users = |image| detail(image).used_by.as_ref().map(|users| users.iter().map(String::as_str).collect());
    inventory.resources.iter().map(|image| (image.id.as_str(), users(image))).collect()
}

fn images(request: &Received, names: &[&str]) -> Reply {
    let items: Vec<_> = names.iter().map(|id| format!("<item><imageId>{id}</imageId></item>")).collect();
    listed(request, "imagesSet", &items.concat(), None)
}

fn instance(id: &str, image: &str, state: &str) -> String {
    format!(
        "<item><instancesSet><item><instanceId>{id}</instanceId><imageId>{image}</imageId>\
         <instanceState><name>{state}</name></instanceState></item></instancesSet></item>"
    )
}

fn template(id: &str, image: &str) -> String {
    format!(
        "<item><launchTemplateId>{id}</launchTemplateId><launchTemplateData><imageId>{image}</imageId>\
         </launchTemplateData></item>"
    )
}

fn configuration(name: &str, image: &str) -> String {
    format!("<member><LaunchConfigurationName>{name}</LaunchConfigurationName><ImageId>{image}</ImageId></member>")
}

/// Responds like an account in Ireland with four images, of which the first three are used.
fn in_use(request: &Received) -> Option<Reply> {
    if request.region != "eu-west-1" {
        return None;
    }
    Some(match request.operation.as_str() {
        "DescribeImages" => images(request, &["ami-1", "ami-2", "ami-3", "ami-4"]),
        "DescribeInstances" => {
            let instances = [instance("i-2", "ami-1", "stopped"), instance("i-1", "ami-1", "running")].concat()
                + &instance("i-3", "ami-4", "terminated")
                + &instance("i-4", "ami-4", "shutting-down");
            listed(request, "reservationSet", &instances, None)
        }
        "DescribeLaunchTemplateVersions" => {
            // The default and the latest version name the same image.
            let versions = [template("lt-1", "ami-2"), template("lt-1", "ami-2"), template("lt-2", "ami-1")].concat()
                + "<item><launchTemplateId>lt-3</launchTemplateId><launchTemplateData/></item>"
                + &template("lt-4", "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023");
            listed(request, "launchTemplateVersionSet", &versions, None)
        }
        "DescribeLaunchConfigurations" => {
            let found = configuration("workers", "ami-3");
            Reply::Ok(wrapped(request, &format!("<LaunchConfigurations>{found}</LaunchConfigurations>")))
        }
        _ => return None,
    })
}

#[tokio::test]
async fn an_image_is_used_by_instances_launch_templates_and_launch_configurations() {
    let aws = Aws::start(in_use);
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let expected = [
        ("ami-1", Some(vec!["i-1", "i-2", "lt-2"])),
        ("ami-2", Some(vec!["lt-1"])),
        ("ami-3", Some(vec!["workers"])),
        ("ami-4", Some(vec![])),
    ];
    assert_eq!(users(&inventory), expected);
    let asked = |operation, text| aws.received(operation).iter().all(|request| request.parameters.contains(text));
    assert!(asked("DescribeImages", "Owner.1=self") && asked("DescribeImages", "IncludeDisabled=true"));
    assert!(asked("DescribeInstances", "Filter.1.Name=image-id&Filter.1.Value.1=ami-1&Filter.1.Value.2=ami-2"));
    let versions = "LaunchTemplateVersion.1=%24Default&LaunchTemplateVersion.2=%24Latest";
    assert!(asked("DescribeLaunchTemplateVersions", versions));
    // The other region has no images, so nobody is asked about them.
    let regions = USERS.map(|operation| aws.received(operation).into_iter().map(|r| r.region).collect::<Vec<_>>());
    assert_eq!(regions, [["eu-west-1"]; 3].map(|regions| regions.map(str::to_owned).to_vec()));
}

#[tokio::test]
async fn a_list_of_users_that_fails_makes_them_unknown_and_is_a_gap() {
    for (operation, code) in USERS.into_iter().zip(["UnauthorizedOperation", "UnauthorizedOperation", "AccessDenied"]) {
        let aws = Aws::start(move |request| {
            if in_ireland(request, operation) {
                return Some(Reply::Error(403, code, "no policy allows it"));
            }
            in_use(request)
        });
        let (inventory, coverage) = collect(&aws, &TYPES).await;
        let unknown = ["ami-1", "ami-2", "ami-3", "ami-4"].map(|id| (id, None));
        assert_eq!(users(&inventory), unknown, "{operation}");
        assert_eq!(reported(&coverage.gaps), [("eu-west-1", operation, GapStatus::Denied, code)]);
        assert_eq!(coverage.gaps[0].resource_types, ["ami"]);
    }
}

#[tokio::test]
async fn users_before_a_failing_page_are_not_all() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "DescribeLaunchTemplateVersions") {
            let first = !request.parameters.contains("NextToken");
            let page = listed(request, "launchTemplateVersionSet", &template("lt-1", "ami-2"), Some(1));
            return Some(if first { page } else { Reply::Error(400, "InvalidNextToken", "expired") });
        }
        in_use(request)
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert!(users(&inventory).iter().all(|(_, users)| users.is_none()));
    let gap = ("eu-west-1", "DescribeLaunchTemplateVersions", GapStatus::Failed, "InvalidNextToken");
    assert_eq!(reported(&coverage.gaps), [gap]);
}

#[tokio::test]
async fn a_launch_template_whose_image_is_a_parameter_may_use_what_nothing_else_uses() {
    let aws = Aws::start(|request| {
        if in_ireland(request, "DescribeLaunchTemplateVersions") {
            let template = template("lt-1", "resolve:ssm:golden-image");
            return Some(listed(request, "launchTemplateVersionSet", &template, None));
        }
        in_use(request)
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    let expected =
        [("ami-1", Some(vec!["i-1", "i-2"])), ("ami-2", None), ("ami-3", Some(vec!["workers"])), ("ami-4", None)];
    assert_eq!((users(&inventory), coverage.gaps), (expected.to_vec(), vec![]));
}

#[tokio::test]
async fn every_page_is_followed_and_instances_are_asked_about_200_images_at_a_time() {
    let aws = Aws::start(|request| {
        if request.region != "eu-west-1" {
            return None;
        }
        Some(match request.operation.as_str() {
            "DescribeImages" => {
                let (numbers, next) = page(request, "NextToken=", 1_000, 1_001);
                let items = items(&numbers, |n| format!("<item><imageId>ami-{n:05}</imageId></item>"));
                listed(request, "imagesSet", &items, next)
            }
            // Each batch has an instance of its first image.
            "DescribeInstances" => {
                let first = request.parameters.split("Filter.1.Value.1=").nth(1).unwrap().split('&').next().unwrap();
                listed(request, "reservationSet", &instance(&format!("i-of-{first}"), first, "running"), None)
            }
            "DescribeLaunchTemplateVersions" => {
                let (numbers, next) = page(request, "NextToken=", 200, 201);
                let items = items(&numbers, |n| template(&format!("lt-{n:05}"), &format!("ami-{n:05}")));
                listed(request, "launchTemplateVersionSet", &items, next)
            }
            "DescribeLaunchConfigurations" => {
                let (numbers, next) = page(request, "NextToken=", 100, 101);
                let items = items(&numbers, |n| configuration(&format!("c-{n:05}"), &format!("ami-{n:05}")));
                let next = next.map(|next| format!("<NextToken>{next}</NextToken>")).unwrap_or_default();
                Reply::Ok(wrapped(request, &format!("<LaunchConfigurations>{items}</LaunchConfigurations>{next}")))
            }
            _ => return None,
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!((inventory.resources.len(), coverage.gaps), (1_001, vec![]));
    let requests = USERS.map(|operation| aws.received(operation).len());
    assert_eq!((aws.received("DescribeImages").len(), requests), (2 + 1, [6, 2, 2]));
    let sizes = [("DescribeImages", "MaxResults=1000"), (USERS[0], "MaxResults=1000")];
    for (operation, size) in sizes.into_iter().chain([(USERS[1], "MaxResults=200"), (USERS[2], "MaxRecords=100")]) {
        assert!(aws.received(operation).iter().all(|request| request.parameters.contains(size)), "{operation}");
    }
    let users = users(&inventory);
    assert_eq!(users[0].1, Some(vec!["c-00000", "i-of-ami-00000", "lt-00000"]));
    assert_eq!(users[200].1, Some(vec!["i-of-ami-00200", "lt-00200"]));
    assert_eq!(users[1_000].1, Some(vec!["i-of-ami-01000"]));
    assert_eq!(users[999].1, Some(vec![]));
}

#[tokio::test]
async fn the_values_of_an_image_are_read() {
    let aws = Aws::start(|request| {
        in_ireland(request, "DescribeImages").then(|| {
            let item = "<item><imageId>ami-1</imageId><name>web 2026-01-02</name><imageState>disabled</imageState>\
                <description>of Packer</description><platformDetails>Linux/UNIX</platformDetails>\
                <architecture>arm64</architecture><rootDeviceType>ebs</rootDeviceType><isPublic>false</isPublic>\
                <creationDate>2026-01-02T03:04:05.000Z</creationDate>\
                <lastLaunchedTime>2026-03-04T05:06:07Z</lastLaunchedTime>\
                <deprecationTime>2028-01-02T03:04:00.000Z</deprecationTime><blockDeviceMapping>\
                <item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-1</snapshotId></ebs></item>\
                <item><deviceName>/dev/sdb</deviceName><virtualName>ephemeral0</virtualName></item>\
                <item><deviceName>/dev/sdc</deviceName><ebs><snapshotId>snap-2</snapshotId></ebs></item>\
                </blockDeviceMapping><tagSet><item><key>Name</key><value>web</value></item></tagSet></item>";
            listed(request, "imagesSet", item, None)
        })
    });
    let (inventory, coverage) = collect(&aws, &TYPES).await;
    assert_eq!(coverage.gaps, []);
    let [image] = &inventory.resources[..] else { panic!("{:?}", ids(&inventory)) };
    assert_eq!(image.arn.as_deref(), Some("arn:aws:ec2:eu-west-1::image/ami-1"));
    assert_eq!((image.name.as_deref(), image.state()), (Some("web"), Some("disabled")));
    let time = |text: &str| Some(text.parse().unwrap());
    let expected = Image {
        image_name: Some("web 2026-01-02".to_owned()),
        state: Some("disabled".to_owned()),
        snapshot_ids: vec!["snap-1".to_owned(), "snap-2".to_owned()],
        used_by: Some(vec![]),
        description: Some("of Packer".to_owned()),
        platform: Some("Linux/UNIX".to_owned()),
        architecture: Some("arm64".to_owned()),
        root_device_type: Some("ebs".to_owned()),
        public: Some(false),
        created: time("2026-01-02T03:04:05Z"),
        last_launched: time("2026-03-04T05:06:07Z"),
        deprecation_time: time("2028-01-02T03:04:00Z"),
    };
    assert_eq!(detail(image), &expected);
}
