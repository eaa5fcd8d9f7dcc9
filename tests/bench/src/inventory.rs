//! The resources of an account: six types, half of each in the first region, in AWS's page sizes. The other types are in
//! `others.rs`.

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::json;

use crate::others::ALL_TYPES;
use crate::wire::{Reply, after, element, json as answer, size, wrapped, xml};

/// The regions that a commercial account has by default.
pub(crate) const REGIONS: [&str; 17] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
];

/// The ids of a region's instances are this far apart from those of the region before.
const A_REGION: usize = 1_000_000;

/// The types of instances, one after the other. Those that are burstable have a type of their own.
const INSTANCE_TYPES: [&str; 10] = [
    "m5.large",
    "m5.xlarge",
    "c5.xlarge",
    "r5.2xlarge",
    "m6i.2xlarge",
    "c6i.xlarge",
    "r6i.xlarge",
    "m7i.xlarge",
    "c7i.2xlarge",
    "r7i.4xlarge",
];

/// How many resources an account has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inventory {
    /// Resources of all types and regions.
    pub(crate) resources: usize,
    /// Whether all of them are instances.
    pub(crate) only_instances: bool,
    /// Whether they are of all types, and not just of the first six.
    pub(crate) all_types: bool,
    /// Whether all instances are ordinary.
    pub(crate) quiet: bool,
}

/// What an instance does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// Five of a hundred: much all the time.
    Hot,
    /// Ten of a hundred: nothing.
    Idle,
    /// Ten of a hundred: an ordinary load, on a burstable type.
    Burstable,
    /// One of a hundred: it fails its status check.
    Impaired,
    /// All others.
    Ordinary,
}

impl Load {
    /// Returns the load of the instance with this number among all instances of the account.
    fn of(number: usize) -> Self {
        match number % 100 {
            0..5 => Self::Hot,
            5..15 => Self::Idle,
            20..30 => Self::Burstable,
            50 => Self::Impaired,
            _ => Self::Ordinary,
        }
    }
}

impl Inventory {
    /// Returns how many resources of each type there are.
    fn of_type(&self) -> usize {
        if self.only_instances {
            self.resources
        } else if self.all_types {
            self.resources / ALL_TYPES
        } else {
            self.resources / 6
        }
    }

    /// Returns how many resources of each type a region has.
    pub(crate) fn of_region(&self, region: &str) -> usize {
        let of_type = self.of_type();
        let elsewhere = of_type / 2 / (REGIONS.len() - 1);
        if region == REGIONS[0] { of_type - elsewhere * (REGIONS.len() - 1) } else { elsewhere }
    }

    /// Returns the load of the instance with this number in a region.
    fn load(&self, region: &str, n: usize) -> Load {
        if self.quiet { Load::Ordinary } else { Load::of(self.number(region, n)) }
    }

