//! Whatever a server hands out as a release is refused with words, or names only files beside
//! itself whose length and digest are known.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_update::Manifest;

fuzz_target!(|bytes: &[u8]| {
    match Manifest::parse(bytes) {
        Ok(manifest) => {
            for artifact in manifest.artifacts {
                assert!(!artifact.file.contains(['/', '\\', ':', '%', '?']), "{}", artifact.file);
                assert!(!artifact.file.starts_with('.') && artifact.sha256.len() == 64);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(Manifest::verified(bytes, text, &[text.to_owned()]).is_err());
    }
});
