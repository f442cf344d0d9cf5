//! Whatever an adapter writes is a line that is understood, or none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_protocol::line::Incoming;

fuzz_target!(|bytes: &[u8]| {
    for line in bytes.split(|byte| *byte == b'\n') {
        let _ = Incoming::parse(line);
    }
});
