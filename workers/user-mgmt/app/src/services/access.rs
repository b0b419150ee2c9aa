//! Decisions about others than the caller: whom a question means, what it takes, and why the answer is what it is.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use accounts::{Email, UserId};
use api::authzen::{Action, Decision, DecisionContext, Entity, FoundEntity, Reason, ReasonCode};
use http_kit::Problem;
use rbac::{Grant, GrantSet, Permission, has_permission, satisfying};
use store::Db;
use store::access::{self, Subject};

use crate::services::problems::store_problem;

/// A domain such as `example.com`, where subjects that are named without one have their addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectDomain(String);

impl SubjectDomain {
    fn address(&self, name: &str) -> Option<Email> {
        Email::parse(&format!("{name}@{}", self.0)).ok()
    }

    /// What is before the `@` of an address at this domain.
    fn name<'a>(&self, address: &'a str) -> Option<&'a str> {
        address.strip_suffix(self.0.as_str())?.strip_suffix('@')
    }
}

impl FromStr for SubjectDomain {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        Email::parse(&format!("name@{text}")).map_err(|_| "must be a domain such as example.com")?;
        Ok(Self(text))
    }
}

impl fmt::Display for SubjectDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whom a question means, if it can be anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Id(UserId),
    Address(Email),
    Nobody,
}

impl Named {
    fn read(kind: &str, id: &str, domain: Option<&SubjectDomain>) -> Self {
        if kind != FoundEntity::USER {
            return Self::Nobody;
        }
        if let Ok(id) = id.parse() {
            return Self::Id(id);
        }
        let address = if id.contains('@') {
            Email::parse(id).ok()
        } else {
            domain.and_then(|domain| domain.address(id))
        };
        address.map_or(Self::Nobody, Self::Address)
    }
}

/// What a user is called in an answer: so that the same name in a question means the same user.
pub(crate) fn name_of(id: UserId, email: &str, domain: Option<&SubjectDomain>) -> FoundEntity {
    match domain.and_then(|domain| domain.name(email)) {
        Some(name) => FoundEntity { kind: FoundEntity::USER.to_owned(), id: name.to_owned() },
        None => FoundEntity::user(id),
    }
}

/// May this subject do this to a resource of this type? Which resource of the type it is makes no difference to roles.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) subject: Named,
    /// None where type and name make no permission.
    pub(crate) required: Option<Permission>,
}

impl Question {
    pub(crate) fn new(subject: Named, action: &Action, resource: &Entity) -> Self {
        Self { subject, required: required(&resource.kind, &action.name) }
    }
}

/// The permission that an action on a type of resource takes.
pub(crate) fn required(kind: &str, action: &str) -> Option<Permission> {
    Permission::parse(&format!("{kind}:{action}")).ok()
}

/// The subject of a question, which has to say which one.
pub(crate) fn subject(entity: &Entity, domain: Option<&SubjectDomain>) -> Result<Named, Problem> {
    Ok(Named::read(&entity.kind, id(entity, "subject")?, domain))
}

/// The id of what a question is about; `field` is what the request calls it.
pub(crate) fn id<'a>(entity: &'a Entity, field: &str) -> Result<&'a str, Problem> {
    entity.id.as_deref().ok_or_else(|| {
        let field = format!("{field}.id");
        let detail = format!("`{field}` is missing");
        Problem::invalid_field(field, detail)
    })
}

/// Answers questions, in their order, in one round trip.
pub(crate) async fn decide(db: &impl Db, questions: &[Question]) -> Result<Vec<Decision>, Problem> {
    let mut ids = BTreeSet::new();
    let mut emails = BTreeSet::new();
    let mut grants = BTreeSet::new();
    for question in questions {
        match &question.subject {
            Named::Id(id) => drop(ids.insert(*id)),
            Named::Address(email) => drop(emails.insert(email.clone())),
            Named::Nobody => {}
        }
        grants.extend(question.required.iter().flat_map(satisfying));
    }
    let subjects = find(db, ids, emails, grants).await?;
    Ok(questions.iter().map(|question| answer(question, &subjects)).collect())
}

