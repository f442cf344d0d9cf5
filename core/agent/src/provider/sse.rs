//! Server-sent events, decoded from bytes as they arrive.
//!
//! Written here because the framing tricks of real servers and proxies (a CRLF split between two
//! packets, lone CRs, a byte order mark, comments as heartbeats) break the decoder of the model
//! library, and because liveness must be seen: every packet counts, also one that completes no
//! event. Format: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.

/// Longest single event, in bytes.
pub(super) const EVENT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its name; empty when the server gave none.
    pub name: String,
    /// Its payload.
    pub data: String,
}

/// An event grew beyond [`EVENT_BYTES_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Turns bytes into events, however they are cut.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    has_seen_bom_place: bool,
    last_was_cr: bool,
    is_lines: bool,
}

impl Decoder {
    /// A decoder for events, or for plain lines that are an event each.
    pub(super) fn new(is_lines: bool) -> Self {
        Self { is_lines, ..Self::default() }
    }

    /// Takes the next bytes and appends the events that they complete.
    pub(super) fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        for &byte in bytes {
            match byte {
                b'\n' if self.last_was_cr => {}
                b'\n' | b'\r' => self.end_line(events),
                _ => self.line.push(byte),
            }
            self.last_was_cr = byte == b'\r';
            if self.line.len() + self.event.data.len() > EVENT_BYTES_MAX {
                return Err(TooLong);
            }
        }
        Ok(())
    }

    /// The stream has ended: an event that lacks only its empty line is still given out, because
    /// some servers close right after the last payload.
    pub(super) fn finish(&mut self, events: &mut Vec<Event>) {
        self.end_line(events);
        self.end_event(events);
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let line = std::mem::take(&mut self.line);
        let mut text = line.as_slice();
        if !self.has_seen_bom_place {
            self.has_seen_bom_place = true;
            text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        }
        if text.is_empty() {
            return self.end_event(events);
        }
        if self.is_lines {
            let data = String::from_utf8_lossy(text).into_owned();
            return events.push(Event { name: String::new(), data });
        }
        let (field, value) = match text.iter().position(|byte| *byte == b':') {
            Some(0) => return,
            Some(colon) => (&text[..colon], &text[colon + 1..]),
            None => (text, &b""[..]),
        };
        let value = String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value));
        match field {
            b"event" => self.event.name = value.into_owned(),
            b"data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(&value);
                self.has_data = true;
            }
            _ => {}
        }
    }

    fn end_event(&mut self, events: &mut Vec<Event>) {
        let event = std::mem::take(&mut self.event);
        if std::mem::take(&mut self.has_data) {
            events.push(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(bytes: &[u8], size: usize) -> Vec<Event> {
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        for chunk in bytes.chunks(size) {
            decoder.push(chunk, &mut events).unwrap();
        }
        decoder.finish(&mut events);
        events
    }

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn every_legal_framing_reads_the_same() {
        let expect = vec![event("a", "1"), event("", "2\n3"), event("", "ü")];
        let text = ": hello\nevent: a\ndata: 1\n\n:\ndata:2\ndata: 3\nid: 9\n\n\n\ndata: ü\n\n";
        for ending in ["\n", "\r\n", "\r"] {
            for bom in ["", "\u{feff}"] {
                let text = format!("{bom}{}", text.replace('\n', ending));
                for size in [1, 2, 3, 7, 1000] {
                    assert_eq!(decode(text.as_bytes(), size), expect, "{ending:?} {size}");
                }
            }
        }
        assert_eq!(decode(b"data: last", 4), vec![event("", "last")]);
        assert_eq!(decode(b"event: x\n\n", 4), vec![]);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut decoder = Decoder::default();
        let chunk = vec![b'x'; EVENT_BYTES_MAX + 1];
        assert_eq!(decoder.push(&chunk, &mut Vec::new()), Err(TooLong));
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 1usize..9) {
            prop_assert_eq!(decode(&bytes, size), decode(&bytes, 1000));
        }
    }
}
