//! However a page of a list is found, along the list or by an index: it is what looking at every record finds.

use crate::support::Database;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use slipway::app::Error;
use slipway::clock::Clock;
use slipway::demo::generated::{Order as Wish, generate};
use slipway::domain::ids::{RecordId, UserId};
use slipway::domain::records::{RecordKind, RecordState};
use slipway::store::lists::{self, Filter, Mark, Order};
use slipway::store::schema::records;
use slipway::store::{Db, db};
use std::cmp::Reverse;
use std::time::Duration as Wait;

#[derive(Queryable, Clone)]
struct Row {
    id: RecordId,
    kind: RecordKind,
    state: RecordState,
    identifier: Option<String>,
    title: String,
    owner: UserId,
    coordinator: Option<UserId>,
    /// Whether one of its planned times passed.
    is_late: bool,
    due: Option<DateTime<Utc>>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
}

impl Row {
    /// Whether each word begins one of the record's own; a version is one word.
    fn has(&self, text: &str) -> bool {
        let all = format!("{} {} {}", self.kind.number(self.id), self.identifier.as_deref().unwrap_or_default(), self.title).to_lowercase();
        let letters: Vec<char> = all.chars().collect();
        let digit = |at: Option<usize>| at.and_then(|it| letters.get(it)).is_some_and(char::is_ascii_digit);
        let joins = |at: usize| letters[at] == '.' && digit(at.checked_sub(1)) && digit(Some(at + 1));
        let own: String = (0..letters.len()).map(|at| if letters[at].is_alphanumeric() || joins(at) { letters[at] } else { ' ' }).collect();
        let own: Vec<&str> = own.split_whitespace().collect();
        text.split(' ').all(|word| own.iter().any(|it| it.starts_with(&word.to_lowercase())))
    }

    fn fits(&self, filter: &Filter) -> bool {
        filter.kind.is_none_or(|it| it == self.kind)
            && filter.state.is_none_or(|it| it == self.state)
            && filter.owner.is_none_or(|it| it == self.owner)
            && (filter.coordinator.is_none() || filter.coordinator == self.coordinator)
            && filter.mine.is_none_or(|it| it == self.owner || self.coordinator == Some(it))
            && filter.overdue_at.is_none_or(|now| self.state == RecordState::Open && (self.due.is_some_and(|it| it < now) || self.is_late))
            && (filter.text.is_empty() || self.has(&filter.text))
            && filter.from.is_none_or(|from| self.end.is_some_and(|it| it >= from))
            && filter.to.is_none_or(|to| self.start.is_some_and(|it| it < to))
    }
}

/// What a filter finds, in its order.
fn by_looking(all: &[Row], filter: &Filter) -> Vec<RecordId> {
    let mut found: Vec<&Row> = all.iter().filter(|it| it.fits(filter)).collect();
    match filter.order {
        Order::Newest => found.sort_by_key(|it| Reverse(it.id)),
        Order::Due => found.sort_by_key(|it| (it.due.is_none(), it.due, it.id)),
        Order::Start => found.sort_by_key(|it| (it.start.is_none(), it.start, it.id)),
        Order::StartLast => found.sort_by_key(|it| Reverse((it.start, it.id))),
    }
    found.into_iter().map(|it| it.id).collect()
}

/// The pages of a list one after the other, some of them.
fn by_pages(db: &Db, filter: &Filter) -> Vec<RecordId> {
    let (mut ids, mut asked) = (Vec::new(), filter.clone());
    for _ in 0..4 {
        let page = db.read_now::<_, Error>(|conn| Ok(lists::list(conn, &asked, 40)?)).expect("listed");
        let Some(last) = page.last() else { break };
        let time = match filter.order {
            Order::Newest => None,
            Order::Due => last.phase_due_at,
            Order::Start | Order::StartLast => last.planned_start,
        };
        asked.after = Some(Mark { time, id: last.id });
        ids.extend(page.iter().map(|it| it.id));
    }
    ids
}

