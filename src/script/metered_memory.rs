//! The memory of a sandbox: whatever scripts make, by themselves or through a native built-in, is paid for as it is made.

use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use rquickjs::allocator::{Allocator, RustAllocator};
use rquickjs::{Ctx, qjs};

use super::gauge::Gauge;

/// Gives the engine what it asks for and counts it. Who has asked for too much finds all doors shut, so that the run ends before the
/// next call or token; only who still goes on after that is refused, for the engine's compiler does not survive a refusal.
pub(super) struct MeteredMemory {
    pub gauge: Gauge,
    pub doors: Doors,
}

/// The ways into all that an engine can do. Clones are of one engine.
#[derive(Clone, Default)]
pub(super) struct Doors(Arc<AtomicPtr<qjs::JSRuntime>>);

impl Doors {
    /// They are those of the engine that this context belongs to, which lives as long as the memory.
    #[expect(unsafe_code, reason = "asks a living context for its runtime")]
    pub fn belong_to(&self, ctx: &Ctx<'_>) {
        self.0.store(unsafe { qjs::JS_GetRuntime(ctx.as_raw().as_ptr()) }, Ordering::Relaxed);
    }

    /// From here on there is no stack for any call of a function, nor for reading a program or JSON on.
    #[expect(unsafe_code, reason = "sets two numbers of the runtime that is asking for memory on this thread")]
    fn shut(&self) {
        let engine = self.0.load(Ordering::Relaxed);
        if !engine.is_null() {
            unsafe { qjs::JS_SetMaxStackSize(engine, 1) };
        }
    }
}

impl MeteredMemory {
    /// Counts `bytes` that are asked for; `false` when they are refused.
    fn gives(&self, bytes: usize) -> bool {
        if self.gauge.take(bytes) {
            return true;
        }
        self.doors.shut();
        let is_indulgent = self.gauge.indulges(bytes);
        if !is_indulgent {
            self.gauge.give_back(bytes);
        }
        is_indulgent
    }
}

// Safe: every block comes from the allocator that also takes it back.
#[expect(unsafe_code, reason = "counts, and hands on to the engine's usual allocator")]
unsafe impl Allocator for MeteredMemory {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if self.gives(size) { RustAllocator.alloc(size) } else { null_mut() }
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        if self.gives(count.saturating_mul(size)) { RustAllocator.calloc(count, size) } else { null_mut() }
    }

    unsafe fn dealloc(&mut self, block: *mut u8) {
        self.gauge.give_back(unsafe { RustAllocator::usable_size(block) });
        unsafe { RustAllocator.dealloc(block) }
    }

    unsafe fn realloc(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        if block.is_null() {
            return self.alloc(size);
        }
        let held = unsafe { RustAllocator::usable_size(block) };
        self.gauge.give_back(held.saturating_sub(size));
        if self.gives(size.saturating_sub(held)) { unsafe { RustAllocator.realloc(block, size) } } else { null_mut() }
    }

    unsafe fn usable_size(block: *mut u8) -> usize {
        unsafe { RustAllocator::usable_size(block) }
    }
}
