//! The lines of a session description: what they say about sound, and whether the others are what they should be (RFC 8866 §5, §9).

/// What a description says, in the words that it says it with.
#[derive(Debug, Default)]
pub(super) struct Description<'t> {
    pub session_id: Option<&'t str>,
    pub version: u64,
    pub session: Section<'t>,
    pub media: Vec<Medium<'t>>,
}

/// What is said of the whole session, or of one medium.
#[derive(Debug, Default)]
pub(super) struct Section<'t> {
    /// The first address that is named.
    pub address: Option<&'t str>,
    /// `a=`, each with its value.
    pub attributes: Vec<(&'t str, Option<&'t str>)>,
    /// The kinds of lines that there were, of those that may come once.
    seen: Vec<&'t str>,
}

/// `m=` and what follows it.
#[derive(Debug)]
pub(super) struct Medium<'t> {
    pub kind: &'t str,
    pub port: u16,
    pub protocol: &'t str,
    pub formats: &'t str,
    pub section: Section<'t>,
}

impl<'t> Description<'t> {
    /// Reads a description; `None` when it is none. Lines may come in any order, and those that nobody knows are passed over. So
    /// are empty ones, which some gateways add, and a second CR at the end of a line.
    pub fn read(text: &'t str) -> Option<Self> {
        let lines = text.lines().map(|line| line.strip_suffix('\r').unwrap_or(line));
        let mut lines = lines.filter(|line| !line.trim().is_empty());
        let mut description = Self::default();
        if lines.next()? != "v=0" {
            return None;
        }
        lines.try_for_each(|line| description.take(line))?;
        Some(description)
    }

    fn take(&mut self, line: &'t str) -> Option<()> {
        let (kind, value) = parts(line)?;
        match (kind, self.media.last_mut()) {
            ("m", _) => self.media.push(Medium::read(value)?),
            ("a" | "b" | "c" | "i" | "k", Some(medium)) => medium.section.take(kind, value)?,
            (_, Some(_)) => {}
            ("o", None) => {
                self.session.take_once(kind)?;
                (self.session_id, self.version) = origin(value)?;
            }
            ("c" | "s" | "u" | "z", None) => {
                self.session.take_once(kind)?;
                self.session.take(kind, value)?;
            }
            ("t", None) => {
                self.session.seen.push(kind);
                self.session.take(kind, value)?;
            }
            ("r", None) if !self.session.seen.contains(&"t") => return None,
            (_, None) => self.session.take(kind, value)?,
        }
        Some(())
    }
}

impl<'t> Section<'t> {
    /// A line that is no `m=` and no `o=`.
    fn take(&mut self, kind: &'t str, value: &'t str) -> Option<()> {
        match kind {
            "a" => self.attributes.push(value.split_once(':').map_or((value, None), |(name, value)| (name, Some(value)))),
            "b" => bandwidth(value)?,
            "c" => {
                let address = connection(value)?;
                self.address.get_or_insert(address);
            }
            "i" | "k" => self.take_once(kind)?,
            "r" => repeat(value)?,
            "t" => time(value)?,
            "z" => zones(value)?,
            _ => {}
        }
        Some(())
    }

    fn take_once(&mut self, kind: &'t str) -> Option<()> {
        let is_first = !self.seen.contains(&kind);
        self.seen.push(kind);
        is_first.then_some(())
    }
}

impl<'t> Medium<'t> {
    /// `audio 4000/2 RTP/AVP 0 8 101`, the number of ports left out when it is one.
    fn read(value: &'t str) -> Option<Self> {
        let mut fields = value.splitn(4, ' ');
        let (kind, ports, protocol, formats) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let (port, count) = ports.split_once('/').map_or((ports, None), |(port, count)| (port, Some(count)));
        count.map_or(Ok(1), str::parse::<u16>).ok()?;
        Some(Self { kind, port: port.parse().ok()?, protocol, formats, section: Section::default() })
    }
}

/// `a=sendrecv` in its two parts.
fn parts(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.split_at_checked(1)?;
    let value = rest.strip_prefix('=')?;
    (kind != "=" && !line.contains(['\0', '\r'])).then_some((kind, value))
}

fn fields(value: &str) -> impl Iterator<Item = &str> {
    value.split(' ').filter(|field| !field.is_empty())
}

/// `- 1 7 IN IP4 192.0.2.1`: the session's number and version.
fn origin(value: &str) -> Option<(Option<&str>, u64)> {
    let mut fields = fields(value);
    let (_, session_id, version) = (fields.next()?, fields.next()?, fields.next()?);
    place(fields)?;
    Some((Some(session_id), version.parse().ok()?))
}

