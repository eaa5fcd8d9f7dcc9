//! Steps that the remedies of several rules share, and why some rules have none.

use std::borrow::Cow;

use collector::Resource;
use collector::services::ec2::instance::Instance;
use collector::services::ec2::snapshot::Snapshot;
use collector::services::ec2::volume::Volume;

use crate::remediation::StepKind::{Backup, Change, Check, Delete};
use crate::remediation::{Command, Plan, SAFETY_TAG, Subject, Value, Withheld, aws, forms};

/// Why no command fixes what is slow or full.
pub(super) const A_DECISION: &str =
    "What helps is a decision: whether to do less work, to change the software, or to pay for more capacity.";
/// Why no command fixes what fails.
pub(super) const A_CAUSE: &str = "The cause must be found first; no command of AWS repairs it.";

/// The note about what several commands of a plan are.
pub(super) const ALTERNATIVES: &str =
    "The commands that change or delete something are alternatives, the milder one first: run one of them.";

/// Returns the tag of what a command creates, in the shorthand syntax of `--tag-specifications`.
fn safety_tag(of: &'static str, id: &Value) -> Value {
    let (of, is) = (Value::from(of), Value::from(",Tags=[{Key="));
    Value::joined(["ResourceType=".into(), of, is, SAFETY_TAG.into(), ",Value=".into(), id.into(), "}]".into()])
}

/// Returns a filter of EC2 for the tag of what a command created.
fn created_for(id: &Value) -> Value {
    Value::joined(["Name=tag:".into(), SAFETY_TAG.into(), ",Values=".into(), id.into()])
}

/// Returns a filter of EC2 by one value.
pub(super) fn filter(name: &'static str, value: &Value) -> Value {
    Value::joined(["Name=".into(), name.into(), ",Values=".into(), value.into()])
}

/// Returns the name of a last snapshot; it has at most 83 characters.
pub(super) fn last_snapshot_of(id: &Value) -> Value {
    Value::joined(["stratoscope-last-".into(), id.into()])
}

/// Creates a snapshot of a volume, and waits until it is complete.
fn saved(volume: &Value) -> Plan {
    let create = aws("ec2", "create-snapshot")
        .option("volume-id", volume)
        .option("description", Value::joined(["Before the deletion of ".into(), volume.into()]))
        .option("tag-specifications", safety_tag("snapshot", volume));
    let wait = aws("ec2", "wait snapshot-completed").option("owner-ids", "self").option("filters", created_for(volume));
    Plan::default().tried(Backup, "Creates a snapshot of the volume.", create).then(
        Check,
        "Waits for up to 10 minutes until the snapshot is complete; if it is not by then, wait again.",
        wait,
    )
}

/// Deletes a volume whose snapshot is complete.
fn deleted(volume: &Value) -> Plan {
    let plan =
        Plan::default().tried(Delete, "Deletes the volume.", aws("ec2", "delete-volume").option("volume-id", volume));
    plan.irreversible(
        "The volume and its id are gone; its data can be restored into a new volume for as long as the snapshot is kept.",
    )
    .note("The snapshot is billed until it is deleted; its tag stratoscope:safety-snapshot-of names the volume.")
}

/// Replaces a volume that is attached to nothing by a snapshot.
pub(super) fn replace_by_snapshot(subject: &Subject<'_, Volume>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::VOLUME)?;
    let check = aws("ec2", "describe-volumes").option("volume-ids", &id);
    let what = "Shows the volume: its state must be available, and its tags may name an owner.";
    Ok(Plan::default().then(Check, what, check).and(saved(&id)).and(deleted(&id)))
}

/// Detaches a volume from all its instances, and replaces it by a snapshot.
pub(super) fn detach_and_replace_by_snapshot(subject: &Subject<'_, Volume>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::VOLUME)?;
    let check = aws("ec2", "describe-volumes").option("volume-ids", &id);
    let mut plan = Plan::default()
        .then(Check, "Shows the volume, the instances that it is attached to, and its tags.", check)
        .and(saved(&id));
    for instance in &subject.detail.attached_to {
        let instance = forms::INSTANCE.check(instance)?;
        let detach = aws("ec2", "detach-volume").option("volume-id", &id).option("instance-id", &instance);
        plan = plan.tried(Change, "Detaches the volume, which must not be mounted.", detach);
    }
    let wait = aws("ec2", "wait volume-available").option("volume-ids", &id);
    let plan = plan.then(Check, "Waits until the volume is detached.", wait).and(deleted(&id));
    Ok(plan
        .note("A root volume can be detached only while its instance is stopped, which can't start without it then."))
}

