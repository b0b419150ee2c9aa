//! How access control is switched on for people who already work with a system: step by step, for some before others, and
//! with a record of what the next step would change.
//!
//! In scope: the mode and the cohorts that an operator sets, and the one function that says whether the rule from before
//! or RBAC decides on a request, and what of it is worth recording. Not in scope: how either of them comes to its
//! answer, and where records go.
//!
//! ```
//! use edgeward_enforce::{Enforcement, Evaluation, Finding, Mode, Subject};
//!
//! let staged = Enforcement { mode: Mode::On, cohorts: "staff".parse().unwrap() };
//! let ada = Subject { user: "ada", tenant: "default", staff: false };
//! let decision = staged.decide(&ada, true, Evaluation::Denied);
//! assert!(decision.allowed, "she is not staff, so the rule from before still decides");
//! assert_eq!(decision.finding, Some(Finding::WouldDeny), "and what enforcement would change is recorded");
//! ```

mod cohort;
mod decision;
mod mode;

pub use cohort::{Cohort, Cohorts, ParseCohortsError, Subject, percentile};
pub use decision::{Decision, Enforcement, Evaluation, Finding, Rule};
pub use mode::{Mode, ParseModeError};
