//! The other types of resources, of which an account has some only if it is asked for all types: as many of each as of
//! the first six, in the same regions, in AWS's page sizes.
//!
//! There are as many EKS clusters as of the others, up to AWS's quota of a region. Half of the load balancers are classic,
//! and one in ten has targets. All services are in one cluster of their region.

use serde_json::{Value, json};

use crate::inventory::{Inventory, page};
use crate::wire::{Reply, after, element, json as answer, json_error, size, wrapped, xml};

/// How many types there are in all.
pub(crate) const ALL_TYPES: usize = 22;
/// Every so many load balancers, one has a target.
const ONE_HAS_TARGETS: usize = 10;
/// The most domains that OpenSearch describes in a response.
const DOMAINS_A_CALL: usize = 5;
/// AWS's quota of EKS clusters in a region.
const MOST_EKS_CLUSTERS: usize = 100;
const ACCOUNT: &str = "123456789012";
const CREATED: &str = "2026-01-01T00:00:00.000Z";
const CREATED_SECONDS: u64 = 1_767_225_600;

impl Inventory {
    /// Responds to an operation about the other types; `None` if it is not simulated.
    pub(crate) fn other(&self, operation: &str, region: &str, parameters: &str, body: &[u8]) -> Option<Reply> {
        let total = if self.all_types { self.of_region(region) } else { 0 };
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let listing = Listing { operation, region, parameters, total };
        let classic = after(parameters, "Version") == "2012-06-01";
        Some(match operation {
            "DescribeNatGateways" => listing.ec2("natGatewaySet", 1_000, nat_gateway),
            "DescribeSnapshots" => listing.ec2("snapshotSet", 1_000, snapshot),
            "DescribeImages" => listing.ec2("imagesSet", 1_000, image),
            "DescribeVpcEndpoints" => listing.ec2("vpcEndpointSet", 1_000, endpoint),
            "DescribeLaunchTemplateVersions" => xml(wrapped(operation, false, "<launchTemplateVersionSet/>")),
            "DescribeLaunchConfigurations" => xml(wrapped(operation, true, "<LaunchConfigurations/>")),
            "DescribeDBClusters" => listing.query("DBClusters", "MaxRecords", 100, cluster),
            "DescribeDBSnapshots" => listing.query("DBSnapshots", "MaxRecords", 100, database_snapshot),
            "DescribeDBClusterSnapshots" => xml(wrapped(operation, true, "<DBClusterSnapshots/>")),
            "DescribeCacheClusters" => listing.query("CacheClusters", "MaxRecords", 100, cache),
            "DescribeAutoScalingGroups" => {
                let (numbers, next) = listing.page("NextToken", "MaxRecords", 100);
                let groups: String = numbers.map(|n| scaling_group(region, n)).collect();
                let next = element("NextToken", next);
                xml(wrapped(operation, true, &format!("<AutoScalingGroups>{groups}</AutoScalingGroups>{next}")))
            }
            "DescribeLoadBalancers" if classic => {
                let listing = Listing { total: total / 2, ..listing };
                listing.balancers("LoadBalancerDescriptions", classic_load_balancer)
            }
            "DescribeLoadBalancers" => {
                Listing { total: total - total / 2, ..listing }.balancers("LoadBalancers", load_balancer)
            }
            "DescribeTags" => xml(wrapped(operation, true, "<TagDescriptions/>")),
            "DescribeTargetGroups" => {
                let listing = Listing { total: (total - total / 2).div_ceil(ONE_HAS_TARGETS), ..listing };
                listing.balancers("TargetGroups", target_group)
            }
            "DescribeTargetHealth" => xml(wrapped(
                operation,
                true,
                "<TargetHealthDescriptions><member><Target><Id>i-1</Id></Target><TargetHealth><State>healthy</State></TargetHealth></member></TargetHealthDescriptions>",
            )),
            "DescribeInstanceHealth" => xml(wrapped(
                operation,
                true,
                "<InstanceStates><member><InstanceId>i-1</InstanceId><State>InService</State></member></InstanceStates>",
            )),
            "DescribeFileSystems" => {
                let (numbers, next) = listing.page("Marker", "MaxItems", 100);
                let found: Vec<_> = numbers.map(|n| file_system(region, n)).collect();
                answer(&json!({"FileSystems": found, "NextMarker": next.map(|next| next.to_string())}))
            }
            "DescribeLogGroups" => {
                let token = request["nextToken"].as_str().unwrap_or_default();
                let (numbers, next) = page(token, total, asked(&request, "limit", 50));
                let found: Vec<_> = numbers.map(|n| log_group(region, n)).collect();
                answer(&json!({"logGroups": found, "nextToken": next.map(|next| next.to_string())}))
            }
            "ListTables" => {
                let token = request["ExclusiveStartTableName"].as_str().and_then(number_of).map(|last| last + 1);
                let token = token.map(|first| first.to_string()).unwrap_or_default();
                let (numbers, next) = page(&token, total, asked(&request, "Limit", 100));
                let names: Vec<_> = numbers.map(|n| format!("table-{n}")).collect();
                answer(
                    &json!({"TableNames": names, "LastEvaluatedTableName": next.and_then(|_| names.last().cloned())}),
                )
            }
            "DescribeTable" => match request["TableName"].as_str() {
                Some(name) => answer(&json!({"Table": table(region, name)})),
                None => json_error("ValidationException"),
            },
            // EKS takes the page from the URL, and ECS from a body.
            "ListClusters" if body.is_empty() => {
                let clusters = Listing { total: total.min(MOST_EKS_CLUSTERS), ..listing };
                let (numbers, next) = clusters.page("nextToken", "maxResults", 100);
                let names: Vec<_> = numbers.map(|n| format!("cluster-{n}")).collect();
                answer(&json!({"clusters": names, "nextToken": next.map(|next| next.to_string())}))
            }
            "ListClusters" => {
                let clusters: Vec<_> = (total > 0).then(|| cluster_arn(region)).into_iter().collect();
                answer(&json!({"clusterArns": clusters}))
            }
            "ListServices" => {
                let token = request["nextToken"].as_str().unwrap_or_default();
                let (numbers, next) = page(token, total, asked(&request, "maxResults", 10).min(100));
                let arns: Vec<_> = numbers.map(|n| service_arn(region, n)).collect();
                answer(&json!({"serviceArns": arns, "nextToken": next.map(|next| next.to_string())}))
            }
            "DescribeServices" => {
                let arns = request["services"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let services: Vec<_> = arns.map(|arn| service(region, arn)).collect();
                answer(&json!({"services": services, "failures": []}))
            }
            "ListDomainNames" => {
                let names =
                    (0..total).map(|n| json!({"DomainName": format!("domain-{n}"), "EngineType": "OpenSearch"}));
                answer(&json!({"DomainNames": names.collect::<Vec<_>>()}))
            }
            "DescribeDomains" => {
                let names = request["DomainNames"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let domains: Vec<_> = names.map(|name| domain(region, name)).collect();
                if domains.len() > DOMAINS_A_CALL {
                    return Some(json_error("ValidationException"));
                }
                answer(&json!({"DomainStatusList": domains}))
            }
            "DescribeClusters" => listing.query("Clusters", "MaxRecords", 100, warehouse),
            _ => return None,
        })
    }
}

/// The size of a page in a JSON request.
fn asked(request: &Value, name: &str, without: usize) -> usize {
    request[name].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(without)
}

/// Returns the number at the end of a name.
fn number_of(name: &str) -> Option<usize> {
    name.rsplit('-').next()?.parse().ok()
}

/// A request for a page of a list.
#[derive(Debug, Clone, Copy)]
struct Listing<'a> {
    operation: &'a str,
    region: &'a str,
    parameters: &'a str,
    total: usize,
}

impl Listing<'_> {
    fn page(&self, token: &str, size_name: &str, most: usize) -> (std::ops::Range<usize>, Option<usize>) {
        page(after(self.parameters, token), self.total, size(self.parameters, size_name, most))
    }

