//! Whatever stands in the address of the event stream and in `Last-Event-ID` is a place to read on
//! from, or refused. A zero byte parts the two.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_daemon::server::stream_params;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let query = parts.next().unwrap_or_default();
    let last_event_id = parts.next().unwrap_or_default();
    let Ok(query) = std::str::from_utf8(query) else { return };
    if let Some(params) = stream_params(query, last_event_id) {
        assert!(params.types.iter().all(|name| !name.trim().is_empty()));
    }
});
