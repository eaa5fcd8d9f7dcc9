//! The price list: whatever products a request names, each with one entry in AWS's form, a hundred a page.
//!
//! An entry has the size of AWS's: instances have the terms of reservations too, which are most of what is transferred.
//! A larger instance costs more; everything else costs the same.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Mutex;

use serde_json::{Map, Value, json};

use crate::bucket::Bucket;
use crate::inventory::REGIONS;
use crate::wire::{Reply, json as answer, json_error};

/// The requests that arrive at once, and those of each second after them.
const AT_ONCE: u32 = 10;
const A_SECOND: u32 = 5;
/// The most entries of a page, and the most values of a filter.
const ENTRIES_A_PAGE: usize = 100;
const VALUES_A_FILTER: usize = 50;

/// What usage types of each region begin with, in the order of the regions.
const PREFIXES: [&str; REGIONS.len()] = [
    "", "USE2-", "USW1-", "USW2-", "APS3-", "APN1-", "APN2-", "APN3-", "APS1-", "APS2-", "CAN1-", "EUC1-", "EUN1-",
    "EU-", "EUW2-", "EUW3-", "SAE1-",
];
/// What follows the beginning of a usage type, where that does not depend on the product.
const USAGES: [(&str, &[&str]); 6] = [
    ("EBS:", &["SnapshotUsage", "SnapshotArchiveStorage", "SnapshotUsageUnderBilling"]),
    ("PublicIPv4:", &["IdleAddress", "InUseAddress"]),
    ("RDS:", &["ChargedBackupUsage", "GP3-Storage", "Multi-AZ-GP3-Storage"]),
    ("Aurora:", &["BackupUsage"]),
    ("ES:", &["GP2-Storage", "GP3-Storage", "PIOPS-Storage", "Magnetic-Storage"]),
    ("AmazonEKS-Hours:", &["perCluster", "extendedSupport"]),
];

/// The price list, and the requests that it has received by offer and family.
#[derive(Debug)]
pub(crate) struct PriceList {
    /// `None` for no limit.
    bucket: Option<Mutex<Bucket>>,
    asked: Mutex<BTreeMap<String, u64>>,
}

impl PriceList {
    pub(crate) fn new(throttles: bool) -> Self {
        let bucket = throttles.then(|| Mutex::new(Bucket::full(AT_ONCE, A_SECOND)));
        Self { bucket, asked: Mutex::default() }
    }

    /// Returns the requests since the last call, by offer and family.
    pub(crate) fn take_asked(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// Responds to GetProducts: with every combination of the values of its filters.
    pub(crate) fn products(&self, body: &[u8]) -> Reply {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let offer = request["ServiceCode"].as_str().unwrap_or_default();
        let filters: Vec<_> = request["Filters"].as_array().into_iter().flatten().filter_map(Filter::read).collect();
        let family = filters.iter().find(|filter| filter.field == "productFamily").map(|filter| filter.value);
        let name = format!("{offer}, {}", family.unwrap_or("no family"));
        *self.asked.lock().unwrap().entry(name).or_default() += 1;
        if self.bucket.as_ref().is_some_and(|bucket| !bucket.lock().unwrap().take()) {
            return json_error("ThrottlingException");
        }
        if filters.iter().any(|filter| filter.values().len() > VALUES_A_FILTER) {
            return json_error("InvalidParameterException");
        }
        let found = combinations(&filters);
        let from: usize = request["NextToken"].as_str().and_then(|token| token.parse().ok()).unwrap_or(0);
        let size = request["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(ENTRIES_A_PAGE);
        let to = found.len().min(from + size.min(ENTRIES_A_PAGE));
        let entries: Vec<_> = found[from.min(to)..to].iter().map(|of| entry(offer, of).to_string()).collect();
        let next = (to < found.len()).then(|| to.to_string());
        let mut page = json!({"FormatVersion": "aws_v1", "PriceList": entries});
        if let Some(next) = next {
            page["NextToken"] = next.into();
        }
        answer(&page)
    }
}

/// A filter of a request.
struct Filter<'a> {
    field: &'a str,
    kind: &'a str,
    value: &'a str,
}

impl<'a> Filter<'a> {
    fn read(filter: &'a Value) -> Option<Self> {
        Some(Self {
            field: filter["Field"].as_str()?,
            kind: filter["Type"].as_str()?,
            value: filter["Value"].as_str()?,
        })
    }

