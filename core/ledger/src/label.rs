//! Labels of sessions and files: what each was exposed to, and what brought it. There is no way
//! to take one off a session; compaction, which forgets messages, does not come near them.

use std::collections::BTreeSet;

use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::id::SessionKey;
use nexus_domain::label::{FileLabel, Label, LabelSource, SessionLabel};
use rusqlite::{Connection, Row, params};

use crate::Tx;
use crate::error::LedgerError;
use crate::sql;

/// A file carries what its writers were exposed to, under its resolved name.
pub(crate) const SCHEMA: &str = "
CREATE TABLE session_labels (
    session_key TEXT NOT NULL,
    label       TEXT NOT NULL,
    source      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    turn_id     TEXT,
    at          INTEGER NOT NULL,
    PRIMARY KEY (session_key, label, source, detail)
) STRICT, WITHOUT ROWID;
CREATE TABLE file_labels (
    path        TEXT NOT NULL,
    label       TEXT NOT NULL,
    session_key TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (path, label)
) STRICT, WITHOUT ROWID;
";

/// Most sources that are kept per label of a session; the label itself holds whatever comes.
pub const SOURCES_MAX: u32 = 32;
/// Longest description of a source, in characters.
const DETAIL_CHARS_MAX: usize = 300;
/// Most labelled files that one question about a folder gives.
const FILES_MAX: u32 = 64;

/// Reads labels.
pub struct Labels<'a>(pub(crate) &'a Connection);

impl Labels<'_> {
    /// The labels of a session with their sources, the first that came first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_session(&self, key: &SessionKey) -> Result<Vec<SessionLabel>, LedgerError> {
        let mut labels = sql::all(
            self.0,
            "SELECT * FROM session_labels WHERE session_key = ?1",
            [key.as_str()],
            read_session,
        )?;
        labels.sort_by(|a, b| (a.at, a.label, &a.detail).cmp(&(b.at, b.label, &b.detail)));
        Ok(labels)
    }

    /// What a session has been exposed to, each label once.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn held(&self, key: &SessionKey) -> Result<BTreeSet<Label>, LedgerError> {
        Ok(self.of_session(key)?.into_iter().map(|one| one.label).collect())
    }

    /// The labels of a file: its own, and those of every folder above it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_file(&self, path: &str) -> Result<Vec<FileLabel>, LedgerError> {
        let mut found = Vec::new();
        let mut name = Some(path);
        while let Some(one) = name {
            let sql = "SELECT * FROM file_labels WHERE path = ?1";
            found.extend(sql::all(self.0, sql, [one], read_file)?);
            name = one.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty());
        }
        Ok(found)
    }

    /// Labels of files beneath a folder, a few of each kind.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn beneath(&self, folder: &str) -> Result<Vec<FileLabel>, LedgerError> {
        // `0` follows `/`: the range is exactly the names that begin with the folder and a slash.
        let (from, to) = (format!("{folder}/"), format!("{folder}0"));
        let mut found = Vec::new();
        for label in [Label::Untrusted, Label::Private, Label::Secret] {
            found.extend(sql::all(
                self.0,
                "SELECT * FROM file_labels WHERE path > ?1 AND path < ?2 AND label = ?3
                 ORDER BY path LIMIT ?4",
                params![from, to, label.name(), FILES_MAX],
                read_file,
            )?);
        }
        Ok(found)
    }
}

fn read_session(row: &Row<'_>) -> Result<SessionLabel, LedgerError> {
    Ok(SessionLabel {
        label: sql::text(row, "label")?,
        source: sql::text(row, "source")?,
        detail: row.get("detail")?,
        turn_id: sql::text_opt(row, "turn_id")?,
        at: sql::at(row, "at")?,
    })
}

fn read_file(row: &Row<'_>) -> Result<FileLabel, LedgerError> {
    Ok(FileLabel {
        path: row.get("path")?,
        label: sql::text(row, "label")?,
        session_key: sql::text(row, "session_key")?,
        at: sql::at(row, "at")?,
    })
}

/// Records labels.
pub struct LabelsMut<'a>(pub(crate) Labels<'a>);

impl LabelsMut<'_> {
    /// Labels a session and says whether that is news. To be called in the transaction that makes
    /// the content part of the session, or before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add(&self, key: &SessionKey, new: &SessionLabel) -> Result<bool, LedgerError> {
        let detail: String = new.detail.chars().take(DETAIL_CHARS_MAX).collect();
        let n_rows = sql::run(
            self.0.0,
            "INSERT INTO session_labels (session_key, label, source, detail, turn_id, at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6
             WHERE (SELECT count(*) FROM session_labels
                    WHERE session_key = ?1 AND label = ?2) < ?7
             ON CONFLICT DO NOTHING",
            params![
                key.as_str(),
                new.label.name(),
                sql::word(&new.source)?,
                detail,
                new.turn_id.map(|id| id.to_string()),
                new.at.0,
                SOURCES_MAX,
            ],
        )?;
        Ok(n_rows == 1)
    }

    /// Notes that a session wrote a file: the file carries what the session holds. With
    /// `is_whole` nothing of the old content is left, and neither are its labels.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn wrote(
        &self,
        key: &SessionKey,
        path: &str,
        is_whole: bool,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        if is_whole {
            sql::run(self.0.0, "DELETE FROM file_labels WHERE path = ?1", [path])?;
        }
        for label in self.held(key)? {
            sql::run(
                self.0.0,
                "INSERT INTO file_labels (path, label, session_key, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![path, label.name(), key.as_str(), at.0],
            )?;
        }
        Ok(())
    }

    /// Notes that a file or folder got another name: its labels go with it, those it inherited
    /// from folders above its old place included.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn moved(&self, from: &str, to: &str) -> Result<(), LedgerError> {
        for inherited in self.of_file(from)? {
            sql::run(
                self.0.0,
                "INSERT INTO file_labels (path, label, session_key, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![to, inherited.label.name(), inherited.session_key.as_str(), inherited.at.0],
            )?;
        }
        sql::run(self.0.0, "DELETE FROM file_labels WHERE path = ?1", [from])?;
        sql::run(
            self.0.0,
            "UPDATE OR REPLACE file_labels SET path = ?3 || substr(path, length(?4) + 1)
             WHERE path > ?1 AND path < ?2",
            params![format!("{from}/"), format!("{from}0"), to, from],
        )?;
        Ok(())
    }
}

