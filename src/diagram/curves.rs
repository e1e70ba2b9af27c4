//! The curves of the arrows: from knot to knot, past everything that stands between.

use super::graph::Arrow;
use super::layers::{KNOT_HEIGHT, Layers};
use super::places::Places;

/// Where everything stands that arrows pass.
pub(super) struct Curves<'p> {
    pub layers: &'p Layers,
    pub places: &'p Places,
}

impl Curves<'_> {
    /// From knot to knot through all spots between, upright where it meets one.
    pub fn curve(&self, number: usize, back: bool) -> String {
        let chain = self.layers.chains.get(number).map(Vec::as_slice).unwrap_or_default();
        let mut points: Vec<(f64, f64, f64)> = chain.iter().map(|spot| self.point(*spot)).collect();
        if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
            let (top, bottom) = (self.port(number, *first, true), self.port(number, *last, false));
            let gap = 3.0;
            let ends = points.len().saturating_sub(1);
            points[0] = (top, points[0].1 + KNOT_HEIGHT / 2.0 + if back { gap } else { 0.0 }, 0.0);
            points[ends] = (bottom, points[ends].1 - KNOT_HEIGHT / 2.0 - if back { 0.0 } else { gap }, 0.0);
        }
        if back {
            points.reverse();
        }
        path_through(&points)
    }

    /// Middle of a spot, and half its height.
    pub fn point(&self, spot: usize) -> (f64, f64, f64) {
        (self.places.x[spot], self.places.y[spot], self.layers.spots[spot].height / 2.0)
    }

    /// Where an arrow meets the lower (or upper) side of a knot: side by side with the others, in the order of where they come from.
    fn port(&self, number: usize, knot: usize, lower: bool) -> f64 {
        let next = |chain: &[usize]| -> Option<usize> {
            if lower {
                (chain.first() == Some(&knot)).then(|| chain[1])
            } else {
                (chain.last() == Some(&knot)).then(|| chain[chain.len() - 2])
            }
        };
        let ends = self.layers.chains.iter().enumerate().filter(|(_, chain)| chain.len() > 1);
        let mut here: Vec<(f64, usize)> = ends.filter_map(|(arrow, chain)| Some((self.places.x[next(chain)?], arrow))).collect();
        here.sort_by(|a, b| a.0.total_cmp(&b.0));
        let place = here.iter().position(|(_, arrow)| *arrow == number).unwrap_or(0);
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(0));
        let room = self.layers.spots[knot].width - 24.0;
        let step = (room / count(here.len().max(1))).min(26.0);
        self.places.x[knot] + (count(place) - (count(here.len()) - 1.0) / 2.0) * step
    }

    /// The way from a knot to itself, at its right side.
    pub fn own_loop(&self, arrow: &Arrow) -> String {
        let (x, y) = (self.places.x[arrow.from] + self.layers.spots[arrow.from].width / 2.0, self.places.y[arrow.from]);
        format!("M{x:.1} {:.1} c26 -6 26 22 3 16", y - 8.0)
    }
}

/// A smooth line through points: upright at its ends and along labels, slanting evenly where it only passes.
fn path_through(points: &[(f64, f64, f64)]) -> String {
    let Some((x, y, _)) = points.first() else { return String::new() };
    let mut path = format!("M{x:.1} {y:.1}");
    let slope =
        |number: usize| match (number.checked_sub(1).and_then(|before| points.get(before)), points.get(number), points.get(number + 1)) {
            (Some(before), Some((_, _, 0.0)), Some(after)) => (after.0 - before.0) / (after.1 - before.1),
            _ => 0.0,
        };
    for (number, pair) in points.windows(2).enumerate() {
        let down = (pair[1].1 - pair[0].1).signum();
        let (x0, y0) = (pair[0].0, pair[0].1 + down * pair[0].2);
        let (x1, y1) = (pair[1].0, pair[1].1 - down * pair[1].2);
        let (leave, arrive) = (slope(number), slope(number + 1));
        let third = (y1 - y0) * if leave == 0.0 && arrive == 0.0 { 0.5 } else { 0.4 };
        path += &format!(
            " L{x0:.1} {y0:.1} C{:.1} {:.1} {:.1} {:.1} {x1:.1} {y1:.1}",
            x0 + leave * third,
            y0 + third,
            x1 - arrive * third,
            y1 - third
        );
    }
    path
}
