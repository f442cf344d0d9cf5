//! What models cost and how much fits into them.

use std::collections::HashMap;

use nexus_domain::message::{Cost, CostBasis, Usage};
use serde::Deserialize;

use super::ProviderKind;

/// The built-in snapshot; `as_of` in it says how old it is.
const SNAPSHOT: &str = include_str!("../../data/prices.json");

/// Prices of one model, in US dollars per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Tokens sent.
    pub input: f64,
    /// Tokens received.
    pub output: f64,
    /// Sent ones that were read from the provider's cache; as `input` when left out.
    #[serde(default)]
    pub cached_input: Option<f64>,
    /// Sent ones that were written to the provider's cache; as `input` when left out.
    #[serde(default)]
    pub cache_write: Option<f64>,
}

/// Some providers charge more for all tokens of a call that sends more than so many.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LongPrompt {
    over_tokens: u64,
    input_factor: f64,
    output_factor: f64,
}

#[derive(Debug)]
struct Known {
    price: Price,
    long_prompt: Option<LongPrompt>,
    context_tokens_max: u64,
}

#[derive(Debug, Deserialize)]
struct Row {
    input: f64,
    output: f64,
    cached_input: Option<f64>,
    cache_write: Option<f64>,
    long_prompt: Option<LongPrompt>,
    context_tokens_max: u64,
}

#[derive(Debug, Deserialize)]
struct Snapshot {
    as_of: String,
    models: HashMap<String, Row>,
}

/// The built-in snapshot with the user's own prices over it.
#[derive(Debug)]
pub struct PriceTable {
    as_of: String,
    known: HashMap<String, Known>,
    own: HashMap<String, Price>,
}

impl Default for PriceTable {
    fn default() -> Self {
        Self::with_own(HashMap::new())
    }
}

impl PriceTable {
    /// The snapshot with prices of the configuration over it, keyed `provider/model`.
    #[must_use]
    pub fn with_own(own: HashMap<String, Price>) -> Self {
        // A test reads the file, so that it cannot be broken in a release.
        let snapshot: Snapshot = serde_json::from_str(SNAPSHOT)
            .unwrap_or(Snapshot { as_of: String::new(), models: HashMap::new() });
        let known = snapshot.models.into_iter().map(|(name, row)| {
            let Row { input, output, cached_input, cache_write, long_prompt, .. } = row;
            let price = Price { input, output, cached_input, cache_write };
            let context_tokens_max = row.context_tokens_max;
            (name, Known { price, long_prompt, context_tokens_max })
        });
        Self { as_of: snapshot.as_of, known: known.collect(), own }
    }

    /// The day of the snapshot.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// The price of a model: the user's own, else the snapshot's for the providers it is about.
    #[must_use]
    pub fn price(&self, kind: ProviderKind, provider: &str, model: &str) -> Option<Price> {
        if let Some(price) = self.own.get(&format!("{provider}/{model}")) {
            return Some(*price);
        }
        if kind.is_free() {
            return Some(Price::default());
        }
        // Another host may serve a model of the same name at another price.
        if !kind.needs_key() {
            return None;
        }
        self.known(model).map(|known| known.price)
    }

    /// Tokens that fit into one call of a model, as far as the snapshot knows.
    #[must_use]
    pub fn context_tokens_max(&self, model: &str) -> Option<u64> {
        self.known(model).map(|known| known.context_tokens_max)
    }

    /// What a call cost.
    #[must_use]
    pub fn cost(&self, kind: ProviderKind, provider: &str, model: &str, usage: Usage) -> Cost {
        let has_own = self.own.contains_key(&format!("{provider}/{model}"));
        if kind.is_free() && !has_own {
            return Cost { micro_usd: 0, basis: CostBasis::Free };
        }
        match self.price(kind, provider, model) {
            Some(price) => {
                let known = if has_own { None } else { self.known(model) };
                let long = known.and_then(|known| known.long_prompt);
                let micro_usd = micro_usd(price, long, usage);
                Cost { micro_usd, basis: CostBasis::PriceTable }
            }
            None => Cost { micro_usd: 0, basis: CostBasis::Unknown },
        }
    }

