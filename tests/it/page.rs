//! A VoiceXML page as a plain HTTP client reads it: what is said, where to submit what, what is returned.

use std::collections::BTreeMap;

use callward::xml::{Element, parse};
use reqwest::Response;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE};
use url::Url;

/// One answer of the IVR door.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// The document as it came.
    pub text: String,
    root: Element,
}

/// What a dialog returned, by name.
pub type Returned = BTreeMap<String, String>;

impl Page {
    /// Reads an answer that has to be a page: 200, VoiceXML, kept by nobody.
    pub async fn read(response: Response) -> Self {
        Self::read_if_whole(response).await.unwrap()
    }

    /// The same; `None` when the connection was lost before all of it was here.
    pub async fn read_if_whole(response: Response) -> Option<Self> {
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let (status, media_type, kept) = (response.status(), header(CONTENT_TYPE), header(CACHE_CONTROL));
        let url = response.url().clone();
        let text = response.text().await.ok()?;
        assert_eq!((status.as_u16(), media_type.as_str(), kept.as_str()), (200, "application/voicexml+xml", "no-store"), "{url}: {text}");
        let root = parse(text.as_bytes()).unwrap();
        assert_eq!(root.name, "vxml", "{text}");
        Some(Self { url, text, root })
    }

    /// Where the answer goes.
    pub fn submit(&self) -> Url {
        let mut submits = self.all("submit").into_iter().filter_map(|submit| submit.attribute("next"));
        let next = submits.rfind(|next| !next.ends_with("/hangup"));
        self.url.join(next.unwrap_or_else(|| panic!("this page submits nothing: {}", self.text))).unwrap()
    }

    /// Where a hang-up is told.
    pub fn hangup(&self) -> Url {
        let on_hangup = self.root.elements().find(|element| element.attribute("event") == Some("connection.disconnect"));
        let submit = on_hangup.and_then(|handler| handler.child("submit")).unwrap_or_else(|| panic!("no hang-up: {}", self.text));
        self.url.join(submit.attribute("next").unwrap()).unwrap()
    }

    /// The number of the turn that the page awaits.
    pub fn turn(&self) -> u32 {
        self.submit().path().rsplit('/').next().unwrap().parse().unwrap()
    }

    /// The variables that an entry page declares and submits, with their presets.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let form = self.root.child("form").unwrap();
        let declared = variables(form);
        let submit = form.child("block").unwrap().child("submit").unwrap();
        let named: Vec<&str> = submit.attribute("namelist").unwrap().split(' ').collect();
        assert_eq!(named.len(), declared.len(), "{}", self.text);
        named.into_iter().map(|name| (name.to_owned(), declared[name].clone())).collect()
    }

    /// The grammar that it refers to.
    pub fn grammar(&self) -> Option<Url> {
        let grammar = self.all("grammar").into_iter().next()?;
        Some(self.url.join(grammar.attribute("src")?).unwrap())
    }

    /// What is said before anybody answers, pauses left out.
    pub fn said(&self) -> String {
        let form = self.root.child("form").unwrap();
        let mut prompts = Vec::new();
        collect(form, "prompt", &mut prompts);
        let at_first = |prompt: &&&Element| prompt.attribute("cond").is_none_or(|cond| cond.contains("'all'"));
        let said: Vec<String> = prompts.iter().filter(at_first).map(|prompt| prompt.text()).collect();
        said.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the dialog ends with this page.
    pub fn is_end(&self) -> bool {
        self.leaving().is_some()
    }

    /// `exit` or `return`: how an end page ends.
    pub fn leaves_by(&self) -> &str {
        &self.leaving().unwrap().name
    }

    /// What an end page returns. Every name of the contract is there, with a text.
    pub fn returned(&self) -> Returned {
        let leaving = self.leaving().unwrap_or_else(|| panic!("this is no end: {}", self.text));
        self.returned_by(leaving)
    }

    /// What the page returns when the gateway is down.
    pub fn returned_on_error(&self) -> Returned {
        let on_error = self.root.elements().find(|element| element.attribute("event") == Some("error")).unwrap();
        assert!(!on_error.child("prompt").unwrap().text().is_empty(), "{}", self.text);
        self.returned_by(on_error.elements().find(|element| matches!(element.name.as_str(), "exit" | "return")).unwrap())
    }

    /// `authStatus`, `authPath` and `authReason` of an end page.
    pub fn verdict(&self) -> [String; 3] {
        let returned = self.returned();
        ["authStatus", "authPath", "authReason"].map(|name| returned[name].clone())
    }

    /// The version in `<vxml version>`.
    pub fn version(&self) -> &str {
        self.root.attribute("version").unwrap()
    }

    fn returned_by(&self, leaving: &Element) -> Returned {
        let declared = variables(&self.root);
        let names = leaving.attribute("namelist").unwrap().split(' ');
        names.map(|name| (name.to_owned(), declared.get(name).unwrap_or_else(|| panic!("{name} is undefined")).clone())).collect()
    }

    fn leaving(&self) -> Option<&Element> {
        let block = self.root.child("form")?.child("block")?;
        block.elements().find(|element| matches!(element.name.as_str(), "exit" | "return"))
    }

    fn all(&self, name: &str) -> Vec<&Element> {
        let mut found = Vec::new();
        collect(&self.root, name, &mut found);
        found
    }
}

/// The `<var>`s right below an element, with the texts that they are set to.
fn variables(element: &Element) -> BTreeMap<String, String> {
    let declared = element.elements().filter(|child| child.name == "var");
    declared.map(|var| (var.attribute("name").unwrap().to_owned(), text_of(var.attribute("expr").unwrap()))).collect()
}

/// The text of an ECMAScript literal; escapes in our pages are all written `\uXXXX`, as JSON writes them.
fn text_of(literal: &str) -> String {
    let Some(inner) = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) else { return literal.to_owned() };
    serde_json::from_str(&format!("\"{inner}\"")).unwrap()
}

fn collect<'e>(element: &'e Element, name: &str, found: &mut Vec<&'e Element>) {
    for child in element.elements() {
        if child.name == name {
            found.push(child);
        }
        collect(child, name, found);
    }
}