/// Deletes a snapshot that no image uses.
pub(super) fn delete_snapshot(subject: &Subject<'_, Snapshot>) -> Result<Plan, Withheld> {
    let id = subject.id(&forms::SNAPSHOT)?;
    let users = aws("ec2", "describe-images")
        .option("owners", "self")
        .option("filters", filter("block-device-mapping.snapshot-id", &id))
        .option("query", "Images[].ImageId");
    Ok(Plan::default()
        .then(Check, "Lists the images that use the snapshot; there must be none.", users)
        .tried(Delete, "Deletes the snapshot.", aws("ec2", "delete-snapshot").option("snapshot-id", &id))
        .irreversible(
            "The snapshot is gone, unless a retention rule of the Recycle Bin holds it. It may be the last copy of its data.",
        )
        .note(
            "If its data must be kept, `aws ec2 modify-snapshot-tier` moves it to the archive tier, at a quarter of the price \
             and for at least 90 days.",
        ))
}

/// Stops an instance.
pub(super) fn stop(id: &Value) -> Plan {
    let stop = aws("ec2", "stop-instances").option("instance-ids", id);
    Plan::default().tried(Change, "Stops the instance; its volumes are still billed.", stop)
}

/// Creates an image of an instance, and terminates it.
pub(super) fn replace_by_image(id: &Value) -> Plan {
    let protection = aws("ec2", "describe-instance-attribute")
        .option("instance-id", id)
        .option("attribute", "disableApiTermination");
    let create = aws("ec2", "create-image")
        .option("instance-id", id)
        .option("name", last_snapshot_of(id))
        .option("tag-specifications", safety_tag("image", id));
    let wait = aws("ec2", "wait image-available").option("owners", "self").option("filters", created_for(id));
    Plan::default()
        .then(Check, "Shows whether the instance is protected from termination, which then fails.", protection)
        .tried(Backup, "Creates an image of the instance with its volumes, which restarts one that runs.", create)
        .then(Check, "Waits for up to 10 minutes until the image is available; if it is not by then, wait again.", wait)
        .tried(
            Delete,
            "Terminates the instance, and deletes each volume that is set to be deleted with it, as root volumes are by \
             default.",
            aws("ec2", "terminate-instances").option("instance-ids", id),
        )
        .irreversible(
            "The instance, its private addresses and the data of its instance store volumes are gone; from the image, \
             another one can be started.",
        )
        .note("The snapshots of the image are billed until it is deregistered and they are deleted.")
        .note("Elastic IP addresses and volumes that are not deleted with it are still billed.")
}

/// Returns whether an instance can be stopped: a Spot instance often can't.
pub(super) fn can_be_stopped(instance: &Instance) -> bool {
    instance.lifecycle.is_none()
}

/// Deletes a load balancer of any type.
pub(super) fn balancer(resource: &Resource, kind: Option<&str>) -> Result<Plan, Withheld> {
    let (show, delete) = if kind == Some("classic") {
        let name = forms::CLASSIC_BALANCER.check(&resource.id)?;
        let show = aws("elb", "describe-load-balancers").option("load-balancer-names", &name);
        (show, aws("elb", "delete-load-balancer").option("load-balancer-name", &name))
    } else {
        let arn = resource.arn.as_deref().ok_or("Elastic Load Balancing returned no ARN, which the command needs.")?;
        let arn = forms::BALANCER_ARN.check(arn)?;
        let show = aws("elbv2", "describe-listeners").option("load-balancer-arn", &arn);
        (show, aws("elbv2", "delete-load-balancer").option("load-balancer-arn", &arn))
    };
    Ok(Plan::default()
        .then(Check, "Shows its listeners: one that redirects or responds by itself needs no targets.", show)
        .then(Delete, "Deletes the load balancer, which fails while deletion protection is on.", delete)
        .irreversible(
            "Its host name is gone, and a new load balancer has another one; DNS records must not name it any more.",
        )
        .note("Target groups, certificates and security groups remain, and cost nothing."))
}

/// Returns a step that shows a resource.
pub(super) fn shown(what: &'static str, command: Command) -> Plan {
    Plan::default().then(Check, what, command)
}

/// Returns why a finding has no commands.
pub(super) fn withheld<T>(why: &'static str) -> Result<T, Withheld> {
    Err(Cow::Borrowed(why))
}
