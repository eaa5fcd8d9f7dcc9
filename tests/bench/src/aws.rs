//! AWS at a distance: every request takes a round trip, and lists come in AWS's page sizes.
//!
//! An account has a number of resources of each of six types in 17 regions, half of them in the first. Everything is
//! answered from numbers, so that the server costs next to nothing; the time that a client needs is the round trips' and
//! its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use ciborium::Value;

/// The regions that a commercial account has by default.
pub const REGIONS: [&str; 17] = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "sa-east-1",
];

/// What an account has and how far away it is.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Resources of all types and regions; with `only_instances`, all are instances.
    pub resources: usize,
    pub only_instances: bool,
    /// How long a request takes.
    pub round_trip: Duration,
    /// How many GetMetricData requests a second a region takes; none for as many as come.
    pub metric_requests_a_second: Option<u32>,
    /// Line items of a day and grouping in the bill.
    pub bill_lines: usize,
}

impl Account {
    /// How many resources of a type a region has: half of all are in the first, the rest is even.
    fn in_region(&self, region: &str) -> usize {
        let of_type = if self.only_instances { self.resources } else { self.resources / 6 };
        let elsewhere = of_type / 2 / (REGIONS.len() - 1);
        if region == REGIONS[0] { of_type - elsewhere * (REGIONS.len() - 1) } else { elsewhere }
    }

    fn of_type(&self, kind: &str, region: &str) -> usize {
        if self.only_instances && kind != "DescribeInstances" { 0 } else { self.in_region(region) }
    }
}

/// A running account: what it is, and what it was asked.
#[derive(Debug)]
pub struct Aws {
    pub account: Account,
    /// Requests by service and operation.
    pub asked: Mutex<BTreeMap<String, u64>>,
    /// When each region's next GetMetricData is free.
    metrics: Mutex<BTreeMap<String, (f64, Instant)>>,
}

