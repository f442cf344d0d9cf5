//! The worst that a call can come to.

use nexus_domain::budget::Amounts;
use nexus_domain::message::{CostBasis, Usage};

use super::{ModelPool, Picked};
use crate::port::WorstCase;

/// Our estimate of the tokens sent may be short for text that is not prose (digits, code, other
/// scripts): a worst case takes it half as large again, in percent.
const INPUT_PERCENT: u64 = 150;
/// A reply that is asked to be shorter than this is not worth its call, in tokens.
const OUTPUT_TOKENS_MIN: u32 = 512;

/// The worst cases of a call, the largest first: each allows half the reply of the one before.
#[must_use]
pub fn worst_cases(
    models: &ModelPool,
    picked: &Picked,
    input_tokens: u64,
    output_tokens_max: Option<u32>,
    duration_ms: u64,
) -> Vec<WorstCase> {
    let input_tokens = input_tokens.saturating_mul(INPUT_PERCENT) / 100;
    let mut output = output_tokens_max.unwrap_or(picked.output_tokens_max).max(1);
    // A reply of fixed length is not shortened: a shorter summary would be an incomplete one.
    let least = output_tokens_max.unwrap_or(OUTPUT_TOKENS_MIN);
    let mut cases = Vec::new();
    loop {
        let micro_usd = worst_micro_usd(models, picked, input_tokens, u64::from(output));
        let tokens = input_tokens.saturating_add(u64::from(output));
        let amounts = Amounts { micro_usd, tokens, tool_calls: 0, model_ms: duration_ms };
        cases.push(WorstCase { output_tokens_max: output, amounts });
        if output / 2 < least {
            return cases;
        }
        output /= 2;
    }
}

/// Nobody knows beforehand what the provider's cache will hold: the dearest way counts.
fn worst_micro_usd(models: &ModelPool, picked: &Picked, input: u64, output: u64) -> u64 {
    let plain = Usage { input_tokens: input, output_tokens: output, ..Usage::default() };
    let cached = Usage { cached_input_tokens: input, ..plain };
    let written = Usage { cache_write_tokens: input, ..plain };
    let costs = [plain, cached, written].map(|usage| models.cost(picked, usage).micro_usd);
    costs.into_iter().max().unwrap_or_default()
}

impl ModelPool {
    /// Whether calls of a model can be bounded in money.
    #[must_use]
    pub fn is_priced(&self, picked: &Picked) -> bool {
        self.cost(picked, Usage::default()).basis != CostBasis::Unknown
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::provider::{Price, PriceTable, ProviderConfig, ProviderKind};

    #[test]
    fn the_dearest_way_counts_and_replies_get_shorter() {
        let price =
            Price { input: 2.0, output: 10.0, cached_input: Some(0.2), cache_write: Some(2.5) };
        let prices = PriceTable::with_own(HashMap::from([("acme/m".to_owned(), price)]));
        let mut config = ProviderConfig::new("acme", ProviderKind::OpenAiCompatible);
        config.base_url = Some("http://127.0.0.1:9/v1".to_owned());
        config.output_tokens_max = Some(2_000);
        let models = ModelPool::new(vec![config], prices, Vec::new()).unwrap();
        let picked = models.pick("acme/m").unwrap();
        let cases = worst_cases(&models, &picked, 1_000, None, 7);
        let outputs: Vec<_> = cases.iter().map(|case| case.output_tokens_max).collect();
        assert_eq!(outputs, [2_000, 1_000]);
        let Amounts { micro_usd, tokens, .. } = cases[0].amounts;
        assert_eq!((micro_usd, tokens), (3_750 + 20_000, 3_500));
        let fixed = worst_cases(&models, &picked, 0, Some(2_000), 7);
        assert_eq!(fixed.len(), 1);
        assert!(models.is_priced(&picked));
        let unknown = models.pick("acme/other").unwrap();
        assert!(!models.is_priced(&unknown));
        assert_eq!(worst_cases(&models, &unknown, 1_000, None, 7)[0].amounts.micro_usd, 0);
    }
}
