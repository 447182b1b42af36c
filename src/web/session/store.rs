//! The sessions behind the cookies, as actix-session wants them. Their rows are written by the actions in `app::sessions`; here they are looked up.

use super::{ACTOR, KEY, OUTAGE, OWES, PAUSED, SESSION, UNREAD};
use crate::app::sessions::{self, Limits, SessionKey as OurKey};
use crate::store::Db;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use std::collections::HashMap;

type State = HashMap<String, String>;

#[derive(Clone)]
pub struct Sessions {
    pub db: Db,
    pub limits: Limits,
}

/// Values in the state are JSON.
fn json(value: &impl serde::Serialize) -> Result<String, LoadError> {
    serde_json::to_string(value).map_err(|cause| LoadError::Deserialization(cause.into()))
}

impl SessionStore for Sessions {
    /// The signed-in actor, fresh from the database. An outage is laid into the state too, so that a page can say so.
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let key_hash = OurKey(key.as_ref().to_owned()).hash();
        let session = (SESSION.to_owned(), json(&hex::encode(&key_hash))?);
        match sessions::resume(&self.db, key_hash, self.limits).await {
            Ok(Some(visit)) => {
                let resumed = visit.resumed;
                let mut state = State::from([session, (ACTOR.to_owned(), json(&resumed.actor)?), (UNREAD.to_owned(), json(&resumed.unread)?)]);
                if let Some(reason) = resumed.paused {
                    state.insert(PAUSED.to_owned(), json(&reason)?);
                }
                if let Some(owed) = visit.owes {
                    state.insert(OWES.to_owned(), json(&owed)?);
                }
                Ok(Some(state))
            }
            // Nobody acts in it; but it may be one that waits for its code.
            Ok(None) => Ok(Some(State::from([session]))),
            Err(outage) => Ok(Some(State::from([(OUTAGE.to_owned(), json(&outage.to_string())?)]))),
        }
    }

    /// Only a sign-in begins a session: it wrote the row already and left the key in the state.
    async fn save(&self, mut state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let text = state.remove(KEY).ok_or_else(|| SaveError::Other(anyhow::anyhow!("a session begins with a sign-in")))?;
        let key: String = serde_json::from_str(&text).map_err(|cause| SaveError::Serialization(cause.into()))?;
        SessionKey::try_from(key).map_err(|cause| SaveError::Other(cause.into()))
    }

    /// Nothing of the state is kept: it is laid anew with every request.
    async fn update(&self, key: SessionKey, _: State, _: &Duration) -> Result<SessionKey, UpdateError> {
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    /// The action that ended the session deleted its row, and recorded that.
    async fn delete(&self, _: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(())
    }
}
