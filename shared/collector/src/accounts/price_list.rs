//! The prices of AWS's price list that were asked for, kept for a day.
//!
//! The list is the same for all accounts, so it is read with the function's own credentials and shared by all calls. Only
//! products that somebody asked for are read, in as few pages as possible ([`requests`]); a product with no entry, or with
//! several, is an answer and kept too. What could not be read is asked for again by the next call.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp, Unit};
use tokio::sync::Mutex;
use tokio::time::timeout_at;

use crate::accounts::collector::Collector;
use crate::call::fault::Fault;
use crate::call::side_by_side::side_by_side;
use crate::model::coverage::Gap;
use crate::model::price::{ListPrice, Prices, Product, Unpriced, UnpricedReason};
use crate::services::pricing::{self, Entry, GET_PRODUCTS, PARTITION, PRODUCTS_A_PAGE, Request};

/// How long a price is kept. AWS publishes changes of prices at most once a day.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How many products are kept, each of which takes about half a kilobyte.
const MOST_KEPT: usize = 8_192;
/// How long a response waits for prices at most: without them, everything else in it is whole.
const WAITED: Duration = Duration::from_secs(8);
/// How many values a filter may have, and how many characters they have together, with the commas between them. Source:
/// the service's model.
const MOST_VALUES: usize = 50;
const LONGEST_VALUE: usize = 1_024;
/// How many requests are under way at a time: the bucket of the price list.
const AT_ONCE: usize = 10;

/// What is known about products, with the time at which it was read.
type Kept = HashMap<Product, (Timestamp, Result<ListPrice, Unpriced>)>;

/// The price list, as far as it was read.
#[derive(Debug, Default)]
pub(crate) struct PriceList(Mutex<Kept>);

impl PriceList {
    /// Returns the prices of `products`, until `deadline` or for a few seconds, and why some could not be read.
    pub(crate) async fn of(
        &self,
        home: &Collector,
        products: &BTreeSet<Product>,
        deadline: Instant,
    ) -> (Prices, Option<Gap>) {
        if products.is_empty() {
            return Default::default();
        }
        if home.clients.partition() != PARTITION {
            let none = || Unpriced::new(UnpricedReason::OtherPartition, "the price list of this partition is not read");
            return (Prices(products.iter().map(|product| (product.clone(), Err(none()))).collect()), None);
        }
        let deadline = Instant::now().checked_add(WAITED).map_or(deadline, |soon| soon.min(deadline));
        // The lock is held during the requests, so concurrent calls wait for their result.
        let Ok(mut kept) = timeout_at(deadline.into(), self.0.lock()).await else {
            let late = Fault::past_deadline(&GET_PRODUCTS);
            return (unread(products, &late), Some(gap(home, late)));
        };
        // A price is as of a second: nobody needs more digits.
        let now = Timestamp::now();
        let now = now.round(Unit::Second).unwrap_or(now);
        kept.retain(|_, (read_at, _)| is_fresh(*read_at, now));
        if kept.len() > MOST_KEPT {
            kept.clear();
        }
        let missing: BTreeSet<_> = products.iter().filter(|product| !kept.contains_key(*product)).collect();
        let asked = requests(&missing);
        let region = pricing::endpoint_near(home.clients.home_region());
        let inquiry = home.inquiry(region, None, deadline);
        let found = side_by_side(asked.iter().map(|(request, _)| pricing::entries(&inquiry, request)), AT_ONCE).await;
        for ((_, products), entries) in asked.iter().zip(found.items) {
            let Some(entries) = entries else { continue };
            for product in products {
                kept.insert((*product).clone(), (now, price_of(product, &entries, now)));
            }
        }
        let known = products.iter().filter_map(|product| Some((product.clone(), kept.get(product)?.1.clone())));
        let mut prices = Prices(known.collect());
        let fault = found.faults.into_iter().next();
        if let Some(fault) = &fault {
            let Prices(unread) = unread(products, fault);
            for (product, reason) in unread {
                prices.0.entry(product).or_insert(reason);
            }
        }
        (prices, fault.map(|fault| gap(home, fault)))
    }
}

