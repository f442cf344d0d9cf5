//! `cargo xtask icons`: the application icon in every size and form that a system asks for, from
//! `icons/nexus.svg`. What is made is committed, so that building needs no renderer.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::Flags;
use crate::dist::sha256;
use crate::packages::{self, Purpose};
use crate::run::{Program, root, say};

/// Widths that desktops ask for, in pixels.
pub(crate) const SIZES: &[u32] = &[16, 22, 24, 32, 48, 64, 128, 256, 512];
/// Only macOS asks for this one, inside its own file.
const SIZE_MAX: u32 = 1024;
/// Sizes inside `nexus.ico`, for Windows.
const ICO_SIZES: &[u32] = &[16, 24, 32, 48, 64, 256];
/// Parts of `nexus.icns`, for macOS, with their sizes
/// (<https://en.wikipedia.org/wiki/Apple_Icon_Image_format>): plain ones, then those for twice as
/// many pixels.
const ICNS_PARTS: &[(&[u8; 4], u32)] = &[
    (b"icp4", 16),
    (b"icp5", 32),
    (b"ic07", 128),
    (b"ic08", 256),
    (b"ic09", 512),
    (b"ic10", SIZE_MAX),
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic13", 256),
    (b"ic14", 512),
];
/// Says of which source the pictures were made.
const STAMP: &str = "nexus.sha256";

/// The source of all of them.
pub(crate) fn source() -> PathBuf {
    root().join("icons/nexus.svg")
}

/// A picture of this width.
pub(crate) fn png(size: u32) -> PathBuf {
    root().join(format!("icons/nexus-{size}.png"))
}

/// Makes them, or with `--check` fails when they were made of another source, or are not whole.
pub(crate) fn run(flags: &mut Flags) -> Result<()> {
    let is_check = flags.take("--check");
    flags.finish_empty()?;
    if is_check { check() } else { make() }
}

fn make() -> Result<()> {
    packages::ensure(Purpose::Icons)?;
    for size in SIZES.iter().chain([&SIZE_MAX]) {
        Program::new("rsvg-convert")
            .args(&format!("--width {size} --height {size} --output"))
            .arg(png(*size))
            .arg(source())
            .run()?;
    }
    fs::write(root().join("icons/nexus.ico"), ico()?)?;
    fs::write(root().join("icons/nexus.icns"), icns()?)?;
    // It lies inside the file for macOS; nobody else asks for it.
    fs::remove_file(png(SIZE_MAX))?;
    fs::write(root().join("icons").join(STAMP), stamp()?)?;
    check()
}

fn stamp() -> Result<String> {
    Ok(format!("{}  nexus.svg\n", sha256(&fs::read(source())?)))
}

/// Fails when the committed pictures are not those of the source.
pub(crate) fn check() -> Result<()> {
    let again = "make them again: cargo xtask icons";
    let icons = root().join("icons");
    if fs::read_to_string(icons.join(STAMP)).unwrap_or_default() != stamp()? {
        bail!("icons/nexus.svg was changed after the pictures were made of it; {again}");
    }
    for size in SIZES {
        let found = width_and_height(&read(*size)?);
        if found != Some((*size, *size)) {
            bail!(
                "{} is not {size} pixels wide and high, but {found:?}; {again}",
                png(*size).display()
            );
        }
    }
    if fs::read(icons.join("nexus.ico"))? != ico()? {
        bail!("icons/nexus.ico does not hold the pictures beside it; {again}");
    }
    // The largest picture is in there only: the others are compared.
    let icns = fs::read(icons.join("nexus.icns"))?;
    for (kind, size) in ICNS_PARTS.iter().filter(|(_, size)| *size != SIZE_MAX) {
        if part(&icns, kind) != Some(read(*size)?.as_slice()) {
            let kind = String::from_utf8_lossy(*kind);
            bail!("icons/nexus.icns does not hold the picture beside it as {kind}; {again}");
        }
    }
    say(format!("{} pictures are those of icons/nexus.svg", SIZES.len() + 2));
    Ok(())
}

fn read(size: u32) -> Result<Vec<u8>> {
    fs::read(png(size)).with_context(|| format!("{}", png(size).display()))
}

/// Width and height that a PNG file says it has.
fn width_and_height(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    bytes.starts_with(b"\x89PNG\r\n\x1a\n").then_some(())?;
    Some((number(16)?, number(20)?))
}

/// Windows' form: a list of sizes and places, then the pictures
/// (<https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10)>).
fn ico() -> Result<Vec<u8>> {
    let pictures = ICO_SIZES.iter().map(|size| Ok((*size, read(*size)?)));
    let pictures = pictures.collect::<Result<Vec<_>>>()?;
    let n_pictures = u16::try_from(pictures.len())?;
    let mut bytes = [0_u16, 1, n_pictures].map(u16::to_le_bytes).concat();
    let mut place = 6 + 16 * u32::from(n_pictures);
    for (size, picture) in &pictures {
        let n_bytes = u32::try_from(picture.len())?;
        // Nothing stands for 256.
        let side = u8::try_from(*size).unwrap_or(0);
        bytes.extend([side, side, 0, 0]);
        bytes.extend([1_u16, 32].map(u16::to_le_bytes).concat());
        bytes.extend([n_bytes, place].map(u32::to_le_bytes).concat());
        place += n_bytes;
    }
    bytes.extend(pictures.into_iter().flat_map(|(_, picture)| picture));
    Ok(bytes)
}

/// macOS' form: parts, each with its kind and its length.
fn icns() -> Result<Vec<u8>> {
    let mut parts = Vec::new();
    for (kind, size) in ICNS_PARTS {
        let picture = read(*size)?;
        parts.extend_from_slice(*kind);
        parts.extend(u32::try_from(picture.len() + 8)?.to_be_bytes());
        parts.extend(picture);
    }
    let whole = u32::try_from(parts.len() + 8)?.to_be_bytes();
    Ok([b"icns".as_slice(), &whole, &parts].concat())
}

/// One part of macOS' form.
fn part<'a>(icns: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = icns.get(8..)?;
    loop {
        let length = u32::from_be_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
        if rest.starts_with(kind) {
            return rest.get(8..length);
        }
        rest = rest.get(length.max(8)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_pictures_are_those_of_the_source() {
        check().unwrap();
    }

    #[test]
    fn parts_are_found() {
        let icns = b"icns\0\0\0\x1cicp4\0\0\0\x09xicp5\0\0\0\x0ayz";
        assert_eq!(part(icns, b"icp5"), Some(b"yz".as_slice()));
        assert_eq!(part(icns, b"ic07"), None);
        assert_eq!(width_and_height(b"no picture"), None);
    }
}