/// Status, content type and body.
pub type Reply = (u16, &'static str, Vec<u8>);

impl Aws {
    pub fn new(account: Account) -> Self {
        Self { account, asked: Mutex::default(), metrics: Mutex::default() }
    }

    /// Answers one request after a round trip.
    pub async fn answer(&self, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Reply {
        let arrived = tokio::time::Instant::now();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut scope = text("authorization").split('/');
        let (region, service) = (scope.nth(2).unwrap_or_default(), scope.next().unwrap_or_default());
        // Some clients write JSON with a space behind the colon.
        let body_text = String::from_utf8_lossy(&body).replace("\": \"", "\":\"");
        let parameters = body_text + "&" + uri.query().unwrap_or_default();
        let operation = operation(service, uri, text("x-amz-target"), &parameters);
        *self.asked.lock().unwrap().entry(format!("{service}:{operation}")).or_default() += 1;
        let reply = self.reply(service, region, &operation, &parameters, &body);
        tokio::time::sleep_until(arrived + self.account.round_trip).await;
        reply
    }

    fn reply(&self, service: &str, region: &str, operation: &str, parameters: &str, body: &[u8]) -> Reply {
        let account = &self.account;
        let xml = |text: String| (200, "text/xml", text.into_bytes());
        let json = |value: serde_json::Value| (200, "application/x-amz-json-1.1", value.to_string().into_bytes());
        let page = |token: &str, size: usize| {
            let from: usize = after(parameters, token).parse().unwrap_or(0);
            let total = account.of_type(operation, region);
            let to = total.min(from + size);
            (from..to, (to < total).then_some(to))
        };
        match operation {
            "GetCallerIdentity" => xml(wrapped(operation, true, "<Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><UserId>u</UserId><Account>123456789012</Account>")),
            "DescribeRegions" => {
                let regions: String = REGIONS.iter().map(|name| format!("<item><regionName>{name}</regionName><optInStatus>opt-in-not-required</optInStatus></item>")).collect();
                xml(wrapped(operation, false, &format!("<regionInfo>{regions}</regionInfo>")))
            }
            "DescribeInstances" => {
                let (numbers, next) = page("NextToken", size(parameters, "MaxResults", 1_000));
                let mut items = String::new();
                for n in numbers {
                    let id = instance_id(region, n);
                    let _ = write!(items, "<item><reservationId>r-{n:017x}</reservationId><instancesSet><item><instanceId>{id}</instanceId><imageId>ami-0abcdef1234567890</imageId><instanceState><code>16</code><name>running</name></instanceState><privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><instanceType>m5.large</instanceType><launchTime>2026-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>{region}a</availabilityZone><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring><subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><privateIpAddress>10.0.0.1</privateIpAddress><architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><tagSet><item><key>Name</key><value>web-{n}</value></item><item><key>env</key><value>prod</value></item></tagSet><hypervisor>xen</hypervisor></item></instancesSet></item>");
                }
                xml(wrapped(operation, false, &format!("<reservationSet>{items}</reservationSet>{}", element("nextToken", next))))
            }
            "DescribeVolumes" => {
                let (numbers, next) = page("NextToken", size(parameters, "MaxResults", 500));
                let items: String = numbers.map(|n| format!("<item><volumeId>vol-{n:017x}</volumeId><size>8</size><snapshotId/><availabilityZone>{region}a</availabilityZone><status>in-use</status><createTime>2026-01-01T00:00:00.000Z</createTime><attachmentSet><item><volumeId>vol-{n:017x}</volumeId><instanceId>i-{n:017x}</instanceId><device>/dev/xvda</device><status>attached</status></item></attachmentSet><volumeType>gp3</volumeType><iops>3000</iops><encrypted>true</encrypted></item>")).collect();
                xml(wrapped(operation, false, &format!("<volumeSet>{items}</volumeSet>{}", element("nextToken", next))))
            }
            "DescribeAddresses" => {
                let items: String = (0..account.of_type(operation, region)).map(|n| format!("<item><publicIp>203.0.113.{}</publicIp><allocationId>eipalloc-{n:017x}</allocationId><domain>vpc</domain></item>", n % 256)).collect();
                xml(wrapped(operation, false, &format!("<addressesSet>{items}</addressesSet>")))
            }
            "DescribeDBInstances" => {
                let (numbers, next) = page("Marker", size(parameters, "MaxRecords", 100));
                let items: String = numbers.map(|n| format!("<DBInstance><DBInstanceIdentifier>db-{n}</DBInstanceIdentifier><DBInstanceClass>db.r5.large</DBInstanceClass><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion><DBInstanceStatus>available</DBInstanceStatus><Endpoint><Address>db-{n}.x.{region}.rds.amazonaws.com</Address><Port>5432</Port></Endpoint><AllocatedStorage>100</AllocatedStorage><StorageType>gp3</StorageType><MultiAZ>true</MultiAZ><DBInstanceArn>arn:aws:rds:{region}:123456789012:db:db-{n}</DBInstanceArn><TagList><Tag><Key>env</Key><Value>prod</Value></Tag></TagList></DBInstance>")).collect();
                xml(wrapped(operation, true, &format!("<DBInstances>{items}</DBInstances>{}", element("Marker", next))))
            }
            "ListFunctions" => {
                let (numbers, next) = page("Marker", 50);
                let functions: Vec<_> = numbers.map(|n| serde_json::json!({"FunctionName": format!("function-{n}"), "FunctionArn": format!("arn:aws:lambda:{region}:123456789012:function:function-{n}"), "Runtime": "python3.13", "Role": "arn:aws:iam::123456789012:role/r", "Handler": "index.handler", "CodeSize": 1000, "Description": "", "Timeout": 30, "MemorySize": 256, "LastModified": "2026-01-01T00:00:00.000+0000", "Version": "$LATEST", "PackageType": "Zip", "Architectures": ["arm64"]})).collect();
                json(serde_json::json!({"Functions": functions, "NextMarker": next.map(|next| next.to_string())}))
            }
            "ListBuckets" => {
                let total = if account.only_instances { 0 } else { account.resources / 6 };
                let buckets: String = (0..total).map(|n| format!("<Bucket><Name>bucket-{n}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>{}</BucketRegion></Bucket>", REGIONS[n % REGIONS.len()])).collect();
                xml(format!("<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>"))
            }
            "GetResources" => {
                // One in two functions of the region has tags.
                let tagged = account.of_type("ListFunctions", region) / 2;
                let from: usize = between(parameters, "\"PaginationToken\":\"", "\"").parse().unwrap_or(0);
                let to = tagged.min(from + 100);
                let list: Vec<_> = (from..to).map(|n| serde_json::json!({"ResourceARN": format!("arn:aws:lambda:{region}:123456789012:function:function-{}", 2 * n), "Tags": [{"Key": "env", "Value": "prod"}]})).collect();
                json(serde_json::json!({"ResourceTagMappingList": list, "PaginationToken": if to < tagged { to.to_string() } else { String::new() }}))
            }
            "GetMetricData" => self.metric_data(region, body),
            "GetMetricStatistics" => json(metric_statistics(body)),
            "GetCostAndUsage" => json(self.costs(parameters)),
            _ => (400, "application/json", format!("{service}:{operation} is not simulated").into_bytes()),
        }
    }

    /// One datapoint an hour of each query, in CBOR; throttled beyond the rate.
    fn metric_data(&self, region: &str, body: &[u8]) -> Reply {
        if let Some(rate) = self.account.metric_requests_a_second {
            let mut metrics = self.metrics.lock().unwrap();
            let now = Instant::now();
            let (tokens, filled) = metrics.entry(region.to_owned()).or_insert((f64::from(rate), now));
            *tokens = f64::from(rate).min(*tokens + (now - *filled).as_secs_f64() * f64::from(rate));
            *filled = now;
            if *tokens < 1.0 {
                let error = map([("__type", "ThrottlingException".into()), ("message", "Rate exceeded".into())]);
                return (400, "application/cbor", encoded(&error));
            }
            *tokens -= 1.0;
        }
        let Ok(request) = ciborium::from_reader::<Value, _>(body) else {
            return (400, "application/cbor", Vec::new());
        };
        let (start, end) = (time(&request, "StartTime"), time(&request, "EndTime"));
        let queries = field(&request, "MetricDataQueries").and_then(Value::as_array).cloned().unwrap_or_default();
        let result = |query: &Value| {
            let id = field(query, "Id").cloned().unwrap_or(Value::Null);
            let period = field(query, "MetricStat").and_then(|stat| field(stat, "Period")).and_then(Value::as_integer).and_then(|n| i64::try_from(n).ok()).unwrap_or(3_600).max(60);
            let times: Vec<_> = (0..).map(|n| start + n * period).take_while(|at| *at < end).collect();
            let values = times.iter().map(|at| Value::Float(40.0 + (at / 3_600 % 10) as f64)).collect();
            let times = times.into_iter().map(|at| Value::Tag(1, Box::new(Value::Integer(at.into())))).collect();
            map([("Id", id), ("Label", "m".into()), ("Timestamps", Value::Array(times)), ("Values", Value::Array(values)), ("StatusCode", "Complete".into())])
        };
        let results = queries.iter().map(result).collect();
        (200, "application/cbor", encoded(&map([("MetricDataResults", Value::Array(results))])))
    }

    /// 90 days with two groupings, 600 groups a page.
    fn costs(&self, parameters: &str) -> serde_json::Value {
        let days = 90;
        let rows = days * self.account.bill_lines;
        let from: usize = between(parameters, "\"NextPageToken\":\"", "\"").parse().unwrap_or(0);
        let to = rows.min(from + 600);
        let mut results: Vec<serde_json::Value> = Vec::new();
        let first = between(parameters, "\"Start\":\"", "\"");
        for row in from..to {
            let day = row / self.account.bill_lines;
            if results.is_empty() || row % self.account.bill_lines == 0 {
                let (start, end) = (date_after(&first, day), date_after(&first, day + 1));
                results.push(serde_json::json!({"TimePeriod": {"Start": start, "End": end}, "Total": {}, "Groups": [], "Estimated": false}));
            }
            let line = row % self.account.bill_lines;
            let group = serde_json::json!({"Keys": [format!("Service {}", line / 4), format!("region-{}", line % 4)], "Metrics": {"UnblendedCost": {"Amount": "1.2345678901", "Unit": "USD"}}});
            if let Some(groups) = results.last_mut().and_then(|last| last["Groups"].as_array_mut()) {
                groups.push(group);
            }
        }
        let mut answer = serde_json::json!({"ResultsByTime": results, "GroupDefinitions": []});
        if to < rows {
            answer["NextPageToken"] = to.to_string().into();
        }
        answer
    }
}

/// The same of the one metric that the older operation takes, in boto3's protocol.
fn metric_statistics(body: &[u8]) -> serde_json::Value {
    let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let number = |name: &str| request[name].as_f64().unwrap_or(0.0) as i64;
    let (start, end, period) = (number("StartTime"), number("EndTime"), number("Period").max(60));
    let times = (0..).map(|n| start + n * period).take_while(|at| *at < end);
    let datapoint = |at: i64| {
        let value = 40.0 + (at / 3_600 % 10) as f64;
        serde_json::json!({"Timestamp": at, "Average": value, "Maximum": value, "Unit": "Percent"})
    };
    serde_json::json!({"Label": "m", "Datapoints": times.map(datapoint).collect::<Vec<_>>()})
}

/// A time of a request in seconds.
fn time(request: &Value, name: &str) -> i64 {
    let Some(Value::Tag(_, seconds)) = field(request, name) else { return 0 };
    let whole = seconds.as_integer().and_then(|n| i64::try_from(n).ok());
    whole.or_else(|| seconds.as_float().map(|n| n as i64)).unwrap_or(0)
}

/// The id of an instance of a region.
pub fn instance_id(region: &str, n: usize) -> String {
    let place = REGIONS.iter().position(|name| *name == region).unwrap_or(0);
    format!("i-{:017x}", place * 1_000_000 + n)
}

fn operation(service: &str, uri: &Uri, target: &str, parameters: &str) -> String {
    match service {
        "lambda" => "ListFunctions".to_owned(),
        "s3" => "ListBuckets".to_owned(),
        "monitoring" if target.is_empty() => uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
        "ce" | "monitoring" | "tagging" => target.rsplit('.').next().unwrap_or_default().to_owned(),
        _ => after(parameters, "Action").to_owned(),
    }
}

/// The value of a parameter of a query string.
fn after<'a>(parameters: &'a str, name: &str) -> &'a str {
    let pairs = parameters.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next().unwrap_or_default()
}

