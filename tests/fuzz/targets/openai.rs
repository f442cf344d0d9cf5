//! Whatever is posted as a chat completion is refused with words, or is fit to be handed to the
//! daemon: something to answer, and a brief that the daemon would take.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_adapter_openai::chat;

fuzz_target!(|bytes: &[u8]| {
    for in_session in [false, true] {
        match chat::read(bytes, in_session) {
            Ok(mut wanted) => {
                assert!(!wanted.content.trim().is_empty(), "there is nothing to answer");
                assert_eq!(wanted.brief.images_mut().count(), wanted.pictures.len());
                assert!(wanted.brief.check(!in_session).is_ok());
            }
            Err(error) => assert!(!error.to_string().is_empty(), "refused without a word"),
        }
    }
});
