//! Writes `docs/schema/` and `docs/protocol.md` from the method table and the wire types:
//! `cargo run -p nexus-protocol --example codegen`, with the folder of the repository as its
//! argument where that is not the one it was compiled in. A test fails when what is committed is
//! stale.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let compiled_in = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = env::args_os().nth(1).map_or_else(compiled_in, PathBuf::from).join("docs");
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
