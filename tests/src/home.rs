//! A home folder that goes away with the scenario.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

use crate::model::FakeModel;

/// A home in a temporary folder.
pub struct TestHome {
    folder: TempDir,
}

impl TestHome {
    /// A home with this `nexus.toml`.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn with_config(config: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let home = Self { folder };
        std::fs::create_dir_all(home.workspace())?;
        std::fs::write(home.path().join("nexus.toml"), config)?;
        Ok(home)
    }

    /// A home whose agent answers offline.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn offline() -> Result<Self> {
        Self::with_config("[models]\ndiscover = false\n")
    }

    /// A home whose agent uses a fake provider.
    ///
    /// # Errors
    /// When the temporary folder cannot be used.
    pub fn with_model(model: &FakeModel) -> Result<Self> {
        Self::with_config(&model.config())
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The workspace of agent `main`.
    #[must_use]
    pub fn workspace(&self) -> PathBuf {
        self.path().join("home")
    }
}
