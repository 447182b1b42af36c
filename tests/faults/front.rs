//! What stands before several instances: each connection goes to the next one that says it is ready.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// How often each is asked.
const LOOK: Duration = Duration::from_millis(100);

pub struct Front {
    pub base: String,
    ready: Arc<Mutex<Vec<String>>>,
}

impl Front {
    /// `instances`: their addresses, as `127.0.0.1:8080`.
    pub async fn before(instances: Vec<String>) -> Front {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let ready = Arc::new(Mutex::new(Vec::new()));
        let known = ready.clone();
        tokio::spawn(async move {
            loop {
                let mut found = Vec::new();
                for it in &instances {
                    if is_ready(it).await {
                        found.push(it.clone());
                    }
                }
                *known.lock().unwrap_or_else(PoisonError::into_inner) = found;
                tokio::time::sleep(LOOK).await;
            }
        });
        let (known, turn) = (ready.clone(), AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let known = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let first = turn.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    for step in 0..known.len() {
                        if let Ok(mut far) = TcpStream::connect(&known[(first + step) % known.len()]).await {
                            copy_bidirectional(&mut near, &mut far).await.ok();
                            return;
                        }
                    }
                });
            }
        });
        Front { base, ready }
    }

    /// Waits until so many are ready.
    pub async fn wait_for(&self, count: usize) {
        let begun = std::time::Instant::now();
        while self.ready.lock().unwrap_or_else(PoisonError::into_inner).len() != count {
            assert!(begun.elapsed() < crate::SOON, "never {count} ready");
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn is_ready(address: &str) -> bool {
    let asked = async {
        let mut connection = TcpStream::connect(address).await.ok()?;
        connection.write_all(b"GET /readyz HTTP/1.1\r\nHost: slipway\r\nConnection: close\r\n\r\n").await.ok()?;
        let mut start = [0; 12];
        connection.read_exact(&mut start).await.ok()?;
        Some(start.ends_with(b"200"))
    };
    tokio::time::timeout(Duration::from_secs(2), asked).await.ok().flatten().unwrap_or_default()
}