    /// The longest name that the model's name begins with: dated names are the same model. A
    /// name may only go on with a date or `latest`, so that `gpt-5-foo` is not taken for `gpt-5`.
    fn known(&self, model: &str) -> Option<&Known> {
        let model = model.rsplit('/').next().unwrap_or(model);
        if let Some(known) = self.known.get(model) {
            return Some(known);
        }
        let is_dated = |name: &str| {
            model.strip_prefix(name).and_then(|rest| rest.strip_prefix(['-', '@'])).is_some_and(
                |rest| rest == "latest" || rest.chars().all(|c| c.is_ascii_digit() || c == '-'),
            )
        };
        let names = self.known.iter().filter(|(name, _)| is_dated(name));
        names.max_by_key(|(name, _)| name.len()).map(|(_, known)| known)
    }
}

/// Dollars per million tokens are millionths of a dollar per token.
fn micro_usd(price: Price, long: Option<LongPrompt>, usage: Usage) -> u64 {
    let cached = usage.cached_input_tokens.min(usage.input_tokens);
    let written = usage.cache_write_tokens.min(usage.input_tokens - cached);
    let plain = usage.input_tokens - cached - written;
    let long = long.filter(|long| usage.input_tokens > long.over_tokens);
    let (sent, received) = long.map_or((1.0, 1.0), |long| (long.input_factor, long.output_factor));
    let parts = [
        (plain, price.input * sent),
        (cached, price.cached_input.unwrap_or(price.input) * sent),
        (written, price.cache_write.unwrap_or(price.input) * sent),
        (usage.output_tokens, price.output * received),
    ];
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "token counts are far below 2^52 and prices are not negative"
    )]
    parts.iter().map(|(tokens, price)| (*tokens as f64 * price.max(0.0)).round() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snapshot_is_readable_and_sane() {
        let table = PriceTable::default();
        assert_eq!(table.as_of().len(), "2026-01-01".len());
        assert!(table.known.len() > 15);
        for (name, known) in &table.known {
            let Price { input, output, cached_input, .. } = known.price;
            assert!(input > 0.0 && output >= input, "{name}");
            assert!(cached_input.is_none_or(|cached| cached <= input), "{name}");
            assert!(known.context_tokens_max >= 8_000, "{name}");
        }
    }

    #[test]
    fn names_are_matched_with_their_dates_only() {
        let table = PriceTable::default();
        let price = |model| table.price(ProviderKind::OpenAi, "openai", model);
        assert!(price("gpt-4o").is_some());
        assert_eq!(price("gpt-4o-2024-08-06"), price("gpt-4o"));
        assert_ne!(price("gpt-4o-mini"), price("gpt-4o"));
        assert_eq!(price("gpt-4o-turbo-ultra"), None);
        assert_eq!(table.price(ProviderKind::OpenAiCompatible, "x", "gpt-4o"), None);
    }

    #[test]
    fn a_call_is_priced_part_by_part() {
        let price =
            Price { input: 2.0, output: 10.0, cached_input: Some(0.5), cache_write: Some(2.5) };
        let own = HashMap::from([("acme/m".to_owned(), price)]);
        let table = PriceTable::with_own(own);
        let usage = Usage {
            input_tokens: 1000,
            output_tokens: 100,
            cached_input_tokens: 400,
            cache_write_tokens: 200,
            reasoning_tokens: 50,
        };
        let kind = ProviderKind::OpenAiCompatible;
        let cost = table.cost(kind, "acme", "m", usage);
        assert_eq!(cost, Cost { micro_usd: 800 + 200 + 500 + 1000, basis: CostBasis::PriceTable });
        let tier = LongPrompt { over_tokens: 1000, input_factor: 2.0, output_factor: 1.5 };
        let long = Usage { input_tokens: 1001, output_tokens: 10, ..Usage::default() };
        assert_eq!(micro_usd(price, Some(tier), long), 4004 + 150);
        assert_eq!(table.cost(kind, "acme", "other", usage).basis, CostBasis::Unknown);
        assert_eq!(table.cost(ProviderKind::Ollama, "ollama", "x", usage).basis, CostBasis::Free);
    }
}
