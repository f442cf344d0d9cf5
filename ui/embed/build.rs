//! Makes `dist/` exist, so that the daemon builds on a machine that has no Node: without the
//! real bundle, one page says how to get it.

use std::fs;
use std::io;
use std::path::Path;

const STUB: &str = include_str!("stub.html");

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=dist");
    println!("cargo:rerun-if-changed=embed/stub.html");
    let dist = Path::new("dist");
    let index = dist.join("index.html");
    if !index.exists() {
        fs::create_dir_all(dist)?;
        fs::write(index, STUB)?;
    }
    Ok(())
}
