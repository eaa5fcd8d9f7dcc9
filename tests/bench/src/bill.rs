//! Cost Explorer: the account's number of line items per period, 600 groups per page.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde_json::{Value, json};

use crate::wire::{Reply, json as answer, json_error};

/// The number of groups in one of AWS's pages.
const GROUPS_A_PAGE: usize = 600;

/// Responds to GetCostAndUsage: with one total per period, or, if grouped, with `lines` groups per period.
pub(crate) fn cost_and_usage(lines: usize, body: &[u8]) -> Reply {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let step = if request["Granularity"] == "MONTHLY" { 1.month() } else { 1.day() };
    let Some(periods) = periods(&request["TimePeriod"], step) else { return json_error("ValidationException") };
    let metric = request["Metrics"][0].as_str().unwrap_or("UnblendedCost");
    let amount = json!({metric: {"Amount": "1.2345678901", "Unit": "USD"}});
    if request["GroupBy"].as_array().is_none_or(Vec::is_empty) {
        let total = |(start, end)| json!({"TimePeriod": {"Start": start, "End": end}, "Total": amount, "Groups": [], "Estimated": false});
        return answer(&json!({"ResultsByTime": periods.into_iter().map(total).collect::<Vec<_>>()}));
    }
    let rows = periods.len() * lines;
    let from: usize = request["NextPageToken"].as_str().and_then(|token| token.parse().ok()).unwrap_or(0);
    let to = rows.min(from + GROUPS_A_PAGE);
    let mut results = Vec::new();
    for (number, (start, end)) in periods.into_iter().enumerate() {
        let own = (number * lines).max(from)..((number + 1) * lines).min(to);
        if own.is_empty() {
            continue;
        }
        let group = |row: usize| {
            let line = row % lines;
            json!({"Keys": [format!("Service {}", line / 4), format!("region-{}", line % 4)], "Metrics": amount})
        };
        let groups: Vec<_> = own.map(group).collect();
        results.push(
            json!({"TimePeriod": {"Start": start, "End": end}, "Total": {}, "Groups": groups, "Estimated": false}),
        );
    }
    let next = (to < rows).then(|| to.to_string());
    answer(&json!({"ResultsByTime": results, "GroupDefinitions": request["GroupBy"], "NextPageToken": next}))
}

/// Returns the periods within a time range, each with its start and its end, which is the start of the next.
fn periods(time: &Value, step: Span) -> Option<Vec<(Date, Date)>> {
    let day = |name: &str| time[name].as_str()?.parse::<Date>().ok();
    let (mut start, end) = (day("Start")?, day("End")?);
    let mut periods = Vec::new();
    while start < end {
        let next = start.checked_add(step).ok()?.min(end);
        periods.push((start, next));
        start = next;
    }
    Some(periods)
}
