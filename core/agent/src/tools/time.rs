//! `time`: tells the time.

use jiff::tz::TimeZone;
use nexus_domain::Failure;
use nexus_domain::agent::ToolEffect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Plan, Tool, ToolOutput, parse};
use crate::provider::ToolSpec;

pub(super) struct Time {
    zone: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Arguments {
    zone: Option<String>,
}

impl Time {
    pub(super) fn new(zone: Option<String>) -> Result<Self, Failure> {
        let zone = zone.unwrap_or_else(|| "UTC".to_owned());
        find(&zone).map_err(Failure::invalid)?;
        Ok(Self { zone })
    }
}

fn find(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name)
        .map_err(|_| format!("there is no time zone `{name}`; they are like Europe/Berlin"))
}

impl Tool for Time {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "time".to_owned(),
            description: "Tell the date and time.".to_owned(),
            schema: json!({
                "type": "object",
                "properties": { "zone": {
                    "type": "string", "minLength": 1, "maxLength": 60,
                    "description": "IANA name",
                } },
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Read
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let mut arguments: Arguments = parse(arguments)?;
        let zone = arguments.zone.get_or_insert_with(|| self.zone.clone());
        let found = find(zone)?;
        let summary = format!("tell the time in {zone}");
        Plan::new(summary, arguments, |_, context| {
            Box::pin(async move {
                let now = jiff::Timestamp::from_millisecond(context.clock.now().0)
                    .map_err(|error| format!("the clock is out of range: {error}"))?;
                let now = now.to_zoned(found);
                Ok(ToolOutput::text(now.strftime("%A, %Y-%m-%d %H:%M:%S %:z (%Q)").to_string()))
            })
        })
    }
}
