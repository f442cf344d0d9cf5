//! Grants, found by what they are about, so that a hundred thousand cost no more than the few that
//! matter.
//!
//! A grant lies in the bucket of its verb, principal and resource, under its narrowest exact
//! field. A query looks under the keys that its own targets give; whatever lies elsewhere differs
//! from it in an exact field and so could not be about it. What is found is compared whole
//! ([`covers`]) before it counts.
//!
//! Every map is persistent: a copy shares with its original whatever was not changed, so that making
//! or taking back one grant costs the same whether ten or a hundred thousand are in force.
//!
//! Leaving out the rest changes no verdict: a policy is satisfied or not whatever other policies
//! stand beside it, and the verdict is made of the satisfied ones. That holds for denials too. A
//! test compares the index with all grants looked at one by one.

use std::ops::Bound;
use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::GrantId;
use nexus_domain::principal::Principal;
use rpds::{HashTrieMapSync, RedBlackTreeMapSync};

use crate::query::Query;
use crate::touch::{COMMAND_WORDS_MAX, Touched, covers, plain, plain_host, resource, verb};

/// Most grants of one effect that a verdict weighs and names. More of them cannot change it: each
/// is about the query as a whole.
pub(crate) const GRANTS_WEIGHED_MAX: usize = 16;

type Found = Vec<Arc<Grant>>;
type Slots<K> = HashTrieMapSync<K, Found>;

/// The grants in force, as of some instant; later ends are looked at again for each query.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    buckets: HashTrieMapSync<Key, Bucket>,
    by_id: HashTrieMapSync<GrantId, Arc<Grant>>,
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
    digests: Slots<String>,
    hosts: Slots<String>,
    commands: Slots<Vec<String>>,
    recipients: Slots<String>,
    paths: Slots<String>,
    /// What denies a path, once more and in order, so that everything beneath a folder is a range.
    denied_paths: RedBlackTreeMapSync<String, Found>,
    sessions: Slots<String>,
}

/// Changes what a map holds under a key, in place where nobody shares it; nothing empty stays
/// behind.
macro_rules! change_entry {
    ($map:expr, $key:expr, $change:expr) => {{
        let key = $key;
        if !$map.contains_key(&key) {
            $map.insert_mut(key.clone(), Default::default());
        }
        let is_empty = $map.get_mut(&key).is_none_or(|entry| {
            ($change)(entry);
            entry.is_empty()
        });
        if is_empty {
            $map.remove_mut(&key);
        }
    }};
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
        self.by_id.size()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Adds one; one with the same id is replaced.
    pub fn insert(&mut self, grant: Grant) {
        self.remove(grant.id);
        let grant = Arc::new(grant);
        self.change(&grant, |slot| slot.push(Arc::clone(&grant)));
        self.by_id.insert_mut(grant.id, grant);
    }

    /// Takes one out; nothing happens when it is not there.
    pub fn remove(&mut self, id: GrantId) {
        let Some(grant) = self.get(id) else { return };
        self.change(&grant, |slot| slot.retain(|other| other.id != id));
        self.by_id.remove_mut(&id);
    }

    /// Changes every slot in which a grant lies or would lie; nothing empty stays behind.
    fn change(&mut self, grant: &Grant, change: impl Fn(&mut Found)) {
        change_entry!(self.buckets, key(grant), |bucket: &mut Bucket| bucket.change(grant, change));
    }

    /// Only those that deny.
    #[must_use]
    pub fn denials(&self) -> Self {
        let denials = self.iter().filter(|grant| grant.effect == GrantEffect::Deny);
        Self::new(denials.map(|grant| (**grant).clone()).collect())
    }

    /// The grants about a query that one principal of its chain has, in order of their ids, at
    /// most [`GRANTS_WEIGHED_MAX`] that allow and as many that deny. A grant with an end counts
    /// only when the instant is known; a denial counts until it is.
    pub(crate) fn about(
        &self,
        principal: &Principal,
        query: &Query,
        touched: &Touched,
        now: Option<Timestamp>,
    ) -> Found {
        let Some(verb) = verb(&query.action) else { return Vec::new() };
        if self.is_empty() {
            return Vec::new();
        }
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
        let (mut n_allow, mut n_deny) = (0, 0);
        found.retain(|grant| {
            let n = match grant.effect {
                GrantEffect::Allow => &mut n_allow,
                GrantEffect::Deny => &mut n_deny,
            };
            *n += 1;
            *n <= GRANTS_WEIGHED_MAX
        });
        found
    }

    /// The grant with an id.
    #[must_use]
    pub fn get(&self, id: GrantId) -> Option<Arc<Grant>> {
        self.by_id.get(&id).cloned()
    }

    /// All grants, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Grant>> {
        self.by_id.values()
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
    /// A scope lies under the field that usually names the fewest actions.
    fn change(&mut self, grant: &Grant, change: impl Fn(&mut Found)) {
        let GrantScope { digest, path, command, host, recipient, session_key, .. } = &grant.scope;
        if let Some(digest) = digest {
            change_entry!(self.digests, digest.clone(), change);
        } else if let Some(path) = path {
            if grant.effect == GrantEffect::Deny {
                change_entry!(self.denied_paths, plain(path), change);
            }
            change_entry!(self.paths, plain(path), change);
        } else if let Some(words) = command {
            let words: Vec<_> = words.iter().take(COMMAND_WORDS_MAX).cloned().collect();
            change_entry!(self.commands, words, change);
        } else if let Some(host) = host {
            change_entry!(self.hosts, plain_host(host), change);
        } else if let Some(to) = recipient {
            change_entry!(self.recipients, to.clone(), change);
        } else if let Some(session) = session_key {
            change_entry!(self.sessions, session.as_str().to_owned(), change);
        } else {
            change(&mut self.any);
        }
    }

    fn is_empty(&self) -> bool {
        self.any.is_empty()
            && self.digests.is_empty()
            && self.hosts.is_empty()
            && self.commands.is_empty()
            && self.recipients.is_empty()
            && self.paths.is_empty()
            && self.sessions.is_empty()
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
                self.denied_paths.values().for_each(|slot| add(Some(slot)));
                continue;
            }
            ancestors(&touched.path).for_each(|folder| add(self.paths.get(folder)));
            // An allowance beneath a folder never covers the folder; a denial does.
            if touched.is_tree && touched.path == "." {
                self.denied_paths.values().for_each(|slot| add(Some(slot)));
            } else if touched.is_tree {
                let range = self
                    .denied_paths
                    .range::<str, _>((Bound::Included(touched.path.as_str()), Bound::Unbounded));
                range
                    .take_while(|(path, _)| path.starts_with(touched.path.as_str()))
                    .for_each(|(_, slot)| add(Some(slot)));
            }
        }
    }
}

/// A path and every folder above it, in plain form.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.match_indices('/').map(|(at, _)| if at == 0 { "/" } else { &path[..at] });
    std::iter::once(path).chain(cuts).chain(std::iter::once("."))
}
