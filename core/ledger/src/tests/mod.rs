//! Tests of the ledger over a real file.

mod records;
mod support;
