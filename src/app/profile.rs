//! What everybody may do to their own account.

use super::context::unchanged;
use super::credentials::Credentials;
use super::{Context, Error, FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::passwords::Password;
use crate::domain::people::Theme;
use crate::store::sessions::KeyHash;
use crate::store::users::Edited;
use crate::store::{Tx, events, policies, sessions, users};
use chrono_tz::Tz;

#[derive(Clone, Debug)]
pub struct Draft {
    pub name: String,
    pub zone: Tz,
    pub theme: Theme,
}

pub fn edit(tx: &mut Tx<'_>, seen: i32, draft: &Draft) -> Result<()> {
    let user = users::lock(tx, tx.actor.id)?;
    unchanged(user.version, seen)?;
    users::update(tx, user.id, &Edited { name: &draft.name, email: &user.email, time_zone: draft.zone.name(), theme: draft.theme })?;
    let fields: Vec<FieldChange> = [
        FieldChange::between("Name", &user.name, &draft.name),
        FieldChange::between("Time zone", &user.time_zone, draft.zone.name()),
        FieldChange::between("Theme", user.theme.label(), draft.theme.label()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !fields.is_empty() {
        events::record(tx, None, &Event::UserEdited { user: user.id, name: user.name, fields })?;
    }
    Ok(())
}

/// Changes one's own password, for whoever knows the current one. All other sessions end.
pub async fn change_password(ctx: &Context, credentials: &Credentials, current: String, new: String, session: Option<KeyHash>) -> Result<()> {
    let id = ctx.actor.id;
    let (user, shortest) = ctx.read(move |conn| Ok((users::find(conn, id)?, policies::security(conn)?.shortest_password))).await?;
    let mut errors = FormErrors::default();
    let checked = user.password_hash.clone();
    if new == current {
        errors.about("password", "This is the password that you have. Choose another.");
    }
    if !credentials.verify(current, checked.clone()).await? {
        errors.about("current", "This is not your current password.");
    }
    let password = errors.check("password", Password::parse(&new, &user.email, shortest));
    let Some(password) = password.filter(|_| errors.is_empty()) else { return Err(errors.into()) };
    let hash = credentials.hash(password).await?;
    ctx.write(move |tx| {
        let user = users::lock(tx, id)?;
        if user.password_hash != checked {
            return Err(Error::Stale);
        }
        users::set_password(tx, id, &hash)?;
        users::set_password_given(tx, id, false)?;
        sessions::delete_of(tx, id, session.as_ref())?;
        Ok(events::record(tx, None, &Event::PasswordChanged { user: id, name: user.name })?)
    })
    .await
}
