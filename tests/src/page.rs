//! A web page that answers when the scenario says so: a tool call that takes its time.

use std::sync::Arc;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Largest request that is read, in bytes.
const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// The page.
pub struct HeldPage {
    url: String,
    visitors: Arc<Semaphore>,
    answers: Arc<Semaphore>,
}

impl HeldPage {
    /// Opens it.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/slow", listener.local_addr()?);
        let (visitors, answers) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (at_door, may_answer) = (Arc::clone(&visitors), Arc::clone(&answers));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (at_door, may_answer) = (Arc::clone(&at_door), Arc::clone(&may_answer));
                tokio::spawn(async move {
                    let mut request = vec![0_u8; REQUEST_BYTES_MAX];
                    // One line is enough to know that somebody is there.
                    if stream.read(&mut request).await? == 0 {
                        return Ok(());
                    }
                    at_door.add_permits(1);
                    if let Ok(permit) = may_answer.acquire().await {
                        permit.forget();
                    }
                    let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\
                                  content-length: 9\r\nconnection: close\r\n\r\nslow page";
                    stream.write_all(answer.as_bytes()).await
                });
            }
        });
        Ok(Self { url, visitors, answers })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until somebody asks for it.
    ///
    /// # Errors
    /// Never while the page is open.
    pub async fn visited(&self) -> Result<()> {
        self.visitors.acquire().await?.forget();
        Ok(())
    }

    /// Answers one visitor.
    pub fn answer(&self) {
        self.answers.add_permits(1);
    }
}
