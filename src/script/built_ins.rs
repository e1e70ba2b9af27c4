//! Native built-ins that work in one go and cannot be interrupted, and what guards each (ECMA-262 §22.1.3, §23.1.3).

/// Where a built-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Array,
    String,
    Iterator,
    Math,
    /// The global object.
    Global,
}

/// What is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// It says its length first.
    Length,
    /// And those of what it is given.
    Sum,
    /// It searches for one thing in another.
    Product,
    /// It makes as much as its first argument says.
    Padding,
    /// It makes so many times itself.
    Times,
    /// It says its length first, and compares strings where a run can be stopped.
    Sorted,
    /// Another stands in its place, which asks the host.
    Own,
    /// It cannot be measured beforehand, or came after the language that pages are written in: it is taken away.
    Gone,
}

/// Some built-ins of one sort.
pub(super) struct Kind {
    pub home: Home,
    pub guard: Guard,
    /// With white space between them.
    pub names: &'static str,
}

/// All that have to be guarded.
pub(super) const BUILT_INS: [Kind; 15] = [
    Kind {
        home: Home::Array,
        guard: Guard::Length,
        names: "every fill filter find findIndex forEach join map reduce reduceRight reverse shift slice some splice \
                toLocaleString unshift values",
    },
    Kind { home: Home::Array, guard: Guard::Sorted, names: "sort" },
    Kind { home: Home::Array, guard: Guard::Product, names: "includes indexOf lastIndexOf" },
    Kind { home: Home::Array, guard: Guard::Sum, names: "concat" },
    Kind {
        home: Home::Array,
        guard: Guard::Gone,
        names: "copyWithin findLast findLastIndex flat flatMap toReversed toSorted toSpliced with",
    },
    Kind {
        home: Home::String,
        guard: Guard::Length,
        names: "localeCompare toLowerCase toLocaleLowerCase toUpperCase toLocaleUpperCase concat match search slice \
                substr substring trim trimStart trimEnd",
    },
    Kind { home: Home::String, guard: Guard::Product, names: "indexOf lastIndexOf includes replace replaceAll split" },
    Kind { home: Home::String, guard: Guard::Padding, names: "padStart padEnd" },
    Kind { home: Home::String, guard: Guard::Times, names: "repeat" },
    Kind { home: Home::String, guard: Guard::Gone, names: "normalize matchAll isWellFormed toWellFormed" },
    Kind { home: Home::Iterator, guard: Guard::Gone, names: "drop every filter find flatMap forEach map reduce some take toArray" },
    Kind { home: Home::Global, guard: Guard::Own, names: "Array Date" },
    Kind { home: Home::Math, guard: Guard::Own, names: "random" },
    Kind { home: Home::Math, guard: Guard::Gone, names: "sumPrecise" },
    Kind { home: Home::Global, guard: Guard::Gone, names: "BigInt Iterator queueMicrotask" },
];

impl Home {
    /// What the prelude calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::String => "string",
            Self::Iterator => "iterator",
            Self::Math => "math",
            Self::Global => "global",
        }
    }
}

impl Guard {
    /// What the prelude calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Sum => "sum",
            Self::Product => "product",
            Self::Padding => "padding",
            Self::Times => "times",
            Self::Sorted => "sorted",
            Self::Own => "own",
            Self::Gone => "gone",
        }
    }
}
