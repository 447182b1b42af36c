//! Mails per second through the worker, against lettre alone with as many connections to the same server.

use slipway::config::Config;
use slipway::domain::ids::MailId;
use slipway::mail::{Letter, Post, Settings};
use slipway::store::{Db, migrations};
use slipway::worker::sending::{CONNECTIONS, Sender};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const MAILS: usize = 10_000;

type Failure = Box<dyn std::error::Error>;

/// What did not reach its mark.
pub fn run(db: &Db, url: &str, config: &Config) -> Result<Option<String>, Failure> {
    let taken = Arc::new(AtomicUsize::new(0));
    let address = sink(&taken)?;
    let mut config = config.clone();
    config.smtp_url = Some(format!("smtp://{address}"));
    config.mail_from = "slipway@example.org".into();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (mut ours, mut alone) = (0.0, 0.0);
    let mut out = std::io::stdout();
    writeln!(out, "\nmails of {MAILS} a second, {CONNECTIONS} connections")?;
    // In turns, so that whatever else the machine does hits both.
    for _ in 0..2 {
        queue(url)?;
        let sender = Sender::new(db, &config)?;
        let begun = Instant::now();
        runtime.block_on(sender.empty());
        ours += begun.elapsed().as_secs_f64();
        let letter = sample(db, &config)?;
        let begun = Instant::now();
        runtime.block_on(lettre_alone(&config, letter))?;
        alone += begun.elapsed().as_secs_f64();
    }
    let (ours, alone) = (2.0 * MAILS as f64 / ours, 2.0 * MAILS as f64 / alone);
    let ratio = ours / alone;
    writeln!(out, "through the worker {ours:>8.0}\nlettre alone       {alone:>8.0}\nratio              {ratio:>8.2}")?;
    let arrived = taken.load(Ordering::Relaxed);
    if arrived != 4 * MAILS {
        return Ok(Some(format!("{arrived} mails arrived, not {}", 4 * MAILS)));
    }
    Ok((ratio < 0.5).then(|| format!("the worker sends {ratio:.2} of what lettre alone does, not 0.5")))
}

/// News for everybody, queued.
fn queue(url: &str) -> Result<(), Failure> {
    use diesel::connection::SimpleConnection;
    let mut conn = migrations::connect(url)?;
    Ok(conn.batch_execute(&format!(
        "WITH people AS (SELECT array_agg(id) AS ids FROM users WHERE id > 0), \
         new AS (INSERT INTO mails (kind, user_id, recipient, message_id, state, created_at, next_try_at) \
           SELECT 'notice', ids[1 + n % cardinality(ids)], 'x@example.org', md5(random()::text || n), 'queued', now(), now() FROM people, generate_series(1, {MAILS}) n \
           RETURNING id, user_id) \
         INSERT INTO notices (rule, record_id, occurrence, user_id, why, headline, facts, path, delivery, mail_id, at) \
           SELECT 'phase_entered', NULL, 'bench-' || id, user_id, 'watcher', 'It moved on to Build and test', '[[\"Phase\", \"Build and test\"], [\"By\", \"Ines\"]]', \
           '/releases/1', 'at_once', id, now() FROM new"
    ))?)
}

/// A mail as the worker sent it.
fn sample(db: &Db, config: &Config) -> Result<Letter, Failure> {
    let mail = db.read_now::<_, slipway::app::Error>(|conn| {
        let newest = slipway::store::mails::list::list(conn, slipway::domain::mails::MailState::Sent, &Default::default(), 1)?;
        let id = newest.first().map_or(MailId(0), |it| it.id);
        Ok(slipway::store::mails::find(conn, id)?)
    })?;
    let mute = Some(config.base_url().join("/mute/1.phase_entered.0123456789012345678901234567890123456789012"));
    Ok(Letter {
        message_id: mail.message_id,
        to: mail.recipient,
        name: "Somebody".into(),
        subject: mail.subject,
        text: mail.body_text,
        html: mail.body_html,
        thread: None,
        mute,
        date: mail.created_at,
    })
}

async fn lettre_alone(config: &Config, letter: Letter) -> Result<(), Failure> {
    let server = Settings::parse(config.smtp_url.as_deref().unwrap_or_default())?.server(CONNECTIONS)?;
    let (post, letter, next) = (Arc::new(Post::of(config)?), Arc::new(letter), Arc::new(AtomicUsize::new(0)));
    let lanes = (0..CONNECTIONS).map(|_| {
        let (server, post, letter, next) = (server.clone(), post.clone(), letter.clone(), next.clone());
        tokio::spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < MAILS {
                server.send(&letter, &post).await?;
            }
            Ok::<(), slipway::mail::Trouble>(())
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await?.map_err(|trouble| trouble.words)?;
    }
    Ok(())
}

/// A server that takes everything and keeps nothing.
fn sink(taken: &Arc<AtomicUsize>) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let taken = taken.clone();
    std::thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let taken = taken.clone();
            std::thread::spawn(move || converse(connection, &taken));
        }
    });
    Ok(address)
}

fn converse(mut out: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    out.set_nodelay(true)?;
    let mut lines = BufReader::new(out.try_clone()?);
    let mut line = Vec::new();
    let mut inside = false;
    out.write_all(b"220 sink ESMTP\r\n")?;
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if inside {
            if line == b".\r\n" {
                inside = false;
                taken.fetch_add(1, Ordering::Relaxed);
                out.write_all(b"250 Taken\r\n")?;
            }
        } else if line.starts_with(b"DATA") {
            inside = true;
            out.write_all(b"354 Go on\r\n")?;
        } else if line.starts_with(b"QUIT") {
            return out.write_all(b"221 Bye\r\n");
        } else {
            out.write_all(b"250 Fine\r\n")?;
        }
    }
}
