use crate::cohort::{Cohort, Cohorts, Subject};
use crate::mode::Mode;

/// What an operator has set: who decides, and for whom that is RBAC already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enforcement {
    /// Who decides.
    pub mode: Mode,
    /// For whom [`Mode::On`] is on; for everyone else it is [`Mode::Report`].
    pub cohorts: Cohorts,
}

/// What RBAC says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// Yes.
    Allowed,
    /// No.
    Denied,
    /// Nothing: it could not be evaluated.
    Failed,
}

/// Whose word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// That of the rule from before.
    Before,
    /// That of RBAC.
    Rbac,
}

/// What is worth recording about a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub enum Finding {
    /// It was denied, and enforcement changes nothing about that.
    Denied,
    /// It was allowed, and would be denied under enforcement.
    WouldDeny,
    /// It was denied, and would be allowed under enforcement.
    WouldAllow,
    /// RBAC could not be evaluated. Apart from denials: what is wrong is the system, not the request.
    Failed,
}

impl Finding {
    /// Whether the request was refused, by whichever rule decided.
    pub fn is_denial(self) -> bool {
        matches!(self, Self::Denied | Self::WouldAllow)
    }
}

/// A decision, and what it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision<'a> {
    /// The verdict. Where RBAC decides and could not be evaluated, it is no.
    pub allowed: bool,
    /// Whose word it was.
    pub decided_by: Rule,
    /// The mode in effect for this subject.
    pub mode: Mode,
    /// The cohort that the subject belongs to, whatever the mode.
    pub cohort: Option<&'a Cohort>,
    /// What is worth recording; nothing where it was allowed and enforcement changes nothing about that.
    pub finding: Option<Finding>,
}

impl Enforcement {
    /// The mode in effect for somebody.
    pub fn mode_for(&self, subject: &Subject<'_>) -> Mode {
        self.effective(self.cohorts.of(subject))
    }

    fn effective(&self, cohort: Option<&Cohort>) -> Mode {
        match self.mode {
            Mode::On if cohort.is_none() => Mode::Report,
            mode => mode,
        }
    }

    /// Decides on a request of `subject`: `before` is what the rule from before says, `rbac` what RBAC does.
    pub fn decide(&self, subject: &Subject<'_>, before: bool, rbac: Evaluation) -> Decision<'_> {
        let cohort = self.cohorts.of(subject);
        let mode = self.effective(cohort);
        let (decided_by, allowed) = match mode {
            Mode::Off | Mode::Report => (Rule::Before, before),
            Mode::On => (Rule::Rbac, rbac == Evaluation::Allowed),
        };
        let finding = match (mode, rbac) {
            (_, Evaluation::Failed) => Some(Finding::Failed),
            (Mode::Report, Evaluation::Denied) if before => Some(Finding::WouldDeny),
            (Mode::Report, Evaluation::Allowed) if !before => Some(Finding::WouldAllow),
            _ => (!allowed).then_some(Finding::Denied),
        };
        Decision { allowed, decided_by, mode, cohort, finding }
    }
}

impl Finding {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Denied, Self::WouldDeny, Self::WouldAllow, Self::Failed];

    /// It in words, for a log.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::WouldDeny => "enforcement would deny this",
            Self::WouldAllow => "enforcement would allow this",
            Self::Failed => "access could not be evaluated",
        }
    }

    /// Its name: `denied`, `would_deny`, `would_allow` or `failed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::WouldDeny => "would_deny",
            Self::WouldAllow => "would_allow",
            Self::Failed => "failed",
        }
    }
}
