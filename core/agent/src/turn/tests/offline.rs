//! The whole agent on a machine without a key: rules, loop, tools and files.

use nexus_domain::agent::StopReason;
use nexus_domain::message::CostBasis;

use super::ports::{Bench, input, user};
use crate::provider::ProviderConfig;

async fn say(bench: &mut Bench, text: &str) -> String {
    let models = bench.input.agent.models.clone();
    bench.input = input(vec![user(1, text)]);
    bench.input.agent.models = models;
    let outcome = bench.run().await;
    assert_eq!(outcome.stop_reason, StopReason::EndTurn, "{text}: {outcome:?}");
    outcome.reply
}

#[tokio::test]
async fn plain_commands_work_on_real_files() {
    let mut bench = Bench::new(vec![]);
    bench.with_models(vec![ProviderConfig::offline()]);
    let said = say(&mut bench, "write notes/a.md:\n# Plan\n\n- milk\nthen read notes/a.md").await;
    assert!(said.contains("wrote notes/a.md"), "{said}");
    assert!(said.contains("```\n# Plan\n\n- milk\n```"), "{said}");
    let said = say(&mut bench, "replace milk with bread in notes/a.md then search bread").await;
    assert!(said.contains("edited notes/a.md") && said.contains("notes/a.md:3: - bread"), "{said}");
    let said = say(&mut bench, "append notes/a.md: - jam then list notes").await;
    assert!(said.contains("appended to") && said.contains("a.md  22 bytes"), "{said}");
    assert_eq!(bench.read("notes/a.md").as_deref(), Some("# Plan\n\n- bread\n- jam\n"));
    let said = say(&mut bench, "read /etc/passwd then write b: x").await;
    assert!(said.contains("That did not work") && said.contains("1 command did not run"), "{said}");
    let said = say(&mut bench, "time in Asia/Tokyo").await;
    assert!(said.contains("(Asia/Tokyo)"), "{said}");
    let replies = bench.diary.replies.lock().unwrap();
    assert!(replies.iter().all(|reply| reply.spent.cost.basis == CostBasis::Free));
    assert!(replies.iter().all(|reply| reply.spent.model == "offline/rules"));
}

#[tokio::test]
async fn the_answer_streams_word_by_word() {
    let mut bench = Bench::new(vec![]);
    bench.with_models(vec![ProviderConfig::offline()]);
    let said = say(&mut bench, "hello").await;
    let deltas = bench.diary.only(&["text "]);
    assert!(deltas.len() > 10);
    let shown: String = deltas.iter().map(|line| &line["text ".len()..]).collect();
    assert_eq!(shown, said);
}
