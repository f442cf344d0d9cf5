//! Whatever is posted to `/tools/invoke` is a call or refused with a sentence.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_daemon::server::look_at_invocation;

fuzz_target!(|body: &[u8]| {
    if let Some(failure) = look_at_invocation(body) {
        assert_eq!(failure.code, "INVALID_REQUEST");
        assert!(!failure.message.is_empty());
    }
});
