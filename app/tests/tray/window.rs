//! The window of the tray holds a conversation, like any browser.

use nexus_domain::message::Role;
use nexus_protocol::presence::ListParams;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_window_holds_a_conversation() {
    let mut scene = Scene::set().await;
    let home = scene.home.path().to_owned();
    let mut second =
        Process::spawn(&scene.desktop, Path::new(APP), &home, &["nexus://chat/garden"]);
    assert_eq!(second.exit_code().await, 0);
    until("the window opens", async || has_window(&scene.desktop).then_some(())).await;
    until("the page has connected", async || {
        let answer = scene.talk.client().request::<call::Presence>(ListParams {}).await.unwrap();
        answer.presence.iter().any(|one| one.mode == "ui").then_some(())
    })
    .await;
    // What is typed goes where the page puts the caret by itself.
    scene.desktop.run("wmctrl", &["-a", "Nexus"]);
    until("the page is painted", async || scene.desktop.is_painted().then_some(())).await;
    scene.desktop.run("xdotool", &["type", "--delay", "20", "what grows here"]);
    scene.desktop.run("xdotool", &["key", "Return"]);
    let said = async |role: Role, wanted: &str| {
        until(wanted, async || {
            // Before the first message there is no such session.
            let texts = scene.talk.texts("garden", role).await.unwrap_or_default();
            texts.iter().any(|text| text == wanted).then_some(())
        })
        .await;
    };
    said(Role::User, "what grows here").await;
    said(Role::Assistant, "Nothing to do.").await;
    scene.desktop.picture("tray-conversation.png");
    scene.item.click("Quit Nexus").await;
    assert_eq!(scene.app.exit_code().await, 0);
}