fn gap(home: &Collector, fault: Fault) -> Gap {
    home.gap(fault, pricing::endpoint_near(home.clients.home_region()), &[])
}

fn unread(products: &BTreeSet<Product>, fault: &Fault) -> Prices {
    let message = format!("pricing:GetProducts: {}: {}", fault.code, fault.message);
    let reason = Unpriced::new(UnpricedReason::PriceListUnavailable, message);
    Prices(products.iter().map(|product| (product.clone(), Err(reason.clone()))).collect())
}

fn is_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..KEPT_FOR).contains(&now.duration_since(read_at))
}

/// Returns the price of a product, if exactly one entry is it.
fn price_of(product: &Product, entries: &[Entry], now: Timestamp) -> Result<ListPrice, Unpriced> {
    let mut matching = entries.iter().filter_map(|entry| entry.price_of(product, now));
    let Product { offer, family, usage, attributes, .. } = product;
    let named = || {
        let attributes: Vec<_> = attributes.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let names = family.iter().copied().chain(usage.as_deref()).chain(attributes.iter().map(String::as_str));
        format!("{offer}: {}", names.collect::<Vec<_>>().join(", "))
    };
    let first = matching.next();
    let first = first.ok_or_else(|| Unpriced::new(UnpricedReason::NotListed, format!("no price for {}", named())))?;
    // The pages of a list that changes meanwhile may repeat an entry.
    match matching.find(|other| other.sku != first.sku) {
        None => Ok(first),
        Some(second) => {
            let message = format!("both {} and {} match {}", first.sku, second.sku, named());
            Err(Unpriced::new(UnpricedReason::Ambiguous, message))
        }
    }
}

/// A request, and the products that it is about.
type Asked<'a> = (Request, Vec<&'a Product>);

/// Returns the requests for these products. Those of a family are read together, as long as the combinations of their
/// attributes, all of which the list then returns, do not take more pages than separate requests would.
fn requests<'a>(products: &BTreeSet<&'a Product>) -> Vec<Asked<'a>> {
    let mut families: BTreeMap<_, BTreeMap<&str, Vec<&'a Product>>> = BTreeMap::new();
    for product in products.iter().copied() {
        let names: Vec<_> = product.attributes.keys().copied().collect();
        let family = families.entry((product.offer, product.family, usage_of(product), names)).or_default();
        family.entry(product.region()).or_default().push(product);
    }
    let mut asked: Vec<Asked<'a>> = Vec::new();
    for regions in families.into_values() {
        let mut of_family: Vec<Asked<'a>> = Vec::new();
        // Of a region, as many products at once as a request may name; then, of several regions.
        for products in regions.into_values() {
            let mut of_region: Vec<Asked<'a>> = Vec::new();
            for product in products {
                join(&mut of_region, (request_of(product), vec![product]));
            }
            for request in of_region {
                join(&mut of_family, request);
            }
        }
        asked.extend(of_family);
    }
    asked
}

/// Adds a request, or makes one of it and of the first one with which that takes fewer pages.
fn join<'a>(asked: &mut Vec<Asked<'a>>, (request, products): Asked<'a>) {
    for (other, others) in asked.iter_mut() {
        let both = merged(other, &request);
        let separate = pages(other).saturating_add(pages(&request));
        if both.attributes.values().all(fit_into_a_filter) && pages(&both) < separate {
            *other = both;
            others.extend(products);
            return;
        }
    }
    asked.push((request, products));
}

/// Returns whether a filter can have all of these values, which it separates by commas.
fn fit_into_a_filter(values: &BTreeSet<String>) -> bool {
    let length = values.iter().map(|value| value.len().saturating_add(1)).fold(0, usize::saturating_add);
    let are_joined = values.len() > 1;
    values.len() <= MOST_VALUES && length <= LONGEST_VALUE && !(are_joined && values.iter().any(|of| of.contains(',')))
}

fn request_of(product: &Product) -> Request {
    let attributes = product.attributes.iter().map(|(name, value)| (*name, [value.clone()].into()));
    let usage = usage_of(product).map(str::to_owned);
    Request { offer: product.offer, family: product.family, usage, attributes: attributes.collect() }
}

