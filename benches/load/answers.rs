//! A survey that is open, and links by which it is answered.

use crate::cases::{Case, Deed};
use crate::client::Request;
use crate::fill::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use slipway::app::links::Keys;
use slipway::app::mailed_links;
use slipway::app::surveys::answering::{Filled, To, answer};
use slipway::domain::ids::{InvitationId, UserId};
use slipway::domain::links::Code;
use slipway::domain::people::Actor;
use slipway::store::Db;
use slipway::store::mailed_links::Target;
use std::sync::Arc;

/// One question of everybody on the list.
const SURVEY: &str = r#"
    INSERT INTO question_sets (key, version, audience, name, questions, created_at, created_by)
        VALUES ('one-question', 1, 'users', 'Load', '[{"key": "smooth", "kind": "rating", "text": "How smooth was it?", "required": true}]', now(), 0) ON CONFLICT DO NOTHING;
    WITH made AS (INSERT INTO surveys (record_id, moment, title, anonymous, state, created_at, created_by, opened_at)
        VALUES ((SELECT max(id) FROM records WHERE kind = 'release' AND state = 'open'), 'after_rollout', 'How was it?', false, 'open', now(), 0, now()) RETURNING id),
    asked AS (INSERT INTO survey_audiences SELECT made.id, 'users', s.id FROM made, question_sets s WHERE s.key = 'one-question')
    INSERT INTO survey_invitations (survey_id, audience, name, email, invited_at)
        SELECT made.id, 'users', 'Person ' || n, 'person' || n || '@load.example', now() FROM made, generate_series(1, 640) n;"#;

#[derive(QueryableByName)]
struct Invited {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Everybody on the list of a new survey answers once.
pub fn cases(db: &Db, _: UserId, keys: &Keys) -> Outcome<Vec<Case>> {
    let invited: Vec<Invited> = db.write_now::<_, slipway::app::Error>(Actor::slipway(), |tx| {
        tx.conn.batch_execute(SURVEY)?;
        Ok(diesel::sql_query("SELECT id FROM survey_invitations WHERE survey_id = (SELECT max(id) FROM surveys)").load(tx.conn)?)
    })?;
    let mut all = Vec::with_capacity(invited.len());
    for it in invited {
        let target = Target::Invitation(InvitationId(it.id));
        let secrets = db.write_now(Actor::slipway(), |tx| mailed_links::offer(tx, keys, None, target, None, None))?;
        let (token, keys) = (secrets.path.trim_start_matches("/s/").to_owned(), keys.clone());
        let code = Code::parse(&secrets.code).map_err(|it| it.to_string())?;
        let sent = [("smooth".to_owned(), vec!["4".to_owned()])].into();
        let filled = Filled { page: 0, to: To::Send, sent };
        let deed = Deed::Link(Arc::new(move |tx| answer(tx, &keys, &token, code, Some(&filled)).map(drop)));
        let body = format!("code={}&q-smooth=4&page=1&to=send", secrets.code);
        all.push(Case { request: Request { path: format!("{}/answers", secrets.path), body: Some(body) }, deed });
    }
    Ok(all)
}
