//! Whatever a desktop hands over as a link opens a page of the Control UI by a plain path, or is
//! refused with words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_desktop::link::Link;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Link::parse(text) {
        Ok(link) => {
            let page = link.page();
            assert!(page.starts_with('/') && !page.starts_with("//"), "{page}");
            assert!(page.bytes().all(|byte| byte.is_ascii_graphic()), "{page}");
            assert!(!page.contains(['?', '<', '>', '"', '\'', '\\']), "{page}");
        }
        Err(failure) => assert!(!failure.message.is_empty()),
    }
});