    fn values(&self) -> Vec<&'a str> {
        if self.kind == "ANY_OF" { self.value.split(',').collect() } else { vec![self.value] }
    }
}

/// Returns the attributes of each product that the filters allow, its family among them.
fn combinations<'a>(filters: &[Filter<'a>]) -> Vec<BTreeMap<&'a str, String>> {
    let mut found = vec![BTreeMap::new()];
    for filter in filters.iter().filter(|filter| filter.kind != "CONTAINS") {
        let with = |of: &BTreeMap<&'a str, String>| -> Vec<_> {
            let with = |value: &str| {
                let mut of = of.clone();
                of.insert(filter.field, value.to_owned());
                of
            };
            filter.values().into_iter().map(with).collect()
        };
        found = found.iter().flat_map(with).collect();
    }
    let contained = filters.iter().find(|filter| filter.kind == "CONTAINS").map(|filter| filter.value);
    let with_usage = |of: BTreeMap<&'a str, String>| {
        let usages = usages(contained, &of);
        usages.into_iter().map(move |usage| {
            let mut of = of.clone();
            of.insert("usagetype", usage);
            of
        })
    };
    found.into_iter().flat_map(with_usage).collect()
}

/// Returns the usage types of a product that contain a text.
fn usages(contained: Option<&str>, of: &BTreeMap<&str, String>) -> Vec<String> {
    let region = of.get("regionCode").and_then(|region| REGIONS.iter().position(|name| name == region));
    let prefix = region.map_or("", |place| PREFIXES[place]);
    let instance = of.get("instanceType").map_or("Unit", String::as_str);
    let Some(usage) = contained else { return vec![format!("{prefix}BoxUsage:{instance}")] };
    if let Some((_, ends)) = USAGES.iter().find(|(begin, _)| *begin == usage) {
        return ends.iter().map(|end| format!("{prefix}{usage}{end}")).collect();
    }
    // Usage types of databases have shorter names of sizes.
    let named = if instance.starts_with("db.") { instance.replace("xlarge", "xl") } else { instance.to_owned() };
    vec![format!("{prefix}{usage}{}", if usage.ends_with(':') { &named } else { "" })]
}

/// Returns the entry of a product.
fn entry(offer: &str, of: &BTreeMap<&str, String>) -> Value {
    let mut hasher = DefaultHasher::new();
    (offer, of).hash(&mut hasher);
    let sku = format!("{:016X}", hasher.finish());
    let text = |name: &str| of.get(name).map_or("", String::as_str);
    let mut attributes: Map<String, Value> = Map::new();
    attributes
        .extend([("servicecode", offer), ("location", text("regionCode")), ("locationType", "AWS Region")].map(pair));
    let instance_type = of.get("instanceType");
    if instance_type.is_some() {
        attributes.extend(OF_INSTANCES.map(pair));
    }
    attributes.extend(of.iter().filter(|(name, _)| **name != "productFamily").map(|(name, value)| pair((name, value))));
    let price = instance_type.map_or(0.05, |name| hourly(name));
    let on_demand =
        term(&sku, "JRTCKXETXF", &[("6YS6EN2CT7", unit(text("productFamily"), text("usagetype")), price)], &json!({}));
    let mut terms = json!({"OnDemand": {format!("{sku}.JRTCKXETXF"): on_demand}});
    if instance_type.is_some() {
        terms["Reserved"] = reserved(&sku, price);
    }
    let mut product = json!({"attributes": attributes, "sku": sku});
    if let Some(family) = of.get("productFamily") {
        product["productFamily"] = family.clone().into();
    }
    json!({
        "product": product, "serviceCode": offer, "terms": terms, "version": "20261101000000",
        "publicationDate": "2026-11-01T00:00:00Z",
    })
}

fn pair((name, value): (&str, impl AsRef<str>)) -> (String, Value) {
    (name.to_owned(), value.as_ref().into())
}

