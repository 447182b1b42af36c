//! A way over TCP that can be closed: everything goes through it, or nothing moves any more, or it breaks.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// Connections stand, and are even made; but nothing comes through, and nobody says so.
    Silent,
    /// Every connection is cut, and every new one as well.
    Cut,
    /// A connection is cut when a commit has gone through on it, before the answer comes back.
    UntilCommit,
}

pub struct Way {
    pub address: SocketAddr,
    state: watch::Sender<State>,
}

impl Way {
    pub async fn to(port: u16) -> Way {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (state, seen) = watch::channel(State::Open);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(lead(near, port, seen.clone()));
            }
        });
        Way { address, state }
    }

    pub fn is(&self, state: State) {
        self.state.send_replace(state);
    }

    /// Cuts what stands; from then on it is open.
    pub async fn begin_anew(&self) {
        self.is(State::Cut);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        self.is(State::Open);
    }
}

async fn lead(near: TcpStream, port: u16, state: watch::Receiver<State>) -> Option<()> {
    let mut cut = state.clone();
    let both = async move {
        let far = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        let (there, back) = (pass(near_in, far_out, state.clone()), pass(far_in, near_out, state));
        tokio::select! {
            done = there => done,
            done = back => done,
        }
    };
    tokio::select! {
        done = both => done,
        _ = cut.wait_for(|it| *it == State::Cut) => None,
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) -> Option<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes).await.ok().filter(|it| *it > 0)?;
        let ends = *state.wait_for(|it| *it != State::Silent).await.ok()? == State::UntilCommit && bytes[..count].windows(7).any(|it| it == b"COMMIT\0");
        to.write_all(&bytes[..count]).await.ok()?;
        if ends {
            return None;
        }
    }
}
