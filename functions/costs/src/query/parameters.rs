//! The definitions of the parameters of `/costs`.

use api::{ALLOWED_COST, FORMAT, Parameter, Values, Without, code, max_cost};
use collector::costs::RESOURCE_ID;
use serde_json::json;

use super::dates::{ANOMALY_DAYS, FEWEST_DAYS, HOURLY_DAYS, MOST_DAYS, RESOURCE_DAYS, USUAL_DAYS};
use super::filter::{self, MOST_TAGS, MOST_VALUES, NO_REGIONS};
use crate::record_types::{EXCLUDABLE, RECORD_TYPE};

pub(super) const DAILY: &str = "DAILY";
pub(super) const MONTHLY: &str = "MONTHLY";
pub(super) const HOURLY: &str = "HOURLY";

/// The default metric.
pub(super) const USUAL_METRIC: &str = "UnblendedCost";

/// The metrics: AWS's name, and its name for forecasts if AWS provides them.
pub(super) const METRICS: [(&str, Option<&str>); 7] = [
    (USUAL_METRIC, Some("UNBLENDED_COST")),
    ("AmortizedCost", Some("AMORTIZED_COST")),
    ("NetUnblendedCost", Some("NET_UNBLENDED_COST")),
    ("NetAmortizedCost", Some("NET_AMORTIZED_COST")),
    ("BlendedCost", Some("BLENDED_COST")),
    ("UsageQuantity", None),
    ("NormalizedUsageAmount", None),
];

/// The dimension of the accounts on a bill.
pub(super) const LINKED_ACCOUNT: &str = "LINKED_ACCOUNT";

/// The dimension of what is billed, such as an hour of an instance of one type.
pub(super) const USAGE_TYPE: &str = "USAGE_TYPE";

/// The parameters of what rose and fell.
pub(super) const MOVERS: &str = "movers";
pub(super) const MOVERS_BY: &str = "movers_by";

/// The most groupings that AWS accepts.
pub(super) const MOST_GROUPINGS: usize = 2;
/// The default grouping.
pub(super) const USUAL_GROUPING: &str = "service";

/// The dimensions to group by: the parameter's name and AWS's.
pub(crate) const DIMENSIONS: [(&str, &str); 7] = [
    (USUAL_GROUPING, "SERVICE"),
    ("account", LINKED_ACCOUNT),
    ("region", "REGION"),
    ("usage_type", USAGE_TYPE),
    ("record_type", RECORD_TYPE),
    ("instance_type", "INSTANCE_TYPE"),
    ("resource", RESOURCE_ID),
];

