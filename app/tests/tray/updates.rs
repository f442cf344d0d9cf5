//! New versions: one that is well stays, one that is not gives way to the one before, and one that
//! nobody signed is not even looked into. Versions are scripts that start the application.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use minisign::KeyPair;
use nexus_update::{Record, Verdict};
use sha2::{Digest as _, Sha256};

use super::*;

/// A publisher of releases, and the server that they lie on.
struct Publisher {
    folder: PathBuf,
    address: String,
    keys: KeyPair,
}

impl Publisher {
    fn open(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let root = folder.clone();
        // Ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = lines.next().unwrap().unwrap();
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                let name = first.split(' ').nth(1).unwrap().trim_start_matches('/');
                let (status, body) = match std::fs::read(root.join(name)) {
                    Ok(body) => ("200 OK", body),
                    Err(_) => ("404 Not Found", Vec::new()),
                };
                let n_bytes = body.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {n_bytes}\r\nConnection: close\r\n\r\n"
                );
                // A client that has gone needs no answer.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Self { folder, address, keys: KeyPair::generate_unencrypted_keypair().unwrap() }
    }

    fn config(&self) -> String {
        let (address, key) = (&self.address, self.keys.pk.to_base64());
        format!(
            "[updates]\nendpoint = \"http://{address}/release.json\"\nkeys = [\"{key}\"]\n\
             check_hours = 0\ntrial_s = 1\n\n[models]\ndiscover = false\n"
        )
    }

    fn publish(&self, version: &str, program: &str) {
        let file = format!("nexus-{version}.AppImage");
        std::fs::write(self.folder.join(&file), program).unwrap();
        let manifest = json!({
            "format": 1, "version": version, "ledger_schema": 1,
            "artifacts": [{
                "target": nexus_update::target(), "form": "application", "file": file,
                "n_bytes": program.len(), "sha256": hex(&Sha256::digest(program)),
            }],
        });
        let bytes = serde_json::to_vec(&manifest).unwrap();
        let signature = minisign::sign(None, &self.keys.sk, bytes.as_slice(), None, None).unwrap();
        std::fs::write(self.folder.join("release.json"), &bytes).unwrap();
        std::fs::write(self.folder.join("release.json.minisig"), signature.to_string()).unwrap();
    }

    fn forge(&self) {
        let path = self.folder.join("release.json");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("0.3.0", "0.4.0")).unwrap();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A version that works; the comment tells one from the other.
fn working(version: &str) -> String {
    format!("#!/bin/sh\n# {version}\nexec '{APP}' \"$@\"\n")
}

fn verdict(home: &Path) -> Option<Verdict> {
    Record::read(home).map(|record| record.verdict)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_stays_when_it_is_well_and_gives_way_when_it_is_not() {
    let desktop = Desktop::start();
    let notices = Notices::serve(desktop.bus()).await;
    let publisher = Publisher::open(desktop.path().join("releases"));
    let home = TestHome::with_config(&publisher.config()).unwrap();
    let image = desktop.path().join("Nexus.AppImage");
    std::fs::write(&image, working("0.1.0")).unwrap();
    std::fs::set_permissions(&image, std::fs::Permissions::from_mode(0o755)).unwrap();

    let mut command = desktop.command(&image);
    command.args(["--hidden", "--home"]).arg(home.path()).env("APPIMAGE", &image);
    command.env("NEXUS__RUNTIME__PORT", "0").env("NEXUS__ACL__AUDIT_KEY", "file");
    let mut app = Process(command.stdout(Stdio::null()).spawn().unwrap());
    let item = registered(&desktop).await;
    item.until_it_says("Nexus is running").await;
    let first = running(home.path()).await;

    // One that is well.
    publisher.publish("0.2.0", &working("0.2.0"));
    item.click("Check for updates").await;
    notices.told("A new version of Nexus is ready").await;
    item.until_it_says("Update to 0.2.0: restart").await;
    desktop.picture("tray-update.png");
    item.click("Update to 0.2.0: restart").await;
    assert_eq!(app.exit_code().await, 0);
    until("the new version passes its trial", async || {
        (verdict(home.path()) == Some(Verdict::Kept)).then_some(())
    })
    .await;
    notices.told("Nexus was updated").await;
    assert_eq!(std::fs::read_to_string(&image).unwrap(), working("0.2.0"));
    assert_ne!(running(home.path()).await.pid, first.pid);

    // One that is not.
    publisher.publish("0.3.0", "#!/bin/sh\nexit 3\n");
    let item = registered(&desktop).await;
    item.until_it_says("Nexus is running").await;
    item.click("Check for updates").await;
    item.until_it_says("Update to 0.3.0: restart").await;
    item.click("Update to 0.3.0: restart").await;
    let why = until("the version before is back", async || match verdict(home.path()) {
        Some(Verdict::TakenBack(why)) => Some(why),
        _ => None,
    })
    .await;
    assert!(why.contains("exit status: 3"), "{why}");
    assert_eq!(std::fs::read_to_string(&image).unwrap(), working("0.2.0"));
    let told = notices.told("The update was taken back").await;
    assert!(told.body.contains("0.3.0 did not do well"), "{told:?}");

    // One that nobody signed.
    let item = registered(&desktop).await;
    item.until_it_says("Nexus is running").await;
    publisher.forge();
    item.click("Check for updates").await;
    let told = notices.told("There is no update").await;
    assert!(told.body.contains("not signed"), "{told:?}");
    assert_eq!(std::fs::read_to_string(&image).unwrap(), working("0.2.0"));

    item.click("Quit Nexus").await;
    until("the daemon has ended", async || {
        (Discovery::find(home.path()).await == Discovery::NotRunning).then_some(())
    })
    .await;
}
