//! Writes `docs/schema/` and `docs/protocol.md` from the method table and the wire types:
//! `cargo run -p nexus-protocol --example codegen`. A test fails when what is committed is stale.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let methods = docs.join("schema/methods");
    if methods.exists() {
        fs::remove_dir_all(&methods)?;
    }
    fs::create_dir_all(&methods)?;
    for (path, text) in nexus_protocol::schema::files()? {
        fs::write(docs.join(path), text)?;
    }
    Ok(())
}
