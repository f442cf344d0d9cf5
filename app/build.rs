//! Checks the Tauri configuration and makes its context.

fn main() {
    tauri_build::build();
}
