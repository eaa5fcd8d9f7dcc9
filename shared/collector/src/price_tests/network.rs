//! Addresses, gateways, endpoints and load balancers.

use super::{billed, exactly, parts, reason, text};
use crate::model::price::UnpricedReason;
use crate::services::ec2::address::{ASSOCIATED, Address, UNASSOCIATED};
use crate::services::ec2::endpoint::Endpoint;
use crate::services::ec2::nat_gateway::NatGateway;
use crate::services::elb::load_balancer::LoadBalancer;

#[test]
fn an_address_of_amazons_pool_is_billed_in_use_or_idle() {
    let address = |state, pool| Address { state, public_ipv4_pool: text(pool), ..Address::default() };
    for (state, usage) in [(ASSOCIATED, "PublicIPv4:InUseAddress"), (UNASSOCIATED, "PublicIPv4:IdleAddress")] {
        let bill = billed(&address(state, "amazon"));
        assert_eq!(parts(&bill), [format!("address: 1 Hrs of AmazonVPC/-, {usage}, group=VPCPublicIPv4Address")]);
        assert_eq!(exactly(&bill, &["0.005"]), "3.65");
    }
    let own = address(UNASSOCIATED, "ipv4pool-ec2-012345");
    assert_eq!(reason(&own), UnpricedReason::BilledElsewhere);
    assert_eq!(reason(&Address { public_ipv4_pool: None, ..own }), UnpricedReason::MissingFields);
}

#[test]
fn a_nat_gateway_is_billed_by_the_hour_while_it_is_available() {
    let gateway = || NatGateway { state: text("available"), subnet_id: text("subnet-1"), ..NatGateway::default() };
    let bill = billed(&gateway());
    assert_eq!(parts(&bill), ["gateway: 1 Hrs of AmazonEC2/NAT Gateway, NatGateway-Hours"]);
    assert_eq!(exactly(&bill, &["0.045"]), "32.85");
    assert_eq!(reason(&NatGateway { state: text("deleted"), ..gateway() }), UnpricedReason::BilledElsewhere);
    // A regional one.
    assert_eq!(reason(&NatGateway { subnet_id: None, ..gateway() }), UnpricedReason::NotSupported);
}

#[test]
fn an_endpoint_is_billed_in_each_of_its_subnets() {
    let endpoint = |kind, subnets: &[&str]| Endpoint {
        endpoint_type: text(kind),
        subnet_ids: subnets.iter().map(|subnet| (*subnet).to_owned()).collect(),
        ..Endpoint::default()
    };
    let bill = billed(&endpoint("Interface", &["subnet-1", "subnet-2", "subnet-3"]));
    assert_eq!(parts(&bill), ["zones: 3 Hrs of AmazonVPC/VpcEndpoint, VpcEndpoint-Hours"]);
    assert_eq!(exactly(&bill, &["0.01"]), "21.90");
    let bill = billed(&endpoint("GatewayLoadBalancer", &["subnet-1"]));
    assert_eq!(parts(&bill), ["zones: 1 Hrs of AmazonVPC/VpcEndpoint, VpcEndpoint-GWLBE-Hours"]);
    assert_eq!(reason(&endpoint("Interface", &[])), UnpricedReason::MissingFields);
    assert_eq!(reason(&endpoint("Gateway", &[])), UnpricedReason::BilledElsewhere);
    assert_eq!(reason(&endpoint("Resource", &["subnet-1"])), UnpricedReason::NotSupported);
}

#[test]
fn a_load_balancer_is_billed_by_the_hour_of_its_kind() {
    for (kind, family, unit_price, usd) in [
        ("application", "Load Balancer-Application", "0.0225", "16.43"),
        ("network", "Load Balancer-Network", "0.0225", "16.43"),
        ("gateway", "Load Balancer-Gateway", "0.0125", "9.13"),
        ("classic", "Load Balancer", "0.025", "18.25"),
    ] {
        let bill = billed(&LoadBalancer { kind: text(kind), ..LoadBalancer::default() });
        assert_eq!(parts(&bill), [format!("load balancer: 1 Hrs of AWSELB/{family}, LoadBalancerUsage")]);
        assert_eq!(exactly(&bill, &[unit_price]), usd);
    }
    assert_eq!(reason(&LoadBalancer { kind: text("new"), ..LoadBalancer::default() }), UnpricedReason::NotSupported);
}
