use std::fmt;

use enforce::Evaluation;
use http::StatusCode;
use http_kit::Problem;
use rbac::{GrantSet, Permission, has_all, has_any};

/// The permissions that something asks, and how several of them count together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    permissions: Vec<Permission>,
    together: Together,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Together {
    All,
    Any,
}

impl Requirement {
    /// All of these. None at all is never met.
    pub fn all(permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self { permissions: permissions.into_iter().collect(), together: Together::All }
    }

    /// Any one of these. None at all is never met.
    pub fn any(permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self { permissions: permissions.into_iter().collect(), together: Together::Any }
    }

    /// The permissions.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// What RBAC says about somebody with these grants; `own`: that it is theirs is enough.
    pub fn evaluate(&self, grants: Option<&GrantSet>, own: bool) -> Evaluation {
        match grants {
            None => Evaluation::Failed,
            Some(grants) if own || self.is_met_by(grants) => Evaluation::Allowed,
            Some(_) => Evaluation::Denied,
        }
    }

    fn is_met_by(&self, grants: &GrantSet) -> bool {
        match self.together {
            Together::All => has_all(grants, &self.permissions),
            Together::Any => has_any(grants, &self.permissions),
        }
    }

    /// The 403 of somebody who does not meet it.
    pub fn problem(&self) -> Problem {
        let forbidden = |detail: String| Problem::new(StatusCode::FORBIDDEN, "permission_denied", detail);
        match &*self.permissions {
            [permission] => forbidden(format!("this needs the permission `{permission}`"))
                .with("required", permission.as_str()),
            permissions => {
                let names: Vec<&str> = permissions.iter().map(Permission::as_str).collect();
                let (detail, mode) = match self.together {
                    Together::All => ("this needs all of several permissions", "all"),
                    Together::Any => ("this needs one of several permissions", "any"),
                };
                forbidden(detail.to_owned()).with("required", names).with("mode", mode)
            }
        }
    }
}

/// `posts:write`, `posts:write & posts:publish`, `posts:write | posts:publish`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = match self.together {
            Together::All => " & ",
            Together::Any => " | ",
        };
        for (index, permission) in self.permissions.iter().enumerate() {
            write!(f, "{}{permission}", if index == 0 { "" } else { between })?;
        }
        Ok(())
    }
}

impl From<Permission> for Requirement {
    fn from(permission: Permission) -> Self {
        Self::all([permission])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Permission = Permission::from_static("docs:read");
    const WRITE: Permission = Permission::from_static("docs:write");

    fn held(grants: &[&str]) -> GrantSet {
        GrantSet::from_stored(grants).0
    }

    #[test]
    fn requirements_of_several_permissions_count_as_they_say() {
        let (all, any) = (Requirement::all([READ, WRITE]), Requirement::any([READ, WRITE]));
        for (grants, by_all, by_any) in [
            (&[][..], Evaluation::Denied, Evaluation::Denied),
            (&["docs:read"], Evaluation::Denied, Evaluation::Allowed),
            (&["docs:*"], Evaluation::Allowed, Evaluation::Allowed),
        ] {
            let grants = held(grants);
            assert_eq!(all.evaluate(Some(&grants), false), by_all);
            assert_eq!(any.evaluate(Some(&grants), false), by_any);
            assert_eq!(all.evaluate(Some(&grants), true), Evaluation::Allowed);
        }
        assert_eq!(any.evaluate(None, true), Evaluation::Failed);
        assert_eq!(
            (all.to_string(), any.to_string()),
            ("docs:read & docs:write".into(), "docs:read | docs:write".into())
        );
    }

    #[test]
    fn requirement_of_nothing_is_never_met() {
        for requirement in [Requirement::all([]), Requirement::any([])] {
            assert_eq!(requirement.evaluate(Some(&held(&["admin:all"])), false), Evaluation::Denied);
        }
    }
}
