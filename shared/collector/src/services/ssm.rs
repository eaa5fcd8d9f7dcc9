//! Parameter Store of Systems Manager: the parameters under a path.
//!
//! Values are not decrypted, since that would need the permission for a key: a SecureString has its encrypted text as
//! its value, and says so.

use aws_sdk_ssm::operation::get_parameters_by_path::GetParametersByPathOutput;
use aws_sdk_ssm::types::{Parameter, ParameterType};

use crate::call::clients::{Service, guarded_client};
use crate::call::gate::Rate;
use crate::call::inquiry::Inquiry;
use crate::call::pages::{Listing, Page, every_page};
use crate::model::operation::{Operation, Price};
use crate::model::parameter::StoredParameter;
use crate::services::values::given;

/// Systems Manager.
pub(crate) struct Ssm;

impl Service for Ssm {
    const NAME: &'static str = "ssm";
    // GetParameter, GetParameters and GetParametersByPath together, without the higher throughput that AWS bills.
    const RATE: Rate = Rate::a_second(40, 0);

    guarded_client!(aws_sdk_ssm);
}

/// Lists parameters with their values; free at standard throughput.
pub(crate) const GET_PARAMETERS_BY_PATH: Operation = Operation {
    service: Ssm::NAME,
    name: "GetParametersByPath",
    action: Some("ssm:GetParametersByPath"),
    price: Price::Free,
};

/// The most parameters that Systems Manager returns per page.
const PARAMETERS_A_PAGE: i32 = 10;

/// Lists the parameters under `path`, at all levels.
pub(crate) async fn parameters_under(inquiry: &Inquiry<'_>, path: &str) -> Listing<StoredParameter> {
    let ssm = inquiry.client::<Ssm>();
    let ask = |page: Page| {
        let request = ssm.get_parameters_by_path().path(path).recursive(true).with_decryption(false);
        request.max_results(page.size).set_next_token(page.token).send()
    };
    let limits = ssm.limits(&GET_PARAMETERS_BY_PATH, inquiry.deadline).pages_of(PARAMETERS_A_PAGE);
    every_page(limits, ask, GetParametersByPathOutput::next_token, |page| {
        page.parameters.unwrap_or_default().into_iter().filter_map(stored).collect()
    })
    .await
}

fn stored(parameter: Parameter) -> Option<StoredParameter> {
    let is_encrypted = parameter.r#type == Some(ParameterType::SecureString);
    let name = given(parameter.name.as_deref())?;
    Some(StoredParameter { name, value: parameter.value.unwrap_or_default(), is_encrypted })
}
