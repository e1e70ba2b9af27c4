//! How variables are sent to a server: method and encoding (VoiceXML 2.0 §5.3.8).

/// HTTP method of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// GET.
    #[default]
    Get,
    /// POST.
    Post,
}

impl Method {
    /// The method's name in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// How a POST body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Enctype {
    #[default]
    UrlEncoded,
    Multipart,
}
