//! Looks for a release, and downloads it.

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::{Client, Url};
use semver::Version;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::manifest::{Artifact, MANIFEST_BYTES_MAX, Manifest, public_key, target};
use crate::stage::Staged;
use crate::{Installation, UpdateError};

/// Longest signature, in bytes.
const SIGNATURE_BYTES_MAX: usize = 8 * 1024;
/// Longest time to connect, in milliseconds.
const CONNECT_MS_MAX: u64 = 15_000;
/// Longest silence in an answer, in milliseconds.
const SILENCE_MS_MAX: u64 = 30_000;
/// Most redirects.
const REDIRECTS_MAX: usize = 5;

/// Where releases come from, and who may sign them.
#[derive(Clone, Debug)]
pub struct Source {
    manifest: Url,
    keys: Vec<String>,
    client: Client,
}

impl Source {
    /// A place and the keys that count there.
    ///
    /// # Errors
    /// When the place is not one that can be trusted on the way, or a key is none.
    pub fn new(endpoint: &str, keys: &[String]) -> Result<Self, UpdateError> {
        let said = |why: String| UpdateError::Configuration(why);
        let manifest = Url::parse(endpoint).map_err(|error| {
            said(format!("updates.endpoint `{}` is no address: {error}", endpoint.escape_debug()))
        })?;
        if !is_safe(&manifest) {
            return Err(said(format!(
                "updates.endpoint `{}` must begin with https:// (plain http only on this machine)",
                endpoint.escape_debug()
            )));
        }
        if keys.is_empty() {
            return Err(said(
                "updates.endpoint needs updates.keys: the minisign public keys that may sign"
                    .into(),
            ));
        }
        for key in keys {
            public_key(key)?;
        }
        let follow = reqwest::redirect::Policy::custom(|attempt| {
            if attempt.previous().len() > REDIRECTS_MAX || !is_safe(attempt.url()) {
                attempt.stop()
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
            .read_timeout(Duration::from_millis(SILENCE_MS_MAX))
            .redirect(follow)
            .user_agent(concat!("nexus/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| said(format!("there is no HTTP client: {error}")))?;
        Ok(Self { manifest, keys: keys.to_vec(), client })
    }

    /// The release that is offered, if it is newer than `current`: never one that goes back.
    ///
    /// # Errors
    /// When it cannot be read, is not signed, or cannot be understood.
    pub async fn look(&self, current: &Version) -> Result<Option<Manifest>, UpdateError> {
        let bytes = self.read(&self.manifest, MANIFEST_BYTES_MAX).await?;
        let mut place = self.manifest.clone();
        place.set_path(&format!("{}.minisig", self.manifest.path()));
        let signature = self.read(&place, SIGNATURE_BYTES_MAX).await?;
        let signature = String::from_utf8_lossy(&signature);
        let manifest = Manifest::verified(&bytes, &signature, &self.keys)?;
        Ok((manifest.version > *current).then_some(manifest))
    }

    /// Downloads the file of a release that fits, and lays it ready.
    ///
    /// # Errors
    /// When there is none, when it is not what was signed, or when it cannot be laid ready.
    pub async fn stage(
        &self,
        manifest: &Manifest,
        installation: &Installation,
    ) -> Result<Staged, UpdateError> {
        let artifact = manifest.artifact(&target(), installation.form())?;
        let download = installation.next().with_extension("part");
        if let Err(error) = self.download(artifact, &download).await {
            // What is there of it is of no use.
            let _ = tokio::fs::remove_file(&download).await;
            return Err(error);
        }
        let installation = installation.clone();
        let made =
            tokio::task::spawn_blocking(move || Staged::make(&installation, &download)).await;
        made.map_err(|error| UpdateError::Malformed(error.to_string()))?
    }

    async fn download(&self, artifact: &Artifact, to: &Path) -> Result<(), UpdateError> {
        let different = |why: String| UpdateError::Different { file: artifact.file.clone(), why };
        let place = self.manifest.join(&artifact.file).map_err(|error| {
            UpdateError::Malformed(format!("`{}`: {error}", artifact.file.escape_debug()))
        })?;
        let mut pieces = self.open(&place).await?.bytes_stream();
        let mut file = tokio::fs::File::create(to).await.map_err(UpdateError::file(to))?;
        let (mut digest, mut n_bytes) = (Sha256::new(), 0_u64);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| unreachable(&place, &error))?;
            n_bytes += piece.len() as u64;
            if n_bytes > artifact.n_bytes {
                return Err(different(format!("it is longer than {} bytes", artifact.n_bytes)));
            }
            digest.update(&piece);
            file.write_all(&piece).await.map_err(UpdateError::file(to))?;
        }
        file.sync_all().await.map_err(UpdateError::file(to))?;
        if n_bytes != artifact.n_bytes {
            return Err(different(format!(
                "it ends after {n_bytes} of {} bytes",
                artifact.n_bytes
            )));
        }
        if !hex::encode(digest.finalize()).eq_ignore_ascii_case(&artifact.sha256) {
            return Err(different("its SHA-256 is another".to_owned()));
        }
        Ok(())
    }

    async fn read(&self, place: &Url, bytes_max: usize) -> Result<Vec<u8>, UpdateError> {
        let mut pieces = self.open(place).await?.bytes_stream();
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece.map_err(|error| unreachable(place, &error))?);
            if bytes.len() > bytes_max {
                return Err(UpdateError::Unreachable {
                    place: place.to_string(),
                    why: format!("it is longer than {bytes_max} bytes"),
                });
            }
        }
        Ok(bytes)
    }

    async fn open(&self, place: &Url) -> Result<reqwest::Response, UpdateError> {
        let answer = self.client.get(place.clone()).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status);
        let answer = answer.map_err(|error| unreachable(place, &error))?;
        if !answer.status().is_success() {
            return Err(UpdateError::Unreachable {
                place: place.to_string(),
                why: format!("it answers {}", answer.status()),
            });
        }
        Ok(answer)
    }
}

fn unreachable(place: &Url, error: &reqwest::Error) -> UpdateError {
    let mut why = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        why = deeper.to_string();
        cause = deeper.source();
    }
    UpdateError::Unreachable { place: place.to_string(), why }
}

/// Encrypted, or inside this machine.
fn is_safe(place: &Url) -> bool {
    let is_here = matches!(place.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    place.scheme() == "https" || (place.scheme() == "http" && is_here)
}
