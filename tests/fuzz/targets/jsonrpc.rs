//! Whatever is posted as JSON-RPC is calls or refusals, never more; what is refused is answered
//! with text that can be read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_protocol::jsonrpc::{self, Incoming};

fuzz_target!(|bytes: &[u8]| {
    let calls = match jsonrpc::read(bytes) {
        Incoming::One(call) => vec![call],
        Incoming::Many(calls) => calls,
    };
    assert!(!calls.is_empty());
    for call in calls {
        let response = match call {
            Ok(call) => jsonrpc::response(&call.id.unwrap_or(jsonrpc::Id::Null), Ok("{}")),
            Err(refused) => jsonrpc::response(&refused.id, Err(&refused.error)),
        };
        serde_json::from_str::<serde_json::Value>(&response).expect("a response is JSON");
    }
});
