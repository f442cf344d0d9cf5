//! What the application is started with: by a person, at login, or by a link.

use std::path::PathBuf;

use crate::autostart::{HIDDEN, HOME};
use crate::link::Link;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// No window, as at login.
    pub is_hidden: bool,
    /// The home folder, when it is not the usual one.
    pub home: Option<PathBuf>,
    /// The page to open.
    pub link: Option<Link>,
}

impl Arguments {
    /// Reads the words after the program's name.
    ///
    /// # Errors
    /// A sentence about the word that is not understood.
    pub fn read(words: &[String]) -> Result<Self, String> {
        let mut arguments = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                HIDDEN => arguments.is_hidden = true,
                HOME => {
                    let folder = words.next().ok_or("--home needs a folder")?;
                    arguments.home = Some(PathBuf::from(folder));
                }
                text if text.contains("://") => {
                    let link = Link::parse(text).map_err(|failure| failure.to_string())?;
                    arguments.link = Some(link);
                }
                other => {
                    return Err(format!(
                        "`{}` is not understood; there are --hidden, --home FOLDER and links \
                         such as nexus://chat/main",
                        other.escape_debug()
                    ));
                }
            }
        }
        Ok(arguments)
    }

    /// The page to show; none when no window is wanted.
    #[must_use]
    pub fn page(&self) -> Option<String> {
        match (&self.link, self.is_hidden) {
            (Some(link), _) => Some(link.page()),
            (None, true) => None,
            (None, false) => Some("/".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, String> {
        Arguments::read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_launch_says_what_it_wants_to_see() {
        assert_eq!(read(&[]).unwrap().page().as_deref(), Some("/"));
        assert_eq!(read(&["--hidden"]).unwrap().page(), None);
        let linked = read(&["--hidden", "--home", "/srv/nexus", "nexus://chat/main"]).unwrap();
        assert_eq!(linked.page().as_deref(), Some("/chat/main"));
        assert_eq!(linked.home, Some(PathBuf::from("/srv/nexus")));
        for wrong in [&["--quit"][..], &["--home"], &["nexus://allow/1"], &["https://x"]] {
            assert!(!read(wrong).unwrap_err().is_empty());
        }
    }
}
