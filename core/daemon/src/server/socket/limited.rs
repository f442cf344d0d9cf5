//! A stream that reads only so much. Whoever has not proved who it is may not make us keep a
//! frame of full size, and the WebSocket itself knows one limit only.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that reads only so much, until the limit is lifted.
pub(super) struct Limited<S> {
    stream: S,
    n_bytes_left: Option<usize>,
}

#[derive(Debug, thiserror::Error)]
#[error("more was sent than is taken from strangers")]
struct OverLimit;

/// Whether a read failed because the limit was reached.
pub(super) fn is_over_limit(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<OverLimit>())
}

impl<S> Limited<S> {
    pub(super) fn new(stream: S, bytes_max: usize) -> Self {
        Self { stream, n_bytes_left: Some(bytes_max) }
    }

    pub(super) fn lift(&mut self) {
        self.n_bytes_left = None;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Limited<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.n_bytes_left == Some(0) {
            return Poll::Ready(Err(io::Error::other(OverLimit)));
        }
        let n_before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let n_read = buffer.filled().len() - n_before;
        // One read may overshoot; it is as large as the buffer of whoever reads, and no larger.
        self.n_bytes_left = self.n_bytes_left.map(|n_left| n_left.saturating_sub(n_read));
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Limited<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn a_stranger_is_cut_and_a_friend_is_not() {
        let mut stream = Limited::new(&b"0123456789"[..], 4);
        let mut piece = [0; 4];
        stream.read_exact(&mut piece).await.unwrap();
        let error = stream.read_exact(&mut piece).await.unwrap_err();
        assert!(is_over_limit(&error));
        stream.lift();
        stream.read_exact(&mut piece).await.unwrap();
        assert_eq!(&piece, b"4567");
    }
}
