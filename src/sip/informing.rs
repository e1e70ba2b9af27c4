//! What we send within a call, like keys: each INFO once the one before it is answered, so that they keep their order (RFC 6086 §4.2).

use std::time::Instant;

use super::call::{Call, Phase};
use super::errand::Errand;
use super::method::Method;
use super::post::Post;
use crate::secret::SecretText;

impl Call {
    /// Order: sends what belongs to the call.
    pub fn inform(&mut self, content_type: String, body: SecretText, post: &mut Post, now: Instant) {
        if matches!(self.phase, Phase::Established) {
            self.infos.waiting.push_back((content_type, body));
            self.inform_next(post, now);
        }
    }

    /// Our INFO was answered.
    pub fn handle_info_answer(&mut self, status: u16, post: &mut Post, now: Instant) {
        if status >= 200 {
            self.infos.is_under_way = false;
            self.check_dialog(status, post, now);
            self.inform_next(post, now);
        }
    }

    fn inform_next(&mut self, post: &mut Post, now: Instant) {
        if self.infos.is_under_way || !matches!(self.phase, Phase::Established) {
            return;
        }
        let Some((content_type, body)) = self.infos.waiting.pop_front() else { return };
        self.infos.is_under_way = true;
        let mut info = self.request(Method::Info, post);
        info.set_body(&content_type, body.expose());
        self.send(info, Errand::Info(self.id), post, now);
    }
}