    /// A list of EC2.
    fn ec2(&self, list: &str, most: usize, item: fn(&str, usize) -> String) -> Reply {
        let (numbers, next) = self.page("NextToken", "MaxResults", most);
        let items: String = numbers.map(|n| format!("<item>{}</item>", item(self.region, n))).collect();
        xml(wrapped(self.operation, false, &format!("<{list}>{items}</{list}>{}", element("nextToken", next))))
    }

    /// A list of RDS, ElastiCache or Redshift.
    fn query(&self, list: &str, size_name: &str, most: usize, item: fn(&str, usize) -> String) -> Reply {
        let (numbers, next) = self.page("Marker", size_name, most);
        let items: String = numbers.map(|n| item(self.region, n)).collect();
        xml(wrapped(self.operation, true, &format!("<{list}>{items}</{list}>{}", element("Marker", next))))
    }

    /// A list of Elastic Load Balancing.
    fn balancers(&self, list: &str, item: fn(&str, usize) -> String) -> Reply {
        let (numbers, next) = self.page("Marker", "PageSize", 400);
        let items: String = numbers.map(|n| format!("<member>{}</member>", item(self.region, n))).collect();
        xml(wrapped(self.operation, true, &format!("<{list}>{items}</{list}>{}", element("NextMarker", next))))
    }
}

