//! Where the pinned constraints lie in the file system: as names for the policies, and as places
//! that programs do not see.

use std::path::{Path, PathBuf};

use nexus_domain::id::AgentId;
use nexus_iam::{Pin, PinnedPlaces, PolicySource};
use nexus_sandbox::system_folders;

use crate::agents::Book;
use crate::config::Config;
use crate::home::Home;
use crate::place::resolved;

/// The policies that the constraints of a configuration come to. Links are followed now: a link
/// that leads elsewhere later counts from the next reload on.
pub(crate) fn policies(home: &Home, config: &Config, book: &Book) -> Vec<PolicySource> {
    let ground = Ground::new(home, config, book);
    config.pins.iter().map(|pin| pin.policies(&ground.places(pin))).collect()
}

/// What programs of an agent must not see, because a rule names it.
pub(crate) fn hidden(home: &Home, config: &Config, book: &Book, agent: &AgentId) -> Vec<PathBuf> {
    let ground = Ground::new(home, config, book);
    let of_agent = |pin: &&Pin| ground.agents(pin).contains(agent);
    let places = config.pins.iter().filter(of_agent).map(|pin| ground.absolute(pin));
    places.filter(|places| ground.can_hide(places)).flatten().collect()
}

/// Every place that a rule names.
pub(crate) fn named(home: &Home, config: &Config, book: &Book) -> Vec<PathBuf> {
    let ground = Ground::new(home, config, book);
    config.pins.iter().flat_map(|pin| ground.absolute(pin)).collect()
}

/// What of a workspace has to stay where it is, so that nothing hidden in it can be moved away
/// with the folder that holds it.
pub(crate) fn held(workspace: &Path, hidden: &[PathBuf]) -> Vec<PathBuf> {
    let workspace = resolved(workspace);
    let beneath = |path: &&Path| path.starts_with(&workspace) && **path != *workspace;
    let mut held: Vec<_> = hidden
        .iter()
        .filter(|place| place.exists())
        .flat_map(|place| place.ancestors().skip(1))
        .filter(beneath)
        .map(Path::to_owned)
        .collect();
    // The outer ones first.
    held.sort();
    held.dedup();
    held
}

/// What of the configuration says where things lie.
struct Ground<'a> {
    config: &'a Config,
    book: &'a Book,
    home: &'a Home,
    /// Folders that programs are shown.
    offered: Vec<PathBuf>,
}

impl<'a> Ground<'a> {
    fn new(home: &'a Home, config: &'a Config, book: &'a Book) -> Self {
        let workspaces = book.all().map(|agent| book.workspace(home, agent.id()));
        let all = workspaces.chain(system_folders()).chain(config.exec.read.iter().cloned());
        Self { config, book, home, offered: all.map(|folder| resolved(&folder)).collect() }
    }

    fn places(&self, pin: &Pin) -> PinnedPlaces {
        let absolute = self.absolute(pin);
        let written = pin.rule.path().map(str::to_owned);
        let names = absolute.iter().map(|path| path.display().to_string());
        PinnedPlaces {
            is_hidden: self.can_hide(&absolute),
            names: written.into_iter().filter(|path| is_relative(path)).chain(names).collect(),
        }
    }

    /// A place that holds a whole folder that programs need cannot be kept from them.
    fn can_hide(&self, places: &[PathBuf]) -> bool {
        !places.iter().any(|place| self.offered.iter().any(|folder| folder.starts_with(place)))
    }

    /// The agents that a rule holds for.
    fn agents(&self, pin: &Pin) -> Vec<AgentId> {
        let is_meant = |id: &AgentId| {
            pin.agent.as_ref().is_none_or(|meant| self.book.line(id).contains(meant))
        };
        self.book.all().map(|agent| agent.id().clone()).filter(is_meant).collect()
    }

