//! `callward call sip:…`: a user agent of our own calls any SIP address.

use std::error::Error;
use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::audio::{Sound, WavEncoding, write_wav};
use crate::clock::{Chance, Clock};
use crate::line::{Dialling, Softphone, SoftphoneTerminal};
use crate::secret::SecretText;
use crate::sip::{Account, Cause, Ending, Headers, Side, Uri};

use super::call_request::Call;

/// The environment variable with the password of `--login`.
const PASSWORD: &str = "SIP_PASSWORD";
/// Whether a caller was verified, on the other side's BYE.
const STATUS: &str = "X-Auth-Status";
/// Why a call had to end, on the BYE of who stops.
const REASON: &str = "Reason";

/// Calls; `true` when it did what it was for.
pub(super) async fn call_sip(call: &Call) -> Result<bool, Box<dyn Error>> {
    let (target, headers) = addressed(&call.target, &call.variables)?;
    let phone = Softphone::open(target.clone(), Clock::system(), Chance::system()).await?;
    let mut terminal = SoftphoneTerminal::new(call.keys.is_some(), call.inbox.clone(), call.show)?;
    let dialling = Dialling {
        from: call.from.clone(),
        headers,
        account: call.login.as_deref().map(account).transpose()?,
        keys: call.keys.clone().unwrap_or_default(),
        is_recorded: call.record.is_some(),
    };
    terminal.begin(&target.to_string());
    let over = phone.call(dialling, &mut terminal).await?;
    if let (Some(file), Some(heard)) = (&call.record, &over.recording) {
        save(file, heard)?;
    }
    terminal.end(&over);
    Ok(succeeded(&over.ending))
}

/// Verified, or somebody who knows no verdicts has spoken and hung up, for no reason that would have to be told (RFC 3326).
fn succeeded(ending: &Ending) -> bool {
    match ending.headers.get(STATUS) {
        Some(status) => status == "verified",
        None => (ending.by, ending.cause) == (Side::Them, Cause::HungUp) && ending.headers.get(REASON).is_none(),
    }
}

/// The address and the headers of the call: a variable named like a header (`X-…`) is one, any other is a parameter of the address.
fn addressed(target: &str, variables: &[(String, String)]) -> Result<(Uri, Headers), String> {
    let mut uri: Uri = target.parse().map_err(|_| format!("{target} is no SIP address; write it like sip:two-factor@127.0.0.1:5060"))?;
    let mut headers = Headers::default();
    for (name, value) in variables {
        if name.to_ascii_lowercase().starts_with("x-") {
            headers.push(name, value.chars().filter(|character| !character.is_control()).collect::<String>());
        } else {
            uri.params.set(name, utf8_percent_encode(value, NON_ALPHANUMERIC).to_string());
        }
    }
    Ok((uri, headers))
}

fn account(login: &str) -> Result<Account, String> {
    let password = std::env::var(PASSWORD).map_err(|_| format!("--login needs the password in the environment, as {PASSWORD}"))?;
    Ok(Account { username: login.to_owned(), password: SecretText::new(password) })
}

fn save(file: &Path, heard: &Sound) -> Result<(), String> {
    std::fs::write(file, write_wav(heard, WavEncoding::Pcm)).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_parameters_or_headers() {
        let variables = [("identity", "1001"), ("phone", "+49 30"), ("X-Case", "7\r\nX-Evil: 1")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));

        let (uri, headers) = addressed("sip:two-factor@127.0.0.1:5060", &variables).unwrap();

        assert_eq!(uri.to_string(), "sip:two-factor@127.0.0.1:5060;identity=1001;phone=%2B49%2030");
        assert_eq!(headers.get("X-Case"), Some("7X-Evil: 1"));
        assert!(addressed("sip:", &[]).unwrap_err().contains("sip:two-factor@"));
    }

    #[test]
    fn a_call_succeeds_when_it_verifies_or_when_a_stranger_has_hung_up() {
        let told = |header: &str, value: &str| {
            let mut headers = Headers::default();
            headers.push(header, value);
            headers
        };
        let ending = |by, cause, status: &str| {
            let headers = if status.is_empty() { Headers::default() } else { told(STATUS, status) };
            succeeded(&Ending { by, cause, headers })
        };
        let stopped = Ending { by: Side::Them, cause: Cause::HungUp, headers: told(REASON, "SIP ;cause=503") };

        assert!(ending(Side::Them, Cause::HungUp, "verified") && ending(Side::Them, Cause::HungUp, ""));
        assert!(!ending(Side::Them, Cause::HungUp, "not_verified") && !ending(Side::Us, Cause::HungUp, ""));
        assert!(!ending(Side::Them, Cause::Refused(486), "") && !ending(Side::Them, Cause::Expired, ""));
        assert!(!succeeded(&stopped));
    }
}
