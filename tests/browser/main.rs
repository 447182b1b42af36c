//! Journeys that only a real browser can prove: by mouse, by keyboard alone, without JavaScript; what axe-core says of each page;
//! and that nothing scrolls sideways on a phone.

mod axe;
mod conveniences;
mod driver;
mod hands;
mod leaving;
mod links;
mod pages;
mod process;
mod release;
mod second_factor;
#[expect(dead_code, unused_imports, reason = "shared with the tests without a browser, which use more of it")]
#[path = "../it/support/mod.rs"]
mod support;
mod surveys;
mod visits;
mod walker;
mod window;
mod world;

use std::sync::LazyLock;
use tokio::runtime::Runtime;

/// One for all tests, because what one of them starts may serve the others.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// Runs a story to its end.
fn tell(story: impl Future<Output = ()>) {
    RUNTIME.block_on(story);
}