    /// Returns the type of the instance with this number in a region.
    fn instance_type(&self, region: &str, n: usize) -> &'static str {
        if self.load(region, n) == Load::Burstable {
            return "t3.large";
        }
        INSTANCE_TYPES[self.number(region, n) % INSTANCE_TYPES.len()]
    }

    /// Returns the number of an instance in the account. Each region's numbers follow those of the one before, so that the
    /// shares are those of the whole account.
    fn number(&self, region: &str, n: usize) -> usize {
        let before: usize = REGIONS.iter().take_while(|name| **name != region).map(|name| self.of_region(name)).sum();
        before + n
    }

    /// Returns whether nobody uses the resource of another type with this id: of a region's, as many as of the instances
    /// are idle.
    pub(crate) fn is_unused(&self, id: &str) -> bool {
        let name = id.split('/').nth(1).unwrap_or(id);
        let Some((kind, number)) = name.rsplit_once('-') else { return false };
        let radix = if ["vol", "nat", "fs"].contains(&kind) { 16 } else { 10 };
        let number = usize::from_str_radix(number, radix);
        !self.quiet && number.is_ok_and(|number| Load::of(number) == Load::Idle)
    }

    /// Returns the load of the instance with this id.
    pub(crate) fn load_of(&self, id: &str) -> Option<Load> {
        let number = usize::from_str_radix(id.strip_prefix("i-")?, 16).ok()?;
        Some(self.load(REGIONS.get(number / A_REGION)?, number % A_REGION))
    }

    /// Returns how many resources of each type other than instances a region has.
    fn others(&self, region: &str) -> usize {
        if self.only_instances { 0 } else { self.of_region(region) }
    }

    fn buckets(&self) -> usize {
        if self.only_instances { 0 } else { self.of_type() }
    }

    /// Responds to an operation of EC2, RDS, Lambda, S3 or the tagging API; `None` if it is not simulated.
    pub(crate) fn answer(&self, operation: &str, region: &str, parameters: &str, body: &[u8]) -> Option<Reply> {
        let page = |token: &str, total: usize, size: usize| page(after(parameters, token), total, size);
        Some(match operation {
            "DescribeRegions" => xml(wrapped(operation, false, &regions())),
            // No instance uses an image of the account.
            "DescribeInstances" if parameters.contains("image-id") => {
                xml(wrapped(operation, false, "<reservationSet/>"))
            }
            "DescribeInstances" => {
                let (numbers, next) = page("NextToken", self.of_region(region), size(parameters, "MaxResults", 1_000));
                let content = format!(
                    "<reservationSet>{}</reservationSet>{}",
                    self.instances(region, numbers),
                    element("nextToken", next)
                );
                xml(wrapped(operation, false, &content))
            }
            "DescribeInstanceStatus" => {
                let impaired = (0..self.of_region(region)).filter(|n| self.load(region, *n) == Load::Impaired);
                let impaired = impaired.filter(|_| parameters.contains("instance-status.status"));
                let statuses: String = impaired.map(|n| status(region, n)).collect();
                xml(wrapped(operation, false, &format!("<instanceStatusSet>{statuses}</instanceStatusSet>")))
            }
            "DescribeVolumes" => {
                let (numbers, next) = page("NextToken", self.others(region), size(parameters, "MaxResults", 500));
                let content =
                    format!("<volumeSet>{}</volumeSet>{}", volumes(region, numbers), element("nextToken", next));
                xml(wrapped(operation, false, &content))
            }
            "DescribeAddresses" => {
                let items: String = (0..self.others(region)).map(|n| format!("<item><publicIp>203.0.113.{}</publicIp><allocationId>eipalloc-{n:017x}</allocationId><domain>vpc</domain><publicIpv4Pool>amazon</publicIpv4Pool></item>", n % 256)).collect();
                xml(wrapped(operation, false, &format!("<addressesSet>{items}</addressesSet>")))
            }
            "DescribeDBInstances" => {
                let (numbers, next) = page("Marker", self.others(region), size(parameters, "MaxRecords", 100));
                let content =
                    format!("<DBInstances>{}</DBInstances>{}", databases(region, numbers), element("Marker", next));
                xml(wrapped(operation, true, &content))
            }
            "ListFunctions" => {
                let (numbers, next) = page("Marker", self.others(region), size(parameters, "MaxItems", 50));
                let functions: Vec<_> = numbers.map(|n| function(region, n)).collect();
                answer(&json!({"Functions": functions, "NextMarker": next.map(|next| next.to_string())}))
            }
            "ListBuckets" => {
                let (numbers, next) =
                    page("continuation-token", self.buckets(), size(parameters, "max-buckets", 10_000));
                let buckets: String = numbers.map(|n| format!("<Bucket><Name>bucket-{n}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>{}</BucketRegion></Bucket>", region_of_bucket(n))).collect();
                let next = element("ContinuationToken", next);
                xml(format!(
                    "<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>{buckets}</Buckets>{next}</ListAllMyBucketsResult>"
                ))
            }
            "GetResources" => self.tags(region, body),
            _ => return self.other(operation, region, parameters, body),
        })
    }

    fn instances(&self, region: &str, numbers: Range<usize>) -> String {
        let mut items = String::new();
        for n in numbers {
            let id = instance_id(region, n);
            let kind = self.instance_type(region, n);
            let _ = write!(
                items,
                "<item><reservationId>r-{n:017x}</reservationId><instancesSet><item><instanceId>{id}</instanceId><imageId>ami-0abcdef1234567890</imageId><instanceState><code>16</code><name>running</name></instanceState><privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><instanceType>{kind}</instanceType><launchTime>2026-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>{region}a</availabilityZone><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring><subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><privateIpAddress>10.0.0.1</privateIpAddress><architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><tagSet><item><key>Name</key><value>web-{n}</value></item><item><key>env</key><value>prod</value></item></tagSet><hypervisor>xen</hypervisor><platformDetails>Linux/UNIX</platformDetails><usageOperation>RunInstances</usageOperation></item></instancesSet></item>"
            );
        }
        items
    }

    /// Returns the tags of every second resource of each requested type, buckets aside, which have none.
    fn tags(&self, region: &str, body: &[u8]) -> Reply {
        let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let size =
            request["ResourcesPerPage"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(50).min(100);
        let filters = request["ResourceTypeFilters"].as_array().into_iter().flatten();
        let kinds: Vec<_> = filters.filter_map(|filter| arn_of(filter.as_str()?)).collect();
        let of_kind = self.others(region) / 2;
        let token = request["PaginationToken"].as_str().unwrap_or_default();
        let (numbers, next) = page(token, kinds.len() * of_kind, size);
        let arn = |n: usize| {
            let (service, resource) = kinds[n / of_kind];
            format!("arn:aws:{service}:{region}:123456789012:{resource}-{}", 2 * (n % of_kind))
        };
        let list: Vec<_> =
            numbers.map(|n| json!({"ResourceARN": arn(n), "Tags": [{"Key": "env", "Value": "prod"}]})).collect();
        answer(
            &json!({"ResourceTagMappingList": list, "PaginationToken": next.map(|next| next.to_string()).unwrap_or_default()}),
        )
    }
}

