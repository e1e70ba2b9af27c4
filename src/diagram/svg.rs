//! Writes the picture as SVG 1.1, with a title and a description for those who hear it.

use std::collections::BTreeSet;
use std::fmt::Write;

use quick_xml::escape::escape;

use crate::flow::Flow;

use super::curves::Curves;
use super::graph::{Arrow, Graph, Knot, Look};
use super::layers::{Holds, LABEL_LINE, Layers, text_width};
use super::legend::legend;
use super::order::order;
use super::places::Places;
use super::style::STYLE;

/// White space around the picture.
const MARGIN: f64 = 28.0;
/// Room for the title.
const HEAD: f64 = 46.0;
/// Height of a line below the picture.
const LINE: f64 = 17.0;

/// Draws a flow. `untested` holds where, in the file, the steps, targets and exits begin that no transcript reaches: they are pale.
pub fn draw(flow: &Flow, untested: &BTreeSet<usize>) -> String {
    let graph = Graph::of(flow, untested);
    let mut layers = Layers::of(&graph);
    order(&mut layers);
    let places = Places::of(&layers);
    let picture = Picture { graph, layers, places };
    picture.write(flow).unwrap_or_default()
}

struct Picture {
    graph: Graph,
    layers: Layers,
    places: Places,
}

impl Picture {
    fn write(&self, flow: &Flow) -> Result<String, std::fmt::Error> {
        let blocks =
            legend(flow, self.graph.arrows.iter().any(|arrow| arrow.untested) || self.graph.knots.iter().any(|knot| knot.untested));
        let longest = blocks.iter().flat_map(|(heading, lines)| lines.iter().map(|line| line.len()).chain([heading.len()])).max();
        let foot_width = text_width(&"x".repeat(longest.unwrap_or(0)), 11.0);
        let foot: f64 = blocks.iter().map(|(_, lines)| LINE * lines.iter().map(|_| 1.0).sum::<f64>() + LINE * 1.8).sum();
        let width = self.places.width.max(foot_width) + 2.0 * MARGIN;
        let height = self.places.height + HEAD + foot + 3.0 * MARGIN;
        let title = escape(flow.title.as_str());
        let mut out = String::new();
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" aria-labelledby="title desc">"#
        )?;
        writeln!(out, r#"<title id="title">{title}</title>"#)?;
        writeln!(out, r#"<desc id="desc">{}</desc>"#, escape(self.description().as_str()))?;
        writeln!(out, "<style>{STYLE}</style>")?;
        writeln!(out, "<defs>{}{}</defs>", head("head"), head("head-failure"))?;
        writeln!(out, r#"<text class="title" x="{MARGIN}" y="{:.0}">{title}</text>"#, MARGIN + 8.0)?;
        let shift = (width - 2.0 * MARGIN - self.places.width) / 2.0;
        writeln!(out, r#"<g transform="translate({:.1} {:.1})">"#, MARGIN + shift, MARGIN + HEAD)?;
        self.write_ways(&mut out)?;
        self.write_labels(&mut out)?;
        self.write_knots(&mut out)?;
        writeln!(out, "</g>")?;
        write_legend(&blocks, self.places.height + HEAD + 2.5 * MARGIN, &mut out)?;
        writeln!(out, "</svg>")?;
        Ok(out)
    }

    /// Every arrow in words.
    fn description(&self) -> String {
        let name = |knot: usize| self.graph.knots.get(knot).map(|knot| knot.name.as_str()).unwrap_or_default();
        let arrows = self.graph.arrows.iter().map(|arrow| match arrow.labels.as_slice() {
            [] => format!("{} leads to {}.", name(arrow.from), name(arrow.to)),
            labels => format!("{} leads to {} by {}.", name(arrow.from), name(arrow.to), labels.join(", ")),
        });
        format!("The flow begins at {}. {}", name(self.graph.start), arrows.collect::<Vec<_>>().join(" "))
    }

    fn curves(&self) -> Curves<'_> {
        Curves { layers: &self.layers, places: &self.places }
    }

    fn write_ways(&self, out: &mut String) -> std::fmt::Result {
        let curves = self.curves();
        for (number, arrow) in self.graph.arrows.iter().enumerate() {
            let back = self.layers.back.get(number).copied().unwrap_or(false);
            let path = if arrow.from == arrow.to { curves.own_loop(arrow) } else { curves.curve(number, back) };
            let classes = way_classes(arrow, back);
            let head = if arrow.failure { "head-failure" } else { "head" };
            writeln!(out, r#"<path class="way{classes}" d="{path}" marker-end="url(#{head})"/>"#)?;
        }
        Ok(())
    }

    fn write_labels(&self, out: &mut String) -> std::fmt::Result {
        for (number, arrow) in self.graph.arrows.iter().enumerate() {
            let class = match (arrow.failure, arrow.untested) {
                (true, true) => "label failure pale",
                (true, false) => "label failure",
                (false, true) => "label pale",
                (false, false) => "label",
            };
            if arrow.from == arrow.to {
                let x = self.places.x[arrow.from] + self.layers.spots[arrow.from].width / 2.0 + 24.0;
                let y = self.places.y[arrow.from] + 3.0;
                writeln!(
                    out,
                    r#"<text class="{class}" style="text-anchor: start" x="{x:.1}" y="{y:.1}">{}</text>"#,
                    escape(arrow.labels.join(", ").as_str())
                )?;
                continue;
            }
            let chain = self.layers.chains.get(number).map(Vec::as_slice).unwrap_or_default();
            let Some(spot) = chain.iter().copied().find(|spot| self.layers.spots[*spot].holds == Holds::Label) else { continue };
            self.write_label(spot, class, &arrow.labels, out)?;
        }
        Ok(())
    }

    fn write_label(&self, spot: usize, class: &str, labels: &[String], out: &mut String) -> std::fmt::Result {
        let (x, y, half) = self.curves().point(spot);
        let width = self.layers.spots[spot].width;
        if !labels.is_empty() {
            writeln!(
                out,
                r#"<rect class="behind" x="{:.1}" y="{:.1}" width="{width:.1}" height="{:.1}" rx="3"/>"#,
                x - width / 2.0,
                y - half,
                half * 2.0
            )?;
        }
        for (line, label) in labels.iter().enumerate() {
            let line = f64::from(u32::try_from(line).unwrap_or(0));
            writeln!(
                out,
                r#"<text class="{class}" x="{x:.1}" y="{:.1}">{}</text>"#,
                y - half + LABEL_LINE * line + 11.0,
                escape(label.as_str())
            )?;
        }
        Ok(())
    }

    fn write_knots(&self, out: &mut String) -> std::fmt::Result {
        for (number, knot) in self.graph.knots.iter().enumerate() {
            let (x, y, half) = self.curves().point(number);
            let width = self.layers.spots[number].width;
            if number == self.graph.start {
                writeln!(out, r#"<path class="start" d="M{x:.1} {:.1} l-7 -11 h14 z"/>"#, y - half - 3.0)?;
            }
            write_knot(knot, (x, y, half), width, out)?;
        }
        Ok(())
    }
}

fn write_knot(knot: &Knot, (x, y, half): (f64, f64, f64), width: f64, out: &mut String) -> std::fmt::Result {
    let (class, is_exit) = (knot.look.class(), knot.look.is_exit());
    let corner = if is_exit {
        half
    } else if knot.look == Look::Decides {
        14.0
    } else {
        5.0
    };
    let on = if is_exit { " on-exit" } else { "" };
    let pale = if knot.untested { r#" class="pale""# } else { "" };
    writeln!(out, "<g{pale}>")?;
    writeln!(
        out,
        r#"<rect class="knot {class}" x="{:.1}" y="{:.1}" width="{width:.1}" height="{:.1}" rx="{corner:.0}"/>"#,
        x - width / 2.0,
        y - half,
        half * 2.0
    )?;
    let lines: Vec<String> = if is_exit {
        [knot.caption.clone(), knot.note.clone()].into_iter().filter(|line| !line.is_empty()).collect()
    } else {
        vec![[knot.caption.as_str(), knot.note.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")]
    };
    let top = if lines.len() > 1 { y - 8.0 } else { y - 2.0 };
    writeln!(out, r#"<text class="name{on}" x="{x:.1}" y="{top:.1}">{}</text>"#, escape(knot.name.as_str()))?;
    for (line, text) in lines.iter().enumerate() {
        let line = f64::from(u32::try_from(line).unwrap_or(0));
        writeln!(out, r#"<text class="caption{on}" x="{x:.1}" y="{:.1}">{}</text>"#, top + 15.0 + 13.0 * line, escape(text.as_str()))?;
    }
    writeln!(out, "</g>")
}

fn write_legend(blocks: &[(&str, Vec<String>)], top: f64, out: &mut String) -> std::fmt::Result {
    let mut y = top;
    for (heading, lines) in blocks {
        writeln!(out, r#"<text class="heading" x="{MARGIN}" y="{y:.0}">{}</text>"#, escape(*heading))?;
        for line in lines {
            y += LINE;
            writeln!(out, r#"<text class="table" x="{:.0}" y="{y:.0}">{}</text>"#, MARGIN + 12.0, escape(line.as_str()))?;
        }
        y += LINE * 1.8;
    }
    Ok(())
}

fn head(name: &str) -> String {
    format!(
        r#"<marker id="{name}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="{name}" d="M0 0.5 L8 4 L0 7.5 z"/></marker>"#
    )
}

fn way_classes(arrow: &Arrow, back: bool) -> String {
    let classes =
        [(arrow.failure, " failure"), (back || arrow.from == arrow.to, " back"), (arrow.by_setting, " setting"), (arrow.untested, " pale")];
    classes.into_iter().filter(|(holds, _)| *holds).map(|(_, class)| class).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn every_step_and_exit_of_a_shipped_flow_is_drawn_once() {
        for text in [include_str!("../../flows/two-factor.yaml"), include_str!("../../fixtures/pictures/forty-steps.yaml")] {
            let flow = Flow::read(text).unwrap();

            let svg = draw(&flow, &BTreeSet::new());

            for name in flow.steps.keys().chain(flow.exits.keys()) {
                let drawn = svg.lines().filter(|line| line.contains("class=\"name") && line.ends_with(&format!(">{name}</text>")));
                assert_eq!(drawn.count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn knots_of_a_flow_with_forty_steps_do_not_overlap() {
        let mut steps = String::new();
        for number in 0..40 {
            let (next, jump) = ((number + 1) % 40, (number * 7 + 3) % 40);
            writeln!(
                steps,
                "  s{number}: {{ yes_no: {{ ask: q, then: {{ said_yes: s{next}, said_no: s{jump}, no_input: agent, no_match: agent }} }} }}"
            )
            .unwrap();
        }
        let head = "callward: 1\ntitle: Forty\nlanguages: [en]\nexits: { agent: { label: A } }\nstart: s0\nsteps:\n";
        let flow = Flow::read(&format!("{head}{steps}prompts: {{ en: {{ q.ask: Q, q.no_input: Q, q.no_match: Q }} }}\n")).unwrap();
        let graph = Graph::of(&flow, &BTreeSet::new());
        let mut layers = Layers::of(&graph);
        order(&mut layers);
        let places = Places::of(&layers);

        for row in &layers.rows {
            for pair in row.windows(2) {
                let room = places.x[pair[1]] - places.x[pair[0]] - (layers.spots[pair[0]].width + layers.spots[pair[1]].width) / 2.0;
                assert!(room > 0.0, "{room}");
            }
        }
    }
}
