//! Grants, found by what they are about, so that a hundred thousand cost no more than the few that
//! matter.
//!
//! A grant lies in the bucket of its verb, principal and resource, under its narrowest exact
//! field. A query looks under the keys that its own targets give; whatever lies elsewhere differs
//! from it in an exact field and so could not be about it. What is found is compared whole
//! ([`covers`]) before it counts.
//!
//! Leaving out the rest changes no verdict: a policy is satisfied or not whatever other policies
//! stand beside it, and the verdict is made of the satisfied ones. That holds for denials too. A
//! test compares the index with all grants looked at one by one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::GrantId;
use nexus_domain::principal::Principal;

use crate::query::Query;
use crate::touch::{COMMAND_WORDS_MAX, Touched, covers, plain, plain_host, resource, verb};

type Found = Vec<Arc<Grant>>;

/// The grants in force, as of some instant; later ends are looked at again for each query.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    buckets: HashMap<Key, Arc<Bucket>>,
    n: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    verb: GrantVerb,
    principal: Principal,
    resource: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Bucket {
    any: Found,
    digests: HashMap<String, Found>,
    hosts: HashMap<String, Found>,
    commands: HashMap<Vec<String>, Found>,
    recipients: HashMap<String, Found>,
    /// In order, so that everything beneath a folder is a range.
    paths: BTreeMap<String, Found>,
    sessions: HashMap<String, Found>,
}

impl Grants {
    /// Sorts grants into their buckets.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        let mut all = Self::default();
        for grant in grants {
            all.insert(grant);
        }
        all
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Adds one; one with the same id is replaced.
    pub fn insert(&mut self, grant: Grant) {
        self.remove(&grant);
        let bucket = Arc::make_mut(self.buckets.entry(key(&grant)).or_default());
        bucket.slot(&grant.scope).push(Arc::new(grant));
        self.n += 1;
    }

    /// Takes one out, found by its id and scope; nothing happens when it is not there.
    pub fn remove(&mut self, grant: &Grant) {
        let Some(bucket) = self.buckets.get_mut(&key(grant)) else { return };
        let slot = Arc::make_mut(bucket).slot(&grant.scope);
        let before = slot.len();
        slot.retain(|other| other.id != grant.id);
        self.n -= before - slot.len();
    }

    /// Only those that deny.
    #[must_use]
    pub fn denials(&self) -> Self {
        let denials = self.iter().filter(|grant| grant.effect == GrantEffect::Deny);
        Self::new(denials.map(|grant| (**grant).clone()).collect())
    }

    /// The grants about a query that one principal of its chain has, in order of their ids. A
    /// grant with an end counts only when the instant is known; a denial counts until it is.
    pub(crate) fn about(
        &self,
        principal: &Principal,
        query: &Query,
        touched: &Touched,
        now: Option<Timestamp>,
    ) -> Found {
        let Some(verb) = verb(&query.action) else { return Vec::new() };
        let mut found = Vec::new();
        for name in [Some(resource(&query.action).to_owned()), None] {
            let key = Key { verb, principal: principal.clone(), resource: name };
            if let Some(bucket) = self.buckets.get(&key) {
                bucket.candidates(query, touched, &mut found);
            }
        }
        found.retain(|grant| holds(grant, now) && covers(grant, query, touched));
        found.sort_by_key(|grant| grant.id);
        found.dedup_by_key(|grant| grant.id);
        found
    }

    /// The grant with an id, for explanations.
    #[must_use]
    pub fn get(&self, id: GrantId) -> Option<Arc<Grant>> {
        self.iter().find(|grant| grant.id == id).cloned()
    }

    /// All grants, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Grant>> {
        self.buckets.values().flat_map(|bucket| bucket.all())
    }
}

fn holds(grant: &Grant, now: Option<Timestamp>) -> bool {
    match (now, grant.effect) {
        (Some(now), _) => grant.is_in_force(now),
        (None, GrantEffect::Allow) => grant.revoked_at.is_none() && grant.expires_at.is_none(),
        (None, GrantEffect::Deny) => grant.revoked_at.is_none(),
    }
}

fn key(grant: &Grant) -> Key {
    Key {
        verb: grant.verb,
        principal: grant.principal.clone(),
        resource: grant.scope.resource.clone(),
    }
}

impl Bucket {
    /// Where a scope lies: under the field that usually names the fewest actions.
    fn slot(&mut self, scope: &GrantScope) -> &mut Found {
        if let Some(digest) = &scope.digest {
            return self.digests.entry(digest.clone()).or_default();
        }
        if let Some(path) = &scope.path {
            return self.paths.entry(plain(path)).or_default();
        }
        if let Some(words) = &scope.command {
            let words = words.iter().take(COMMAND_WORDS_MAX).cloned().collect();
            return self.commands.entry(words).or_default();
        }
        if let Some(host) = &scope.host {
            return self.hosts.entry(plain_host(host)).or_default();
        }
        if let Some(to) = &scope.recipient {
            return self.recipients.entry(to.clone()).or_default();
        }
        if let Some(session) = &scope.session_key {
            return self.sessions.entry(session.as_str().to_owned()).or_default();
        }
        &mut self.any
    }

    fn candidates(&self, query: &Query, touched: &Touched, found: &mut Found) {
        let mut add = |slot: Option<&Found>| found.extend(slot.into_iter().flatten().cloned());
        add(Some(&self.any));
        if let crate::query::Action::UseTool { action, .. } = &query.action {
            add(self.digests.get(&action.digest));
        }
        touched.host_names().for_each(|host| add(self.hosts.get(host)));
        touched.recipients.iter().for_each(|(_, to)| add(self.recipients.get(to)));
        if let Some(session) = &query.facts.session_key {
            add(self.sessions.get(session.as_str()));
        }
        if !self.commands.is_empty() {
            for command in &touched.commands {
                let words = command.argv.len().min(COMMAND_WORDS_MAX);
                for n in 1..=words {
                    let mut beginning = command.argv[..n].to_vec();
                    add(self.commands.get(&beginning));
                    beginning[0].clone_from(&command.program);
                    add(self.commands.get(&beginning));
                }
            }
        }
        if self.paths.is_empty() {
            return;
        }
        for touched in &touched.paths {
            if touched.is_ambiguous {
                // Only denials can meet it, and each of them does.
                self.paths.values().for_each(|slot| add(Some(slot)));
                continue;
            }
            for folder in ancestors(&touched.path) {
                add(self.paths.get(folder));
            }
            if touched.is_tree {
                for (_, slot) in self
                    .paths
                    .range(touched.path.clone()..)
                    .take_while(|(path, _)| path.starts_with(touched.path.as_str()))
                {
                    add(Some(slot));
                }
                if touched.path == "." {
                    self.paths.values().for_each(|slot| add(Some(slot)));
                }
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Grant>> {
        let maps = self.digests.values().chain(self.hosts.values()).chain(self.commands.values());
        let maps = maps.chain(self.recipients.values()).chain(self.sessions.values());
        maps.chain(self.paths.values()).chain(std::iter::once(&self.any)).flatten()
    }
}

/// A path and every folder above it, in plain form.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.match_indices('/').map(|(at, _)| if at == 0 { "/" } else { &path[..at] });
    std::iter::once(path).chain(cuts).chain(std::iter::once("."))
}
