//! The OpenID AuthZEN Authorization API 1.0: decisions about others, for whoever enforces them elsewhere. Mounted while
//! RBAC is on.
//!
//! A question of type `record` and name `read` takes the permission `record:read`; a subject of type `user` is named by
//! its id or its address. The standard's words are kept where they differ from the house's: fields that are not known
//! are passed over, and a body that is not JSON is a 400.

use api::Cursor;
use api::authzen::{PageRequest, PageResponse};
use http::{Method, StatusCode};
use http_kit::{Problem, Request};
use rbac::catalogue::ACCESS_EVALUATE;
use serde::de::DeserializeOwned;

use crate::app::Platform;
use crate::gate::Mount;

mod configuration;
mod evaluation;
mod evaluations;
mod search_action;
mod search_resource;
mod search_subject;

const EVALUATION: &str = "/access/v1/evaluation";
const EVALUATIONS: &str = "/access/v1/evaluations";
const SEARCH_SUBJECT: &str = "/access/v1/search/subject";
const SEARCH_RESOURCE: &str = "/access/v1/search/resource";
const SEARCH_ACTION: &str = "/access/v1/search/action";

/// Room for as many questions as one request may have.
const EVALUATIONS_BODY: usize = 1024 * 1024;

/// The most results on a page, and how many there are unless said otherwise.
const MAX_LIMIT: u32 = 1_000;
const DEFAULT_LIMIT: u32 = 100;

pub(super) fn mount<P: Platform>(mount: &mut Mount<P>) {
    let (doc, handler) = (configuration::doc(), configuration::handler);
    mount.public(Method::GET, "/.well-known/authzen-configuration", doc, handler);
    let (doc, handler) = (evaluation::doc(), evaluation::handler);
    mount.permission(Method::POST, EVALUATION, ACCESS_EVALUATE, doc, handler);
    let (doc, handler) = (evaluations::doc(), evaluations::handler);
    mount.permission(Method::POST, EVALUATIONS, ACCESS_EVALUATE, doc, handler);
    mount.with_body_limit(EVALUATIONS_BODY);
    let (doc, handler) = (search_subject::doc(), search_subject::handler);
    mount.permission(Method::POST, SEARCH_SUBJECT, ACCESS_EVALUATE, doc, handler);
    let (doc, handler) = (search_resource::doc(), search_resource::handler);
    mount.permission(Method::POST, SEARCH_RESOURCE, ACCESS_EVALUATE, doc, handler);
    let (doc, handler) = (search_action::doc(), search_action::handler);
    mount.permission(Method::POST, SEARCH_ACTION, ACCESS_EVALUATE, doc, handler);
}

/// The body. One of another type is a 400 here.
fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    request.json().map_err(|problem| match problem.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::invalid("send the body as `application/json`"),
        _ => problem,
    })
}

/// The page of a search that is asked for. `search` names the search, so that a token of another one is refused.
struct SearchPage {
    search: String,
    limit: u32,
    after: String,
}

impl SearchPage {
    fn read(request: &PageRequest, search: String) -> Result<Self, Problem> {
        let limit = request.limit.map(|limit| u32::try_from(limit).unwrap_or(MAX_LIMIT).min(MAX_LIMIT));
        let Some(token) = &request.token else {
            return Ok(Self { search, limit: limit.unwrap_or(DEFAULT_LIMIT), after: String::new() });
        };
        let refused = || {
            Problem::invalid_field("page.token", "`page.token` is not from the page before of this search")
        };
        let cursor: Cursor = token.parse().map_err(|_| refused())?;
        let (head, after) = cursor.key().split_once('\n').ok_or_else(refused)?;
        let (before, of) = head.split_once(' ').ok_or_else(refused)?;
        let before = before.parse().ok().filter(|before| *before <= MAX_LIMIT).ok_or_else(refused)?;
        if of != search || limit.is_some_and(|limit| limit != before) {
            return Err(refused());
        }
        Ok(Self { search, limit: before, after: after.to_owned() })
    }

    /// One row more than the page has, which shows whether there is another.
    fn and_one(&self) -> u32 {
        self.limit + 1
    }

    /// Cuts the rows to the page, and says where it goes on; `key` is what the search is sorted by.
    fn cut<R>(self, rows: &mut Vec<R>, key: impl Fn(&R) -> String) -> PageResponse {
        let limit = self.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let after = rows.last().map_or(self.after, key);
        let token = || Cursor::at(format!("{} {}\n{after}", self.limit, self.search)).to_string();
        PageResponse { next_token: if more { token() } else { String::new() } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(token: Option<&str>, limit: Option<u64>, search: &str) -> Result<SearchPage, Problem> {
        let request = PageRequest { token: token.map(str::to_owned), limit };
        SearchPage::read(&request, search.to_owned())
    }

    #[test]
    fn pages_hold_each_row_once_until_the_token_is_empty() {
        let all = ["a", "b", "c", "d", "e"];
        let (mut token, mut seen): (_, Vec<&&str>) = (None, Vec::new());
        loop {
            let limit = token.is_none().then_some(2);
            let page = read(token.as_deref(), limit, "record:read").unwrap();
            let after = page.after.clone();
            let rows = all.iter().filter(|row| **row > after.as_str()).take(page.and_one() as usize);
            let mut rows: Vec<_> = rows.collect();
            let next = page.cut(&mut rows, |row| (**row).to_owned()).next_token;
            assert!(rows.len() <= 2);
            seen.extend(rows);
            if next.is_empty() {
                break;
            }
            token = Some(next);
        }
        assert_eq!(seen, all.iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_limit_of_none_leaves_everything_to_the_next_page() {
        let page = read(None, Some(0), "x").unwrap();
        let mut rows = vec!["a"];
        let next = page.cut(&mut rows, |row| (*row).to_owned()).next_token;
        assert!(rows.is_empty());
        assert_eq!(read(Some(&next), None, "x").unwrap().after, "");
    }

    #[test]
    fn a_token_of_another_search_or_size_is_refused() {
        let token = Cursor::at("2 record:read\nb").to_string();
        assert_eq!(read(Some(&token), None, "record:read").unwrap().limit, 2);
        assert_eq!(read(Some(&token), Some(2), "record:read").unwrap().after, "b");
        assert!(read(Some(&token), Some(3), "record:read").is_err());
        assert!(read(Some(&token), None, "record:write").is_err());
        for token in ["", "zz", "é", &Cursor::at("b").to_string(), &Cursor::at("9999 x\nb").to_string()] {
            assert!(read(Some(token), None, "x").is_err(), "{token}");
        }
        assert_eq!(read(None, Some(u64::MAX), "x").unwrap().limit, MAX_LIMIT);
    }
}
