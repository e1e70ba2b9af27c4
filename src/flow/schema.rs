//! The language as a JSON Schema (draft-07), so that editors complete, explain and check flow files while they are written.

use serde_json::{Map, Value, json};

use super::method::{Method, Strength};
use super::rule::{RULES, RuleDefinition};
use super::schema_fields::{Field, KIND_FIELDS, KindFields, LISTENING, TARGET};
use super::setting::SettingKind;

/// The schema of a flow file.
pub fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A Callward flow",
        "type": "object",
        "additionalProperties": false,
        "required": ["callward", "title", "languages", "exits", "start", "steps", "prompts"],
        "properties": {
            "callward": { "const": 1, "description": "The edition of the language." },
            "title": about("text", "What people call the flow."),
            "languages": { "description": "Its languages (BCP 47); the first one is the default.", "$ref": "#/definitions/texts" },
            "inputs": named(&input(), "The call variables, or what `call … with` gives."),
            "settings": settings(),
            "presets": named(&json!({ "type": "object", "additionalProperties": { "$ref": "#/definitions/scalar" } }), "Named sets of settings."),
            "exits": named(&exit(), "The named paths."),
            "outputs": about("expressions", "More names to return."),
            "keys": about("keys", "Keys that are live wherever the flow listens."),
            "otherwise": named(&refer("target"), "Where an outcome goes when its step does not say."),
            "start": about("text", "The first step."),
            "steps": named(&refer("step"), "The steps: `id: { kind: { fields } }`."),
            "prompts": named(&named(&refer("wordings"), "A language's prompts, by id."), "The words: one table a language."),
        },
        "definitions": definitions(),
    })
}

fn definitions() -> Map<String, Value> {
    let words = |words: &[&str]| json!({ "enum": words });
    let mut definitions = Map::new();
    let mut define = |name: &str, value: Value| definitions.insert(name.to_owned(), value);
    define("text", json!({ "type": ["string", "number", "boolean"] }));
    define("scalar", json!({ "type": ["string", "number", "boolean"] }));
    define("texts", json!({ "anyOf": [refer("text"), { "type": "array", "items": refer("text") }] }));
    define("wording", json!({ "anyOf": [refer("text"), recorded()] }));
    define("wordings", json!({ "anyOf": [refer("wording"), { "type": "array", "items": refer("wording") }] }));
    define("switch", json!({ "type": "boolean" }));
    let varying = json!({ "type": "string", "pattern": "[a-z]\\.", "description": "An expression in CEL such as settings.patience." });
    let or_varying = |written: Value| json!({ "anyOf": [written, varying] });
    define("whole", or_varying(json!({ "type": "integer", "minimum": 0, "maximum": 100 })));
    define("tries", or_varying(json!({ "type": "integer", "minimum": 1, "maximum": 9 })));
    define("duration", or_varying(json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m)$" })));
    define(
        "expression",
        json!({ "type": ["string", "number", "boolean"], "description": "A value, or an expression in CEL such as vars.account." }),
    );
    define("expressions", json!({ "type": "object", "additionalProperties": refer("expression") }));
    define("place", json!({ "type": "string", "description": "A step, an exit, settings.NAME of a path setting, or answer.path." }));
    define("service", json!({ "type": "string", "pattern": "^settings\\." }));
    define("others", words(&["others"]));
    define("methods", json!({ "type": "array", "items": words(&Method::ALL.map(Method::name)) }));
    define("strength", words(&[Strength::Low, Strength::Medium, Strength::High].map(Strength::name)));
    define("status", words(&["CONSENTED", "REFUSED", "DELETED", "NO_CONSENT"]));
    define("transfer", words(&["bridge", "blind"]));
    define("target", json!({ "anyOf": [refer("place"), object(TARGET, &[])] }));
    define("key", json!({ "anyOf": [words(&["repeat", "more_time"]), refer("target")] }));
    define(
        "keys",
        json!({ "type": "object", "additionalProperties": false, "patternProperties": { "^([0-9]|star|hash)$": refer("key") } }),
    );
    define("choices", json!({ "type": "array", "maxItems": 9, "items": object(TARGET, &[OFFER, KEY]) }));
    define("choice", object(TARGET, &[OFFER]));
    define("takes", takes());
    define("cases", json!({ "type": "array", "items": object(TARGET, &[WHEN, UNLESS]) }));
    define("step", step());
    definitions
}

const OFFER: Field = Field { name: "offer", holds: "text", about: "The prompt that offers the line.", required: true };
const KEY: Field = Field { name: "key", holds: "text", about: "Its key, where it is not its number.", required: false };
const WHEN: Field = Field { name: "when", holds: "expression", about: "The case holds when this is true.", required: false };
const UNLESS: Field = Field { name: "unless", holds: "expression", about: "The case holds when this is false.", required: false };

fn step() -> Value {
    let mut kinds: Map<String, Value> = KIND_FIELDS.iter().map(|kind| (kind.name.to_owned(), kind_schema(kind))).collect();
    kinds.insert("branch".to_owned(), about("cases", "The first case that holds leads on; the last one has no condition."));
    json!({ "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1, "properties": kinds })
}

fn kind_schema(kind: &KindFields) -> Value {
    let listening = if kind.listens { LISTENING } else { &[] };
    let mut schema = object(listening, &[]);
    let own = object(kind.fields, &[]);
    for part in ["properties", "required"] {
        match (&mut schema[part], &own[part]) {
            (Value::Object(all), Value::Object(own)) => all.extend(own.clone()),
            (Value::Array(all), Value::Array(own)) => all.extend(own.clone()),
            _ => {}
        }
    }
    schema["description"] = json!(kind.about);
    schema["properties"]["then"] = then(kind);
    schema
}

fn then(kind: &KindFields) -> Value {
    let outcomes = kind.outcomes.iter().chain(kind.optional).copied().chain(["any"]);
    let outcomes: Map<String, Value> = outcomes.map(|outcome| (outcome.to_owned(), refer("target"))).collect();
    let others = if kind.open { refer("target") } else { json!(false) };
    let by_outcome = json!({ "type": "object", "properties": outcomes, "additionalProperties": others });
    if let [_] = kind.outcomes {
        return json!({ "description": "Where to go.", "anyOf": [refer("target"), by_outcome] });
    }
    json!({ "description": "Where each outcome goes; `any` stands for all that are not named.", "allOf": [by_outcome] })
}

fn recorded() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["text"],
        "properties": {
            "text": about("text", "The words: for the voice where the recording cannot be had."),
            "audio": about("text", "The file of the recording, in audio/LANGUAGE beside the flow."),
        },
    })
}

