"""What AWS charges for resources that merely exist, per month of 730 hours, in us-east-1.

List prices from AWS's pricing pages: API Gateway (https://aws.amazon.com/api-gateway/pricing/), CloudWatch
(…/cloudwatch/pricing/), Secrets Manager (…/secrets-manager/pricing/), WAF (…/waf/pricing/), Route 53
(…/route53/pricing/), KMS (…/kms/pricing/). Prices in other regions differ by a few percent.
"""

from __future__ import annotations

SOURCE = "list prices of us-east-1"

HOURS = 730

#: Price per hour of a stage cache, by its size in GB.
CACHE_HOUR = {
    "0.5": 0.02, "1.6": 0.038, "6.1": 0.2, "13.5": 0.25, "28.4": 0.5, "58.2": 1.0, "118": 1.9, "237": 3.8,
}  # fmt: skip

SECRET = 0.40
ALARM = 0.10
#: Each custom dashboard beyond the account's free ones.
DASHBOARD = 3.00
FREE_DASHBOARDS = 3
LOG_GB = 0.03
WEB_ACL = 5.00
WEB_ACL_RULE = 1.00
KMS_KEY = 1.00
HOSTED_ZONE = 0.50
#: A health check of an endpoint in AWS, and each of its options: HTTPS, string matching, every 10 seconds, latency.
HEALTH_CHECK = 0.50
HEALTH_CHECK_OPTION = 1.00

#: Types that cost nothing while unused, or that are priced with another type.
FREE = {
    "AWS::ApiGateway::Account", "AWS::ApiGateway::ApiKey", "AWS::ApiGateway::BasePathMapping", "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::DomainName", "AWS::ApiGateway::RestApi", "AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey",
    "AWS::CertificateManager::Certificate", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role",
    "AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Route53::RecordSet", "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::WAFv2::WebACLAssociation",
}  # fmt: skip

#: Types that are billed by their contents or use, and how.
BY_USE = {
    "AWS::CloudTrail::Trail": "data events, $0.10 per 100,000; the first trail of management events is free",
    "AWS::S3::Bucket": "storage, $0.023 per GB and month",
    "AWS::Logs::MetricFilter": "metrics that receive data, $0.30 a month each",
}
