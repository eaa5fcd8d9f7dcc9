//! The Lambda function behind the API's TOKEN authorizer.

use authorizer::{Authorizer, Request};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    api::telemetry::init(env!("CARGO_CRATE_NAME"));
    let authorizer = &Authorizer::from_env().await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Request>| {
        let answer = authorizer.answer(&event.payload, Timestamp::now()).await;
        answer.map_err(|failed| Diagnostic { error_type: "Failed".to_owned(), error_message: failed.to_string() })
    }))
    .await
}
