//! Wanting no mails about surveys, said behind the link in one; and wanting them again.

use super::answering::{Outcome, enter};
use crate::app::links::Keys;
use crate::app::{Error, Result, mailed_links};
use crate::domain::links::Code;
use crate::store::Tx;
use crate::store::surveys::{asked, refusals};

/// Where this is said, from the path of a link.
pub fn path(link: &str) -> String {
    format!("{link}/refusal")
}

/// No more mails to the address of this link, in one click from a mail program (RFC 8058), which cannot know the code.
/// The worst that a program can do by it is to spare somebody mails, and they can undo it.
pub fn in_one_click(tx: &mut Tx<'_>, token: &str) -> Result<()> {
    let id = mailed_links::find(tx.conn, token)?.invitation_id.ok_or(Error::NotFound)?;
    let email = asked::find(tx.conn, id)?.ok_or(Error::NotFound)?.email;
    refuse_for(tx, &email)
}

/// The same from its page, which asks for the code.
pub fn refuse(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code) -> Result<Outcome> {
    match enter(tx, keys, token, code)? {
        Ok(opened) => {
            refuse_for(tx, &opened.asked.email)?;
            Ok(Outcome::Sent)
        }
        Err(outcome) => Ok(outcome),
    }
}

/// Mails about surveys are welcome again. What was cancelled meanwhile stays so.
pub fn undo(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code) -> Result<Outcome> {
    match enter(tx, keys, token, code)? {
        Ok(opened) => {
            refusals::delete(tx, &opened.asked.email)?;
            Ok(Outcome::Sent)
        }
        Err(outcome) => Ok(outcome),
    }
}

fn refuse_for(tx: &mut Tx<'_>, email: &str) -> Result<()> {
    if refusals::insert(tx, email)? {
        refusals::cancel_queued(tx, email, "They want no mails about surveys.")?;
    }
    Ok(())
}
