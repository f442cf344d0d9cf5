//! The lists of names against the types.

use super::*;

fn names_in(schema: &schemars::Schema) -> Vec<String> {
    let variants = schema.as_value()["oneOf"].as_array().unwrap();
    let name = |variant: &serde_json::Value| variant["properties"]["type"]["const"].clone();
    variants.iter().map(|variant| name(variant).as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_lists_of_type_names_are_complete() {
    assert_eq!(names_in(&schemars::schema_for!(Event)), Event::TYPE_NAMES);
    assert_eq!(names_in(&schemars::schema_for!(Transient)), Transient::TYPE_NAMES);
}