/// `IN IP4 192.0.2.1`: the address.
fn connection(value: &str) -> Option<&str> {
    place(fields(value))
}

fn place<'t>(mut fields: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let (network, family, address) = (fields.next()?, fields.next()?, fields.next()?);
    (is_token(network) && is_token(family) && fields.next().is_none()).then_some(address)
}

fn is_token(word: &str) -> bool {
    word.bytes().all(|byte| matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'^'..=b'~'))
}

/// `AS:64`.
fn bandwidth(value: &str) -> Option<()> {
    let (_, kilobits) = value.split_once(':')?;
    kilobits.parse::<u64>().map(drop).ok()
}

/// `0 0`.
fn time(value: &str) -> Option<()> {
    let mut fields = fields(value);
    let (begin, end) = (fields.next()?, fields.next()?);
    let is_time = begin.parse::<u64>().is_ok() && end.parse::<u64>().is_ok();
    (is_time && fields.next().is_none()).then_some(())
}

/// `7d 1h 0 25h`.
fn repeat(value: &str) -> Option<()> {
    let mut fields = fields(value);
    seconds(fields.next()?)?;
    seconds(fields.next()?)?;
    fields.try_for_each(|field| seconds(field).map(drop))
}

/// `2882844526 -1h 2898848070 0`.
fn zones(value: &str) -> Option<()> {
    let mut fields = fields(value);
    while let Some(at) = fields.next() {
        at.parse::<u64>().ok()?;
        let offset = fields.next()?;
        let (magnitude, most) = offset.strip_prefix('-').map_or((offset, i64::MAX.unsigned_abs()), |rest| (rest, i64::MIN.unsigned_abs()));
        seconds(magnitude).filter(|seconds| *seconds <= most)?;
    }
    Some(())
}

/// A time with its unit, which may be left out.
fn seconds(value: &str) -> Option<u64> {
    let units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
    let with_unit = units.iter().find_map(|(unit, seconds)| Some((value.strip_suffix(*unit)?, *seconds)));
    let (number, unit) = with_unit.unwrap_or((value, 1));
    number.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(lines: &str) -> bool {
        Description::read(&format!("v=0\r\n{lines}\r\n")).is_some()
    }

    #[test]
    fn lines_come_in_any_order_and_unknown_ones_are_passed_over() {
        let text = "v=0\r\r\n\r\nx=y\na=sendonly\nt=0 0\nc=IN  IP4 233.252.0.1/127\no=-  7 9 IN IP4 192.0.2.1\nm=audio 4000/2 RTP/AVP 0 8\n\
            t=never\nc=IN IP6 2001:db8::1\nc=IN IP6 2001:db8::2\na=rtcp-mux\na=rtpmap:0 PCMU/8000";

        let Description { session_id, version, session, media } = Description::read(text).unwrap();

        assert_eq!((session_id, version, session.address), (Some("7"), 9, Some("233.252.0.1/127")));
        assert_eq!(session.attributes, [("sendonly", None)]);
        let [Medium { kind, port, protocol, formats, section }] = &media[..] else { panic!("{media:?}") };
        assert_eq!((*kind, *port, *protocol, *formats), ("audio", 4000, "RTP/AVP", "0 8"));
        assert_eq!(section.address, Some("2001:db8::1"));
        assert_eq!(section.attributes, [("rtcp-mux", None), ("rtpmap", Some("0 PCMU/8000"))]);
    }

    #[test]
    fn a_line_that_is_not_what_it_should_be_makes_it_no_description() {
        let good = ["", "b=AS:64", "t=1  2 ", "t=0 0\nr=7d 1h 0 25h", "z=1 -1h 2 0", "z=", "k=prompt", "m=audio 1 RTP/AVP "];
        let wrong = [
            "=a",
            "ab=1",
            "x",
            "ä=1",
            "x=\0",
            "b=AS",
            "b=AS:1:2",
            "t=0",
            "t=0 0 0",
            "r=7d 1h",
            "t=0 0\nr=7d",
            "z=1",
            "z=1 9999999999999999999d",
            "c=IN IP4",
            "c=IN IP4 a b",
            "c=I:N IP4 1",
            "o=- x y IN IP4 1",
            "o=- 1 7 IN IP4",
            "s=a\ns=b",
            "m=audio 1 RTP/AVP\n",
            "m=audio 1/x RTP/AVP 0",
            "m=audio 70000 RTP/AVP 0",
            "m=audio 1 RTP/AVP 0\ni=a\ni=b",
        ];

        assert!(good.iter().all(|lines| reads(lines)));
        assert!(!wrong.iter().any(|lines| reads(lines)));
    }
}
