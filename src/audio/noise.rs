//! Noise that is the same every time: nothing that is heard needs a good generator.

/// A linear congruential generator (Numerical Recipes §7.1).
#[derive(Debug, Clone)]
pub(super) struct Noise(u32);

impl Noise {
    pub(super) fn seeded(seed: u32) -> Self {
        Self(seed)
    }

    /// Evenly spread between −1 and 1.
    pub(super) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}
