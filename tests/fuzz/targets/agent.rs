//! Whatever is posted to `/agent/{id}` and `/rpc` by an orchestrator is understood or refused with
//! a code and a sentence. A zero byte parts the id from the body.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_daemon::server::orchestrated;
use nexus_protocol::jsonrpc::{
    INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR,
};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let Ok(id) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    for error in orchestrated(id, parts.next().unwrap_or_default()) {
        let codes = [PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS];
        assert!(codes.contains(&error.code), "{error:?}");
        assert!(!error.message.is_empty());
    }
});
