//! Places for connections: how many may be open at once, how many of them one address may take, and the few that are kept for who asks
//! whether the service is well.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Places beyond the ordinary ones, for `/health/*` and `/metrics` alone.
const RESERVED: usize = 32;
/// How many of these one address may take: it cannot hide from the others that the service is well.
const RESERVED_PER_ADDRESS: usize = 8;
/// Descriptors that are left to files and to connections of our own.
const FILES: usize = 192;
/// The fewest places that are worth a start.
const FEWEST: usize = 16;

/// What a place is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Every request.
    All,
    /// One request, which asks how the service is.
    Health,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    health: usize,
    by_address: HashMap<IpAddr, [usize; 2]>,
}

/// The places of a listener.
#[derive(Debug)]
pub struct Places {
    most: usize,
    per_address: usize,
    taken: Mutex<Taken>,
    refused: AtomicU64,
}

/// The place of one connection, given back when it ends.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    address: IpAddr,
    /// What it is good for.
    pub good_for: Use,
}

impl Places {
    /// So many places, and so many of them for one address; fewer where the process may not open so many descriptors.
    pub fn new(most: usize, per_address: usize) -> Arc<Self> {
        let possible = descriptors(most + RESERVED + FILES).saturating_sub(RESERVED + FILES).max(FEWEST);
        if possible < most {
            tracing::warn!(possible, "the limit of descriptors leaves fewer connections than admission.connections");
        }
        let most = most.min(possible);
        Arc::new(Self { most, per_address: per_address.min(most), taken: Mutex::default(), refused: AtomicU64::new(0) })
    }

    /// A place for a connection from there: an ordinary one, else one of those that are kept for who asks how the service is.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let [here, asking] = taken.by_address.get(&address).copied().unwrap_or_default();
        let good_for = if taken.all < self.most && here < self.per_address {
            Use::All
        } else if taken.health < RESERVED && asking < RESERVED_PER_ADDRESS {
            Use::Health
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let [all, health] = match good_for {
            Use::All => [1, 0],
            Use::Health => [0, 1],
        };
        taken.all += all;
        taken.health += health;
        taken.by_address.insert(address, [here + all, asking + health]);
        drop(taken);
        Some(Place { places: Arc::clone(self), address, good_for })
    }

    /// Connections that are open.
    pub fn open(&self) -> u64 {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        (taken.all + taken.health) as u64
    }

    /// Connections that were turned away.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let [here, asking] = taken.by_address.get(&self.address).copied().unwrap_or_default();
        let left = match self.good_for {
            Use::All => {
                taken.all = taken.all.saturating_sub(1);
                [here.saturating_sub(1), asking]
            }
            Use::Health => {
                taken.health = taken.health.saturating_sub(1);
                [here, asking.saturating_sub(1)]
            }
        };
        if left == [0, 0] {
            taken.by_address.remove(&self.address);
        } else {
            taken.by_address.insert(self.address, left);
        }
    }
}

/// Who counts as one: an address; in IPv6 the 64 bits that are given to one household.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => IpAddr::V6((u128::from(long) >> 64 << 64).into()),
        short => short,
    }
}

/// Asks for so many descriptors; gives how many there are.
fn descriptors(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = wanted as u64;
    let within = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if limit.current.is_some_and(|current| current < within) {
        let _asked = setrlimit(Resource::Nofile, Rlimit { current: Some(within), maximum: limit.maximum });
    }
    let current = getrlimit(Resource::Nofile).current;
    current.map_or(usize::MAX, |current| usize::try_from(current).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn an_address_leaves_places_for_others_and_places_come_back() {
        let places = Places::new(20, 16);
        let first: Vec<Place> = (0..16).filter_map(|_| places.take(v4(1))).collect();
        assert!(first.iter().all(|place| place.good_for == Use::All) && first.len() == 16);
        let beyond: Vec<Place> = (0..RESERVED).filter_map(|_| places.take(v4(1))).collect();
        assert!(beyond.iter().all(|place| place.good_for == Use::Health) && beyond.len() == RESERVED_PER_ADDRESS);
        let other: Vec<Place> = (0..5).filter_map(|_| places.take(v4(2))).collect();
        assert_eq!(other.iter().filter(|place| place.good_for == Use::All).count(), 4, "and the fifth asks for health");
        assert_eq!(places.open(), 16 + 8 + 5);
        assert_eq!(places.refused(), (RESERVED - RESERVED_PER_ADDRESS) as u64);
        drop((first, beyond, other));
        assert_eq!(places.open(), 0);
        assert!(places.taken.lock().unwrap().by_address.is_empty(), "who is gone is forgotten");
    }

    #[test]
    fn a_household_of_ipv6_is_one() {
        let one: IpAddr = "2001:db8:1:2:3::1".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:4::9".parse().unwrap();
        assert_eq!(network(one), network(other));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), v4(1));
    }
}
