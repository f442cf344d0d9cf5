//! Hellos of devices nobody knows: whatever is signed and however, nothing but the right signature
//! proves anything.

#![no_main]

libfuzzer_sys::fuzz_target!(|hello: &str| {
    nexus_daemon::ways::device_proves(hello);
});