fn takes() -> Value {
    let range = json!({
        "type": "object", "additionalProperties": false, "required": ["from", "to"],
        "properties": {
            "from": about("expression", "Fewest digits."),
            "to": about("expression", "Most digits."),
            "check": about("expression", "none, luhn, mod11 or mod97, or a setting that says which."),
        },
    });
    let digits = json!({ "anyOf": [refer("expression"), range] });
    json!({ "anyOf": [
        { "enum": ["code"] },
        { "type": "object", "additionalProperties": false, "required": ["digits"], "properties": { "digits": digits } },
        {
            "type": "object", "additionalProperties": false, "required": ["grammar"],
            "properties": { "grammar": about("text", "The file of a grammar for keys (SRGS), beside the flow.") },
        },
    ] })
}

fn input() -> Value {
    let fields = json!({
        "type": "object", "additionalProperties": false,
        "properties": { "required": about("switch", "Whether the flow cannot do without it."), "label": about("text", "What people call it.") },
    });
    one_of(["identity", "contact", "text", "number", "switch"].map(|kind| (kind, fields.clone())))
}

fn exit() -> Value {
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "needs": { "enum": ["verified", "consent"], "description": "What must be true for it to open." },
            "label": about("text", "What people call it."),
            "say": about("text", "The prompt said on leaving by it."),
        },
    })
}

/// Headings, then names; a rule's name says what its default and bounds may be.
fn settings() -> Value {
    let field = |name: &str, value: Value| (name.to_owned(), value);
    let fields = |own: Vec<(String, Value)>| {
        let label = field("label", about("text", "What a form calls it."));
        let own: Map<String, Value> = own.into_iter().chain([label]).collect();
        json!({ "type": "object", "additionalProperties": false, "properties": own })
    };
    let (whole, text) = (json!({ "type": "integer" }), refer("text"));
    let bounds = || vec![field("from", whole.clone()), field("to", whole.clone())];
    let kinds = [
        ("number", fields([vec![field("default", whole.clone())], bounds()].concat())),
        ("text", fields(vec![field("default", text.clone())])),
        ("choice", fields(vec![field("of", refer("texts")), field("default", text.clone())])),
        ("switch", fields(vec![field("default", refer("switch"))])),
        ("path", fields(vec![field("default", text)])),
        ("service", fields(vec![field("optional", refer("switch"))])),
        ("rule", fields([vec![field("default", refer("scalar"))], bounds()].concat())),
    ];
    let rules: Map<String, Value> = RULES.iter().map(|rule| (rule.name.to_owned(), rule_schema(rule))).collect();
    let setting = one_of(kinds);
    let heading = json!({ "type": "object", "properties": rules, "additionalProperties": setting });
    named(&heading, "Heading on the form, then name, then kind.")
}