#[test]
fn every_way_finds_the_same() {
    let database = Database::create();
    let clock = Clock::standing_at("2026-11-18T12:00:00Z".parse().expect("a time"));
    let settings = db::Settings { url: database.url(), connections: 2, wait: Wait::from_secs(5), statement_timeout: Wait::from_secs(30) };
    let db = Db::open(settings, clock.clone()).expect("it opens");
    generate(&db, Wish { releases: 1200, seed: 5 }, |_| {}).expect("generated");
    // Some windows are long; enough is late for several pages, and some of it in its plan alone.
    database.run("UPDATE records SET phase_due_at = timestamptz '2026-11-20' - (id % 400) * interval '1 hour' WHERE state = 'open' AND id % 3 <> 0");
    database.run("UPDATE deadlines SET due_at = '2026-11-01' WHERE subject IN ('planned_start', 'planned_end') AND record_id % 3 = 0");
    database.run("UPDATE records SET planned_end = planned_start + interval '40 days' WHERE id % 97 = 0 AND planned_start IS NOT NULL");
    let all: Vec<Row> = records::table
        .select((
            records::id,
            records::kind,
            records::state,
            records::identifier,
            records::title,
            records::owner_id,
            records::coordinator_id,
            diesel::dsl::sql::<diesel::sql_types::Bool>(
                "EXISTS (SELECT FROM deadlines d WHERE d.record_id = records.id AND d.subject IN ('planned_start', 'planned_end') AND d.due_at < '2026-11-18T12:00:00Z')",
            ),
            records::phase_due_at,
            records::planned_start,
            records::planned_end,
        ))
        .load(&mut database.connect())
        .expect("read");
    assert!(all.len() > 4000, "{} records: more than one stretch", all.len());
    let release = || Filter { kind: Some(RecordKind::Release), ..Filter::default() };
    let words = |text: &str| Filter { text: text.to_owned(), ..release() };
    let old = all.iter().filter_map(|it| it.start).min().expect("windows") + Duration::days(20);
    let window = |from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>| Filter { from, to, ..release() };
    let wished = [
        words("renew"),
        words("re ar"),
        words("retire laboratory"),
        words("v1"),
        words("v1.1"),
        words("v2.1"),
        words("zebra"),
        words("rel 0"),
        Filter { kind: None, ..words("archive") },
        Filter { kind: Some(RecordKind::Change), ..words("archive") },
        Filter { state: Some(RecordState::Closed), ..words("renew") },
        Filter { owner: Some(all[0].owner), ..words("renew") },
        Filter { mine: all[0].coordinator, ..words("re") },
        Filter { overdue_at: Some(clock.now()), ..words("a") },
        Filter { overdue_at: Some(clock.now()), ..release() },
        Filter { overdue_at: Some(clock.now()), mine: all[0].coordinator, ..Filter::default() },
        Filter { coordinator: all[0].coordinator, state: Some(RecordState::Closed), ..release() },
        Filter { mine: all[0].coordinator, ..window(Some(old), Some(old + Duration::days(200))) },
        window(Some(old), Some(old + Duration::days(14))),
        window(Some(clock.now()), None),
        window(None, Some(old)),
        window(Some(old), Some(clock.now() + Duration::days(9000))),
        window(Some(clock.now() + Duration::days(900)), None),
        Filter { text: "renew".to_owned(), ..window(Some(old), Some(old + Duration::days(60))) },
    ];
    for filter in wished {
        let mut some = 0;
        for order in Order::ALL {
            let filter = Filter { order: *order, ..filter.clone() };
            let (expected, found) = (by_looking(&all, &filter), by_pages(&db, &filter));
            assert_eq!(found, expected.iter().take(found.len().max(160)).copied().collect::<Vec<_>>(), "{filter:?}");
            some += found.len();
        }
        assert!(some > 0 || filter.text == "zebra" || filter.from > Some(clock.now()), "{filter:?} finds nothing: no test");
    }
}