/// Other attributes of instances.
const OF_INSTANCES: [(&str, &str); 20] = [
    ("servicename", "Amazon Elastic Compute Cloud"),
    ("currentGeneration", "Yes"),
    ("instanceFamily", "General purpose"),
    ("vcpu", "4"),
    ("physicalProcessor", "Intel Xeon Platinum 8175"),
    ("clockSpeed", "3.1 GHz"),
    ("memory", "16 GiB"),
    ("storage", "EBS only"),
    ("networkPerformance", "Up to 10 Gigabit"),
    ("processorArchitecture", "64-bit"),
    ("operatingSystem", "Linux"),
    ("licenseModel", "No License required"),
    ("dedicatedEbsThroughput", "Up to 2120 Mbps"),
    ("enhancedNetworkingSupported", "Yes"),
    ("intelAvxAvailable", "Yes"),
    ("intelTurboAvailable", "Yes"),
    ("normalizationSizeFactor", "8"),
    ("preInstalledSw", "NA"),
    ("vpcnetworkingsupport", "true"),
    ("marketoption", "OnDemand"),
];

/// Returns the unit in which a product is billed.
fn unit<'a>(family: &str, usage: &'a str) -> &'a str {
    match family {
        "Storage" | "Storage Snapshot" | "Database Storage" | "Amazon OpenSearch Service Volume" => "GB-Mo",
        "System Operation" => "IOPS-Mo",
        "Provisioned Throughput" => "GiBps-mo",
        "Provisioned IOPS" if usage.contains("PIOPS") => "IOPS-Mo",
        "Provisioned IOPS" => usage.rsplit_once("IA-").map_or(usage, |(_, unit)| unit),
        "Compute" => "Hours",
        _ => "Hrs",
    }
}

/// Returns what an hour of an instance, a database or a node costs: five cents for a processor or two.
fn hourly(instance_type: &str) -> f64 {
    let mut sizes = instance_type.split('.').filter_map(|part| match part {
        "micro" => Some(0.01),
        "small" => Some(0.02),
        "medium" => Some(0.04),
        "large" => Some(0.1),
        "xlarge" => Some(0.2),
        part => part.strip_suffix("xlarge")?.parse::<f64>().ok().map(|times| times * 0.2),
    });
    sizes.next_back().unwrap_or(0.05)
}

fn term(sku: &str, code: &str, rates: &[(&str, &str, f64)], attributes: &Value) -> Value {
    let dimension = |(rate, unit, price): &(&str, &str, f64)| {
        let code = format!("{sku}.{code}.{rate}");
        let of = json!({
            "unit": unit, "beginRange": "0", "endRange": "Inf", "description": format!("${price} per {unit}"), "rateCode": code,
            "appliesTo": [], "pricePerUnit": {"USD": format!("{price:.10}")},
        });
        (code, of)
    };
    let dimensions: Map<_, _> = rates.iter().map(dimension).collect();
    json!({
        "priceDimensions": dimensions, "sku": sku, "effectiveDate": "2026-11-01T00:00:00Z", "offerTermCode": code,
        "termAttributes": attributes,
    })
}

/// Returns the terms of the twelve reservations that AWS sells of an instance.
fn reserved(sku: &str, price: f64) -> Value {
    let mut terms = Map::new();
    for (years, hours) in [("1yr", 8_760.0), ("3yr", 26_280.0)] {
        for class in ["standard", "convertible"] {
            for (option, now, later) in
                [("No Upfront", 0.0, 0.7), ("Partial Upfront", 0.35, 0.3), ("All Upfront", 0.6, 0.0)]
            {
                let code = format!("{:010X}", terms.len() + 0x4_7A10_0000);
                let rates = [("2TG2D8R56U", "Quantity", price * hours * now), ("6YS6EN2CT7", "Hrs", price * later)];
                let attributes =
                    json!({"LeaseContractLength": years, "OfferingClass": class, "PurchaseOption": option});
                terms.insert(format!("{sku}.{code}"), term(sku, &code, &rates, &attributes));
            }
        }
    }
    terms.into()
}
