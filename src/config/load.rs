//! The whole configuration, from a file and the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::document::walk;
use super::http::Http;
use super::place::Found;
use super::section::Section;
use super::sip::Sip;
use super::speech::speech;
use super::storage::Storage;
use super::tenant::Tenant;
use crate::voice::SpeechSettings;

/// The file that is read when none is named, if it is there.
const FILE: &str = "callward.toml";

/// An installation as its operator wants it.
#[derive(Debug, Clone)]
pub struct Config {
    /// The HTTP server.
    pub http: Http,
    /// What is kept, where, and how.
    pub storage: Storage,
    /// The folder of the flow files.
    pub flows: PathBuf,
    /// The telephone, when there is one.
    pub sip: Option<Sip>,
    /// Who speaks.
    pub speech: SpeechSettings,
    /// The customers, by name.
    pub tenants: BTreeMap<String, Tenant>,
}

/// A configuration that cannot be started with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {} cannot be read: {cause}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// The configuration can be read, but not stand as it is.
    #[error(transparent)]
    Wrong(Findings),
}

/// Everything that is wrong, in the order of the file; the environment comes last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings(pub Vec<Found>);

impl Config {
    /// Reads the file at `path`, or `callward.toml` in the working directory if it is there, and the environment, which
    /// overrules the file.
    ///
    /// # Errors
    /// When the file cannot be read, or for all that is wrong with it together.
    pub fn load(path: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let environment = environment.collect();
        let file = path.unwrap_or(Path::new(FILE));
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound && path.is_none() => String::new(),
            Err(cause) => return Err(ConfigError::Unreadable { file: file.to_owned(), cause }),
        };
        Self::parse(file, &text, &environment).map_err(ConfigError::Wrong)
    }

    /// Reads a configuration that lies in the program itself, under the name `file`, and the environment.
    ///
    /// # Errors
    /// For all that is wrong with it together.
    pub fn from_text(file: &str, text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        Self::parse(Path::new(file), text, &environment.collect()).map_err(ConfigError::Wrong)
    }

    /// Reads `text`, the contents of `file`.
    pub(super) fn parse(file: &Path, text: &str, environment: &BTreeMap<String, String>) -> Result<Self, Findings> {
        let folder = file.parent().unwrap_or(Path::new(""));
        let (config, findings) = walk(file, text, folder, environment, |root| Self::read(root, folder));
        if findings.is_empty() { Ok(config) } else { Err(Findings(findings)) }
    }

    pub(super) fn read(root: &Section<'_>, folder: &Path) -> Self {
        let flows = root.section("flows").item("dir").and_then(|dir| dir.path());
        let tenants: BTreeMap<String, Tenant> = root.named_sections("tenants").into_iter().map(tenant).collect();
        Self {
            http: Http::read(&root.section("http")),
            storage: Storage::read(root, folder),
            flows: flows.unwrap_or_else(|| folder.join("flows")),
            sip: Sip::read(&root.section("sip"), &tenants),
            speech: speech(&root.section("speech")),
            tenants,
        }
    }
}

fn tenant((name, section): (String, Section<'_>)) -> (String, Tenant) {
    let tenant = Tenant::read(&name, &section);
    (name, tenant)
}

impl std::error::Error for Findings {}

impl Findings {
    /// All findings, one below the other, in colour for a terminal.
    pub fn render(&self, colour: bool) -> String {
        self.0.iter().map(|(source, finding)| finding.render(source, colour)).collect::<Vec<_>>().join("\n\n")
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::*;

    fn parse(file: &str, text: &str) -> Config {
        Config::parse(Path::new(file), text, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn without_a_word_the_defaults_hold() {
        let config = parse("callward.toml", "");

        assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.storage.url.expose(), "sqlite://callward.db");
        assert_eq!(config.flows, Path::new("flows"));
        assert!(config.tenants.is_empty());
    }

    #[test]
    fn a_file_that_is_named_has_to_be_there() {
        let fault = Config::load(Some(Path::new("no/such.toml")), std::iter::empty()).unwrap_err();

        assert!(fault.to_string().starts_with("the configuration no/such.toml cannot be read: "), "{fault}");
    }

    #[test]
    fn relative_paths_are_beside_the_file() {
        let config = parse("/etc/callward/callward.toml", "[http]\ntls_cert = 'c.pem'\ntls_key = '/secret/k.pem'\n");

        let tls = config.http.tls.unwrap();
        assert_eq!(config.flows, Path::new("/etc/callward/flows"));
        assert_eq!(tls.certificate, Path::new("/etc/callward/c.pem"));
        assert_eq!(tls.key, Path::new("/secret/k.pem"));
        assert_eq!(config.storage.url.expose(), "sqlite:///etc/callward/callward.db");
    }

    #[test]
    fn a_tenant_has_limits_and_loopback_access_without_a_word() {
        let config = parse("callward.toml", "[tenants.acme]\n");

        let acme = &config.tenants["acme"];
        assert_eq!(acme.limits.wrong_codes, 5);
        assert_eq!(acme.limits.resend_cooldown_email_seconds, 60);
        assert!(acme.platforms.allow.contains("127.0.0.1".parse().unwrap()));
        assert!(!acme.platforms.allow.contains("192.0.2.1".parse().unwrap()));
        assert!(acme.platforms.test_calls && acme.connections.sms.is_none());
    }

    #[test]
    fn a_setting_keeps_its_type_and_its_place() {
        let text =
            "[[tenants.acme.processes]]\nname='A'\ncode='a'\nflow='f'\nsettings = { number_of_digits = 4, on_wrong_code = 'send_new' }\n";

        let config = parse("callward.toml", text);

        let settings = &config.tenants["acme"].processes[0].settings;
        let (digits, wrong) = (&settings["number_of_digits"], &settings["on_wrong_code"]);
        assert_eq!(digits.value, toml::Value::Integer(4));
        let shown = |place: &Place| (place.clone().finding("", "").1.place(&place.source), place.span.len());
        assert_eq!((shown(&digits.place), shown(&wrong.place)), (((5, 33), 1), ((5, 52), 10)));
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let text = "[store]\nurl = 'sqlite://hunter2'\n[tenants.acme]\nSMS.URL = 'https://a/hunter2'\nplatforms.users.ivr = 'hunter2'\n";

        let shown = format!("{:?}", parse("callward.toml", text));

        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
