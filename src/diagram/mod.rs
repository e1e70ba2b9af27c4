//! A picture of a flow, from its file: steps, ways, failures and exits as an SVG.
//!
//! Sugiyama's layers: ranks by longest road, order by barycentre, places by isotonic regression.

mod curves;
mod graph;
mod layers;
mod legend;
mod order;
mod places;
mod ranks;
mod style;
mod svg;

pub use svg::draw;
