//! The command line. What is written here is also the help; docs/CLI.md has an example of every command.

use std::path::PathBuf;

use accounts::{Email, PersonName, SessionId, TenantName, Timestamp, UserStatus};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rbac::{Grant, Permission, RoleName};

use crate::deployment::Deployment;
use crate::names::{RoleRef, UserRef};
use crate::output::Most;

/// The command line of Edgeward: users, roles, permissions, sessions, audit and rollout of a deployment.
#[derive(Debug, Parser)]
#[command(name = "edgeward", version, max_term_width = 110, propagate_version = true)]
#[command(after_help = "\
Exit codes:
  0  it was done
  1  something on this machine went wrong
  2  the command line makes no sense, or a confirmation is missing
  3  not signed in
  4  not allowed
  5  not found, or switched off
  6  refused, since it does not fit what is there
  7  the deployment does not answer; trying again may help")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Options {
    /// The deployment, by the address of its pages; the one that was signed in to last, if absent
    #[arg(long, global = true, env = "EDGEWARD_URL", value_name = "URL")]
    pub(crate) url: Option<Deployment>,
    /// Write JSON for scripts in the place of tables
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in with an API token, which is read from standard input, and keep it
    Login,
    /// Forget the token of a deployment
    Logout,
    /// Who the token speaks for, and what it may do
    Whoami,
    /// Whether the token may do something: exit code 0 if so, 4 if not
    Check(CheckArgs),
    /// Accounts
    #[command(subcommand)]
    Users(Users),
    /// Roles, and what they grant
    #[command(subcommand)]
    Roles(Roles),
    /// The permission catalogue
    #[command(subcommand)]
    Permissions(Permissions),
    /// Who has which role
    #[command(subcommand)]
    Assignments(Assignments),
    /// The sessions of users
    #[command(subcommand)]
    Sessions(Sessions),
    /// The audit log
    #[command(subcommand)]
    Audit(Audit),
    /// Switching enforcement on
    #[command(subcommand)]
    Rollout(Rollout),
    /// What an application asks of its callers
    #[command(subcommand)]
    Manifest(Manifest),
    /// Write completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// What is asked for, such as posts:write
    #[arg(required = true)]
    pub(crate) permissions: Vec<Permission>,
    /// One of them is enough
    #[arg(long)]
    pub(crate) any: bool,
}

/// How much of a list is shown.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Length {
    /// At most so many
    #[arg(long, default_value_t = 50, conflicts_with = "all", value_name = "N")]
    limit: usize,
    /// All of them, however many there are
    #[arg(long)]
    all: bool,
}

impl Length {
    pub(crate) fn most(self) -> Most {
        Most((!self.all).then_some(self.limit))
    }
}

/// Where something can't be undone.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Confirmation {
    /// Do not ask whether it is meant
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// Accounts, the newest first
    List {
        /// Words that names or the address contain
        #[arg(long, short, value_name = "TEXT")]
        search: Option<String>,
        /// active, invited or suspended
        #[arg(long)]
        status: Option<UserStatus>,
        /// Those who have this role
        #[arg(long)]
        role: Option<RoleName>,
        /// Those of this tenant
        #[arg(long)]
        tenant: Option<TenantName>,
        #[command(flatten)]
        length: Length,
    },
    /// One account
    Show {
        /// Its id or address
        user: UserRef,
    },
    /// What an account may do, and which roles give it that
    Permissions {
        /// Its id or address
        user: UserRef,
    },
    /// Make an account, and mail an invitation to its owner
    Invite {
        /// Its address
        address: Email,
        /// First name
        #[arg(long, value_name = "NAME")]
        first_name: Option<PersonName>,
        /// Last name
        #[arg(long, value_name = "NAME")]
        last_name: Option<PersonName>,
        /// Its tenant; `default` if absent
        #[arg(long)]
        tenant: Option<TenantName>,
        /// It belongs to the cohort `staff` of a rollout
        #[arg(long)]
        staff: bool,
        /// A role that it has from the start, by name or id; can be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<RoleRef>,
    },
    /// Mail the invitation once more; earlier ones stop working
    Reinvite {
        /// Its id or address
        user: UserRef,
    },
    /// Change an account; what is not given stays
    Update(UpdateUser),
    /// Keep an account out, and end its sessions, until it is reactivated
    Suspend {
        /// Its id or address
        user: UserRef,
        /// Why, for the audit log
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Let a suspended account in again
    Reactivate {
        /// Its id or address
        user: UserRef,
        /// Why, for the audit log
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Delete an account, with its roles, sessions and tokens
    Delete {
        /// Its id or address
        user: UserRef,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true)
    .args(["first_name", "last_name", "address", "tenant", "staff"]))]
