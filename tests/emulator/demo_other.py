"""The part of the demo account that no type of its own lists: queues, topics, security groups, secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .demo_account import Contents
    from .ministack import Emulator

#: What there is: region, kind, name, environment. A queue and a topic have the same name.
OTHERS = [
    ("us-east-1", "queue", "orders", "prod"),
    ("us-east-1", "topic", "orders", "prod"),
    ("us-east-1", "queue", "orders-failed", "prod"),
    ("us-east-1", "security group", "web", "prod"),
    ("us-east-1", "secret", "acme/payment-provider", "prod"),
    ("eu-west-1", "queue", "shop-mails", "prod"),
    ("eu-west-1", "topic", "shop-alerts", "dev"),
    ("eu-west-1", "security group", "shop", "prod"),
]
IN_OTHER_ACCOUNT = [
    ("us-east-1", "queue", "sandbox-jobs", "dev"),
    ("eu-west-1", "topic", "sandbox-alerts", "dev"),
]


def fill_region(emulator: Emulator, contents: Contents, region: str) -> None:
    """Creates what there is in a region."""
    for _, kind, name, environment in [row for row in contents.others if row[0] == region]:
        tags = {"env": environment}
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        client = {"queue": "sqs", "topic": "sns", "security group": "ec2", "secret": "secretsmanager"}[kind]
        aws = emulator.client(client, region, contents.account)
        if kind == "queue":
            aws.create_queue(QueueName=name, tags=tags)
        elif kind == "topic":
            aws.create_topic(Name=name, Tags=listed)
        elif kind == "secret":
            aws.create_secret(Name=name, SecretString="of the demo account", Tags=listed)
        else:
            tagged = [{"ResourceType": "security-group", "Tags": listed}]
            aws.create_security_group(GroupName=name, Description=f"of {name}", TagSpecifications=tagged)
