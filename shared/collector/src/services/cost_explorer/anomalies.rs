//! Cost Anomaly Detection: what it found, and whether anything is watched at all.
//!
//! AWS detects anomalies only where a monitor watches. Without any anomaly, the monitors are asked for, since "nothing
//! unusual" and "nobody looks" are different answers. With one there is a monitor, so the second cent is saved.

use aws_sdk_costexplorer::operation::get_anomalies::GetAnomaliesOutput;
use aws_sdk_costexplorer::types;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{CostExplorer, billed};
use crate::call::fault::Fault;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Page, every_page, one_call};
use crate::model::costs::{AnomaliesQuestion, Anomaly, RootCause};
use crate::model::operation::Operation;
use crate::services::values::given;

/// Reads what Cost Anomaly Detection found.
pub(crate) const GET_ANOMALIES: Operation = billed("GetAnomalies", "ce:GetAnomalies");
/// Lists what Cost Anomaly Detection watches.
pub(crate) const GET_ANOMALY_MONITORS: Operation = billed("GetAnomalyMonitors", "ce:GetAnomalyMonitors");

/// Returns the anomalies that ended on the requested days, the greatest first. Without one of the pages, the list would
/// look complete.
pub(crate) async fn anomalies(inquiry: &Inquiry<'_>, question: &AnomaliesQuestion) -> Result<Vec<Anomaly>, Fault> {
    let client = inquiry.client::<CostExplorer>();
    // Unlike that of costs, the last day of this interval is a part of it.
    let last = question.end.yesterday().unwrap_or(question.end);
    let interval = types::AnomalyDateInterval::builder().start_date(question.start.to_string());
    // Building fails only without a start.
    let interval = interval.end_date(last.to_string()).build().ok();
    let ask =
        |page: Page| client.get_anomalies().set_date_interval(interval.clone()).set_next_page_token(page.token).send();
    let limits = client.limits(&GET_ANOMALIES, inquiry.deadline);
    let pages = every_page(limits, ask, GetAnomaliesOutput::next_page_token, |page| page.anomalies).await;
    if let Some(fault) = pages.fault {
        return Err(fault);
    }
    let mut anomalies: Vec<Anomaly> = pages.found.into_iter().map(anomaly_of).collect();
    anomalies.sort_by(|a, b| b.impact.cmp(&a.impact).then_with(|| a.id.cmp(&b.id)));
    Ok(anomalies)
}

/// Returns whether there is a monitor, which the first page answers.
pub(crate) async fn is_monitored(inquiry: &Inquiry<'_>) -> Result<bool, Fault> {
    let client = inquiry.client::<CostExplorer>();
    let call = || client.get_anomaly_monitors().send();
    let answer = one_call(client.limits(&GET_ANOMALY_MONITORS, inquiry.deadline), call).await?;
    Ok(!answer.anomaly_monitors.is_empty())
}

fn anomaly_of(anomaly: types::Anomaly) -> Anomaly {
    let impact = anomaly.impact;
    let of_impact = |read: fn(&types::Impact) -> Option<f64>| impact.as_ref().and_then(read).and_then(dollars);
    Anomaly {
        start: day(anomaly.anomaly_start_date.as_deref()),
        end: day(anomaly.anomaly_end_date.as_deref()),
        dimension_value: given(anomaly.dimension_value.as_deref()),
        impact: of_impact(|impact| Some(impact.total_impact())),
        max_impact: of_impact(|impact| Some(impact.max_impact())),
        actual: of_impact(types::Impact::total_actual_spend),
        expected: of_impact(types::Impact::total_expected_spend),
        root_causes: anomaly.root_causes.unwrap_or_default().iter().map(root_cause_of).collect(),
        id: anomaly.anomaly_id,
        monitor: anomaly.monitor_arn,
    }
}

fn root_cause_of(cause: &types::RootCause) -> RootCause {
    RootCause {
        service: given(cause.service()),
        region: given(cause.region()),
        account: given(cause.linked_account()),
        account_name: given(cause.linked_account_name()),
        usage_type: given(cause.usage_type()),
        impact: cause.impact().and_then(|impact| dollars(impact.contribution())),
    }
}

/// Returns the day of a date, which may have a time.
fn day(text: Option<&str>) -> Option<Date> {
    text?.split('T').next()?.parse().ok()
}

/// Returns an amount that AWS has as a binary number, to the digits that such a number has for sure.
fn dollars(amount: f64) -> Option<Decimal> {
    Decimal::try_from(amount).ok()
}