fn tag_set() -> &'static str {
    "<tagSet><item><key>env</key><value>prod</value></item></tagSet>"
}

fn tag_list() -> &'static str {
    "<TagList><Tag><Key>env</Key><Value>prod</Value></Tag></TagList>"
}

fn nat_gateway(_: &str, n: usize) -> String {
    format!(
        "<natGatewayId>nat-{n:017x}</natGatewayId><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><state>available</state><createTime>{CREATED}</createTime><connectivityType>public</connectivityType><natGatewayAddressSet><item><publicIp>203.0.113.1</publicIp><privateIp>10.0.0.1</privateIp></item></natGatewayAddressSet>{}",
        tag_set()
    )
}

fn snapshot(_: &str, n: usize) -> String {
    format!(
        "<snapshotId>snap-{n:017x}</snapshotId><volumeId>vol-{n:017x}</volumeId><status>completed</status><startTime>{CREATED}</startTime><progress>100%</progress><ownerId>{ACCOUNT}</ownerId><volumeSize>8</volumeSize><encrypted>true</encrypted><storageTier>standard</storageTier>{}",
        tag_set()
    )
}

fn image(_: &str, n: usize) -> String {
    format!(
        "<imageId>ami-{n:017x}</imageId><imageState>available</imageState><imageOwnerId>{ACCOUNT}</imageOwnerId><isPublic>false</isPublic><architecture>x86_64</architecture><name>image-{n}</name><rootDeviceType>ebs</rootDeviceType><creationDate>{CREATED}</creationDate><blockDeviceMapping><item><ebs><snapshotId>snap-{n:017x}</snapshotId></ebs></item></blockDeviceMapping>{}",
        tag_set()
    )
}

fn endpoint(region: &str, n: usize) -> String {
    format!(
        "<vpcEndpointId>vpce-{n:017x}</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType><vpcId>vpc-1</vpcId><serviceName>com.amazonaws.{region}.s3</serviceName><state>available</state><creationTimestamp>{CREATED}</creationTimestamp>{}",
        tag_set()
    )
}

fn cluster(region: &str, n: usize) -> String {
    format!(
        "<DBCluster><DBClusterIdentifier>cluster-{n}</DBClusterIdentifier><Engine>aurora-postgresql</Engine><EngineVersion>16.4</EngineVersion><Status>available</Status><DBClusterArn>arn:aws:rds:{region}:{ACCOUNT}:cluster:cluster-{n}</DBClusterArn><StorageEncrypted>true</StorageEncrypted><ClusterCreateTime>{CREATED}</ClusterCreateTime>{}</DBCluster>",
        tag_list()
    )
}

fn database_snapshot(region: &str, n: usize) -> String {
    format!(
        "<DBSnapshot><DBSnapshotIdentifier>snapshot-{n}</DBSnapshotIdentifier><DBInstanceIdentifier>db-{n}</DBInstanceIdentifier><SnapshotCreateTime>{CREATED}</SnapshotCreateTime><Engine>postgres</Engine><AllocatedStorage>100</AllocatedStorage><Status>available</Status><SnapshotType>manual</SnapshotType><DBSnapshotArn>arn:aws:rds:{region}:{ACCOUNT}:snapshot:snapshot-{n}</DBSnapshotArn>{}</DBSnapshot>",
        tag_list()
    )
}

