//! What was sent, one line of JSON each. A key that is known is not recorded again: that is what
//! makes the adapter's sends idempotent, also across its own crash.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use nexus_adapter::SendParams;
use serde::{Deserialize, Serialize};

/// Deliveries that are remembered; a test double needs no more, and it must not grow for ever.
const DELIVERIES_MAX: usize = 100_000;

/// One line of the record.
#[derive(Serialize, Deserialize)]
struct Delivery {
    message_id: String,
    #[serde(flatten)]
    params: SendParams,
}

/// The deliveries so far.
#[derive(Debug, Default)]
pub(crate) struct Record {
    file: Option<File>,
    message_ids: HashMap<String, String>,
}

impl Record {
    /// Reads what earlier runs recorded. A last line that was cut off by a crash does not count.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut message_ids = HashMap::new();
        let mut is_whole = true;
        let mut reader = BufReader::new(&mut file);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 {
            is_whole = line.ends_with('\n');
            if let Ok(delivery) = serde_json::from_str::<Delivery>(&line) {
                message_ids.insert(delivery.params.idempotency_key, delivery.message_id);
            }
            line.clear();
        }
        if !is_whole {
            file.write_all(b"\n")?;
        }
        Ok(Self { file: Some(file), message_ids })
    }

    /// How many deliveries are recorded.
    pub(crate) fn len(&self) -> usize {
        self.message_ids.len()
    }

    /// Records that a message reads otherwise; whether there is such a message.
    pub(crate) fn edit(&mut self, message_id: &str, text: &str) -> io::Result<bool> {
        if !self.message_ids.values().any(|known| known == message_id) {
            return Ok(false);
        }
        if let Some(file) = &mut self.file {
            let edit = serde_json::json!({ "message_id": message_id, "edited": text });
            file.write_all(format!("{edit}\n").as_bytes())?;
            file.sync_data()?;
        }
        Ok(true)
    }

    /// Records a delivery, unless its key is known: its message id, and whether it is new.
    pub(crate) fn write(&mut self, params: &SendParams) -> io::Result<(String, bool)> {
        if let Some(message_id) = self.message_ids.get(&params.idempotency_key) {
            return Ok((message_id.clone(), false));
        }
        if self.message_ids.len() >= DELIVERIES_MAX {
            return Err(io::Error::other(format!("{DELIVERIES_MAX} deliveries are recorded")));
        }
        let message_id = format!("echo-{}", self.message_ids.len() + 1);
        if let Some(file) = &mut self.file {
            let delivery = Delivery { message_id: message_id.clone(), params: params.clone() };
            let mut line = serde_json::to_string(&delivery)?;
            line.push('\n');
            file.write_all(line.as_bytes())?;
            file.sync_data()?;
        }
        self.message_ids.insert(params.idempotency_key.clone(), message_id.clone());
        Ok((message_id, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(key: &str) -> SendParams {
        SendParams {
            idempotency_key: key.to_owned(),
            to: "p".to_owned(),
            thread_id: None,
            reply_to_id: None,
            text: "two\nlines".to_owned(),
            stream_id: None,
            outcome: None,
        }
    }

    #[test]
    fn a_key_is_recorded_once_across_restarts_and_half_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        let mut record = Record::open(&path).unwrap();
        assert_eq!(record.write(&params("a")).unwrap(), ("echo-1".to_owned(), true));
        assert_eq!(record.write(&params("a")).unwrap(), ("echo-1".to_owned(), false));
        record.file.as_mut().unwrap().write_all(b"{\"message_id\":\"echo-2\"").unwrap();
        let mut record = Record::open(&path).unwrap();
        assert_eq!(record.write(&params("a")).unwrap(), ("echo-1".to_owned(), false));
        assert_eq!(record.write(&params("b")).unwrap(), ("echo-2".to_owned(), true));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3);
        let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(last["text"], "two\nlines");
        assert_eq!(last["idempotency_key"], "b");
    }
}