pub(crate) struct UpdateUser {
    /// Its id or address
    pub(crate) user: UserRef,
    /// First name; an empty one removes it
    #[arg(long, value_name = "NAME")]
    pub(crate) first_name: Option<String>,
    /// Last name; an empty one removes it
    #[arg(long, value_name = "NAME")]
    pub(crate) last_name: Option<String>,
    /// Another address, which has to be verified anew
    #[arg(long)]
    pub(crate) address: Option<Email>,
    /// Another tenant
    #[arg(long)]
    pub(crate) tenant: Option<TenantName>,
    /// Whether it belongs to the cohort `staff` of a rollout
    #[arg(long, value_name = "true|false")]
    pub(crate) staff: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Roles {
    /// Roles by name
    List {
        #[command(flatten)]
        length: Length,
    },
    /// A role, and what it grants
    Show {
        /// Its name or id
        role: RoleRef,
    },
    /// Make a role
    Create {
        /// Its name
        name: RoleName,
        /// What it is for
        #[arg(long, default_value = "")]
        description: String,
        /// What it grants
        permissions: Vec<Grant>,
    },
    /// Rename or describe a role; what is not given stays
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true).args(["name", "description"]))]
    Update {
        /// Its name or id
        role: RoleRef,
        /// Its new name
        #[arg(long)]
        name: Option<RoleName>,
        /// Its new description
        #[arg(long)]
        description: Option<String>,
    },
    /// Have a role grant exactly these
    Set {
        /// Its name or id
        role: RoleRef,
        /// What it grants from now on
        permissions: Vec<Grant>,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Have a role grant these as well
    Grant {
        /// Its name or id
        role: RoleRef,
        /// What it grants from now on
        #[arg(required = true)]
        permissions: Vec<Grant>,
    },
    /// Have a role grant these no more
    Revoke {
        /// Its name or id
        role: RoleRef,
        /// What it grants no more
        #[arg(required = true)]
        permissions: Vec<Grant>,
    },
    /// Delete a role, which nobody has from then on
    Delete {
        /// Its name or id
        role: RoleRef,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Permissions {
    /// The catalogue by name
    List {
        /// Those that this application has registered
        #[arg(long)]
        application: Option<RoleName>,
        #[command(flatten)]
        length: Length,
    },
    /// Add an entry that no application registers, such as one with a wildcard
    Create {
        /// The permission, or a grant with a wildcard
        name: Grant,
        /// What it allows
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Remove an entry that no role grants
    Delete {
        /// The permission, or a grant with a wildcard
        name: Grant,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Assignments {
    /// The roles of a user
    List {
        /// The user's id or address
        user: UserRef,
    },
    /// Give a user a role
    Add {
        /// The user's id or address
        user: UserRef,
        /// The role's name or id
        role: RoleRef,
    },
    /// Take a role from a user
    Remove {
        /// The user's id or address
        user: UserRef,
        /// The role's name or id
        role: RoleRef,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sessions {
    /// The live sessions of a user, the newest first
    List {
        /// The user's id or address
        user: UserRef,
        #[command(flatten)]
        length: Length,
    },
    /// End a session of a user, or all of them
    #[command(group = clap::ArgGroup::new("which").required(true).args(["session", "all"]))]
    Revoke {
        /// The user's id or address
        user: UserRef,
        /// Which session
        session: Option<SessionId>,
        /// All of them
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// What was done, the newest first
    List {
        #[command(flatten)]
        filter: AuditFilter,
        #[command(flatten)]
        length: Length,
    },
    /// Write the log, or a part of it, to a file
    Export {
        #[command(flatten)]
        filter: AuditFilter,
        /// The file, which appears once it is whole; `-` for standard output
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
        /// How it is written
        #[arg(long, value_enum, default_value_t = ExportFormat::Ndjson)]
        format: ExportFormat,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AuditFilter {
    /// Who did it: id or address
    #[arg(long, value_name = "USER")]
    pub(crate) actor: Option<UserRef>,
    /// What was done, such as role.assigned, or a group such as role.
    #[arg(long)]
    pub(crate) action: Option<String>,
    /// What kind of thing it was done to, with --target-id
    #[arg(long, requires = "target_id", value_name = "TYPE")]
    pub(crate) target_type: Option<String>,
    /// To which one, with --target-type
    #[arg(long, requires = "target_type", value_name = "ID")]
    pub(crate) target_id: Option<String>,
    /// The name of a tenant
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// The request in which it was done
    #[arg(long, value_name = "REQUEST_ID")]
    pub(crate) request: Option<String>,
    /// At this time or later, such as 2026-01-31T00:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One JSON object a line
    Ndjson,
    /// For spreadsheets
    Csv,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Rollout {
    /// What is switched on, and what the next step would change
    Status {
        /// How many days count, today included: 1 to 90
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Manifest {
    /// Register the permissions of an application, and say what that changes
    Apply {
        /// The manifest; `-` for standard input
        file: PathBuf,
        /// Say what it would change, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Remove permissions even where roles still grant them
        #[arg(long)]
        force: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every command that does something, by its words.
    fn leaves(command: &clap::Command, words: &[String]) -> Vec<String> {
        let below: Vec<_> = command.get_subcommands().filter(|below| below.get_name() != "help").collect();
        if below.is_empty() {
            return vec![words.join(" ")];
        }
        let below = below.into_iter().flat_map(|below| {
            let words: Vec<String> = words.iter().cloned().chain([below.get_name().to_owned()]).collect();
            leaves(below, &words)
        });
        below.collect()
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    /// The examples of docs/CLI.md are run by `tests/`, so that what is in it is tested.
    #[test]
    fn every_command_has_an_example_in_the_documentation() {
        let documentation = include_str!("../../../docs/CLI.md");
        let examples: Vec<&str> =
            documentation.lines().filter_map(|line| line.trim_start().strip_prefix("$ ")).collect();
        for command in leaves(&Cli::command(), &["edgeward".to_owned()]) {
            let shown = examples
                .iter()
                .any(|example| example.contains(&format!("{command} ")) || example.ends_with(&command));
            assert!(shown, "docs/CLI.md has no example of `{command}`");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "edgeward",
            "edgeward users",
            "edgeward users list --limit 5 --all",
            "edgeward users show nobody",
            "edgeward users update ada@example.com",
            "edgeward roles update author",
            "edgeward roles grant author",
            "edgeward roles grant author posts",
            "edgeward check posts:*",
            "edgeward sessions revoke ada@example.com",
            "edgeward audit list --target-type user",
            "edgeward audit export",
            "edgeward audit list --from yesterday",
            "edgeward rollout status --days 91",
            "edgeward whoami --url http://accounts.example.com",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
