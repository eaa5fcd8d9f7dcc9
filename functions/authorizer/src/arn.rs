//! The ARN of the called method.

/// The parts of `arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{verb}/{path}` that a policy needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MethodArn<'a> {
    /// Up to the stage: `arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1`.
    pub(crate) stage: String,
    /// The home account, which the API is in.
    pub(crate) account: &'a str,
    /// The verb and path: `GET/costs`.
    pub(crate) called: &'a str,
}

impl<'a> MethodArn<'a> {
    pub(crate) fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let ("arn", partition, "execute-api") = (parts.next()?, parts.next()?, parts.next()?) else { return None };
        let (region, account) = (parts.next()?, parts.next()?);
        let mut path = parts.next()?.splitn(3, '/');
        let (api, stage, called) = (path.next()?, path.next()?, path.next().unwrap_or_default());
        if [partition, region, account, api, stage].iter().any(|part| part.is_empty() || part.contains(['*', '?'])) {
            return None;
        }
        Some(Self { stage: format!("arn:{partition}:execute-api:{region}:{account}:{api}/{stage}"), account, called })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_arn_is_read_up_to_its_stage() {
        let arn = "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/v1/GET/accounts/1/costs";
        let stage = "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/v1".to_owned();
        let called = "GET/accounts/1/costs";
        assert_eq!(MethodArn::parse(arn), Some(MethodArn { stage, account: "123456789012", called }));
    }

    #[test]
    fn anything_but_a_method_arn_is_rejected() {
        for arn in [
            "",
            "arn:aws:lambda:us-east-1:123456789012:a1b2c3d4e5/v1/GET/",
            "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5",
            "arn:aws:execute-api:us-east-1::a1b2c3d4e5/v1/GET/",
            "arn:aws:execute-api:us-east-1:123456789012:*/v1/GET/",
            "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5//GET/",
        ] {
            assert_eq!(MethodArn::parse(arn), None, "{arn}");
        }
    }
}
