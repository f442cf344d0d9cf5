//! Keys of adapters.

use super::{Key, Kind, key};

/// Keys of `[adapters.*]`, in order of their names.
pub(super) const ADAPTERS: &[Key] = &[
    key("adapters.*.account", Kind::Text, "\"main\"", false, "account the adapter serves"),
    key("adapters.*.command", Kind::Texts, "", false, "program and arguments of the adapter"),
    key(
        "adapters.*.confine",
        Kind::Bool,
        "true",
        false,
        "whether the adapter is confined to its folder, its ports and its memory",
    ),
    key(
        "adapters.*.credential",
        Kind::Text,
        "",
        false,
        "where the adapter's credential is: credential:NAME, keychain:NAME, op://…, exec:NAME, file:PATH or env:NAME",
    ),
    key("adapters.*.enabled", Kind::Bool, "true", false, "whether the adapter is started"),
    key(
        "adapters.*.events_per_s_max",
        Kind::Integer(1, 100_000),
        "100",
        false,
        "events a second that the adapter may hand in for long; more wait",
    ),
    key(
        "adapters.*.memory_mib_max",
        Kind::Integer(16, 1_048_576),
        "256",
        false,
        "memory the adapter may use, in MiB",
    ),
    key(
        "adapters.*.read",
        Kind::Texts,
        "[]",
        false,
        "folders and files besides its own that the adapter may read, absolute",
    ),
    key("adapters.*.settings", Kind::Table, "{}", false, "the adapter's own settings"),
    key(
        "adapters.*.write",
        Kind::Texts,
        "[]",
        false,
        "folders besides its own that the adapter may write, absolute",
    ),
];