impl Tx<'_> {
    /// Hands the labels of a session on to another that learns what it knows, and tells of it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn inherit_labels(
        &mut self,
        from: &SessionKey,
        to: &SessionKey,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        for label in self.labels().held(from)? {
            let (source, detail) = (LabelSource::Session, from.to_string());
            self.label(to, SessionLabel { label, source, detail, turn_id: None, at })?;
        }
        Ok(())
    }

    /// Labels a session and tells of it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn label(&mut self, key: &SessionKey, new: SessionLabel) -> Result<(), LedgerError> {
        if self.labels().add(key, &new)? {
            let at = new.at;
            let event = Event::SessionLabelled { session_key: key.clone(), label: new };
            self.events().record(at, &event)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::{Home, at, session};

    fn label(label: Label, detail: &str) -> SessionLabel {
        let detail = detail.to_owned();
        SessionLabel { label, source: LabelSource::Tool, detail, turn_id: None, at: at(1) }
    }

    #[tokio::test]
    async fn a_label_is_told_once_and_stays() {
        let home = Home::new();
        let ledger = home.open();
        let key = session("main");
        let told = ledger
            .write(move |tx| {
                tx.label(&key, label(Label::Untrusted, "GET https://example.org/"))?;
                tx.label(&key, label(Label::Untrusted, "GET https://example.org/"))?;
                tx.label(&key, label(Label::Private, "private/diary.md"))?;
                for n in 0..100 {
                    tx.label(&key, label(Label::Untrusted, &format!("page {n}")))?;
                }
                let n_untrusted = tx
                    .labels()
                    .of_session(&key)?
                    .iter()
                    .filter(|one| one.label == Label::Untrusted)
                    .count();
                assert_eq!(n_untrusted, SOURCES_MAX as usize);
                tx.labels().held(&key)
            })
            .await
            .unwrap();
        assert_eq!(told, BTreeSet::from([Label::Untrusted, Label::Private]));
        let events = ledger.read(|r| r.events().after(nexus_domain::id::Position(0), 500)).await;
        assert_eq!(events.unwrap().len(), SOURCES_MAX as usize + 1);
    }

    #[tokio::test]
    async fn files_carry_what_their_writers_held() {
        let home = Home::new();
        let ledger = home.open();
        let paths = |found: Vec<FileLabel>| -> Vec<String> {
            found.into_iter().map(|one| format!("{} {}", one.path, one.label.name())).collect()
        };
        ledger
            .write(move |tx| {
                let (tainted, clean) = (session("tainted"), session("clean"));
                tx.label(&tainted, label(Label::Untrusted, "a page"))?;
                let labels = tx.labels();
                labels.wrote(&tainted, "home/notes/page.md", true, at(2))?;
                assert_eq!(
                    paths(labels.of_file("home/notes/page.md")?),
                    ["home/notes/page.md untrusted"]
                );
                assert_eq!(paths(labels.beneath("home/notes")?).len(), 1);
                assert!(labels.beneath("home/note")?.is_empty());

                // A piece that a clean session changes leaves the rest as it is; a whole new
                // content does not.
                labels.wrote(&clean, "home/notes/page.md", false, at(3))?;
                assert_eq!(labels.of_file("home/notes/page.md")?.len(), 1);
                labels.moved("home/notes", "trash/1/notes")?;
                assert!(labels.of_file("home/notes/page.md")?.is_empty());
                assert_eq!(labels.of_file("trash/1/notes/page.md")?.len(), 1);
                labels.wrote(&clean, "trash/1/notes/page.md", true, at(4))?;
                assert!(labels.of_file("trash/1/notes/page.md")?.is_empty());

                // A labelled folder labels what lies in it, and what is taken out of it.
                labels.wrote(&tainted, "home/drop", false, at(5))?;
                assert_eq!(labels.of_file("home/drop/a/b.md")?.len(), 1);
                labels.moved("home/drop/a", "home/a")?;
                assert_eq!(paths(labels.of_file("home/a/b.md")?), ["home/a untrusted"]);

                tx.inherit_labels(&tainted, &clean, at(6))?;
                assert_eq!(tx.labels().held(&clean)?, BTreeSet::from([Label::Untrusted]));
                Ok(())
            })
            .await
            .unwrap();
    }
}
