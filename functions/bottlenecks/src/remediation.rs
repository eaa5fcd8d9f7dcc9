//! What fixes a finding: commands of the AWS CLI, for a person to read and run. This project runs none of them.
//!
//! A rule declares its [`Remedy`] as data: steps of a service, an operation and options. Ids and names are chosen by
//! whoever creates a resource, and end up in a shell. A [`Value`] is therefore made of an id only if that has the
//! [`Form`] that AWS documents for its type. Without, there are no commands, and the response says so. No form allows a
//! quote, a blank or a control character, and each value is nevertheless quoted, as `--name='value'`: so one that begins
//! with `-` is no option either.

pub(crate) mod forms;
mod value;

use std::borrow::Cow;

use collector::Resource;
use schemars::JsonSchema;
use serde::Serialize;

use crate::reading::Observed;

pub(crate) use forms::Form;
pub(crate) use value::{Value, Withheld};

/// The tag of what a command creates before another one deletes: the id of what is deleted.
pub(crate) const SAFETY_TAG: &str = "stratoscope:safety-snapshot-of";

/// How a rule's findings are fixed.
pub(crate) enum Remedy<K> {
    /// By these commands.
    Commands(fn(&Subject<'_, K>) -> Result<Plan, Withheld>),
    /// By none, for this reason.
    None(&'static str),
}

/// The resource of a finding.
#[derive(Debug)]
pub(crate) struct Subject<'a, K> {
    pub(crate) resource: &'a Resource,
    /// The fields of its type.
    pub(crate) detail: &'a K,
    /// What was observed.
    pub(crate) observed: &'a Observed,
    /// Whether something else is recommended instead of it, such as a smaller type.
    pub(crate) is_replaced: bool,
}

impl<K> Subject<'_, K> {
    /// Returns the id of the resource, which must have this form.
    pub(crate) fn id(&self, form: &Form) -> Result<Value, Withheld> {
        form.check(&self.resource.id)
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RemediationStepKind")]
pub(crate) enum StepKind {
    /// It only reads.
    Check,
    /// It asks AWS whether the next step would be allowed; AWS changes nothing, and the command ends with the error
    /// `DryRunOperation` if it is.
    DryRun,
    /// It copies what a later step deletes.
    Backup,
    /// It changes the resource.
    Change,
    /// It deletes the resource, or a part of it.
    Delete,
}

/// A command of the AWS CLI without its region.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    service: &'static str,
    /// As the CLI names it, such as `delete-volume` or `wait snapshot-completed`.
    operation: &'static str,
    options: Vec<(&'static str, Value)>,
    flags: Vec<&'static str>,
}

/// Returns a command without options.
pub(crate) fn aws(service: &'static str, operation: &'static str) -> Command {
    Command { service, operation, options: Vec::new(), flags: Vec::new() }
}

impl Command {
    /// Adds an option, such as `volume-id`.
    pub(crate) fn option(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.options.push((name, value.into()));
        self
    }

    /// Adds an option without a value, such as `apply-immediately`.
    pub(crate) fn flag(mut self, name: &'static str) -> Self {
        self.flags.push(name);
        self
    }

    /// Returns the command as it is typed into a shell.
    fn line(&self, region: &Value) -> String {
        let Self { service, operation, options, flags } = self;
        let region = [("region", region)].into_iter();
        let options = region.chain(options.iter().map(|(name, value)| (*name, value)));
        let options = options.map(|(name, value)| format!(" --{name}={}", value.quoted()));
        let flags = flags.iter().map(|name| format!(" --{name}"));
        format!("aws {service} {operation}{}", options.chain(flags).collect::<String>())
    }
}

/// One command, and what it does.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    kind: StepKind,
    /// One sentence.
    what: &'static str,
    command: Command,
}

/// What a dry run does, whatever follows it.
const TRIES: &str =
    "Asks whether the next command would be allowed: AWS changes nothing, and says DryRunOperation if it would.";

/// The steps that fix a finding, safest first.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    steps: Vec<Step>,
    irreversible: Option<&'static str>,
    notes: Vec<&'static str>,
}

impl Plan {
    /// Adds a step.
    pub(crate) fn then(mut self, kind: StepKind, what: &'static str, command: Command) -> Self {
        self.steps.push(Step { kind, what, command });
        self
    }

    /// Adds a step of EC2, after the same command as a dry run.
    pub(crate) fn tried(self, kind: StepKind, what: &'static str, command: Command) -> Self {
        self.then(StepKind::DryRun, TRIES, command.clone().flag("dry-run")).then(kind, what, command)
    }

    /// Adds the steps of another plan, and what it can't undo and notes.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.steps.extend(other.steps);
        self.notes.extend(other.notes);
        Self { irreversible: other.irreversible.or(self.irreversible), ..self }
    }

    /// Says what can't be undone.
    pub(crate) fn irreversible(self, what: &'static str) -> Self {
        Self { irreversible: Some(what), ..self }
    }

    /// Adds what to know before.
    pub(crate) fn note(mut self, note: &'static str) -> Self {
        self.notes.push(note);
        self
    }
}

/// How a finding is fixed by the AWS CLI. Nothing runs the commands but a person.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Remediation {
    /// The commands, safest first; empty if there are none.
    steps: Vec<StepJson>,
    /// What can't be undone after the last of them; null if everything can.
    irreversible: Option<&'static str>,
    /// What to know before.
    notes: Vec<&'static str>,
    /// Why there are no commands; absent if there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_none: Option<Cow<'static, str>>,
}

/// One command.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RemediationStep")]
struct StepJson {
    /// What kind of step it is.
    kind: StepKind,
    /// What it does, in one sentence.
    what: &'static str,
    /// The command, quoted for a POSIX shell.
    command: String,
}

impl Remediation {
    /// Returns that there are no commands, for this reason.
    pub(crate) fn none(why: impl Into<Cow<'static, str>>) -> Self {
        Self { steps: Vec::new(), irreversible: None, notes: Vec::new(), why_none: Some(why.into()) }
    }

    /// Returns the commands that fix a finding, or why there are none.
    pub(crate) fn of<K>(remedy: &Remedy<K>, subject: &Subject<'_, K>) -> Self {
        let plan = match remedy {
            Remedy::None(why) => Err(Cow::Borrowed(*why)),
            Remedy::Commands(plan) => region(subject.resource).and_then(|region| Ok((region, plan(subject)?))),
        };
        match plan {
            Err(why) => Self::none(why),
            Ok((region, Plan { steps, irreversible, notes })) => {
                let of_step = |Step { kind, what, command }| StepJson { kind, what, command: command.line(&region) };
                let steps = steps.into_iter().map(of_step).collect();
                Self { steps, irreversible, notes, why_none: None }
            }
        }
    }
}

fn region(resource: &Resource) -> Result<Value, Withheld> {
    forms::REGION.check(resource.region.as_deref().ok_or("AWS does not say in which region it is.")?)
}
