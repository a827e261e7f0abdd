//! Reads the deterministic CBOR of this project, and nothing else.

use super::Malformed;

/// Deeper nesting than this is refused: no value of ours comes near it.
const DEEPEST: u8 = 32;

/// Walks over stored bytes.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    depth: u8,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0 }
    }

    /// Says that nothing may remain.
    ///
    /// # Errors
    /// [`Malformed::Trailing`] when something does.
    pub const fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::Trailing) }
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.rest.split_first().ok_or(Malformed::Short)?;
        self.rest = rest;
        Ok(*first)
    }

    fn slice(&mut self, length: u64) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(length).map_err(|_| Malformed::Short)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<(u8, u64), Malformed> {
        let first = self.byte()?;
        let (major, low) = (first >> 5, first & 0x1f);
        let width = match low {
            0..=23 => return Ok((major, u64::from(low))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return Err(Malformed::Form),
        };
        if major == 7 {
            return Err(Malformed::Form);
        }
        let value = self.slice(width)?.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let smallest = match width {
            1 => 24,
            2 => 1 << 8,
            4 => 1 << 16,
            _ => 1 << 32,
        };
        if value < smallest { Err(Malformed::Form) } else { Ok((major, value)) }
    }

    fn expect(&mut self, major: u8) -> Result<u64, Malformed> {
        match self.head()? {
            (found, value) if found == major => Ok(value),
            _ => Err(Malformed::Type),
        }
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// [`Malformed`] when another item stands here.
    pub fn unsigned(&mut self) -> Result<u64, Malformed> {
        self.expect(0)
    }

    /// A signed integer.
    ///
    /// # Errors
    /// [`Malformed`] when another item stands here, or the number does not fit.
    pub fn signed(&mut self) -> Result<i64, Malformed> {
        match self.head()? {
            (0, value) => i64::try_from(value).map_err(|_| Malformed::Domain),
            (1, value) => i64::try_from(value).map(|value| -1 - value).map_err(|_| Malformed::Domain),
            _ => Err(Malformed::Type),
        }
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`Malformed`] when another item stands here.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.expect(2)?;
        self.slice(length)
    }

    /// A text string.
    ///
    /// # Errors
    /// [`Malformed`] when another item stands here, or it is not UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.expect(3)?;
        std::str::from_utf8(self.slice(length)?).map_err(|_| Malformed::Domain)
    }

    /// The number of items of an array, which follow; [`Self::leave`] closes it.
    ///
    /// # Errors
    /// [`Malformed`] when another item stands here, or it claims more items than there are bytes.
    pub fn array(&mut self) -> Result<usize, Malformed> {
        let length = self.expect(4)?;
        self.enter(length)
    }

    /// The number of pairs of a map, which follow; [`Self::leave`] closes it.
    ///
    /// # Errors
    /// [`Malformed`] when another item stands here, or it claims more pairs than there are bytes.
    pub fn map(&mut self) -> Result<usize, Malformed> {
        let length = self.expect(5)?;
        self.enter(length)
    }

    fn enter(&mut self, length: u64) -> Result<usize, Malformed> {
        let length = usize::try_from(length).map_err(|_| Malformed::Short)?;
        if length > self.rest.len() {
            return Err(Malformed::Short);
        }
        self.depth += 1;
        if self.depth > DEEPEST { Err(Malformed::Deep) } else { Ok(length) }
    }

    /// Leaves the array or map that was entered last.
    pub const fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// A truth value.
    ///
    /// # Errors
    /// [`Malformed`] when another item stands here.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        match self.head()? {
            (7, 20) => Ok(false),
            (7, 21) => Ok(true),
            _ => Err(Malformed::Type),
        }
    }

    /// Passes over one value, checking its form.
    ///
    /// # Errors
    /// [`Malformed`] when it is not in the one form.
    pub fn pass(&mut self) -> Result<(), Malformed> {
        match self.head()? {
            (0 | 1, _) | (7, 20 | 21) => Ok(()),
            (2, length) => self.slice(length).map(|_| ()),
            (3, length) => std::str::from_utf8(self.slice(length)?).map(|_| ()).map_err(|_| Malformed::Domain),
            (4, length) => {
                for _ in 0..self.enter(length)? {
                    self.pass()?;
                }
                self.leave();
                Ok(())
            }
            (5, length) => {
                let mut last = None;
                for _ in 0..self.enter(length)? {
                    let key = self.unsigned()?;
                    if last.is_some_and(|last| last >= key) {
                        return Err(Malformed::Form);
                    }
                    last = Some(key);
                    self.pass()?;
                }
                self.leave();
                Ok(())
            }
            _ => Err(Malformed::Form),
        }
    }
}
