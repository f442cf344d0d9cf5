//! The folder through which goes what does not fit into a line.

use std::io;
use std::path::{Path, PathBuf};

use nexus_adapter::{Brief, SPOOL, SPOOL_FILE_BYTES_MAX};
use tokio::fs;

use crate::picture::Picture;
use crate::problem::Problem;

/// The spool folder.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
}

/// Files of one call, removed with it.
#[derive(Debug, Default)]
pub(crate) struct Spooled {
    paths: Vec<PathBuf>,
}

impl Drop for Spooled {
    fn drop(&mut self) {
        for path in &self.paths {
            // What cannot be removed now goes at the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Spool {
    /// The folder in `home`, made if need be, and emptied of what an earlier run left behind.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub(crate) async fn open(home: &Path) -> io::Result<Self> {
        let folder = home.join(SPOOL);
        fs::create_dir_all(&folder).await?;
        let mut entries = fs::read_dir(&folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            if entry.file_type().await?.is_file() {
                fs::remove_file(entry.path()).await?;
            }
        }
        Ok(Self { folder })
    }

    /// Writes the pictures of a brief, and names their files in it.
    pub(crate) async fn put_pictures(
        &self,
        event_id: &str,
        pictures: Vec<Picture>,
        brief: &mut Brief,
        spooled: &mut Spooled,
    ) -> Result<(), Problem> {
        let mut names = Vec::new();
        for (n, picture) in pictures.into_iter().enumerate() {
            let name = format!("{event_id}-{n}");
            self.write(&name, &picture.bytes, spooled).await?;
            names.push(name);
        }
        for (image, name) in brief.images_mut().zip(names) {
            image.blob = name;
        }
        Ok(())
    }

    /// Writes a brief, and returns the name of its file.
    pub(crate) async fn put_brief(
        &self,
        event_id: &str,
        brief: &[u8],
        spooled: &mut Spooled,
    ) -> Result<String, Problem> {
        let name = format!("{event_id}-brief");
        self.write(&name, brief, spooled).await?;
        Ok(name)
    }

    async fn write(&self, name: &str, bytes: &[u8], spooled: &mut Spooled) -> Result<(), Problem> {
        if bytes.len() as u64 > SPOOL_FILE_BYTES_MAX {
            return Err(Problem::too_large(SPOOL_FILE_BYTES_MAX as usize));
        }
        let path = self.folder.join(name);
        spooled.paths.push(path.clone());
        fs::write(&path, bytes).await.map_err(|error| {
            Problem::internal(format!("the adapter cannot write to its folder: {error}"))
        })
    }
}
