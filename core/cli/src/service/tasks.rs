//! A task of the Windows Task Scheduler that starts the daemon when the person logs in: services
//! proper have no keychain and no desktop. Not verified on Windows.

use std::path::Path;

use super::{File, Order, text};

/// The task, to be written into `folder` and handed to `schtasks`.
pub(super) fn task(order: &Order, folder: &Path) -> File {
    let arguments = format!("--home \"{}\"", text(&order.home));
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n\
         \x20 <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>\n\
         \x20 <Settings>\n\
         \x20   <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n\
         \x20   <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n\
         \x20   <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n\
         \x20   <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\n\
         \x20   <RestartOnFailure><Interval>PT1M</Interval><Count>5</Count></RestartOnFailure>\n\
         \x20 </Settings>\n\
         \x20 <Actions><Exec><Command>{}</Command><Arguments>{}</Arguments></Exec></Actions>\n\
         </Task>\n",
        escape(text(&order.program)),
        escape(&arguments),
    );
    File { path: folder.join(format!("{}.xml", order.name)), text: body }
}

/// Program and home in a task of ours.
pub(super) fn read(task: &str) -> Option<(String, String)> {
    let plain = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let program = task.split_once("<Command>")?.1.split_once("</Command>")?.0;
    let arguments = task.split_once("<Arguments>")?.1.split_once("</Arguments>")?.0;
    let home = arguments.strip_prefix("--home &quot;")?.strip_suffix("&quot;")?;
    Some((plain(program), plain(home)))
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::Scope;
    use super::*;

    #[test]
    fn a_task_names_program_and_home() {
        let order = Order {
            name: "nexusd".to_owned(),
            scope: Scope::User,
            program: r"C:\Program Files\Nexus\nexusd.exe".into(),
            home: r"C:\Users\R&D\nexus".into(),
            account: None,
            socket_port: None,
            credentials: Vec::new(),
        };
        let file = task(&order, Path::new("tasks"));
        let (program, home) = read(&file.text).unwrap();
        assert_eq!(program, r"C:\Program Files\Nexus\nexusd.exe");
        assert_eq!(home, r"C:\Users\R&D\nexus");
    }
}
