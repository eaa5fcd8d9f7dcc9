//! The Lambda function behind the API's TOKEN authorizer.

use authorizer::{Authorizer, Failed, Request, Response};
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    api::telemetry::init(env!("CARGO_CRATE_NAME"));
    let authorizer = &Authorizer::from_env().await?;
    let answer = |event: LambdaEvent<Request>| async move {
        Ok::<Response, Failed>(authorizer.answer(&event.payload, Timestamp::now()).await?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
