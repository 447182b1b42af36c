//! What there is before a fault: a database with people, and something for each of them to work on.

use crate::consistency;
use crate::load::Worker;
use crate::support::{Database, TestApp, given};
use crate::visitor::Visitor;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use slipway::clock::Clock;
use slipway::domain::ids::UserId;
use slipway::domain::people::Role;
use slipway::store::records;
use std::net::TcpListener;
use std::time::{Duration, Instant};

pub struct World {
    /// In the same database, beside the program: for laying things down and looking at them.
    pub app: TestApp,
    /// Who works; their visitors know no address yet.
    workers: Vec<Worker>,
    /// Last, because the others hold connections to it.
    _database: Option<Database>,
}

impl World {
    /// In a database of the tests' own server, which nothing happens to.
    pub async fn begin(workers: usize) -> World {
        let database = tokio::task::spawn_blocking(Database::create).await.expect("a database");
        let mut world = World::over(&database.url(), workers);
        world._database = Some(database);
        world
    }

    /// In a database without a schema that somebody else keeps.
    pub fn lay(url: &str, workers: usize) -> World {
        slipway::store::migrations::run(url).expect("the migrations run");
        World::over(url, workers)
    }

    fn over(url: &str, workers: usize) -> World {
        let app = TestApp::begin(url.to_owned(), None, Clock::default(), &[]);
        given::approvers(&app, ["Ada", "Bob"]);
        let assignee = given::user(&app, "Cleo", &[Role::Contributor]).id;
        let workers = (0..workers).map(|number| worker(&app, number, assignee)).collect();
        World { app, workers, _database: None }
    }

    /// All who work, at this address.
    pub fn workers(&self, base: &str) -> Vec<Worker> {
        let at = |it: &Worker| Worker { visitor: it.visitor.at(base), ..it.clone() };
        self.workers.iter().map(at).collect()
    }

    /// A connection of the test's own.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.app.database_url()).expect("the database answers")
    }

    /// Mails that an instance took with it into its end may be taken up at once.
    pub fn end_leases(&self) {
        self.connect().batch_execute("UPDATE mails SET next_try_at = now() WHERE state = 'queued'").expect("updated");
    }

    /// Waits until no mail is left to be sent.
    #[track_caller]
    pub fn wait_for_mails(&self) {
        let (mut conn, begun) = (self.connect(), Instant::now());
        while consistency::count(&mut conn, "SELECT count(*) FROM mails WHERE state = 'queued'") > 0 {
            assert!(begun.elapsed() < crate::SOON, "mails are left over");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn visitor(&self, base: &str) -> Visitor {
        self.workers[0].visitor.at(base)
    }
}

fn worker(app: &TestApp, number: usize, assignee: UserId) -> Worker {
    let name = format!("Worker {number}");
    let who = given::user(app, &name, &[Role::ReleaseManager]);
    let release = given::release(app, &format!("Service {number}")).owned_by(&who).coordinated_by(&who).in_phase("plan");
    let change = given::change(app, &format!("Part of {number}")).requested_by(&who).registered();
    let category = app.read(|conn| records::find(conn, change)).category_id.0;
    let session = app.session_of(&who);
    let visitor = Visitor::new("", &format!("{}={}", session.name(), session.value()));
    Worker { name, visitor, category, change: change.0, release: release.0, assignee: assignee.0 }
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port()
}
