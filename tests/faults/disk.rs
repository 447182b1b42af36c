//! The disk of the database is full, and has room again.

use crate::instance::Instance;
use crate::load::Load;
use crate::postgres::Postgres;
use crate::world::World;
use crate::{BACK_WITHIN, consistency, say};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A small disk in memory. Mounting one takes root, or the right to mount in a namespace of one's own.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn at(folder: &Path) -> Disk {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=160m,mode=0755", "tmpfs"]).arg(folder).status();
        assert!(mounted.is_ok_and(|it| it.success()), "this fault mounts a small disk, so it needs root: sudo, or unshare -rm");
        Disk { folder: folder.to_owned() }
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut file = fs::File::create(self.filler()).expect("a file");
        let bytes = vec![0; 64 * 1024];
        while file.write_all(&bytes).is_ok() {}
        while file.write_all(&[0]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).expect("our own file");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").args(["-l"]).arg(&self.folder).status().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_of_the_database() {
    let home = tempfile::tempdir().expect("a folder");
    let disk = Disk::at(home.path());
    // The log of the database is elsewhere: with its own disk full, the server does not refuse but stops, which is another fault.
    let server = Postgres::on_disk(&disk.folder);
    let world = World::lay(&server.url(), 4);
    let mut instance = Instance::of(&world);
    instance.start();
    let load = Load::begin(&world.workers(&instance.base));
    let mut slowest = Duration::ZERO;
    for _ in 0..3 {
        load.wait_for(8).await;
        disk.fill();
        tokio::time::sleep(Duration::from_secs(5)).await;
        disk.make_room();
        slowest = slowest.max(load.wait_for(4).await);
    }
    let diary = load.end().await;
    consistency::check(&mut world.connect(), &diary);
    say(format_args!("3 times no room on the disk: {}; back after {:.1} s at most", diary.counts(), slowest.as_secs_f64()));
    assert!(diary.answers.get(&503).is_some_and(|it| *it > 0), "it was never full: {:?}", diary.answers);
    assert!(slowest < BACK_WITHIN, "{slowest:?}");
    drop(server);
}
