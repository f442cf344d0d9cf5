//! Whatever stands in the head of a request, it is turned away with a status of its own or let in;
//! what is named back to the client can be a header.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_daemon::server::look_at_head;

fuzz_target!(|head: &str| {
    let Some(looked) = look_at_head(head) else { return };
    assert!(looked.refused.is_none_or(|status| [400, 403, 421].contains(&status)));
    assert!(looked.subprotocol.is_none_or(|name| !name.is_empty() && !name.contains(',')));
});