fn cache(region: &str, n: usize) -> String {
    format!(
        "<CacheCluster><CacheClusterId>cache-{n}</CacheClusterId><CacheNodeType>cache.t3.micro</CacheNodeType><Engine>redis</Engine><EngineVersion>7.1.0</EngineVersion><CacheClusterStatus>available</CacheClusterStatus><NumCacheNodes>1</NumCacheNodes><CacheClusterCreateTime>{CREATED}</CacheClusterCreateTime><CacheNodes><CacheNode><CacheNodeId>0001</CacheNodeId><CacheNodeStatus>available</CacheNodeStatus></CacheNode></CacheNodes><ARN>arn:aws:elasticache:{region}:{ACCOUNT}:cluster:cache-{n}</ARN></CacheCluster>"
    )
}

fn scaling_group(region: &str, n: usize) -> String {
    format!(
        "<member><AutoScalingGroupName>group-{n}</AutoScalingGroupName><AutoScalingGroupARN>arn:aws:autoscaling:{region}:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/group-{n}</AutoScalingGroupARN><MinSize>0</MinSize><MaxSize>4</MaxSize><DesiredCapacity>0</DesiredCapacity><AvailabilityZones><member>{region}a</member></AvailabilityZones><HealthCheckType>EC2</HealthCheckType><CreatedTime>{CREATED}</CreatedTime><Tags><member><Key>env</Key><Value>prod</Value></member></Tags></member>"
    )
}

fn balancer_arn(region: &str, n: usize) -> String {
    format!("arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:loadbalancer/app/balancer-{n}/{n:016x}")
}

fn load_balancer(region: &str, n: usize) -> String {
    format!(
        "<LoadBalancerArn>{}</LoadBalancerArn><LoadBalancerName>balancer-{n}</LoadBalancerName><DNSName>balancer-{n}.{region}.elb.amazonaws.com</DNSName><Scheme>internal</Scheme><Type>application</Type><State><Code>active</Code></State><VpcId>vpc-1</VpcId><CreatedTime>{CREATED}</CreatedTime><AvailabilityZones><member><ZoneName>{region}a</ZoneName></member></AvailabilityZones>",
        balancer_arn(region, n)
    )
}

fn target_group(region: &str, n: usize) -> String {
    format!(
        "<TargetGroupArn>arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:targetgroup/group-{n}/{n:016x}</TargetGroupArn><TargetGroupName>group-{n}</TargetGroupName><Protocol>HTTP</Protocol><Port>80</Port><TargetType>instance</TargetType><HealthCheckEnabled>true</HealthCheckEnabled><LoadBalancerArns><member>{}</member></LoadBalancerArns>",
        balancer_arn(region, n * ONE_HAS_TARGETS)
    )
}

fn classic_load_balancer(region: &str, n: usize) -> String {
    let targets = if n.is_multiple_of(ONE_HAS_TARGETS) { "<member><InstanceId>i-1</InstanceId></member>" } else { "" };
    format!(
        "<LoadBalancerName>classic-{n}</LoadBalancerName><DNSName>classic-{n}.{region}.elb.amazonaws.com</DNSName><Scheme>internal</Scheme><VPCId>vpc-1</VPCId><CreatedTime>{CREATED}</CreatedTime><AvailabilityZones><member>{region}a</member></AvailabilityZones><Instances>{targets}</Instances>"
    )
}

fn file_system(region: &str, n: usize) -> Value {
    json!({"FileSystemId": format!("fs-{n:017x}"), "FileSystemArn": format!("arn:aws:elasticfilesystem:{region}:{ACCOUNT}:file-system/fs-{n:017x}"), "OwnerId": ACCOUNT, "CreationToken": format!("token-{n}"), "CreationTime": CREATED_SECONDS, "LifeCycleState": "available", "NumberOfMountTargets": 1, "SizeInBytes": {"Value": 6144, "ValueInStandard": 6144, "ValueInIA": 0, "ValueInArchive": 0}, "PerformanceMode": "generalPurpose", "ThroughputMode": "elastic", "Encrypted": true, "Tags": [{"Key": "Name", "Value": format!("files-{n}")}]})
}