/// Every parameter of this route.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "days",
        values: Values::Number(1..=MOST_DAYS),
        allowed: || {
            format!(
                "the last so many whole days, as many as Cost Explorer keeps: by the date, {FEWEST_DAYS} to {MOST_DAYS} \
                 ({HOURLY_DAYS} for `{HOURLY}`, {RESOURCE_DAYS} for single resources); not with `start` or `end`"
            )
        },
        without: Without::Means(|| {
            format!(
                "{USUAL_DAYS}; {HOURLY_DAYS} for `{HOURLY}`; {RESOURCE_DAYS} for single resources, and half of that with \
                 `movers`"
            )
        }),
    },
    Parameter {
        name: "start",
        values: Values::Day,
        allowed: || "the first day, as `YYYY-MM-DD`; required with `end`".to_owned(),
        without: Without::Means(|| "the first of the `days`".to_owned()),
    },
    Parameter {
        name: "end",
        values: Values::Day,
        allowed: || "the day after the last, as `YYYY-MM-DD`; tomorrow at the latest".to_owned(),
        without: Without::Means(|| "today, which has not ended and is not included".to_owned()),
    },
    Parameter {
        name: "granularity",
        values: Values::OneOf(|| vec![DAILY, MONTHLY, HOURLY]),
        allowed: || {
            format!(
                "`{DAILY}`, `{MONTHLY}`, or `{HOURLY}` for the last {HOURLY_DAYS} days and today (the account has to \
                 opt in)"
            )
        },
        without: Without::Default(|| DAILY.into()),
    },
    Parameter {
        name: "metric",
        values: Values::OneOf(|| METRICS.map(|(name, _)| name).to_vec()),
        allowed: || code(METRICS.map(|(name, _)| name)),
        without: Without::Default(|| USUAL_METRIC.into()),
    },
    Parameter {
        name: "group_by",
        values: Values::TextsUpTo(MOST_GROUPINGS),
        allowed: || {
            let dimensions = code(DIMENSIONS.map(|(name, _)| name));
            format!(
                "up to {MOST_GROUPINGS} of {dimensions}, `tag:Key`, `cost_category:Name`; single resources only for \
                 the last {RESOURCE_DAYS} days, of chosen services, if the account has opted in"
            )
        },
        without: Without::Default(|| json!([USUAL_GROUPING])),
    },
    Parameter {
        name: "exclude",
        values: Values::SomeOf(|| EXCLUDABLE.map(|(name, _)| name).to_vec()),
        allowed: || code(EXCLUDABLE.map(|(name, _)| name)),
        without: Without::Means(|| "nothing".to_owned()),
    },
    Parameter {
        name: filter::SERVICES,
        values: Values::TextsUpTo(MOST_VALUES),
        allowed: || {
            format!(
                "up to {MOST_VALUES} of Cost Explorer's names: `EC2 - Other,AWS Lambda`; `\\,` for a comma in a name"
            )
        },
        without: Without::Means(all),
    },
    Parameter {
        name: filter::REGIONS,
        values: Values::TextsUpTo(MOST_VALUES),
        allowed: || {
            let [global, none] = NO_REGIONS;
            format!(
                "names of regions, `{global}` (services without regions), `{none}` (taxes, for example); names are not \
                 checked, and an unknown one matches nothing"
            )
        },
        without: Without::Means(all),
    },
    Parameter {
        name: filter::ACCOUNTS,
        values: Values::TextsUpTo(MOST_VALUES),
        allowed: || "ids of linked accounts: `123456789012,210987654321`".to_owned(),
        without: Without::Means(all),
    },
    Parameter {
        name: filter::USAGE_TYPES,
        values: Values::TextsUpTo(MOST_VALUES),
        allowed: || "Cost Explorer's names: `BoxUsage:t3.large`".to_owned(),
        without: Without::Means(all),
    },
    Parameter {
        name: filter::TAGS,
        values: Values::Texts,
        allowed: || format!("`Key`, `Key:Value` or `!Key`, with up to {MOST_TAGS} keys: see [Filters](#filters)"),
        without: Without::Means(all),
    },
    Parameter {
        name: "compare",
        values: Values::Flag,
        allowed: || {
            format!(
                "`true`, `false`: compare with as many days before, or `{MONTHLY}` with the same days of as many months \
                 before; not for `{HOURLY}`"
            )
        },
        without: Without::Means(|| format!("`true` for `{DAILY}`")),
    },
    Parameter {
        name: "forecast",
        values: Values::Flag,
        allowed: || "`true`, `false`: the rest of the month, for another cent".to_owned(),
        without: Without::Default(|| false.into()),
    },
    Parameter {
        name: "linked_accounts",
        values: Values::Flag,
        allowed: || {
            "`true`, `false`: list in `meta.accounts` whose costs they are, for another cent (free with \
             `group_by=account`)"
                .to_owned()
        },
        without: Without::Default(|| false.into()),
    },
    Parameter {
        name: MOVERS,
        values: Values::Flag,
        allowed: || {
            format!(
                "`true`, `false`: what rose and fell since the days before; not for `{HOURLY}`, usage metrics or \
                 `compare=false`"
            )
        },
        without: Without::Default(|| false.into()),
    },
    Parameter {
        name: MOVERS_BY,
        values: Values::Text,
        allowed: || {
            "one of the groupings of `group_by`, with `movers=true`; for two cents more where the costs are not grouped \
             by it, or by two others"
                .to_owned()
        },
        without: Without::Means(|| "the first grouping of `group_by`".to_owned()),
    },
    Parameter {
        name: "anomalies",
        values: Values::Flag,
        allowed: || {
            format!(
                "`true`, `false`: what Cost Anomaly Detection found, of the last {ANOMALY_DAYS} days, for another cent, \
                 or two if it found nothing"
            )
        },
        without: Without::Default(|| false.into()),
    },
    Parameter {
        name: "budgets",
        values: Values::Flag,
        allowed: || "`true`, `false`: the account's budgets, which are free".to_owned(),
        without: Without::Default(|| false.into()),
    },
    max_cost(
        || {
            format!(
                "{ALLOWED_COST}: requests whose first pages cost more are a 400 with the price, before AWS bills anything"
            )
        },
        || "any price".to_owned(),
    ),
    FORMAT,
];

fn all() -> String {
    "all".to_owned()
}
