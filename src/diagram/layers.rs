//! The rows of the picture: knots in even ones, labels in odd ones, bends where an arrow passes a row.

use super::graph::{Arrow, Graph, Knot};
use super::ranks::Ranks;

/// Width of a character in proportion to its size, in the fonts that the style names.
const CHARACTER: f64 = 0.61;
/// Size of a knot's name.
pub(super) const NAME_SIZE: f64 = 13.0;
/// Size of captions and labels.
pub(super) const LABEL_SIZE: f64 = 11.0;
/// Height of a line of a label.
pub(super) const LABEL_LINE: f64 = 14.0;
/// Height of a knot.
pub(super) const KNOT_HEIGHT: f64 = 52.0;

/// The rows.
#[derive(Debug)]
pub(super) struct Layers {
    pub spots: Vec<Spot>,
    /// Spots from left to right, row by row.
    pub rows: Vec<Vec<usize>>,
    /// Pairs of spots in neighbouring rows, the upper one first.
    pub links: Vec<(usize, usize)>,
    /// The spots that an arrow passes from top to bottom, by arrow; a loop passes none.
    pub chains: Vec<Vec<usize>>,
    /// Whether an arrow leads back up, by arrow.
    pub back: Vec<bool>,
}

/// Something that takes room in a row.
#[derive(Debug)]
pub(super) struct Spot {
    pub row: usize,
    pub width: f64,
    pub height: f64,
    pub holds: Holds,
}

/// What stands at a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Knot(usize),
    /// The label of an arrow.
    Label,
    /// An arrow that passes.
    Bend,
}

impl Layers {
    pub fn of(graph: &Graph) -> Self {
        let Ranks { rows, back } = Ranks::of(graph);
        let spots: Vec<Spot> = graph
            .knots
            .iter()
            .zip(&rows)
            .enumerate()
            .map(|(number, (knot, row))| Spot {
                row: row * 2,
                width: knot_width(graph, number, knot),
                height: KNOT_HEIGHT,
                holds: Holds::Knot(number),
            })
            .collect();
        let mut layers = Self { spots, rows: Vec::new(), links: Vec::new(), chains: Vec::new(), back };
        for (number, arrow) in graph.arrows.iter().enumerate() {
            let chain = layers.lay(number, arrow);
            layers.chains.push(chain);
        }
        let last = layers.spots.iter().map(|spot| spot.row).max().unwrap_or(0);
        layers.rows = (0..=last).map(|row| (0..layers.spots.len()).filter(|spot| layers.spots[*spot].row == row).collect()).collect();
        layers
    }

    /// Lays an arrow from row to row; its label stands next to where it begins.
    fn lay(&mut self, number: usize, arrow: &Arrow) -> Vec<usize> {
        if arrow.from == arrow.to {
            return Vec::new();
        }
        let back = self.back.get(number).copied().unwrap_or(false);
        let (upper, lower) = if back { (arrow.to, arrow.from) } else { (arrow.from, arrow.to) };
        let (top, bottom) = (self.row(upper), self.row(lower));
        let label_row = if back { bottom.saturating_sub(1) } else { top + 1 };
        let mut chain = vec![upper];
        for row in top + 1..bottom {
            let spot = if row == label_row { label_spot(arrow, row) } else { bend_spot(row) };
            self.spots.push(spot);
            chain.push(self.spots.len() - 1);
        }
        chain.push(lower);
        self.links.extend(chain.windows(2).map(|pair| (pair[0], pair[1])));
        chain
    }

    /// Whether nothing is linked to a spot.
    pub fn is_lonely(&self, spot: usize) -> bool {
        self.links.iter().all(|(upper, lower)| *upper != spot && *lower != spot)
    }

    fn row(&self, spot: usize) -> usize {
        self.spots.get(spot).map_or(0, |spot| spot.row)
    }
}

/// Wide enough in the rows of knots that a slanting arrow keeps clear of their corners.
fn bend_spot(row: usize) -> Spot {
    let width = if row.is_multiple_of(2) { 30.0 } else { 6.0 };
    Spot { row, width, height: 0.0, holds: Holds::Bend }
}

fn label_spot(arrow: &Arrow, row: usize) -> Spot {
    let longest = arrow.labels.iter().map(|label| text_width(label, LABEL_SIZE)).fold(0.0, f64::max);
    let lines = arrow.labels.iter().map(|_| LABEL_LINE).sum();
    Spot { row, width: longest + 10.0, height: lines, holds: Holds::Label }
}

/// Wide enough for its texts, and for the arrows that begin and end there.
fn knot_width(graph: &Graph, number: usize, knot: &Knot) -> f64 {
    let below = text_width(&knot.caption, LABEL_SIZE) + if knot.note.is_empty() { 0.0 } else { text_width(&knot.note, LABEL_SIZE) + 14.0 };
    let below = if knot.look.is_exit() { text_width(&knot.caption, LABEL_SIZE).max(text_width(&knot.note, LABEL_SIZE)) } else { below };
    let busy = graph.arrows.iter().filter(|arrow| arrow.from == number || arrow.to == number).count();
    (text_width(&knot.name, NAME_SIZE).max(below) + 28.0).max(ports(busy)).max(84.0)
}

fn ports(arrows: usize) -> f64 {
    f64::from(u32::try_from(arrows).unwrap_or(0)) * 7.0
}

/// How wide a text is.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    f64::from(u32::try_from(text.chars().count()).unwrap_or(0)) * size * CHARACTER
}
