//! Whatever a client sends as a frame is understood or refused, never more; what is understood
//! survives being written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_protocol::frame::ClientFrame;
use nexus_protocol::{Method, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(frame) = parse::client_frame(text) else { return };
    let again = serde_json::to_string(&frame).expect("a frame can be written");
    assert_eq!(parse::client_frame(&again).expect("its own text can be read"), frame);
    let ClientFrame::Req(call) = frame else { return };
    if let Some(method) = Method::by_name(&call.method) {
        // As some method's params, whatever they are: a refusal is as good as an answer.
        let _ = parse::params::<serde_json::Value>(method, call.params);
    }
});