    /// Where the path of a rule leads: as it is written, and with its links followed; a relative
    /// one in each workspace.
    fn absolute(&self, pin: &Pin) -> Vec<PathBuf> {
        let Some(written) = pin.rule.path() else { return Vec::new() };
        let starts: Vec<PathBuf> = match (is_relative(written), written.strip_prefix('~')) {
            (true, _) => self
                .agents(pin)
                .iter()
                .map(|agent| resolved(&self.book.workspace(self.home, agent)).join(written))
                .collect(),
            (false, Some(rest)) => {
                let home = self.config.user_home.iter();
                home.map(|home| home.join(rest.trim_start_matches('/'))).collect()
            }
            (false, None) => vec![PathBuf::from(written)],
        };
        let both = |path: PathBuf| [resolved(&path), path];
        let mut all: Vec<_> = starts.into_iter().flat_map(both).map(plain).collect();
        all.sort();
        all.dedup();
        all
    }
}

fn is_relative(path: &str) -> bool {
    !path.starts_with('~') && Path::new(path).is_relative()
}

/// Without `.` parts and a `/` at the end.
fn plain(path: PathBuf) -> PathBuf {
    path.components().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Overlay, parse_text};

    fn config(text: &str, user: &Path) -> Config {
        let environment = Environment::of(&[("HOME", user.to_str().unwrap())]);
        parse_text(text, Path::new("/h/nexus.toml"), &Overlay::new(environment, Vec::new()))
            .unwrap()
            .config
    }

    fn names(home: &Home, config: &Config) -> Vec<String> {
        let book = Book::new(config, &[]);
        let ground = Ground::new(home, config, &book);
        config.pins.iter().flat_map(|pin| ground.places(pin).names).collect()
    }

    #[test]
    fn a_place_has_all_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let home = Home::new(root.clone());
        std::fs::create_dir_all(root.join("home/docs/2026")).unwrap();
        std::fs::create_dir_all(root.join("user")).unwrap();
        let text = "[constraints]\nnever = [\"contracts/\"]\n[agents.a]\nsteps_max = 9\n";
        let found = names(&home, &config(text, &root.join("user")));
        let at = |path: &str| root.join(path).display().to_string();
        assert_eq!(found, ["contracts/", &at("home/agents/a/contracts"), &at("home/contracts")]);
        let text = "[agents.a]\nask_before = [\"~/contracts\"]\n";
        assert_eq!(names(&home, &config(text, &root.join("user"))), [at("user/contracts")]);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_followed_and_what_holds_a_place_stays_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let home = Home::new(root.clone());
        let workspace = root.join("home");
        std::fs::create_dir_all(workspace.join("docs/2026/signed")).unwrap();
        std::os::unix::fs::symlink("docs/2026/signed", workspace.join("contracts")).unwrap();
        let config = config("[constraints]\nnever = [\"contracts/\"]\n", &root);
        let main = AgentId::parse("main").unwrap();
        let hidden = hidden(&home, &config, &Book::new(&config, &[]), &main);
        assert!(hidden.contains(&workspace.join("docs/2026/signed")), "{hidden:?}");
        let held = held(&workspace, &hidden);
        assert_eq!(held, [workspace.join("docs"), workspace.join("docs/2026")]);
    }

    #[test]
    fn a_place_that_programs_need_is_not_hidden_and_another_agent_s_rule_is_not_mine() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let home = Home::new(root.clone());
        let agent = |name: &str| AgentId::parse(name).unwrap();
        let text = "[constraints]\nnever = [\"./\", \"~\", \"/usr\"]\n\
                    [agents.boss]\nnever = [\"x/\"]\n\
                    [agents.helper]\nparent = \"boss\"\n[agents.other]\nsteps_max = 9\n";
        let config = config(text, &root);
        let book = Book::new(&config, &[]);
        assert!(hidden(&home, &config, &book, &agent("other")).is_empty());
        let of_helper = hidden(&home, &config, &book, &agent("helper"));
        assert!(of_helper.contains(&root.join("home/agents/helper/x")), "{of_helper:?}");
    }
}
