//! The decision that yields a proof: what needs a permission takes [`Allowed`], which only this module makes.

use std::fmt;

use crate::grant_set::{GrantSet, has_permission};
use crate::permission::Permission;

/// Whoever asks: something that holds grants.
pub trait Principal {
    /// What the principal holds.
    fn grants(&self) -> &GrantSet;
}

impl<P: Principal + ?Sized> Principal for &P {
    fn grants(&self) -> &GrantSet {
        (**self).grants()
    }
}

/// The proof that a principal was allowed. It can only be made by [`authorize`], [`authorize_own_or`] and
/// [`authorize_own`].
///
/// ```compile_fail,E0451
/// use edgeward_rbac::{Allowed, Basis};
///
/// let forged = Allowed { principal: "mallory", basis: Basis::Own, required: None };
/// ```
#[derive(Debug)]
pub struct Allowed<P> {
    principal: P,
    basis: Basis,
    required: Option<Permission>,
}

/// Why a principal was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The target is the principal's own.
    Own,
    /// The principal holds a grant that satisfies the requirement.
    Granted,
}

/// The principal was not allowed.
#[derive(Debug)]
pub struct Denied<P> {
    principal: P,
    required: Option<Permission>,
}

/// Allows a principal that holds the required permission.
///
/// ```
/// use edgeward_rbac::{Allowed, GrantSet, Permission, Principal, authorize, catalogue};
///
/// struct Caller {
///     name: &'static str,
///     grants: GrantSet,
/// }
///
/// impl Principal for Caller {
///     fn grants(&self) -> &GrantSet {
///         &self.grants
///     }
/// }
///
/// fn delete_user(by: &Allowed<Caller>) -> String {
///     format!("deleted by {}", by.principal().name)
/// }
///
/// let caller = Caller { name: "ada", grants: GrantSet::from_stored(["users:*"]).0 };
/// match authorize(caller, &catalogue::USERS_DELETE) {
///     Ok(allowed) => assert_eq!(delete_user(&allowed), "deleted by ada"),
///     Err(denied) => panic!("{denied}"),
/// }
/// ```
pub fn authorize<P: Principal>(principal: P, required: &Permission) -> Result<Allowed<P>, Denied<P>> {
    authorize_own_or(principal, false, required)
}

/// Allows a principal whose own the target is, and any that holds the required permission.
pub fn authorize_own_or<P: Principal>(
    principal: P,
    own: bool,
    required: &Permission,
) -> Result<Allowed<P>, Denied<P>> {
    let basis = if own {
        Some(Basis::Own)
    } else {
        has_permission(principal.grants(), required).then_some(Basis::Granted)
    };
    decide(principal, basis, Some(required.clone()))
}

/// Allows a principal whose own the target is, and nobody else, whatever they hold.
pub fn authorize_own<P>(principal: P, own: bool) -> Result<Allowed<P>, Denied<P>> {
    decide(principal, own.then_some(Basis::Own), None)
}

fn decide<P>(
    principal: P,
    basis: Option<Basis>,
    required: Option<Permission>,
) -> Result<Allowed<P>, Denied<P>> {
    match basis {
        Some(basis) => Ok(Allowed { principal, basis, required }),
        None => Err(Denied { principal, required }),
    }
}

impl<P> Allowed<P> {
    /// Who was allowed.
    pub fn principal(&self) -> &P {
        &self.principal
    }

    /// Gives the principal back, and the proof up.
    pub fn into_principal(self) -> P {
        self.principal
    }

    /// Why: [`Basis::Own`] wherever the target is the principal's own, even if a grant would have done.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The permission that was asked for, none under [`authorize_own`].
    pub fn required(&self) -> Option<&Permission> {
        self.required.as_ref()
    }
}

impl<P> Denied<P> {
    /// Who was denied.
    pub fn principal(&self) -> &P {
        &self.principal
    }

    /// Gives the principal back.
    pub fn into_principal(self) -> P {
        self.principal
    }

    /// The permission that is missing, none under [`authorize_own`].
    pub fn required(&self) -> Option<&Permission> {
        self.required.as_ref()
    }
}

impl<P> fmt::Display for Denied<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.required {
            Some(permission) => write!(f, "missing permission `{permission}`"),
            None => f.write_str("only allowed on one's own account"),
        }
    }
}
