//! The order of the spots in a row: each near the middle of those it is linked to, so that few arrows cross.

use super::layers::Layers;

/// Rounds of sorting; the best one counts.
const ROUNDS: usize = 24;

/// Sorts the rows.
pub(super) fn order(layers: &mut Layers) {
    let (above, below) = neighbours(layers);
    let mut best = (crossings(layers, &below), layers.rows.clone());
    for round in 0..ROUNDS {
        let downwards = round % 2 == 0;
        let rows: Vec<usize> =
            if downwards { (1..layers.rows.len()).collect() } else { (0..layers.rows.len().saturating_sub(1)).rev().collect() };
        for row in rows {
            sort_row(layers, row, if downwards { &above } else { &below });
        }
        let crossed = crossings(layers, &below);
        if crossed < best.0 {
            best = (crossed, layers.rows.clone());
        }
    }
    layers.rows = best.1;
}

/// Per spot, those it is linked to in the row above, and in the row below.
pub(super) fn neighbours(layers: &Layers) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut above = vec![Vec::new(); layers.spots.len()];
    let mut below = vec![Vec::new(); layers.spots.len()];
    for (upper, lower) in &layers.links {
        above[*lower].push(*upper);
        below[*upper].push(*lower);
    }
    (above, below)
}

fn sort_row(layers: &mut Layers, row: usize, linked: &[Vec<usize>]) {
    let places = places(layers);
    let middle = |spot: &usize| {
        let linked = &linked[*spot];
        if linked.is_empty() { places[*spot] } else { linked.iter().map(|other| places[*other]).sum::<f64>() / count(linked.len()) }
    };
    let mut sorted: Vec<(f64, usize)> = layers.rows[row].iter().map(|spot| (middle(spot), *spot)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    layers.rows[row] = sorted.into_iter().map(|(_, spot)| spot).collect();
}

/// Where each spot stands in its row, from 0 to 1.
fn places(layers: &Layers) -> Vec<f64> {
    let mut places = vec![0.0; layers.spots.len()];
    for row in &layers.rows {
        for (place, spot) in row.iter().enumerate() {
            places[*spot] = (count(place) + 0.5) / count(row.len());
        }
    }
    places
}

fn crossings(layers: &Layers, below: &[Vec<usize>]) -> usize {
    let places = places(layers);
    let row_crossings = |row: &Vec<usize>| {
        let ends: Vec<f64> = row
            .iter()
            .flat_map(|spot| {
                let mut ends: Vec<f64> = below[*spot].iter().map(|lower| places[*lower]).collect();
                ends.sort_by(f64::total_cmp);
                ends
            })
            .collect();
        ends.iter().enumerate().map(|(number, end)| ends[..number].iter().filter(|earlier| *earlier > end).count()).sum::<usize>()
    };
    layers.rows.iter().map(row_crossings).sum()
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
