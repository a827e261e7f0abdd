//! Buffers of large answers, used again: the allocator tidies its whole house each time that one of them is given back.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// Buffers that are kept, and the most bytes that one of them may hold.
const KEPT: usize = 16;
const LARGEST: usize = 512 << 10;

static KEPT_BUFFERS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// An empty buffer for about so many bytes.
pub fn buffer(size: usize) -> Vec<u8> {
    let kept = KEPT_BUFFERS.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut buffer = kept.unwrap_or_default();
    buffer.reserve(size);
    buffer
}

/// The bytes of a buffer, which comes back when they are sent.
pub fn sent(buffer: Vec<u8>) -> Bytes {
    Bytes::from_owner(Lent(buffer))
}

struct Lent(Vec<u8>);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut buffer = std::mem::take(&mut self.0);
        if buffer.capacity() > LARGEST {
            return;
        }
        buffer.clear();
        let mut kept = KEPT_BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(buffer);
        }
    }
}
