//! Work on several threads at once.
//!
//! What a thread makes comes back in the order of what it was given, so that
//! nothing depends on which thread was faster. What the work is, others say.

/// So many things are worth a thread of their own.
const WORTH_A_THREAD: usize = 256;

/// Does the same work with each of some things, each on a thread of its own, the first on the one that asks; the first
/// error wins.
///
/// Whoever asks would only wait. A thread more than there are processors begins on one that is taken already, and may
/// share it for milliseconds before it is moved.
///
/// # Errors
/// What the work says of the first of these things with which it failed.
pub fn each_in_parallel<W: Send, T: Send, E: Send>(
    workers: &mut [W],
    work: impl Fn(&mut W) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let Some((first, others)) = workers.split_first_mut() else { return Ok(Vec::new()) };
    std::thread::scope(|scope| {
        let work = &work;
        let handles: Vec<_> =
            others.iter_mut().map(|worker| scope.spawn(move || work(worker))).collect();
        let first = work(first);
        let others = handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(others).collect()
    })
}

/// Runs the same work on so many threads and gives back what each made; the first error wins.
///
/// # Errors
/// What the work says where it failed.
pub fn in_parallel<T: Send, E: Send>(
    threads: usize,
    work: impl Fn() -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    each_in_parallel(&mut vec![(); threads.max(1)], |()| work())
}

/// Cuts a list into parts, as many as there are threads but none too small to be worth one, and does the same work
/// with each; gives back what was made of each part, in their order.
///
/// # Errors
/// What the work says of the first part with which it failed.
pub fn in_parts<T: Send, R: Send, E: Send>(
    threads: usize,
    list: &mut [T],
    work: impl Fn(&mut [T]) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let mut parts: Vec<&mut [T]> = list.chunks_mut(part_size(list.len(), threads)).collect();
    each_in_parallel(&mut parts, |part| work(part))
}

/// Does two things, at once if there is more than one thread.
pub fn both<A: Send, B>(
    threads: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if threads < 2 {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}

/// How many of so many things each thread gets, at least one.
pub fn part_size(things: usize, threads: usize) -> usize {
    things.div_ceil(threads.max(1)).max(WORTH_A_THREAD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::convert::Infallible;

    #[test]
    fn parts_come_back_in_their_order_whatever_the_threads() {
        for (length, threads) in [
            (0, 2),
            (1, 2),
            (WORTH_A_THREAD, 8),
            (3 * WORTH_A_THREAD + 1, 1),
            (3 * WORTH_A_THREAD + 1, 5),
        ] {
            let mut list: Vec<usize> = (0..length).collect();
            let parts = in_parts(threads, &mut list, |part| {
                part[0] += 7;
                part.reverse();
                Ok::<_, Infallible>(part.to_vec())
            });
            let Ok(parts) = parts;
            assert!(parts.len() <= threads);
            assert!(parts.iter().rev().skip(1).all(|part| part.len() >= WORTH_A_THREAD));
            assert_eq!(parts.concat().len(), length);
            assert_eq!(parts.concat(), list);
        }
    }

    #[test]
    fn of_several_errors_the_first_is_told() {
        let mut list: Vec<usize> = (0..3 * WORTH_A_THREAD).collect();
        let failed = in_parts(3, &mut list, |part| match part[0] {
            0 => Ok(()),
            first => Err(Error::new(first.to_string())),
        });
        assert_eq!(failed.unwrap_err().to_string(), WORTH_A_THREAD.to_string());
    }
}
