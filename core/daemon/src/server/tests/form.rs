//! The page where a browser gives the password.

use serde_json::json;

use super::support::{Answer, House};

const PASSWORD: &str = "correct horse & battery";
/// The same, as a form writes it.
const GIVEN: &str = "username=owner&password=correct+horse+%26+battery";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

impl House {
    async fn set_password(&self, password: Option<&str>) {
        let params = json!({ "password": password, "idempotencyKey": format!("{password:?}") });
        let answer = self.client().await.call("login.password", params).await;
        assert_eq!(answer["ok"], true, "{answer}");
    }

    async fn give(&self, form: &str, lines: &[&str]) -> Answer {
        let lines = [&[FORM], lines].concat();
        self.while_time_passes(self.post("/login", form, &lines)).await
    }
}

#[tokio::test]
async fn a_browser_without_a_session_is_asked_for_the_password_if_there_is_one() {
    let house = House::new().await;
    assert_eq!(house.ask("GET /", &[]).await.status(), 200, "without one, the page says how");
    let page = house.ask("GET /login", &[]).await;
    assert!(page.body().contains("There is no password") && !page.body().contains("<form"));
    house.set_password(Some(PASSWORD)).await;
    for path in ["/", "/chat/main"] {
        let answer = house.ask(&format!("GET {path}"), &["Accept: text/html"]).await;
        assert_eq!((answer.status(), answer.header("location")), (303, Some("/login")), "{path}");
    }
    let answer = house.ask("GET /", &[&house.bearer()]).await;
    assert_eq!(answer.status(), 200, "{}", answer.0);
    let page = house.ask("GET /login", &[]).await;
    assert_eq!(page.status(), 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(!policy.contains("script-src") && !page.body().contains("<script"), "{policy}");
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));

    let given = house.give(GIVEN, &[]).await;
    assert_eq!((given.status(), given.header("location")), (303, Some("/")), "{}", given.0);
    let cookie = given.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let cookie = format!("Cookie: {}", cookie.split(';').next().unwrap());
    assert_eq!(house.ask("GET /", &[&cookie]).await.status(), 200);
    let again = house.ask("GET /login", &[&cookie]).await;
    assert_eq!((again.status(), again.header("location")), (303, Some("/")));
    let audit = house.client().await.call("acl.audit.list", json!({ "limit": 100 })).await;
    assert!(audit.to_string().contains("the password was given"), "{audit}");

    // A new password ends what the old one opened.
    house.set_password(Some("quite another one")).await;
    let health = house.ask("GET /health", &[&cookie]).await;
    assert!(health.json()["checks"].is_null(), "{}", health.0);
}

#[tokio::test]
async fn a_wrong_password_is_said_and_slowed_down_and_other_pages_give_none() {
    let house = House::new().await;
    house.set_password(Some(PASSWORD)).await;
    for form in ["password=wrong", "password=", "", "other=1", "password=%ff"] {
        let answer = house.give(form, &[]).await;
        let status = answer.status();
        assert!(status == 401 || (form.ends_with("ff") && status == 400), "{form}: {}", answer.0);
        assert!(answer.header("set-cookie").is_none(), "{form}");
        if status == 401 {
            assert!(answer.body().contains("role=\"alert\""), "{form}: {}", answer.body());
        }
    }
    let origin = ["Origin: http://evil.example"];
    let answer = house.give(GIVEN, &origin).await;
    assert_eq!(answer.status(), 403, "{}", answer.0);
    let hidden = house.give(GIVEN, &["Origin: null"]).await;
    assert_eq!(hidden.status(), 403, "{}", hidden.0);
    let own = format!("Origin: http://{}", house.address());
    assert_eq!(house.give(GIVEN, &[&own]).await.status(), 303);
    let large = format!("password={}", "x".repeat(5_000));
    assert_eq!(house.give(&large, &[]).await.status(), 413);
    let audit = house.client().await.call("acl.audit.list", json!({ "limit": 100 })).await;
    let audit = audit.to_string();
    assert!(audit.contains("the credential is missing or wrong") && !audit.contains("horse"));
}
