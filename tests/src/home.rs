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

    /// Has a person asked before each use of a tool, whatever permits it.
    ///
    /// # Errors
    /// When the policy cannot be written.
    pub fn ask_before(&self, tool: &str) -> Result<()> {
        let folder = self.path().join("state/acl");
        std::fs::create_dir_all(&folder)?;
        let policy = format!(
            "@id(\"test-guard\")\n@reason(\"each is looked at\")\n@ask(\"owner\")\n\
             forbid (principal is Agent, action == Action::\"use_tool\", resource == Tool::\"{tool}\");\n"
        );
        Ok(std::fs::write(folder.join("test.cedar"), policy)?)
    }

    /// The workspace of agent `main`.
    #[must_use]
    pub fn workspace(&self) -> PathBuf {
        self.path().join("home")
    }
}
