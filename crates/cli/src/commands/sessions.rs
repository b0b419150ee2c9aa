use api::Session;

use crate::args::Sessions;
use crate::client::{Client, Query};
use crate::failure::Result;
use crate::output::Output;

pub(super) fn run(command: Sessions, client: &Client, output: Output) -> Result<()> {
    match command {
        Sessions::List { user, length } => {
            let path = format!("/v1/admin/users/{}/sessions", client.user_id(&user)?);
            let query = Query::default();
            let head = ["ID", "STARTED", "LAST SEEN", "ENDS", "BROWSER"];
            output.list(head, length.most(), client.list::<Session>(&path, &query), |session| {
                [
                    session.id.to_string(),
                    session.created_at.0.to_string(),
                    session.last_seen_at.0.to_string(),
                    session.expires_at.0.to_string(),
                    session.user_agent.clone().unwrap_or_default(),
                ]
            })
        }
        Sessions::Revoke { user, session, all: _ } => {
            let path = format!("/v1/admin/users/{}/sessions", client.user_id(&user)?);
            if let Some(id) = session {
                client.delete(&format!("{path}/{id}"))?;
                output.done("the session is over")
            } else {
                client.delete(&path)?;
                output.done("every session of the user is over")
            }
        }
    }
}
