//! Whatever is posted as a response is refused with words, or is read as items that are whole.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_adapter_openresponses::request;

fuzz_target!(|bytes: &[u8]| {
    match request::read(bytes) {
        Ok(wanted) => {
            assert!(!wanted.model.is_empty(), "nobody is asked");
            for item in &wanted.items {
                assert!(item["type"].is_string() && item["id"].is_string(), "{item}");
            }
            assert!(wanted.brief.check(true).is_ok());
        }
        Err(problem) => assert!(!problem.to_string().is_empty(), "refused without a word"),
    }
    if let Err(problem) = request::read_compact(bytes) {
        assert!(!problem.to_string().is_empty(), "refused without a word");
    }
});
