//! The catalogue: everything that an event can tell of.

/// What kind of thing an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An account, by its id.
    User,
    /// A tenant, by its id.
    Tenant,
    /// A session, by its id.
    Session,
    /// An API token, by its id.
    Token,
    /// A role, by its id.
    Role,
    /// A permission of the catalogue, by its id.
    Permission,
    /// An application that registers permissions, by its name.
    Application,
    /// A route, by its method and path: `DELETE /users/{id}`.
    Route,
    /// A worker, by its name.
    Worker,
    /// The audit log itself.
    Audit,
    /// A resource that an application made known, as `type:id`.
    Resource,
    /// An identity provider, by its id in the configuration.
    Provider,
}

impl Target {
    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Tenant => "tenant",
            Self::Session => "session",
            Self::Token => "token",
            Self::Role => "role",
            Self::Permission => "permission",
            Self::Application => "application",
            Self::Route => "route",
            Self::Worker => "worker",
            Self::Audit => "audit",
            Self::Resource => "resource",
            Self::Provider => "provider",
        }
    }
}

/// One line for each action: its name in the code, in the database, what it is done to, when, and the details that its
/// events may have.
macro_rules! actions {
    ($($name:ident $text:literal $target:ident $when:literal [$($detail:literal)*])+) => {
        /// What was done. An event can tell of nothing else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $(#[doc = $when] $name,)+
        }

        impl Action {
            /// All of them, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name in the database: `role.created`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What it is done to.
            pub const fn target(self) -> Target {
                match self { $(Self::$name => Target::$target,)+ }
            }

            /// When it is written.
            pub const fn when(self) -> &'static str {
                match self { $(Self::$name => $when,)+ }
            }

            /// The members that `details` may have, by their paths. `apiToken` comes with any that a token did.
            pub const fn details(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($detail),*],)+ }
            }
        }
    };
}