fn rule_schema(rule: &RuleDefinition) -> Value {
    let (default, bound) = match SettingKind::of_rule(rule) {
        SettingKind::Number { from, to, .. } => {
            let number = json!({ "type": "integer", "minimum": from, "maximum": to });
            (number.clone(), Some(number))
        }
        SettingKind::Choice { of, .. } => (json!({ "enum": of.iter().map(|word| number_or_text(word)).collect::<Vec<_>>() }), None),
        SettingKind::Switch { .. } => (refer("switch"), None),
        SettingKind::Text { .. } | SettingKind::Path { .. } | SettingKind::Service { .. } => (refer("text"), None),
    };
    let mut fields = json!({ "default": default, "label": refer("text") });
    if let Some(bound) = bound {
        fields["from"] = bound.clone();
        fields["to"] = bound;
    }
    one_of([("rule", json!({ "type": "object", "additionalProperties": false, "properties": fields }))])
}

/// YAML reads a version such as 2.1 as a number.
fn number_or_text(word: &str) -> Value {
    word.parse::<f64>().map_or_else(|_| json!(word), |number| json!(number))
}

/// A map with exactly one of these entries.
fn one_of<const N: usize>(kinds: [(&str, Value); N]) -> Value {
    let kinds: Map<String, Value> = kinds.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1, "properties": kinds })
}

fn object(fields: &[Field], more: &[Field]) -> Value {
    let fields = || more.iter().chain(fields);
    let properties: Map<String, Value> = fields().map(|field| (field.name.to_owned(), about(field.holds, field.about))).collect();
    let required: Vec<&str> = fields().filter(|field| field.required).map(|field| field.name).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required })
}

fn named(schema: &Value, description: &str) -> Value {
    json!({ "type": "object", "description": description, "additionalProperties": schema })
}

/// A reference with words of its own: `allOf`, because draft-07 ignores what stands beside `$ref`.
fn about(definition: &str, description: &str) -> Value {
    json!({ "description": description, "allOf": [refer(definition)] })
}

fn refer(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::super::document::Flow;
    use super::super::node::{self, Node, Shape};
    use super::*;

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn the_committed_schema_is_the_one_that_the_language_makes() {
        let committed = fs::read_to_string(format!("{ROOT}/docs/flow.schema.json")).unwrap();

        let made = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());

        assert!(committed == made, "run `callward flow schema > docs/flow.schema.json`");
    }

    #[test]
    fn shipped_flows_fit_the_schema_and_slips_do_not() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for entry in fs::read_dir(format!("{ROOT}/flows")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let flow = value(node::parse(&fs::read_to_string(&path).unwrap()).unwrap());
            let errors: Vec<String> = validator.iter_errors(&flow).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        }
        for slip in ["unknown_kind", "unknown_field", "missing_field", "unknown_outcome", "bad_default", "beyond_ceiling"] {
            let text = fs::read_to_string(format!("{ROOT}/fixtures/flows/{slip}.yaml")).unwrap();
            assert!(!validator.is_valid(&value(node::parse(&text).unwrap())), "{slip}");
        }
    }

    /// The reader names the fields it knows when it meets one that it does not.
    #[test]
    fn every_kind_has_the_fields_that_its_reader_asks_for() {
        for kind in KIND_FIELDS {
            let required: Vec<String> = fields_of(kind).filter(|field| field.required).map(example).collect();
            let text = format!("steps: {{ s: {{ {}: {{ qqqqqqqqqqqqqqqqqqqq: 1, {} }} }} }}", kind.name, required.join(", "));
            let findings = Flow::read(&text).unwrap_err();
            let hint =
                findings.iter().find_map(|finding| finding.hint.strip_prefix("known fields: ").filter(|_| finding.what.contains("qqqq")));

            let known: BTreeSet<&str> = hint.unwrap_or_else(|| panic!("{}: {findings:?}", kind.name)).split(", ").collect();

            let offered: BTreeSet<&str> = fields_of(kind).map(|field| field.name).chain(["then"]).collect();
            assert_eq!(known, offered, "{}", kind.name);
        }
    }

    fn fields_of(kind: &KindFields) -> impl Iterator<Item = &'static Field> {
        let listening: &'static [Field] = if kind.listens { LISTENING } else { &[] };
        kind.fields.iter().chain(listening)
    }

    fn example(field: &Field) -> String {
        let value = match field.holds {
            "choices" => "[]",
            "takes" => "code",
            "status" => "REFUSED",
            "service" => "settings.x",
            "expressions" => "{}",
            _ => "x",
        };
        format!("{}: {value}", field.name)
    }

    fn value(node: Node) -> Value {
        match node.scalar() {
            Some(scalar) => scalar,
            None => match node.shape {
                Shape::Text { text, .. } => Value::from(text),
                Shape::List(nodes) => nodes.into_iter().map(value).collect(),
                Shape::Map(entries) => entries.into_iter().map(|(name, node)| (name.text, value(node))).collect(),
            },
        }
    }
}