/// Returns the parts of the ARN of a tagged type, before and after region and account, by its name in the tagging API.
fn arn_of(filter: &str) -> Option<(&'static str, &'static str)> {
    Some(match filter {
        "lambda:function" => ("lambda", "function:function"),
        "dynamodb:table" => ("dynamodb", "table/table"),
        "elasticache:cluster" => ("elasticache", "cluster:cache"),
        "es:domain" => ("es", "domain/domain"),
        "logs:log-group" => ("logs", "log-group:/acme/group"),
        _ => return None,
    })
}

/// Responds to a request about a bucket: it has a location and no other configuration.
pub(crate) fn of_bucket(name: &str, query: &str) -> Reply {
    if query.starts_with("location") {
        let number = name.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let region = Some(region_of_bucket(number)).filter(|region| *region != REGIONS[0]).unwrap_or_default();
        return xml(format!("<LocationConstraint>{region}</LocationConstraint>"));
    }
    let code = match query.split(['&', '=']).next().unwrap_or_default() {
        "tagging" => "NoSuchTagSet",
        "policy" => "NoSuchBucketPolicy",
        "lifecycle" => "NoSuchLifecycleConfiguration",
        "website" => "NoSuchWebsiteConfiguration",
        "replication" => "ReplicationConfigurationNotFoundError",
        "acl" => {
            return xml(
                "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList/></AccessControlPolicy>".to_owned()
            );
        }
        "versioning" => return xml("<VersioningConfiguration/>".to_owned()),
        "notification" => return xml("<NotificationConfiguration/>".to_owned()),
        "logging" => return xml("<BucketLoggingStatus/>".to_owned()),
        _ => "NoSuchConfiguration",
    };
    (404, "text/xml", format!("<Error><Code>{code}</Code><Message>none</Message></Error>").into_bytes())
}

/// Returns the part of `total` on the page that starts at the token, and the token of the next page.
pub(crate) fn page(token: &str, total: usize, size: usize) -> (Range<usize>, Option<usize>) {
    let from: usize = token.parse().unwrap_or(0);
    let to = total.min(from + size);
    (from..to, (to < total).then_some(to))
}

fn region_of_bucket(n: usize) -> &'static str {
    REGIONS[n % REGIONS.len()]
}

fn regions() -> String {
    let regions: String = REGIONS
        .iter()
        .map(|name| {
            format!("<item><regionName>{name}</regionName><optInStatus>opt-in-not-required</optInStatus></item>")
        })
        .collect();
    format!("<regionInfo>{regions}</regionInfo>")
}

/// Returns the id of an instance, which has its region's place and its number in it.
fn instance_id(region: &str, n: usize) -> String {
    let place = REGIONS.iter().position(|name| *name == region).unwrap_or(0);
    format!("i-{:017x}", place * A_REGION + n)
}

fn status(region: &str, n: usize) -> String {
    format!(
        "<item><instanceId>{}</instanceId><systemStatus><status>ok</status></systemStatus><instanceStatus><status>impaired</status></instanceStatus></item>",
        instance_id(region, n)
    )
}

fn volumes(region: &str, numbers: Range<usize>) -> String {
    numbers.map(|n| format!("<item><volumeId>vol-{n:017x}</volumeId><size>8</size><snapshotId/><availabilityZone>{region}a</availabilityZone><status>in-use</status><createTime>2026-01-01T00:00:00.000Z</createTime><attachmentSet><item><volumeId>vol-{n:017x}</volumeId><instanceId>i-{n:017x}</instanceId><device>/dev/xvda</device><status>attached</status></item></attachmentSet><volumeType>gp3</volumeType><iops>3000</iops><encrypted>true</encrypted></item>")).collect()
}

fn databases(region: &str, numbers: Range<usize>) -> String {
    numbers.map(|n| format!("<DBInstance><DBInstanceIdentifier>db-{n}</DBInstanceIdentifier><DBInstanceClass>db.r5.large</DBInstanceClass><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion><DBInstanceStatus>available</DBInstanceStatus><Endpoint><Address>db-{n}.x.{region}.rds.amazonaws.com</Address><Port>5432</Port></Endpoint><AllocatedStorage>100</AllocatedStorage><StorageType>gp3</StorageType><MultiAZ>true</MultiAZ><LicenseModel>postgresql-license</LicenseModel><DBInstanceArn>arn:aws:rds:{region}:123456789012:db:db-{n}</DBInstanceArn><TagList><Tag><Key>env</Key><Value>prod</Value></Tag></TagList></DBInstance>")).collect()
}

fn function(region: &str, n: usize) -> serde_json::Value {
    json!({"FunctionName": format!("function-{n}"), "FunctionArn": format!("arn:aws:lambda:{region}:123456789012:function:function-{n}"), "Runtime": "python3.13", "Role": "arn:aws:iam::123456789012:role/r", "Handler": "index.handler", "CodeSize": 1000, "Description": "", "Timeout": 30, "MemorySize": 256, "LastModified": "2026-01-01T00:00:00.000+0000", "Version": "$LATEST", "PackageType": "Zip", "Architectures": ["arm64"]})
}
