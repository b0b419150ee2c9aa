//! Every decision there is, to be read, and what holds for all of them.
#![cfg(test)]

use std::fmt::Write;

use edgeward_enforce::{Cohorts, Enforcement, Evaluation, Finding, Mode, Rule, Subject, percentile};
use proptest::prelude::*;

const MODES: [Mode; 3] = [Mode::Off, Mode::Report, Mode::On];
const EVALUATIONS: [Evaluation; 3] = [Evaluation::Allowed, Evaluation::Denied, Evaluation::Failed];
const ADA: Subject<'_> = Subject { user: "ada", tenant: "acme", staff: true };

fn enforcement(mode: Mode, in_cohort: bool) -> Enforcement {
    Enforcement { mode, cohorts: if in_cohort { "staff" } else { "tenant:other" }.parse().unwrap() }
}

#[test]
fn every_decision_is_as_reviewed() {
    let mut table = format!(
        "{:7} {:7} {:7} {:8} {:8} {:7} {:7} {}\n",
        "mode", "cohort", "before", "rbac", "allowed", "by", "mode", "recorded"
    );
    for mode in MODES {
        for member in [true, false] {
            for before in [true, false] {
                for rbac in EVALUATIONS {
                    let enforcement = enforcement(mode, member);
                    let decision = enforcement.decide(&ADA, before, rbac);
                    let by = if decision.decided_by == Rule::Before { "before" } else { "rbac" };
                    let rbac = format!("{rbac:?}");
                    let finding = decision.finding.map_or("-", Finding::as_str);
                    let (effective, allowed) = (decision.mode, decision.allowed);
                    writeln!(
                        table,
                        "{:7} {member:<7} {before:<7} {rbac:8} {allowed:<8} {by:7} {:7} {finding}",
                        mode.as_str(),
                        effective.as_str()
                    )
                    .unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!(table);
}

proptest! {
    #[test]
    fn off_and_report_never_change_what_the_rule_from_before_says(
        mode in 0..2_usize, member: bool, before: bool, rbac in 0..3_usize
    ) {
        let enforcement = enforcement(MODES[mode], member);
        let decision = enforcement.decide(&ADA, before, EVALUATIONS[rbac]);
        prop_assert_eq!((decision.allowed, decision.decided_by), (before, Rule::Before));
    }

    #[test]
    fn a_failed_evaluation_is_recorded_as_nothing_else(mode in 0..3_usize, member: bool, before: bool) {
        let enforcement = enforcement(MODES[mode], member);
        let decision = enforcement.decide(&ADA, before, Evaluation::Failed);
        prop_assert_eq!(decision.finding, Some(Finding::Failed));
        prop_assert_eq!(decision.allowed, before && decision.decided_by == Rule::Before, "closed under `on`");
    }

    #[test]
    fn outside_the_cohorts_on_is_report(before: bool, rbac in 0..3_usize) {
        let (on, report) = (enforcement(Mode::On, false), enforcement(Mode::Report, false));
        prop_assert_eq!(
            on.decide(&ADA, before, EVALUATIONS[rbac]),
            report.decide(&ADA, before, EVALUATIONS[rbac])
        );
    }

    #[test]
    fn a_percentage_grows_and_never_swaps_users(user in "\\PC{0,40}", less in 0..=100_u8, more in 0..=100_u8) {
        let (less, more) = (less.min(more), less.max(more));
        let subject = Subject { user: &user, tenant: "acme", staff: false };
        let member = |percent: u8| {
            format!("percent:{percent}").parse::<Cohorts>().unwrap().of(&subject).is_some()
        };
        prop_assert!(!member(0));
        prop_assert!(member(100));
        prop_assert!(!member(less) || member(more));
        prop_assert!(percentile(&user) < 100);
    }

    #[test]
    fn cohorts_are_read_as_they_are_shown(staff: bool, percent in 0..=100_u8, tenant in "[a-zA-Z0-9 .-]{1,20}") {
        let tenant = tenant.trim();
        prop_assume!(!tenant.is_empty());
        let mut text = format!("tenant:{tenant},percent:{percent}");
        if staff {
            text.push_str(",staff");
        }
        let shown: Vec<String> = text.parse::<Cohorts>().unwrap().iter().map(ToString::to_string).collect();
        prop_assert_eq!(shown.join(","), text);
    }

    #[test]
    fn no_text_upsets_a_parser(text in "\\PC{0,60}") {
        let _ = text.parse::<Cohorts>();
        let _ = text.parse::<Mode>();
    }
}

/// Neighbouring ids, as a deployment has them, fall into every hundredth about equally often.
#[test]
fn users_spread_evenly() {
    let mut hundredths = [0_u32; 100];
    for number in 0..100_000_u32 {
        let user = format!("019acbb2-5f00-7000-8000-{number:012x}");
        hundredths[usize::from(percentile(&user))] += 1;
    }
    for (hundredth, count) in hundredths.iter().enumerate() {
        // Five standard deviations.
        assert!((840..=1160).contains(count), "{hundredth}: {count}");
    }
}
