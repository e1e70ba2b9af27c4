//! Languages that prompts and grammars can be in (VoiceXML 2.0 §5.2.6, BCP 47).

use super::thrown::{Run, Thrown};

/// The languages of ISO 639-1, by their letters of today and of old.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv \
    dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie \
    ig ii ik in io is it iu iw ja ji jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo \
    lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl \
    ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk \
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";
/// Those that ISO 639-1 has no letters for, and telephones speak.
const OTHERS: &str = "arb ast chr cmn fil gsw hak haw hsb jbo kok lfn mto nan nci nog pap pcm quc scn shn smj smn sms wuu yue";

/// Refuses a language that nobody here can speak or understand. An empty name says that it is not known.
pub(super) fn check(tag: &str) -> Run {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_known = |list: &str| list.split_whitespace().any(|language| language == primary);
    match primary.is_empty() || is_known(LANGUAGES) || is_known(OTHERS) {
        true => Ok(()),
        false => Err(Thrown::with("error.unsupported.language", format!("the language {tag:?} is not known here"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_the_first_part_of_its_tag() {
        for tag in ["en", "en-US", "de-AT-1996", "ZH_hant", "cmn-Hans", "", " fr "] {
            assert!(check(tag).is_ok(), "{tag}");
        }
        for tag in ["xx", "klingon", "x-private", "123", "english"] {
            assert!(check(tag).is_err(), "{tag}");
        }
    }
}
