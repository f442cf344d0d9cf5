//! Whatever a client sends to `/ws/agent` is calls or refusals, never more: calls of that framing,
//! rows of the table under any of their names, or mistakes that are explained.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_daemon::dispatch::Call;
use nexus_protocol::agent_socket;
use nexus_protocol::jsonrpc::{self, Incoming};

fuzz_target!(|bytes: &[u8]| {
    let calls = match jsonrpc::read(bytes) {
        Incoming::One(call) => vec![call],
        Incoming::Many(calls) => calls,
    };
    for call in calls.into_iter().flatten() {
        let failure = match agent_socket::read(&call.method, call.params.as_ref()) {
            Some(own) => own.err(),
            None => {
                let params = call.params.as_ref().map(ToString::to_string);
                Call::read_any(&call.method, params.as_deref(), &|| "key".to_owned()).err()
            }
        };
        if let Some(failure) = failure {
            assert_eq!(failure.code, "INVALID_REQUEST");
            assert!(!failure.message.is_empty());
        }
    }
});
