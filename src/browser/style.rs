//! How words shall be said: what the SSML around them asks of a voice (SSML 1.0 §2.1, §2.2).

/// What the markup around words asks for. A platform's voice does of it what it can.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    /// `xml:lang`, where it is another than the prompt's.
    pub lang: Option<String>,
    /// `<say-as>`: what sort of thing the words are.
    pub say_as: Option<SayAs>,
    /// `<voice>`: who shall say it.
    pub voice: Option<VoiceWish>,
    /// `<prosody>`: how high, fast and loud.
    pub prosody: Prosody,
    /// `level` of `<emphasis>`: strong, moderate, none or reduced.
    pub emphasis: Option<String>,
    /// `<phoneme>`: how the words are pronounced.
    pub phoneme: Option<Phoneme>,
}

/// `<say-as>` (SSML 1.0 §3.1.8): "1234" may be a number, a date or digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SayAs {
    /// `interpret-as`: digits, cardinal, ordinal, date, time, telephone, currency, characters, …
    pub interpret_as: String,
    /// `format`, such as `ymd`.
    pub format: Option<String>,
    /// `detail`.
    pub detail: Option<String>,
}

/// `<voice>` (SSML 1.0 §3.2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VoiceWish {
    /// `male`, `female` or `neutral`.
    pub gender: Option<String>,
    /// In years.
    pub age: Option<String>,
    /// Which of several that fit.
    pub variant: Option<String>,
    /// Names of the platform's voices, best first.
    pub name: Option<String>,
}

/// `<prosody>` (SSML 1.0 §3.2.4), each value as the page wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prosody {
    /// How high.
    pub pitch: Option<String>,
    /// How the pitch changes.
    pub contour: Option<String>,
    /// How much the pitch varies.
    pub range: Option<String>,
    /// How fast.
    pub rate: Option<String>,
    /// How long it shall take.
    pub duration: Option<String>,
    /// How loud.
    pub volume: Option<String>,
}

/// `<phoneme>` (SSML 1.0 §3.1.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phoneme {
    /// `ipa`, or a vendor's own.
    pub alphabet: Option<String>,
    /// The pronunciation.
    pub ph: String,
}

/// The attributes of an element, by name.
pub(super) type Attributes = [(String, String)];

impl Style {
    /// The style inside `element`, within this one.
    pub(super) fn within(&self, element: &str, attributes: &Attributes) -> Self {
        let mut style = self.clone();
        style.lang = value(attributes, "xml:lang").or(style.lang);
        match element {
            "say-as" => style.say_as = say_as(attributes),
            "voice" => style.voice = Some(voice(attributes)),
            "prosody" => style.prosody = self.prosody.within(attributes),
            "emphasis" => style.emphasis = Some(value(attributes, "level").unwrap_or_else(|| "moderate".to_owned())),
            "phoneme" => style.phoneme = phoneme(attributes),
            _ => {}
        }
        style
    }
}

impl Prosody {
    fn within(&self, attributes: &Attributes) -> Self {
        let of = |name, outer: &Option<String>| value(attributes, name).or_else(|| outer.clone());
        Self {
            pitch: of("pitch", &self.pitch),
            contour: of("contour", &self.contour),
            range: of("range", &self.range),
            rate: of("rate", &self.rate),
            duration: value(attributes, "duration"),
            volume: of("volume", &self.volume),
        }
    }
}

/// Drafts of SSML, and the pages of their time, call `interpret-as` `type`.
fn say_as(attributes: &Attributes) -> Option<SayAs> {
    let interpret_as = value(attributes, "interpret-as").or_else(|| value(attributes, "type"))?;
    Some(SayAs { interpret_as, format: value(attributes, "format"), detail: value(attributes, "detail") })
}

fn voice(attributes: &Attributes) -> VoiceWish {
    VoiceWish {
        gender: value(attributes, "gender"),
        age: value(attributes, "age"),
        variant: value(attributes, "variant"),
        name: value(attributes, "name"),
    }
}

fn phoneme(attributes: &Attributes) -> Option<Phoneme> {
    Some(Phoneme { alphabet: value(attributes, "alphabet"), ph: value(attributes, "ph")? })
}

fn value(attributes: &Attributes, name: &str) -> Option<String> {
    attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_markup_adds_to_what_is_around_it() {
        let attributes =
            |list: &[(&str, &str)]| list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
        let slow = Style::default().within("prosody", &attributes(&[("rate", "slow"), ("volume", "soft")]));

        let inner = slow.within("prosody", &attributes(&[("volume", "loud")])).within("say-as", &attributes(&[("interpret-as", "digits")]));

        assert_eq!(inner.prosody.rate.as_deref(), Some("slow"));
        assert_eq!(inner.prosody.volume.as_deref(), Some("loud"));
        assert_eq!(inner.say_as.map(|kind| kind.interpret_as).as_deref(), Some("digits"));
    }
}