actions! {
    UserRegistered "user.registered" User "Somebody registered."
        ["after.email" "after.roles"]
    UserCreated "user.created" User "An administrator made an account, by an invitation or with an initial password."
        ["after.email" "after.firstName" "after.lastName" "after.status" "after.staff" "after.tenant" "after.roles"]
    UserImported "user.imported" User "An operator took an account over from another system."
        ["sourceId" "operator" "after.email" "after.roles"]
    UserEmailVerified "user.email_verified" User "Somebody confirmed their address."
        ["email"]
    UserActivated "user.activated" User "Somebody accepted an invitation and set a password."
        ["email" "emailWasVerified"]
    UserUpdated "user.updated" User
        "The names, the address, the tenant or the cohort of an account was changed. With another address, every session of it ended."
        ["before.firstName" "before.lastName" "before.email" "before.tenant" "before.staff"
         "after.firstName" "after.lastName" "after.email" "after.tenant" "after.staff"]
    UserInvited "user.invited" User "An administrator had an invitation mailed once more."
        ["email"]
    UserSuspended "user.suspended" User "An account was suspended; every session of it ended."
        ["before.status" "reason"]
    UserReactivated "user.reactivated" User "A suspended account may sign in again."
        ["before.status" "reason"]
    UserSessionsEnded "user.sessions_ended" User "An administrator ended every session of a user."
        []
    UserDeleted "user.deleted" User "An account was deleted."
        ["before.email" "before.status" "before.firstName" "before.lastName"]
    UserPasswordChanged "user.password_changed" User
        "Somebody changed their own password; every session of the account ended, and a new one began."
        ["newSession"]
    UserPasswordReset "user.password_reset" User
        "Somebody set a new password by the link of a mail; every session of the account ended."
        ["email" "emailWasVerified"]
    UserOtherSessionsEnded "user.other_sessions_ended" User "Somebody ended all of their sessions but one."
        ["kept"]
    UserProvisioned "user.provisioned" User "Somebody signed in at a provider for the first time and was given an account."
        ["provider" "after.email" "after.tenantId" "after.staff"]
    UserProvisioningFailed "user.provisioning_failed" Provider
        "Somebody signed in at a provider for the first time and could not be given an account."
        ["subject" "reason"]
    UserRefreshed "user.refreshed" User "Somebody signed in at a provider that says something new of them."
        ["provider" "before.firstName" "before.lastName" "before.staff" "before.tenantId" "after.firstName"
         "after.lastName" "after.staff" "after.tenantId"]
    UserClaimed "user.claimed" User
        "Somebody whom a provider vouches for took over an account that was made for their address and never confirmed; \
         its password, sessions, API tokens and other identities are gone."
        ["provider" "before.status"]
    IdentityLinked "identity.linked" User "An identity at a provider was given to an account, which it opens from now on."
        ["provider" "identityId" "subject" "reason"]
    IdentityUnlinked "identity.unlinked" User
        "An identity at a provider was taken from an account; the sessions that began with it ended, but for the one at hand."
        ["identityId" "issuer" "subject"]
    ProviderLogout "provider.logout" Provider
        "A provider said that somebody signed out there; the sessions that began with it ended."
        ["subject" "sessions"]
    SessionCreated "session.created" Session "Somebody signed in."
        ["method" "provider"]
    SessionEnded "session.ended" Session
        "A session was ended: `signed_out`, `ended_by_owner`, `ended_by_administrator`, `replaced` by a sign-in in the same \
         browser, or `provider_logout`."
        ["reason" "userId"]
    SignInFailed "user.sign_in_failed" User
        "A password was not accepted, at sign-in or where it confirms a change; the target is empty for an unknown address."
        ["reason" "furtherNotWritten"]
    AccessDenied "access.denied" Route
        "A request was refused because its caller may not do this; requests to an `application`, `count` of them."
        ["code" "required" "path" "application" "count" "furtherNotWritten"]
    MailRequested "mail.requested" User
        "Somebody, perhaps a stranger, asked for a mail to the address of an account, and one was sent."
        ["template"]
    TokenCreated "token.created" Token "Somebody made an API token."
        ["after.name" "after.scopes" "after.expiresAt"]
    TokenRevoked "token.revoked" Token "Somebody revoked one of their API tokens."
        ["before.name" "before.scopes" "before.expiresAt"]
    TenantCreated "tenant.created" Tenant "A tenant was made."
        ["after.name"]
    TenantRenamed "tenant.renamed" Tenant "A tenant was renamed."
        ["before.name" "after.name"]
    TenantSuspended "tenant.suspended" Tenant "A tenant was suspended: none of its members may sign in."
        ["name" "reason"]
    TenantReactivated "tenant.reactivated" Tenant "The members of a suspended tenant may sign in again."
        ["name" "reason"]
    RoleCreated "role.created" Role "A role was made."
        ["after.name" "after.description" "after.permissions"]
    RoleUpdated "role.updated" Role "A role was renamed or described anew."
        ["before.name" "before.description" "after.name" "after.description"]
    RoleDeleted "role.deleted" Role "A role was deleted, and taken from everybody who had it."
        ["before.name" "before.description" "before.permissions"]
    RolePermissionsSet "role.permissions_set" Role "What a role grants was set as a whole."
        ["role" "before" "after"]
    RolePermissionGranted "role.permission_granted" Role "A role grants one permission more."
        ["role" "permission"]
    RolePermissionRevoked "role.permission_revoked" Role "A role grants one permission less."
        ["role" "permission"]
    RoleAssigned "role.assigned" User "A user was given a role."
        ["role" "roleId" "reason" "operator"]
    RoleRemoved "role.removed" User "A role was taken from a user."
        ["role" "roleId" "reason"]
    PermissionCreated "permission.created" Permission "A permission was added to the catalogue."
        ["after.name" "after.description"]
    PermissionDeleted "permission.deleted" Permission "A permission was taken out of the catalogue."
        ["before.name" "before.description" "before.application"]
    PermissionsRegistered "permissions.registered" Application
        "The manifest of an application changed the catalogue."
        ["added" "updated" "removed"]
    FlagsChanged "flags.changed" Worker "The flags of the deployment are others than those told of before."
        ["before" "after"]
    AuditExported "audit.exported" Audit "Somebody exported events, as found by a filter."
        ["format" "filter"]
    AuditRemoved "audit.removed" Audit "Retention removed the oldest events."
        ["removed" "from" "to" "upTo" "retentionDays"]
    ResourceRegistered "resource.registered" Resource "A resource was made known to searches."
        []
    ResourceRemoved "resource.removed" Resource "A resource was taken out of searches."
        []
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_action_has_a_name_of_its_own_in_a_group() {
        let names: BTreeSet<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
        assert_eq!(names.len(), Action::ALL.len());
        for name in names {
            let (group, rest) = name.split_once('.').unwrap();
            for part in [group, rest] {
                assert!(
                    part.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !part.is_empty(),
                    "{name}"
                );
            }
        }
    }
}