fn size(parameters: &str, name: &str, most: usize) -> usize {
    after(parameters, name).parse().unwrap_or(most).min(most)
}

/// What stands in a text between two others.
fn between<'a>(text: &'a str, before: &str, end: &str) -> &'a str {
    let text = text.split_once(before).map_or("", |(_, rest)| rest);
    text.split_once(end).map_or("", |(found, _)| found)
}

fn wrapped(operation: &str, result: bool, content: &str) -> String {
    let inner = if result { format!("<{operation}Result>{content}</{operation}Result>") } else { content.to_owned() };
    format!("<{operation}Response>{inner}</{operation}Response>")
}

fn element(name: &str, value: Option<usize>) -> String {
    value.map(|value| format!("<{name}>{value}</{name}>")).unwrap_or_default()
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = ciborium::into_writer(value, &mut bytes);
    bytes
}

/// The day so many days after an ISO date.
fn date_after(start: &str, days: usize) -> String {
    let mut parts = start.splitn(3, '-').map(|part| part.get(..part.len().min(4)).and_then(|n| n.parse::<i64>().ok()).unwrap_or(1));
    let (year, month, day) = (parts.next().unwrap_or(2026), parts.next().unwrap_or(1), parts.next().unwrap_or(1));
    // Days since a March, in which years end with February.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let n = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 + days as i64;
    let mut year = (10_000 * n + 14_780) / 3_652_425;
    let before = |year: i64| 365 * year + year / 4 - year / 100 + year / 400;
    if n - before(year) < 0 {
        year -= 1;
    }
    let left = n - before(year);
    let month = (100 * left + 52) / 3_060;
    let day = left - (month * 306 + 5) / 10 + 1;
    format!("{:04}-{:02}-{day:02}", year + (month + 2) / 12, (month + 2) % 12 + 1)
}
