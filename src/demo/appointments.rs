//! The calendar of a practice, as far as the flow `appointment-reminder` asks it.

use super::service::Service;

/// What the calendar answers: a status, and fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub status: &'static str,
    pub fields: Vec<(&'static str, &'static str)>,
}

/// The answer of `service`, where it is the calendar's; `field` gives a field of the request by name.
pub(super) fn answer<'r>(service: &Service, field: impl Fn(&str) -> &'r str) -> Option<Answer> {
    let spanish = field("language").starts_with("es");
    let on = |day: (&'static str, &'static str), hour: (&'static str, &'static str)| {
        let (day, hour) = if spanish { (day.1, hour.1) } else { (day.0, hour.0) };
        Answer { status: "success", fields: vec![("day", day), ("hour", hour)] }
    };
    match (service.name(), field("action")) {
        ("find_appointment", _) => {
            Some(on(("Tuesday, the tenth of March", "el martes diez de marzo"), ("half past nine", "las nueve y media")))
        }
        // Who asks for the first time hears that it takes a while.
        ("change_appointment", "propose") if field("asked") == "0" => Some(Answer { status: "pending", fields: Vec::new() }),
        ("change_appointment", "propose") => {
            Some(on(("Thursday, the twelfth of March", "el jueves doce de marzo"), ("eleven o'clock", "las once")))
        }
        ("change_appointment", "confirm" | "accept" | "cancel") => Some(Answer { status: "success", fields: Vec::new() }),
        ("change_appointment", _) => Some(Answer { status: "error", fields: Vec::new() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(service: &str, form: &'static [(&'static str, &'static str)]) -> Option<Answer> {
        answer(&Service::named(service), |name| form.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value))
    }

    #[test]
    fn the_calendar_proposes_a_day_when_it_is_asked_again() {
        let status = |form| ask("change_appointment", form).map(|answer| answer.status);

        assert_eq!(status(&[("action", "propose"), ("asked", "0")]), Some("pending"));
        assert_eq!(status(&[("action", "propose"), ("asked", "1")]), Some("success"));
        assert_eq!(status(&[("action", "dance")]), Some("error"));
        assert_eq!(ask("find_account", &[]), None);
    }

    #[test]
    fn days_are_told_in_the_language_of_the_call() {
        let fields = ask("find_appointment", &[("language", "es")]).unwrap().fields;

        assert_eq!(fields, [("day", "el martes diez de marzo"), ("hour", "las nueve y media")]);
    }
}
