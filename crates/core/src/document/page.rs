//! Which part of a sorted list is asked for, and given.

use crate::code::Instant;
use crate::document::Item;
use crate::{coded, record};

coded! {
    /// In which order a list comes.
    pub enum Sort {
        /// Newest creation first, the default: what a reader looks for is at the top.
        NewestFirst = 1 => "-creation",
        /// Oldest creation first.
        OldestFirst = 2 => "creation",
        /// Last deposit first.
        LastDeposited = 3 => "-date",
        /// First deposit first.
        FirstDeposited = 4 => "date",
    }
}

record! {
    /// A place in a sorted list: behind this one the next page starts.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Position {
        /// The sort key of the last one shown.
        1 at: Instant,
        /// Its number: orders what shares a key.
        2 item: Item,
    }
}

record! {
    /// Which page is asked for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Page {
        /// The order.
        1 sort: Sort,
        /// How many at most.
        2 limit: u32,
        /// Behind which position.
        3 after: Option<Position>,
    }
}

impl Sort {
    /// Whether the key is the deposit, not the creation.
    #[must_use]
    pub const fn is_by_deposit(self) -> bool {
        matches!(self, Self::LastDeposited | Self::FirstDeposited)
    }
}

impl Page {
    /// The page of whoever asks for none in particular.
    pub const FIRST: Self = Self { sort: Sort::NewestFirst, limit: 50, after: None };

    /// Sorts, then cuts the page out: never before everything was filtered (the page on silence).
    pub(crate) fn cut<T>(self, mut found: Vec<(Position, T)>) -> (Vec<(Position, T)>, Option<Position>) {
        found.sort_unstable_by_key(|(position, _)| *position);
        let down = matches!(self.sort, Sort::NewestFirst | Sort::LastDeposited);
        if down {
            found.reverse();
        }
        let behind = |position: Position| match self.after {
            None => true,
            Some(after) if down => position < after,
            Some(after) => position > after,
        };
        let mut page: Vec<(Position, T)> = found.into_iter().filter(|(position, _)| behind(*position)).collect();
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = page.len() > limit;
        page.truncate(limit);
        let next = more.then(|| page.last().map(|(position, _)| *position)).flatten();
        (page, next)
    }
}
