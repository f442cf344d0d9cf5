//! Signed tokens from strangers: whatever the text, it is refused without a panic.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    assert!(!nexus_daemon::ways::signed_token(text), "a stranger's token was taken");
});
