//! One's own second factor: setting it up with an app, its recovery codes, switching it off.

use super::failure::Failure;
use super::form::{Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::session::{Enrolling, key_hash_of};
use super::throttle::Throttle;
use crate::app::credentials::Credentials;
use crate::app::links::Keys;
use crate::app::second_factor::{self as actions, Offer, Typed};
use crate::app::{Context, Error};
use crate::store::db::Outage;
use crate::store::second_factors::{self, SecondFactor};
use crate::store::users;
use actix_web::{HttpRequest, web};
use askama::Template;

/// Of the picture: light squares around it, without which apps do not find it.
const MARGIN: usize = 4;

/// A picture for an app to scan.
struct Picture {
    /// Squares from edge to edge.
    size: usize,
    /// The dark ones, as the path of an SVG.
    path: String,
}

impl Picture {
    fn of(text: &str) -> Result<Picture, Error> {
        let code = fast_qr::QRBuilder::new(text).ecl(fast_qr::ECL::M).build();
        let code = code.map_err(|cause| Error::from(Outage::Render(cause.to_string())))?;
        let squares = (0..code.size).flat_map(|y| (0..code.size).map(move |x| (x, y)));
        let dark = squares.filter(|(x, y)| code[*y][*x].value());
        let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN)).collect();
        Ok(Picture { size: code.size + 2 * MARGIN, path })
    }
}

#[derive(Template)]
#[template(path = "second_factor/new.html")]
struct New {
    form: Form,
    picture: Picture,
    /// The same to be typed.
    text: String,
    sealed: String,
    email: String,
    frame: Frame,
}

#[derive(Template)]
#[template(path = "second_factor/show.html")]
struct Show {
    factor: SecondFactor,
    /// Recovery codes that were not used.
    left: i64,
    codes: Form,
    removal: Form,
    /// Whether the policy asks for it, so that it stays on.
    is_bound: bool,
    email: String,
    frame: Frame,
}

/// The only time that recovery codes are shown.
#[derive(Template)]
#[template(path = "second_factor/codes.html")]
struct Codes {
    codes: Vec<String>,
    /// Whether there was none before.
    is_new: bool,
    email: String,
    frame: Frame,
}

/// The page that fits: to set it up, or what there is.
async fn page_with(ctx: &Context, req: &HttpRequest, offer: impl FnOnce() -> Offer, form: Form, forms: (Form, Form)) -> Result<Page, Failure> {
    let (id, roles) = (ctx.actor.id, ctx.actor.roles.clone());
    let frame = page::frame(ctx, req);
    let load = ctx.read(move |conn| {
        let (factor, left) = (second_factors::find(conn, id)?, second_factors::recovery_left(conn, id)?);
        Ok((factor, left, users::find(conn, id)?.email, actions::is_bound(conn, &roles)?))
    });
    let (factor, left, email, is_bound) = load.await?;
    let Some(factor) = factor else {
        let Offer { seed, sealed } = offer();
        let picture = Picture::of(&seed.address(&email))?;
        return Ok(Page::New(Box::new(New { form, picture, text: seed.text(), sealed, email, frame })));
    };
    Ok(Page::Show(Box::new(Show { factor, left, codes: forms.0, removal: forms.1, is_bound, email, frame })))
}

enum Page {
    New(Box<New>),
    Show(Box<Show>),
}

impl Page {
    fn answer(&self) -> Answer {
        match self {
            Page::New(it) => page::html(&**it),
            Page::Show(it) => page::html(&**it),
        }
    }

    fn unprocessable(&self) -> Answer {
        match self {
            Page::New(it) => page::unprocessable(&**it),
            Page::Show(it) => page::unprocessable(&**it),
        }
    }
}

pub async fn show(Enrolling(ctx): Enrolling, req: HttpRequest, keys: web::Data<Keys>) -> Answer {
    let (user, now) = (ctx.actor.id, ctx.now());
    page_with(&ctx, &req, || actions::offer(&keys, user, now), Form::default(), Default::default()).await?.answer()
}

fn typed(fields: &Fields) -> Typed {
    Typed { password: fields.text("password").to_owned(), code: fields.text("code").to_owned() }
}

/// Each form here asks for the password, and so counts as a try to give it.
async fn admit(ctx: &Context, req: &HttpRequest, throttle: &Throttle) -> Result<String, Failure> {
    let id = ctx.actor.id;
    let email = ctx.read(move |conn| Ok(users::find(conn, id)?.email)).await?;
    throttle.admit(req, &ctx.db, &email).await?;
    Ok(email)
}

pub async fn create(
    Enrolling(ctx): Enrolling,
    req: HttpRequest,
    fields: Fields,
    credentials: web::Data<Credentials>,
    keys: web::Data<Keys>,
    throttle: web::Data<Throttle>,
) -> Answer {
    let email = admit(&ctx, &req, &throttle).await?;
    let sealed = fields.text("sealed").to_owned();
    match actions::switch_on(&ctx, &credentials, &keys, &sealed, typed(&fields), key_hash_of(&req)).await {
        Ok(codes) => {
            throttle.forgive(&email);
            page::html(&Codes { codes, is_new: true, email, frame: Frame { is_barred: false, ..page::frame(&ctx, &req) } })
        }
        Err(Error::Invalid(errors)) => {
            let (user, now) = (ctx.actor.id, ctx.now());
            let form = Form::refused(Fields::default(), errors);
            page_with(&ctx, &req, || actions::offered(&keys, user, &sealed, now), form, Default::default()).await?.unprocessable()
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn renew_codes(
    ctx: Context,
    req: HttpRequest,
    fields: Fields,
    credentials: web::Data<Credentials>,
    keys: web::Data<Keys>,
    throttle: web::Data<Throttle>,
) -> Answer {
    let email = admit(&ctx, &req, &throttle).await?;
    match actions::renew_codes(&ctx, &credentials, &keys, typed(&fields)).await {
        Ok(codes) => {
            throttle.forgive(&email);
            page::html(&Codes { codes, is_new: false, email, frame: page::frame(&ctx, &req) })
        }
        Err(Error::Invalid(errors)) => {
            // Beside them on the page are those of the form that switches it off.
            let codes = Form::refused(Fields::default(), errors.renamed(|field| format!("codes-{field}")));
            refused(&ctx, &req, &keys, (codes, Form::default())).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn destroy(
    ctx: Context,
    req: HttpRequest,
    fields: Fields,
    credentials: web::Data<Credentials>,
    keys: web::Data<Keys>,
    throttle: web::Data<Throttle>,
) -> Answer {
    admit(&ctx, &req, &throttle).await?;
    match actions::switch_off(&ctx, &credentials, &keys, typed(&fields), key_hash_of(&req)).await {
        Ok(()) => page::see_with("/profile", "Your second factor is switched off. All your other sessions have ended."),
        Err(Error::Invalid(errors)) => refused(&ctx, &req, &keys, (Form::default(), Form::refused(Fields::default(), errors))).await,
        Err(error) => Err(error.into()),
    }
}

async fn refused(ctx: &Context, req: &HttpRequest, keys: &Keys, forms: (Form, Form)) -> Answer {
    let (user, now) = (ctx.actor.id, ctx.now());
    page_with(ctx, req, || actions::offer(keys, user, now), Form::default(), forms).await?.unprocessable()
}
