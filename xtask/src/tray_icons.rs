//! Draws the icons of the tray: one mark, a sign for each state. What is drawn is committed.

use anyhow::{Context, Result};

use crate::Flags;
use crate::run::{Program, root, say};

/// The mark: an N of four knots.
const MARK: &str = "<path d=\"M3.4 13V3L12.6 13V3\" fill=\"none\" stroke=\"INK\" \
stroke-width=\"1.7\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>\
<circle cx=\"3.4\" cy=\"13\" r=\"1.9\"/><circle cx=\"3.4\" cy=\"3\" r=\"1.9\"/>\
<circle cx=\"12.6\" cy=\"3\" r=\"1.9\"/><circle cx=\"12.6\" cy=\"13\" r=\"1.9\"/>";
/// What most signs cut out of the mark.
const CORNER: &str = "<circle cx=\"11.9\" cy=\"11.9\" r=\"5\" fill=\"#000\"/>";
/// What a number cuts out: it needs more room to be read.
const WIDE_CORNER: &str = "<circle cx=\"10.8\" cy=\"10.8\" r=\"6.4\" fill=\"#000\"/>";
/// Edge of a PNG file, in pixels.
const EDGE: &str = "32";

/// Digits as lines on a grid two wide and four high; the last one says "more".
const DIGITS: [(&str, &str); 10] = [
    ("1", "M0 .8L1 0V4"),
    ("2", "M0 0H2V2H0V4H2"),
    ("3", "M0 0H2V4H0M0 2H2"),
    ("4", "M0 0V2H2M2 0V4"),
    ("5", "M2 0H0V2H2V4H0"),
    ("6", "M2 0H0V4H2V2H0"),
    ("7", "M0 0H2L1 4"),
    ("8", "M0 0H2V4H0ZM0 2H2"),
    ("9", "M2 2H0V0H2V4H0"),
    ("more", "M1 1V3M0 2H2"),
];

/// One state.
struct Sign {
    name: String,
    /// How strongly the mark is drawn.
    opacity: &'static str,
    /// What is cut out of the mark.
    cut: &'static str,
    /// What is drawn over it.
    over: String,
}

/// Writes every icon, as SVG and as PNG.
pub(crate) fn run(flags: &mut Flags) -> Result<()> {
    flags.finish_empty()?;
    let folder = root().join("icons/tray");
    for sign in plain_signs() {
        draw(&folder, &sign.name, &template(&sign))?;
        draw(&folder, &format!("{}-tile", sign.name), &tile(&sign))?;
    }
    for sign in numbered_signs() {
        draw(&folder, &format!("{}-tile", sign.name), &tile(&sign))?;
    }
    say("the icons of the tray are drawn");
    Ok(())
}

fn plain_signs() -> Vec<Sign> {
    let sign = |name: &str, opacity, cut, over: &str| Sign {
        name: name.to_owned(),
        opacity,
        cut,
        over: over.to_owned(),
    };
    let bar =
        |x: &str| format!("<rect x=\"{x}\" y=\"8.4\" width=\"2.2\" height=\"7.2\" rx=\".6\"/>");
    let ring = "<circle cx=\"11.9\" cy=\"11.9\" r=\"3.2\" fill=\"none\" stroke=\"INK\" \
                stroke-width=\"1.7\" stroke-dasharray=\"3.4 1.6\"/>";
    let disc = "<circle cx=\"11.9\" cy=\"11.9\" r=\"4\"/>";
    let slash = "<path d=\"M1.4 14.6 14.6 1.4\" stroke=\"#000\" stroke-width=\"4\"/>";
    let stroke = "<path d=\"M1.4 14.6 14.6 1.4\" stroke=\"INK\" stroke-width=\"1.6\" \
                  stroke-linecap=\"round\"/>";
    vec![
        sign("healthy", "1", "", ""),
        sign("working", "1", CORNER, ring),
        sign("approval", "1", CORNER, disc),
        sign("degraded", "1", CORNER, "<path d=\"M11.9 8.1 15.9 15.6H7.9z\"/>"),
        sign("paused", "0.55", CORNER, &format!("{}{}", bar("8.9"), bar("12.7"))),
        sign("offline", "0.45", slash, stroke),
    ]
}

fn numbered_signs() -> impl Iterator<Item = Sign> {
    DIGITS.into_iter().map(|(name, lines)| {
        // The number is cut out of a disc, so that it shows whatever lies below.
        let over = format!(
            "<mask id=\"n\"><rect width=\"17\" height=\"17\" fill=\"#fff\"/>\
             <path transform=\"translate(9.2 7.6) scale(1.6)\" d=\"{lines}\" fill=\"none\" \
             stroke=\"#000\" stroke-width=\"1\" stroke-linejoin=\"round\" \
             stroke-linecap=\"round\"/></mask>\
             <circle cx=\"10.8\" cy=\"10.8\" r=\"5.6\" mask=\"url(#n)\"/>"
        );
        Sign { name: format!("approval-{name}"), opacity: "1", cut: WIDE_CORNER, over }
    })
}

fn drawn(sign: &Sign, ink: &str) -> String {
    let mark = format!("<g opacity=\"{}\">{MARK}</g>", sign.opacity);
    let mark = match sign.cut {
        "" => mark,
        cut => format!(
            "<defs><mask id=\"m\"><rect width=\"16\" height=\"16\" fill=\"#fff\"/>{cut}</mask>\
             </defs><g mask=\"url(#m)\">{mark}</g>"
        ),
    };
    (mark + &sign.over).replace("INK", ink)
}

/// Shape only: the desktop chooses the colour.
fn template(sign: &Sign) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\" width=\"16\" \
         height=\"16\">{}</svg>",
        drawn(sign, "#000")
    )
}

/// For panels that do not say whether they are light or dark: the mark brings its own ground.
fn tile(sign: &Sign) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\" width=\"32\" \
         height=\"32\"><rect width=\"32\" height=\"32\" rx=\"7\" fill=\"#2452c4\"/>\
         <g transform=\"translate(5 5) scale(1.375)\" fill=\"#fafcff\">{}</g></svg>",
        drawn(sign, "#fafcff")
    )
}

fn draw(folder: &std::path::Path, name: &str, svg: &str) -> Result<()> {
    let source = folder.join(format!("{name}.svg"));
    std::fs::write(&source, svg).with_context(|| source.display().to_string())?;
    Program::new("rsvg-convert")
        .args("-w")
        .args(EDGE)
        .args("-h")
        .args(EDGE)
        .arg(&source)
        .args("-o")
        .arg(source.with_extension("png"))
        .run()
        .context("rsvg-convert is needed (package librsvg2-bin)")
}