/// The user that is meant, if there is one, with those of `grants` that they hold.
pub(crate) async fn find_one(db: &impl Db, named: &Named) -> Result<Option<Subject>, Problem> {
    let (ids, emails) = match named {
        Named::Id(id) => (BTreeSet::from([*id]), BTreeSet::new()),
        Named::Address(email) => (BTreeSet::new(), BTreeSet::from([email.clone()])),
        Named::Nobody => return Ok(None),
    };
    Ok(find(db, ids, emails, BTreeSet::new()).await?.by_id.into_values().next())
}

/// Users, by what questions call them.
struct Subjects {
    by_id: HashMap<UserId, Subject>,
    ids: HashMap<String, UserId>,
}

impl Subjects {
    fn get(&self, named: &Named) -> Option<&Subject> {
        let id = match named {
            Named::Id(id) => id,
            Named::Address(email) => self.ids.get(email.as_str())?,
            Named::Nobody => return None,
        };
        self.by_id.get(id)
    }
}

async fn find(
    db: &impl Db,
    ids: BTreeSet<UserId>,
    emails: BTreeSet<Email>,
    grants: BTreeSet<Grant>,
) -> Result<Subjects, Problem> {
    let rows = if ids.is_empty() && emails.is_empty() {
        Vec::new()
    } else {
        let (ids, emails, grants): (Vec<_>, Vec<_>, Vec<_>) =
            (ids.into_iter().collect(), emails.into_iter().collect(), grants.into_iter().collect());
        let query = access::subjects(&ids, &emails, &grants);
        query.all(db).await.map_err(|error| store_problem(&error))?
    };
    Ok(Subjects {
        ids: rows.iter().map(|row| (row.email.clone(), row.id)).collect(),
        by_id: rows.into_iter().map(|row| (row.id, row)).collect(),
    })
}

fn answer(question: &Question, subjects: &Subjects) -> Decision {
    let Some(required) = &question.required else {
        return denied(ReasonCode::NoSuchPermission, None);
    };
    let Some(subject) = subjects.get(&question.subject) else {
        return denied(ReasonCode::UnknownSubject, Some(required));
    };
    if !subject.active {
        return denied(ReasonCode::InactiveSubject, Some(required));
    }
    // What can't be read grants nothing; the role matrix lists it.
    let (granted, _) = GrantSet::from_stored(subject.grants.iter().map(|(grant, _)| grant));
    if !has_permission(&granted, required) {
        return denied(ReasonCode::NotGranted, Some(required));
    }
    let giving = satisfying(required);
    let roles: BTreeSet<&String> = subject
        .grants
        .iter()
        .filter(|(grant, _)| giving.iter().any(|giving| giving.as_str() == grant))
        .map(|(_, role)| role)
        .collect();
    Decision {
        decision: true,
        context: DecisionContext::Reason(Reason {
            code: ReasonCode::Granted,
            permission: Some(required.to_string()),
            roles: roles.into_iter().cloned().collect(),
        }),
    }
}

fn denied(code: ReasonCode, required: Option<&Permission>) -> Decision {
    let permission = required.map(ToString::to_string);
    Decision { decision: false, context: DecisionContext::Reason(Reason { code, permission, roles: vec![] }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_named_by_id_address_or_name_at_the_domain() {
        let domain: SubjectDomain = " Example.COM ".parse().unwrap();
        let address = |text| Named::Address(Email::parse(text).unwrap());
        assert_eq!(Named::read("user", "ada@example.org", Some(&domain)), address("ada@example.org"));
        assert_eq!(Named::read("user", "ada", Some(&domain)), address("ada@example.com"));
        assert_eq!(Named::read("user", "ada", None), Named::Nobody);
        assert_eq!(Named::read("group", "ada@example.org", None), Named::Nobody);
        assert_eq!(Named::read("user", "a b", Some(&domain)), Named::Nobody);
        let id = "00000000-0000-7000-8000-000000000001";
        assert_eq!(Named::read("user", id, None), Named::Id(id.parse().unwrap()));
        for text in ["", "example", "a@example.com", "exam ple.com"] {
            assert!(text.parse::<SubjectDomain>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_answer_names_a_user_as_a_question_can() {
        let domain: SubjectDomain = "example.com".parse().unwrap();
        let id: UserId = "00000000-0000-7000-8000-000000000001".parse().unwrap();
        assert_eq!(name_of(id, "ada@example.com", Some(&domain)).id, "ada");
        for (email, domain) in [("ada@an.example.com", Some(&domain)), ("ada@example.com", None)] {
            assert_eq!(name_of(id, email, domain).id, id.to_string());
        }
    }
}