fn log_group(region: &str, n: usize) -> Value {
    let name = format!("/acme/group-{n}");
    json!({"logGroupName": name, "creationTime": CREATED_SECONDS * 1_000, "retentionInDays": 30, "storedBytes": 1_000, "logGroupArn": format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}"), "logGroupClass": "STANDARD"})
}

fn table(region: &str, name: &str) -> Value {
    json!({"TableName": name, "TableStatus": "ACTIVE", "CreationDateTime": CREATED_SECONDS, "ItemCount": 10, "TableSizeBytes": 1_000, "TableArn": format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"), "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}, "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}})
}

fn cluster_arn(region: &str) -> String {
    format!("arn:aws:ecs:{region}:{ACCOUNT}:cluster/shop")
}

fn service_arn(region: &str, n: usize) -> String {
    format!("arn:aws:ecs:{region}:{ACCOUNT}:service/shop/service-{n}")
}

fn service(region: &str, arn: &str) -> Value {
    let name = arn.rsplit('/').next().unwrap_or_default();
    json!({"serviceArn": arn, "serviceName": name, "clusterArn": cluster_arn(region), "status": "ACTIVE", "desiredCount": 1, "runningCount": 1, "pendingCount": 0, "launchType": "FARGATE", "schedulingStrategy": "REPLICA", "taskDefinition": format!("arn:aws:ecs:{region}:{ACCOUNT}:task-definition/web:1"), "deployments": [], "loadBalancers": [], "createdAt": CREATED_SECONDS, "tags": [{"key": "env", "value": "prod"}]})
}

/// Responds to EKS's DescribeCluster, which has the name in its path.
pub(crate) fn eks_cluster(region: &str, name: &str) -> Reply {
    answer(
        &json!({"cluster": {"name": name, "arn": format!("arn:aws:eks:{region}:{ACCOUNT}:cluster/{name}"), "createdAt": CREATED_SECONDS, "version": "1.34", "platformVersion": "eks.12", "status": "ACTIVE", "endpoint": format!("https://{name}.gr7.{region}.eks.amazonaws.com"), "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/eks"), "resourcesVpcConfig": {"vpcId": "vpc-1", "endpointPublicAccess": true, "endpointPrivateAccess": true, "publicAccessCidrs": ["192.0.2.0/24"]}, "upgradePolicy": {"supportType": "STANDARD"}, "health": {"issues": []}, "deletionProtection": false, "tags": {"env": "prod"}}}),
    )
}

fn domain(region: &str, name: &str) -> Value {
    json!({"DomainId": format!("{ACCOUNT}/{name}"), "DomainName": name, "ARN": format!("arn:aws:es:{region}:{ACCOUNT}:domain/{name}"), "Created": true, "Deleted": false, "Processing": false, "UpgradeProcessing": false, "DomainProcessingStatus": "Active", "EngineVersion": "OpenSearch_2.19", "Endpoint": format!("search-{name}.{region}.es.amazonaws.com"), "ClusterConfig": {"InstanceType": "r7g.large.search", "InstanceCount": 3, "ZoneAwarenessEnabled": true, "DedicatedMasterEnabled": false, "WarmEnabled": false}, "EBSOptions": {"EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 100, "Iops": 3_000, "Throughput": 125}, "EncryptionAtRestOptions": {"Enabled": true}, "NodeToNodeEncryptionOptions": {"Enabled": true}})
}

fn warehouse(region: &str, n: usize) -> String {
    format!(
        "<Cluster><ClusterIdentifier>warehouse-{n}</ClusterIdentifier><NodeType>ra3.xlplus</NodeType><NumberOfNodes>2</NumberOfNodes><ClusterStatus>available</ClusterStatus><ClusterAvailabilityStatus>Available</ClusterAvailabilityStatus><ClusterVersion>1.0</ClusterVersion><DBName>dev</DBName><Endpoint><Address>warehouse-{n}.x.{region}.redshift.amazonaws.com</Address><Port>5439</Port></Endpoint><AvailabilityZone>{region}a</AvailabilityZone><VpcId>vpc-1</VpcId><Encrypted>true</Encrypted><PubliclyAccessible>false</PubliclyAccessible><MultiAZ>Disabled</MultiAZ><MaintenanceTrackName>current</MaintenanceTrackName><AutomatedSnapshotRetentionPeriod>7</AutomatedSnapshotRetentionPeriod><ClusterCreateTime>{CREATED}</ClusterCreateTime><Tags><Tag><Key>env</Key><Value>prod</Value></Tag></Tags></Cluster>"
    )
}