/// Returns what the usage types of products that are read together contain: all of it, or what is before the colon, as
/// in `NodeUsage:cache.t4g.micro`.
fn usage_of(product: &Product) -> Option<&str> {
    product.usage.as_deref().map(|usage| usage.split_inclusive(':').next().unwrap_or(usage))
}

fn merged(one: &Request, other: &Request) -> Request {
    let mut both = one.clone();
    for (name, values) in &other.attributes {
        both.attributes.entry(name).or_default().extend(values.iter().cloned());
    }
    both
}

/// Returns how many pages the combinations of the attributes take.
fn pages(request: &Request) -> usize {
    let combinations = request.attributes.values().map(BTreeSet::len).fold(1, usize::saturating_mul);
    combinations.div_ceil(PRODUCTS_A_PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(region: &str, instance_type: &str) -> Product {
        let product = Product::of("AmazonEC2", Some("Compute Instance"), "Hrs", region);
        product.with("instanceType", instance_type).with("operation", "RunInstances")
    }

    fn number_of_requests(products: &[Product]) -> (usize, usize) {
        let asked = requests(&products.iter().collect());
        assert_eq!(asked.iter().map(|(_, products)| products.len()).sum::<usize>(), products.len());
        (asked.len(), asked.iter().map(|(request, _)| pages(request)).sum())
    }

    #[test]
    fn products_of_a_family_are_read_together() {
        let regions: Vec<_> = (0..10).map(|region| format!("region-{region}")).collect();
        let of = |types: usize| -> Vec<_> {
            let types = move |region: &String| -> Vec<_> {
                (0..types).map(|of| instance(region, &format!("m{of}.large"))).collect()
            };
            regions.iter().flat_map(types).collect()
        };
        assert_eq!(number_of_requests(&of(1)), (1, 1));
        assert_eq!(number_of_requests(&of(10)), (1, 1));
        // 500 products take five pages, and 600 types are more than a filter may have.
        assert_eq!(number_of_requests(&of(50)).1, 5);
        assert_eq!(number_of_requests(&of(60)).1, 6);
        let other_family = Product::of("AmazonEC2", Some("Storage"), "GB-Mo", "region-0").with("volumeApiName", "gp3");
        assert_eq!(number_of_requests(&[vec![other_family], of(1)].concat()), (2, 2));
    }

    #[test]
    fn regions_with_other_types_are_read_apart_where_together_they_take_more_pages() {
        let regions: Vec<_> = (0..17).map(|region| format!("region-{region}")).collect();
        let types = |region: &String| -> Vec<_> {
            (0..10).map(|of| instance(region, &format!("{region}-{of}.large"))).collect()
        };
        let products: Vec<_> = regions.iter().flat_map(types).collect();
        // All combinations would take 29 pages.
        assert_eq!(number_of_requests(&products), (6, 6));
    }

    #[test]
    fn what_a_filter_names_is_never_longer_than_it_may_be() {
        let types: Vec<_> = (0..50).map(|of| instance("eu-west-1", &format!("m{of:020}.metal-48xl"))).collect();
        let asked = requests(&types.iter().collect::<BTreeSet<_>>());
        let longest = |(request, _): &Asked<'_>| {
            let values = request.attributes.values().map(|of| of.iter().cloned().collect::<Vec<_>>().join(","));
            values.map(|value| value.len()).max().unwrap()
        };
        // Each has 32 characters and a comma: 31 of them fit.
        assert_eq!(asked.iter().map(longest).collect::<Vec<_>>(), [31 * 33 - 1, 19 * 33 - 1]);
        let with_comma = [instance("eu-west-1", "m5.large"), instance("eu-west-1", "m5.large,m5.xlarge")];
        assert_eq!(number_of_requests(&with_comma), (2, 2));
    }

    #[test]
    fn prices_are_kept_for_a_day() {
        let read_at: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let fresh = |now: &str| is_fresh(read_at, now.parse().unwrap());
        assert!(fresh("2026-11-20T10:00:00Z") && fresh("2026-11-21T09:59:59Z"));
        assert!(!fresh("2026-11-21T10:00:00Z") && !fresh("2026-11-20T09:59:59Z"));
    }
}
