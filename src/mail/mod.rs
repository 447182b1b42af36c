//! Mails: one struct for each, how they read in text and HTML, and the way they leave.

mod approval_ask;
mod approval_receipt;
pub mod compose;
mod digest;
mod handover_ask;
mod letter;
mod notice;
mod smtp;
mod survey_invitation;
mod test;
mod words;

pub use approval_ask::{ApprovalAsk, Changed};
pub use approval_receipt::ApprovalReceipt;
pub use digest::{Digest, Group, Line};
pub use handover_ask::HandoverAsk;
pub use letter::{Letter, Post, Thread};
pub use notice::Notice;
pub use smtp::{Server, Settings, Trouble};
pub use survey_invitation::SurveyInvitation;
pub use test::Test;
pub use words::{Foot, Mute};

use crate::app::mails::Written;

/// Why the settings of mail cannot be used, as one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

/// A mail that can be put into words.
pub trait Mail {
    fn render(&self) -> askama::Result<Written>;
}

/// Ties a mail to its three templates, in which it is called `mail`.
macro_rules! templates {
    ($mail:ident, $(#[template(path = $subject:tt)])+; $(#[template(path = $text:tt)])+; $(#[template(path = $html:tt)])+) => {
        const _: () = {
            #[derive(askama::Template)]
            $(#[template(path = $subject)])+
            struct Subject<'m> {
                mail: &'m $mail,
            }
            #[derive(askama::Template)]
            $(#[template(path = $text)])+
            struct Text<'m> {
                mail: &'m $mail,
            }
            #[derive(askama::Template)]
            $(#[template(path = $html)])+
            struct Html<'m> {
                mail: &'m $mail,
            }
            impl crate::mail::Mail for $mail {
                fn render(&self) -> askama::Result<crate::app::mails::Written> {
                    use askama::Template;
                    Ok(crate::app::mails::Written {
                        subject: crate::mail::words::one_line(&Subject { mail: self }.render()?),
                        text: crate::mail::words::tidy(&Text { mail: self }.render()?),
                        html: crate::mail::words::flush(&Html { mail: self }.render()?),
                    })
                }
            }
        };
    };
}
use templates;

#[cfg(test)]
mod tests;
