//! Property lists of launchd. Not verified on macOS.

use std::path::Path;

use super::{File, Order, text};

/// The agent or daemon, to be written into `folder`.
pub(super) fn plist(order: &Order, folder: &Path) -> File {
    let label = label(&order.name);
    let string = |text: &str| format!("<string>{}</string>", escape(text));
    let account = order
        .account
        .as_ref()
        .map_or(String::new(), |account| format!("  <key>UserName</key>\n  {}\n", string(account)));
    let log = order.home.join("state/logs/nexusd.out");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n\
         \x20 <key>Label</key>\n  {label}\n\
         \x20 <key>ProgramArguments</key>\n  <array>\n    {program}\n    <string>--home</string>\n    {home}\n  </array>\n\
         {account}\
         \x20 <key>RunAtLoad</key>\n  <true/>\n\
         \x20 <key>KeepAlive</key>\n  <dict>\n    <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n\
         \x20 <key>ThrottleInterval</key>\n  <integer>5</integer>\n\
         \x20 <key>ExitTimeOut</key>\n  <integer>45</integer>\n\
         \x20 <key>ProcessType</key>\n  <string>Background</string>\n\
         \x20 <key>Umask</key>\n  <integer>63</integer>\n\
         \x20 <key>StandardErrorPath</key>\n  {log}\n\
         </dict>\n</plist>\n",
        label = string(&label),
        program = string(text(&order.program)),
        home = string(text(&order.home)),
        log = string(text(&log)),
    );
    File { path: folder.join(format!("{label}.plist")), text }
}

/// The name by which launchd knows it.
pub(super) fn label(name: &str) -> String {
    format!("org.nexus-runtime.{name}")
}

/// Program and home in a list of ours.
pub(super) fn read(plist: &str) -> Option<(String, String)> {
    let (before, after) = plist.split_once("<string>--home</string>")?;
    let plain = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let program = before.rsplit_once("<string>")?.1.split_once("</string>")?.0;
    let home = after.split_once("<string>")?.1.split_once("</string>")?.0;
    Some((plain(program), plain(home)))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::Scope;
    use super::*;

    #[test]
    fn a_list_names_program_and_home() {
        let order = Order {
            name: "nexusd".to_owned(),
            scope: Scope::User,
            program: "/opt/nexus/nexusd".into(),
            home: "/Users/a/R&D <x>".into(),
            account: None,
            socket_port: None,
            credentials: Vec::new(),
        };
        let file = plist(&order, Path::new("/agents"));
        assert_eq!(text(&file.path), "/agents/org.nexus-runtime.nexusd.plist");
        let (program, home) = read(&file.text).unwrap();
        assert_eq!((program.as_str(), home.as_str()), ("/opt/nexus/nexusd", "/Users/a/R&D <x>"));
        assert!(file.text.contains("<string>/Users/a/R&amp;D &lt;x&gt;</string>"));
        assert_eq!(file.text.matches("<dict>").count(), file.text.matches("</dict>").count());
    }
}
