//! Where every spot stands: rows from top to bottom, and in a row each spot as near to its neighbours as the order allows.

use super::layers::{Holds, Layers};
use super::order::neighbours;

/// Room between two spots of a row.
const GAP: f64 = 22.0;
/// Room between two rows.
const ROW_GAP: f64 = 20.0;
/// Rounds of moving.
const ROUNDS: usize = 60;
/// The last rounds look up and down at once: that straightens what passes many rows.
const STRAIGHTENING: usize = 24;

/// The middle of every spot.
#[derive(Debug)]
pub(super) struct Places {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub width: f64,
    pub height: f64,
}

impl Places {
    pub fn of(layers: &Layers) -> Self {
        let mut x = across(layers);
        let left = layers.spots.iter().zip(&x).map(|(spot, x)| x - spot.width / 2.0).fold(f64::INFINITY, f64::min);
        x.iter_mut().for_each(|x| *x -= left);
        let width = layers.spots.iter().zip(&x).map(|(spot, x)| x + spot.width / 2.0).fold(0.0, f64::max);
        let (y, height) = down(layers);
        Self { x, y, width, height }
    }
}

fn down(layers: &Layers) -> (Vec<f64>, f64) {
    let mut y = vec![0.0; layers.spots.len()];
    let mut top = 0.0;
    for row in &layers.rows {
        let tallest = row.iter().map(|spot| layers.spots[*spot].height).fold(0.0, f64::max);
        row.iter().for_each(|spot| y[*spot] = top + tallest / 2.0);
        top += tallest + ROW_GAP;
    }
    (y, top - ROW_GAP)
}

fn across(layers: &Layers) -> Vec<f64> {
    let (above, below) = neighbours(layers);
    let mut x = vec![0.0; layers.spots.len()];
    for row in &layers.rows {
        spread(layers, row, &vec![0.0; row.len()], &mut x);
    }
    for round in 0..ROUNDS {
        let downwards = round % 2 == 0;
        let rows: Vec<&Vec<usize>> = if downwards { layers.rows.iter().collect() } else { layers.rows.iter().rev().collect() };
        let straightens = round + STRAIGHTENING >= ROUNDS;
        for row in rows {
            let wished: Vec<f64> = row
                .iter()
                .map(|spot| match (straightens, downwards) {
                    (true, _) => mean([&above[*spot], &below[*spot]], &x),
                    (false, true) => mean([&above[*spot], &[]], &x),
                    (false, false) => mean([&below[*spot], &[]], &x),
                })
                .map(|wish| wish.unwrap_or_else(|| middle(row, &x)))
                .collect();
            spread(layers, row, &wished, &mut x);
        }
    }
    x
}

fn mean(linked: [&[usize]; 2], x: &[f64]) -> Option<f64> {
    let all: Vec<f64> = linked.into_iter().flatten().map(|spot| x[*spot]).collect();
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.iter().map(|_| 1.0).sum::<f64>())
}

/// Where those stand that nothing is linked to.
fn middle(row: &[usize], x: &[f64]) -> f64 {
    mean([row, &[]], x).unwrap_or(0.0)
}

/// A run of spots that stand shoulder to shoulder.
struct Run {
    sum: f64,
    weight: f64,
    length: usize,
}

/// Puts the spots of a row as near to `wished` as their order and widths allow (pool adjacent violators).
fn spread(layers: &Layers, row: &[usize], wished: &[f64], x: &mut [f64]) {
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0.0;
    for (number, spot) in row.iter().enumerate() {
        if let Some(before) = number.checked_sub(1).map(|before| &layers.spots[row[before]]) {
            offset += (before.width + layers.spots[*spot].width) / 2.0 + GAP;
        }
        offsets.push(offset);
    }
    let mut runs: Vec<Run> = Vec::new();
    for (number, spot) in row.iter().enumerate() {
        // An arrow that passes many rows should stay straight; who is linked to nobody gives way.
        let weight = match layers.spots[*spot].holds {
            Holds::Bend => 4.0,
            Holds::Label => 1.0,
            Holds::Knot(_) if layers.is_lonely(*spot) => 0.001,
            Holds::Knot(_) => 1.0,
        };
        let mut run = Run { sum: weight * (wished[number] - offsets[number]), weight, length: 1 };
        while let Some(before) = runs.pop_if(|before| before.sum / before.weight > run.sum / run.weight) {
            run = Run { sum: run.sum + before.sum, weight: run.weight + before.weight, length: run.length + before.length };
        }
        runs.push(run);
    }
    let starts = runs.iter().flat_map(|run| std::iter::repeat_n(run.sum / run.weight, run.length));
    for ((spot, offset), start) in row.iter().zip(offsets).zip(starts) {
        x[*spot] = start + offset;
    }
}
