//! Which row every knot stands in: one below the lowest that leads to it. Arrows that lead back are turned round first.

use super::graph::{Arrow, Graph};

/// Rows, and the arrows that lead back.
#[derive(Debug)]
pub(super) struct Ranks {
    /// Row by knot.
    pub rows: Vec<usize>,
    /// Whether an arrow leads back up, by arrow.
    pub back: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    OnRoad,
    Done,
}

impl Ranks {
    pub fn of(graph: &Graph) -> Self {
        let back = arrows_back(graph);
        let mut rows = vec![0; graph.knots.len()];
        // Without the arrows that lead back there is no circle, so as many rounds as knots are enough.
        for _ in 0..graph.knots.len() {
            let forward = graph.arrows.iter().zip(&back).filter(|(_, back)| !**back);
            for (arrow, _) in forward {
                let below = rows.get(arrow.from).map_or(0, |row| row + 1);
                if let Some(row) = rows.get_mut(arrow.to) {
                    *row = below.max(*row);
                }
            }
        }
        let last = rows.iter().copied().max().unwrap_or(0);
        let is_exit = |knot: usize| graph.knots.get(knot).is_some_and(|knot| knot.look.is_exit());
        let lowest_step = rows.iter().enumerate().filter(|(knot, _)| !is_exit(*knot)).map(|(_, row)| *row).max().unwrap_or(0);
        let exits_row = last.max(lowest_step + 1);
        rows.iter_mut().enumerate().filter(|(knot, _)| is_exit(*knot)).for_each(|(_, row)| *row = exits_row);
        Self { rows, back }
    }
}

/// Walks in depth from the start; an arrow to a knot that is still on the road leads back.
fn arrows_back(graph: &Graph) -> Vec<bool> {
    let mut back = vec![false; graph.arrows.len()];
    let mut marks = vec![Mark::New; graph.knots.len()];
    let roots = std::iter::once(graph.start).chain(0..graph.knots.len());
    for root in roots {
        if marks.get(root) == Some(&Mark::New) {
            walk(graph, root, &mut marks, &mut back);
        }
    }
    back
}

/// An explicit stack: a flow may be longer than a thread's stack is deep.
fn walk(graph: &Graph, root: usize, marks: &mut [Mark], back: &mut [bool]) {
    let leaving =
        |knot: usize| -> Vec<(usize, &Arrow)> { graph.arrows.iter().enumerate().filter(|(_, arrow)| arrow.from == knot).collect() };
    let mut road = vec![(root, leaving(root).into_iter())];
    set(marks, root, Mark::OnRoad);
    while let Some((knot, arrows)) = road.last_mut() {
        let Some((number, arrow)) = arrows.next() else {
            set(marks, *knot, Mark::Done);
            road.pop();
            continue;
        };
        match marks.get(arrow.to) {
            Some(Mark::New) => {
                set(marks, arrow.to, Mark::OnRoad);
                road.push((arrow.to, leaving(arrow.to).into_iter()));
            }
            Some(Mark::OnRoad) => {
                if let Some(back) = back.get_mut(number) {
                    *back = true;
                }
            }
            Some(Mark::Done) | None => {}
        }
    }
}

fn set(marks: &mut [Mark], knot: usize, mark: Mark) {
    if let Some(known) = marks.get_mut(knot) {
        *known = mark;
    }
}
