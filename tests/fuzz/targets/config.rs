//! Whatever stands in `nexus.toml` is a configuration, or a list of findings with words in them.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use nexus_daemon::config::{Environment, Overlay, parse_text};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let overlay = Overlay::new(Environment::of(&[]), Vec::new());
    if let Err(findings) = parse_text(text, Path::new("nexus.toml"), &overlay) {
        assert!(!findings.is_empty(), "a configuration is refused for a reason");
        assert!(findings.iter().all(|finding| !finding.to_string().is_empty()));
    }
});
